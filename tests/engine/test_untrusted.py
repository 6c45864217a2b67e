"""A file from elsewhere: nothing it says is run, by us or by PySD as the second opinion."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import load_model
from qiantang.engine.pysd_guard import UnsafeModel, check_vensim, check_xmile
from qiantang.engine.pysd_oracle import run_alone, translated_model
from qiantang.faults import StudyError

TOUCH = "__import__('pathlib').Path('pwned').touch()"
GRID = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
HOLES = {
    "a table": f"t([{TOUCH},(0,0)],(0,0),(1,1)) ~~|\n",
    "a table over lines": f"t( \\\n\t[\n{TOUCH},\n(0,0)]\\\n\t ,(0,0),(1,1)) ~~|\n",
    "with lookup": f"x = WITH LOOKUP(Time, ([{TOUCH},(0,0)],(0,0),(1,1))) ~~|\n",
    "an attribute": "t([(0,0).__class__,(0,0)],(0,0),(1,1)) ~~|\n",
    "a macro": f":MACRO: M(a)\nM = WITH LOOKUP(a, ([{TOUCH},(0,0)],(0,0),(1,1))) ~~|\n"
    ":END OF MACRO:\nx = M(Time) ~~|\n",
}


@pytest.fixture
def here(tmp_path: File, monkeypatch: pytest.MonkeyPatch) -> File:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _file(folder: File, equations: str, encoding: str = "utf-8", name: str = "m.mdl") -> File:
    file = folder / name
    head = "{" + encoding.upper() + "}\n"
    body = (equations + GRID + "\\\\\\---/// Sketch\n").encode(encoding)
    file.write_bytes(head.encode("ascii") + body)
    return file


@pytest.mark.parametrize("hole", HOLES)
def test_a_table_that_would_run_is_refused(here: File, hole: str) -> None:
    file = _file(here, HOLES[hole])
    with pytest.raises(StudyError, match="the range of the table must be written as"):
        load_model(file)
    with pytest.raises(UnsafeModel):
        translated_model(file, here)
    with pytest.raises(ValueError, match="is refused"):
        run_alone(file, {})
    assert not (here / "pwned").exists()


def test_another_encoding_does_not_hide_it(here: File) -> None:
    text = HOLES["a table"].replace("[", "+AFs-").replace("]", "+AF0-")
    file = here / "m.mdl"
    file.write_bytes(b"{UTF-7}\n" + (text + GRID).encode("ascii"))
    with pytest.raises(StudyError):
        load_model(file)
    with pytest.raises(ValueError, match=r"is refused|cannot be parsed"):
        translated_model(file, here)
    assert not (here / "pwned").exists()


def test_the_hole_is_there_without_the_check(here: File) -> None:
    from pysd.translators.vensim.vensim_file import VensimFile

    file = VensimFile(_file(here, HOLES["a table"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):  # what comes of it is of no matter
            file.parse()
    assert (here / "pwned").exists()


def test_plain_tables_and_comments_pass() -> None:
    check_vensim("t([(0,0)-(1e3,-2.5E-1)],(0,0),(1,1)) ~ m ~ as in ([Smith], [2]) |", "m.mdl")
    check_vensim("t( [ (0,0) - (10,10) ,(0,1) ] , (0,0),(1,1)) ~~|", "m.mdl")
    check_vensim("x = y[a,b]*(z[c] + 1) ~~|", "m.mdl")


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xmile>&a;</xmile>',
        b'<?xml version="1.0"?>\n<! doctype x><xmile/>',
        "<!DOCTYPE x><xmile/>".encode("utf-16"),
    ],
)
def test_entities_in_xmile_are_refused(content: bytes, here: File) -> None:
    with pytest.raises(UnsafeModel):
        check_xmile(content, "m.xmile")
    file = here / "m.xmile"
    file.write_bytes(content)
    with pytest.raises(StudyError):
        load_model(file)


def test_quotes_and_code_everywhere_else_are_only_text(here: File) -> None:
    nasty = "'''; __import__('os').system('touch pwned') #"
    file = _file(
        here,
        '"r\\"]": "a\'] + exit()", "b\\"\\"\\"" ~~|\n'
        f'"{nasty}"["r\\"]"] = 2 ~ {nasty} [0,1] ~ """ {nasty} \\n |\n'
        f'"q\'\\"\\"\\""["r\\"]"] = INTEG("{nasty}"["r\\"]"], 1) ~ `{nasty}` ~ $(touch pwned) |\n',
    )
    program = load_model(file)
    stocks = [n for n, k in zip(program.names, program.kinds, strict=True) if k == "stock"]
    assert len(stocks) == 2
    for engine in ("numpy", "kernel"):
        found = program.run(stocks, [0.0, 2.0], engine=engine).values[:, :, 0]
        assert np.array_equal(found, [[1, 5], [1, 5]])
    assert not (here / "pwned").exists()


def test_a_model_reads_files_of_its_own_folder_tree_only(
    written: Callable[[str], File],
) -> None:
    file = written("x = GET DIRECT CONSTANTS('/etc/passwd', ',', 'A1')")
    with pytest.raises(StudyError, match="the path is absolute, expected one relative to"):
        load_model(file)


def test_macros_that_double_at_each_level_are_refused(written: Callable[[str], File]) -> None:
    """Thirty lines that would become 2^39 equations."""
    macros = "".join(
        f":MACRO: M{level}(a)\nM{level} = M{level - 1}(a) + M{level - 1}(a) ~~|\n:END OF MACRO:\n"
        for level in range(1, 40)
    )
    file = written("x = M39(Time)")
    text = file.read_text(encoding="utf-8")
    first = ":MACRO: M0(a)\nM0 = a ~~|\n:END OF MACRO:\n"
    file.write_text(f"{{UTF-8}}\n{first}{macros}{text}", encoding="utf-8")
    with pytest.raises(StudyError, match=r"macros used more than 20,000 times in all, in the .* x"):
        load_model(file)


def test_ranges_that_double_at_each_level_are_refused(written: Callable[[str], File]) -> None:
    ranges = [f"r{level}: r{level - 1}, r{level - 1}" for level in range(1, 60)]
    file = written("\n".join(["r0: a", *ranges, "x[r59] = 1"]))
    with pytest.raises(StudyError, match=r"r18: the range has 262,144 elements, expected at most"):
        load_model(file)
