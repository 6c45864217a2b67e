"""Methods added to a scoreboard: the forecasts stay, the verdict may change."""

from __future__ import annotations

import csv
import io
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.skill import saved
from qiantang.skill.baselines import SHARES
from qiantang.skill.complete import complete, read_cases, read_outcomes
from qiantang.skill.make import make
from qiantang.skill.scoreboard import score
from qiantang.skill.settings import SeriesRecord
from qiantang.study import Study

from .stand_ins import Carrier

NAMES = ["fdi_used", "cargo"]
OLD = ("persistence", "drift", "regression")


@pytest.fixture(scope="module")
def few(series: dict[str, SeriesRecord]) -> dict[str, SeriesRecord]:
    return {name: series[name] for name in NAMES}


@pytest.fixture(scope="module")
def made_once(
    study: Study, few: dict[str, SeriesRecord], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A study folder with a scoreboard of three methods, and one of the same with all."""
    folder = tmp_path_factory.mktemp("study")
    shutil.copy(study.folder / "study.yaml", folder)
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(study.folder / part, folder / part,
                        ignore=shutil.ignore_patterns("fits", "20*"))  # fmt: skip
    own, origins = Study(folder), (2014.0, 2018.0)
    for version, methods in (("2026-01-whole", (*OLD, *SHARES)), ("2026-02-few", OLD)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("qiantang.skill.make.score",
                          partial(score, origins=origins, methods=methods))  # fmt: skip
            made = make(own, few, Carrier(own, NAMES), version, "by hand", members=60)
        text = (made.folder / "skill.yaml").read_text(encoding="utf-8")
        text = text[: text.index("origins:")] + "origins: [2014.0, 2018.0]\n" + text[
            text.index("packages:") :]  # fmt: skip
        (made.folder / "skill.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    shutil.copytree(made_once, tmp_path / "own")
    for module in ("complete", "rivals"):  # the other methods are slow and nothing new
        monkeypatch.setattr(f"qiantang.skill.{module}.BASELINES", _methods())
    return Study(tmp_path / "own")


def _methods() -> dict[str, object]:
    from qiantang.skill.baselines import BASELINES

    return {name: BASELINES[name] for name in (*OLD, *SHARES)}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_added_methods_score_as_if_made_at_once(own: Study, few: dict[str, SeriesRecord]) -> None:
    made = complete(own, few, "2026-03-more", "by hand")
    whole = made.folder.with_name("2026-01-whole")
    for name in ("cases.csv", "events.csv"):
        assert (made.folder / name).read_text("utf-8") == (whole / name).read_text("utf-8")
    rows, wanted = (pd.read_csv(folder / "skill.csv") for folder in (made.folder, whole))
    assert rows.columns.tolist() == wanted.columns.tolist()
    close = rows.columns.drop("brier_best")  # the cases kept are rounded: a tie may fall either way
    pd.testing.assert_frame_equal(rows[close], wanted[close], rtol=1e-3)
    assert (made.record.completes, made.record.members) == ("2026-02-few", 60)
    assert saved.newest(own).record.version == "2026-03-more"
    assert saved.changed_inputs(own, made.record) == []


def test_cases_are_read_as_they_were_saved(own: Study) -> None:
    folder = saved.newest(own).folder
    cases, rows = read_cases(folder), table(folder, "cases.csv")
    assert len(cases) == len(rows) > 20
    first = cases[0]
    assert str(first.crps) == rows[0]["crps"]
    assert first.covered == tuple(rows[0][f"covered{level}"] == "True" for level in (50, 80, 90))
    outcomes = read_outcomes(folder)
    assert {outcome.happened for outcome in outcomes} <= {True, False}
    assert len(outcomes) == len(table(folder, "events.csv"))


def test_a_change_of_the_model_is_told_and_one_of_the_evidence_refused(
    own: Study, few: dict[str, SeriesRecord]
) -> None:
    priors = own.folder / "calibration" / "priors.yaml"
    text = priors.read_text(encoding="utf-8").replace("central: 12.0", "central: 11.0")
    priors.write_text(text, encoding="utf-8")
    made = complete(Study(own.folder), few, "2026-03-more", "by hand")
    assert saved.changed_inputs(own, made.record) == ["calibration/priors.yaml"]
    figures = own.folder / "calibration" / "evidence" / "grades.yaml"
    figures.write_text(figures.read_text("utf-8").replace("log_sd: 0.01", "log_sd: 0.02"), "utf-8")
    with pytest.raises(StudyError, match=r"other evidence \(calibration/evidence/grades.yaml"):
        complete(Study(own.folder), few, "2026-04-more", "by hand")


def test_where_nothing_is_lacking_the_command_says_so(own: Study) -> None:
    shutil.rmtree(own.folder / "calibration" / "skill" / "2026-02-few")
    words = ["skill", "--complete", "--study", str(own.folder)]
    result = CliRunner().invoke(program, words)
    assert result.exit_code == 2
    assert "2026-01-whole: has every method already" in result.stderr
