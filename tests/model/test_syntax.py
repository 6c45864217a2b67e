"""Equations as trees: what they refer to, how they are written back, and without which parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qiantang.model import check_model
from qiantang.model.syntax import chain, parse, shown, undefined
from qiantang.modelfile import read
from qiantang.modelfile.tree import Binary, Reference, Tree

ROOT = Path(__file__).parents[2]
GRID = "INITIAL TIME=0~~|\nFINAL TIME=1~~|\nTIME STEP=1~~|\nSAVEPER=1~~|\n"


def tree(folder: Path, equation: str) -> Tree:
    """Return the right side of an equation."""
    file = folder / "one.mdl"
    file.write_text(f"{{UTF-8}}\nx={equation}~~|\n", encoding="utf-8")
    return parse(file)[0].trees["x"][0]


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        ("A + B * C", "a + b * c"),
        ("(A + B) * C", "(a + b) * c"),
        ("A - (B - C)", "a - (b - c)"),
        ("A - B - C", "a - b - c"),
        ("-(A + B)", "-(a + b)"),
        ("(-2)^2", "(-2) ^ 2"),
        ("(A * B)^C", "(a * b) ^ c"),
        (
            "IF THEN ELSE(A > B :AND: :NOT: C, 1, :NA:)",
            "if then else(a > b :AND: :NOT: c, 1, :NA:)",
        ),
        ('"Hall (design)"[east]', "hall (design)[east]"),
        ("WITH LOOKUP(A, ((0,0),(1,1)))", "with lookup(a, a table of 2 points)"),
        ("1,2;3,4;", "an array of 4 numbers"),
    ],
)
def test_a_tree_is_written_back_as_its_file_means_it(
    tmp_path: Path, equation: str, text: str
) -> None:
    assert shown(tree(tmp_path, equation)) == text


def test_long_text_is_cut(tmp_path: Path) -> None:
    text = shown(tree(tmp_path, "+".join(["Passengers"] * 20)))
    assert (len(text), text[-3:]) == (60, "...")


def test_a_chain_keeps_the_sign_of_each_operand() -> None:
    a, b, c = (Reference(name) for name in "abc")
    whole = Binary("+", Binary("-", a, b), c)
    assert chain(whole, "+-") == [("+", a), ("-", b), ("+", c)]
    assert chain(whole, "*/") == [("*", whole)]


def test_macros_tables_and_elements_are_defined_names(tmp_path: Path) -> None:
    file = tmp_path / "model.mdl"
    file.write_text(
        "{UTF-8}\n:MACRO: Half(p)\nHalf=p/2~~|\n:END OF MACRO:\nA: a1, a2~~|\n"
        "t((0,0),(1,1))~~|\nx[A]=Half(t(Time)) + A + a1~~|\ny=Other(x[a1])~~|\n" + GRID,
        encoding="utf-8",
    )
    syntax, faults = parse(file)
    assert faults == []
    assert [(f.where, f.what) for f in undefined(syntax)] == [
        ("y", "uses other, which the model does not define")
    ]
    assert set(syntax.references(syntax.trees["x"][0])) == {"t", "time", "a", "a1"}


def test_an_equation_too_deep_to_judge_is_told(tmp_path: Path) -> None:
    file = tmp_path / "deep.mdl"
    deep = "MAX(1, " * 1000 + "1" + ")" * 1000
    file.write_text(f"{{UTF-8}}\nx={deep}~Dmnl~Deep.|\n", encoding="utf-8")
    assert any("nested too deeply" in str(fault) for fault in check_model(file))


def test_a_file_is_read_once_and_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    once = read._read
    monkeypatch.setattr(read, "_read", lambda path: calls.append(path) or once(path))
    file = tmp_path / "model.mdl"
    file.write_text("{UTF-8}\nx=1~~|\n", encoding="utf-8")
    check_model(file)
    check_model(file)
    assert len(calls) == 1
    file.write_text("{UTF-8}\nx=2~~|\n", encoding="utf-8")
    check_model(file)
    assert len(calls) == 2


def test_checking_a_study_loads_no_other_parser() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from qiantang.cli import program;"
        "done = CliRunner().invoke(program, ['check', '--quick']);"
        "assert done.exit_code == 0, done.output;"
        "sys.exit(any(name.partition('.')[0] == 'pysd' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
