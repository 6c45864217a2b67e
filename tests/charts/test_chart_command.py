"""`qiantang chart`: what it writes and what it refuses before it runs anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.study import Study


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(program, ["chart", *words])
    return result.exit_code, result.output


def test_a_diagram_and_its_numbers_are_written(routes: Study, tmp_path: Path) -> None:
    out, data = tmp_path / "routes.svg", tmp_path / "routes.csv"
    code, said = call("flow", "routes", "--study", str(routes.folder), "--lang", "zh",
                      "--out", str(out), "--numbers", str(data))  # fmt: skip
    assert code == 0, said
    assert "航线" in said
    assert out.stat().st_size > 1000
    assert data.read_text(encoding="utf-8-sig").startswith("类别,起,止")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["fan"], "fan needs a name"),
        (["flow", "housing", "income"], "flow takes one name"),
        (["pie", "x"], "pie"),
    ],
)
def test_a_wrong_call_is_refused(words: list[str], sentence: str, tmp_path: Path) -> None:
    code, said = call(*words, "--out", str(tmp_path / "x.svg"))
    assert code == 2
    assert sentence in said


def test_a_file_that_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    for words in (["--out", "x.bmp"], ["--out", str(tmp_path / "x.svg"), "--numbers", "x.txt"]):
        code, said = call("fan", "passengers", *words)
        assert code == 2
        assert "expected .svg, .png or .pdf" in said or "expected .csv or .xlsx" in said


def test_a_run_is_drawn_with_a_fit(small_study: Study, tmp_path: Path) -> None:
    for words in (["fan", "passengers"], ["board"], ["compare", "cargo"], ["multiples"]):
        out = tmp_path / f"{words[0]}.png"
        code, said = call(*words, "--study", str(small_study.folder), "--members", "8",
                          "--out", str(out))  # fmt: skip
        assert code == 0, said
        assert out.is_file()
    code, said = call("tornado", "cargo", "--study", str(small_study.folder), "--members", "8",
                      "--out", str(tmp_path / "t.png"))  # fmt: skip
    assert code == 2
    assert "at least 30 are needed" in said
