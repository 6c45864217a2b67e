"""The benchmark of single runs: what it measures and how it tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.benchmark import single_run
from qiantang.benchmark.single_run import Timing

MODEL = Path(__file__).parents[1] / "engine" / "models" / "arrays.mdl"


def test_a_run_of_the_default_engine_is_measured() -> None:
    timing = single_run.ours(MODEL)
    assert (timing.engine, timing.steps) == ("scalar", 20)
    assert timing.scalars > 10
    assert timing.reading > 0 < timing.running


def test_an_engine_that_gives_up_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mdl"
    broken.write_text("{UTF-8}\nx = y ~~|\n", encoding="utf-8")
    timing = single_run.apart("ours", broken)
    assert timing.failed
    assert "Traceback" not in timing.failed


def test_the_table_tells_ratios_and_refusals() -> None:
    mine = Timing(1.0, 0.5, 2**20, "scalar", 1234, 100)
    rows = [
        (Path("quick.mdl"), mine, Timing(3.0, 4.5, 2**21, "pysd")),
        (Path("alone.mdl"), mine, Timing(failed="no such function")),
        (Path("bad.mdl"), Timing(failed="not read"), Timing()),
    ]
    lines = single_run.table(rows).splitlines()
    assert "| 1,234 | 100 | scalar | 1.00 s | 0.50 s | 3.00 s | 4.50 s | 9.0 | 5.0 |" in lines[2]
    assert "not run: no such function" in lines[3]
    assert "refused: not read" in lines[4]
    assert len({line.count("|") for line in lines}) == 1


def test_the_table_stands_between_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{single_run.BEGIN}\nold\n{single_run.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(single_run, "apart", lambda engine, file: Timing(1, 1, 1, engine))
    single_run.main(["some.mdl", "--write", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| some.mdl |" in text
