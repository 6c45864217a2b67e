"""Nothing that a model file says becomes code; a damaged cache is built anew."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import Program, load_model
from qiantang.engine.compiled.codegen import kernel_source
from qiantang.engine.plan import plan

Model = Callable[[str], Program]
FRAME = {
    *("import", "from", "as", "numba", "numpy", "np", "qiantang", "engine", "compiled"),
    *(
        "intrinsics",
        "powers",
        "lane_functions",
        "kernel_loop",
        "wide",
        "inline",
        "def",
        "for",
        "in",
        "range",
        "if",
    ),
    *("and", "while", "else", "break", "a", "l", "dt", "stage", "start", "still", "step"),
    *("kernel", "array", "dtype", "int64", "reshape", "size", "zeros", "past", "block", "here"),
    *("r", "p", "q", "k", "keep", "first", "last", "lanes", "offset", "steps", "const_shared"),
    *("const_lane", "const_of", "series", "series_of", "knots", "knot_of", "left", "share"),
    *("saved", "place", "out", "members", "bad", "MOVED", "BEFORE", "AFTER", "DELAYS", "check"),
    *("delayed", "due", "fill", "record", "remember", "x", "c", "y", "s", "i", "choose", "return"),
    *("greater", "step_any", "lane_constants", "knot_rows", "base", "common", "begin", "early"),
    *("late", "now", "record_size", "still_odd", "stop", "stuck"),
}


def _words(text: str) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def test_names_of_a_hostile_model_never_reach_the_source(
    model: Model, tmp_path: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = model("hostile")
    stocks = [n for n, k in zip(program.names, program.kinds, strict=True) if k == "stock"]
    text = kernel_source(plan(program, [program.slot_of[stocks[0]]], frozenset()), (), "euler").text
    from qiantang.engine.compiled.lane_words import WORDS

    allowed = FRAME | {word for words in WORDS.values() for word in words}
    slots = {word for word in _words(text) if word[0] in "vr" and word[1:].isdigit()}
    assert _words(text) - slots <= allowed
    assert slots  # the check looked at something
    assert "pwned" not in text
    assert "__import__" not in text
    for engine in ("kernel", "numpy"):
        assert program.run(stocks, [2.0], engine=engine).values[0, 0, 0] == 12.0
    assert not (tmp_path / "pwned").exists()


def test_the_word_list_would_catch_a_name(model: Model) -> None:
    assert "os" in _words("v1 = os.system(2.0)")
    assert "os" not in FRAME


def test_a_damaged_cache_is_built_anew(
    written: Callable[[str], File], tmp_path: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qiantang.engine.compiled import kept, kernel

    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    file = written("a = 3\nb = INTEG(a, 0)")
    told: list[str] = []

    def run() -> float:
        kept._loaded.clear()
        kernel._ready.clear()
        program = load_model(file)
        return float(program.run(["b"], [2.0], on_compile=told.append).values[0, 0, 0])

    assert run() == 6.0
    assert len(told) == 1
    assert run() == 6.0
    assert len(told) == 1  # the second time nothing is compiled
    for found in (tmp_path / "cache").rglob("*"):
        if found.is_file():
            found.write_bytes(b"damaged")
    assert run() == 6.0


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(
    written: Callable[[str], File], tmp_path: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("QIANTANG_CACHE", str(blocked))
    program = load_model(written("a = 5\nb = INTEG(a, 0)"))
    assert np.array_equal(program.run(["b"], [1.0]).values, [[[5.0]]])


def test_the_oracle_leaves_the_model_folder_alone(written: Callable[[str], File]) -> None:
    file = written("a = 5\nb = INTEG(a, 0)")
    load_model(file).run(["b"], [1.0], engine="pysd")
    assert [found.name for found in file.parent.iterdir() if found.is_file()] == [file.name]
