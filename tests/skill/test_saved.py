from __future__ import annotations

import csv
import io
import json
import shutil
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.session import OpenStudy, open_study
from qiantang.skill import saved
from qiantang.skill.make import make, selected_origins
from qiantang.skill.model_forecast import checked, model_forecaster
from qiantang.skill.scoreboard import score
from qiantang.skill.settings import Draws, SeriesRecord, read_series
from qiantang.study import Study

from .stand_ins import Carrier

NAMES = ["fdi_used", "cargo"]


@pytest.fixture(scope="module")
def few(series: dict[str, SeriesRecord]) -> dict[str, SeriesRecord]:
    return {name: series[name] for name in NAMES}


@pytest.fixture(scope="module")
def made_once(
    study: Study, few: dict[str, SeriesRecord], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A study folder with one small scoreboard."""
    folder = copied(study, tmp_path_factory.mktemp("study"))
    whole, origins = score, (2014.0, 2018.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qiantang.skill.make.score", partial(whole, origins=origins))
        own = Study(folder)
        make(own, few, Carrier(own, NAMES), "2026-01-test", "by hand", members=100)
    return folder


@pytest.fixture
def copy(study: Study, tmp_path: Path) -> Study:
    return Study(copied(study, tmp_path))


@pytest.fixture
def kept(made_once: Path, tmp_path: Path) -> OpenStudy:
    shutil.copytree(made_once, tmp_path / "kept")
    return open_study(tmp_path / "kept")


@pytest.fixture
def board(kept: Study) -> saved.Saved:
    return saved.newest(kept)


def copied(study: Study, place: Path) -> Path:
    """Copy a study without its fits and scoreboards."""
    shutil.copy(study.folder / "study.yaml", place)
    for name in ("model", "scenarios"):
        shutil.copytree(study.folder / name, place / name)
    shutil.copytree(study.folder / "calibration", place / "calibration",
                    ignore=shutil.ignore_patterns("fits", "20*"))  # fmt: skip
    return place


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(program, ["skill", *words])
    return result.exit_code, result.stdout, result.stderr


def test_a_saved_scoreboard_is_read_back_whole(kept: Study, board: saved.Saved) -> None:
    again = board
    assert json.loads(json.dumps(again.rows)) == again.rows
    assert again.record.version == "2026-01-test"
    assert saved.changed_inputs(kept, again.record) == []
    table = csv.DictReader(io.StringIO((again.folder / "skill.csv").read_text(encoding="utf-8")))
    assert len(list(table)) == len(board.rows)
    cases = list(
        csv.DictReader(io.StringIO((again.folder / "cases.csv").read_text(encoding="utf-8")))
    )
    assert {row["method"] for row in cases} >= {"model", "persistence", "arima"}


def test_an_altered_file_is_refused(kept: Study, board: saved.Saved) -> None:
    path = board.folder / "skill.json"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(StudyError, match=r"skill\.json"):
        saved.newest(kept)


def test_no_scoreboard_is_overwritten(
    kept: Study, board: saved.Saved, few: dict[str, SeriesRecord]
) -> None:
    with pytest.raises(StudyError, match="never overwritten"):
        make(kept, few, None, "2026-01-test", "by hand")


def test_the_command_prints_the_saved_one_and_its_verdicts(kept: Study, board: saved.Saved) -> None:
    code, out, err = run("--study", str(kept.folder))
    assert code == 0
    assert err == ""
    assert "wins" in out or "LOSES" in out
    assert "2026-01-test" in out
    code, out, _ = run("--study", str(kept.folder), "--lang", "zh", "--horizons")
    assert code == 0
    assert "实际利用外资" in out
    code, out, _ = run("--study", str(kept.folder), "--json")
    assert json.loads(out) == board.rows


def test_changed_evidence_is_told(kept: Study, board: saved.Saved) -> None:
    path = kept.folder / "calibration" / "priors.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "# a remark\n", encoding="utf-8")
    assert run("--study", str(kept.folder))[2] == ""
    path.write_text(text.replace("central: 12.0", "central: 11.0"), encoding="utf-8")
    code, _, err = run("--study", str(kept.folder))
    assert code == 0
    assert "calibration/priors.yaml changed since" in err


def test_without_a_scoreboard_the_command_says_what_to_do(copy: Study) -> None:
    code, _, err = run("--study", str(copy.folder))
    assert code == 2
    assert "qiantang skill --rerun" in err


def test_select_until_keeps_later_origins_out(copy: Study) -> None:
    assert selected_origins(copy, 2014) == (2009.0, 2010.0, 2011.0, 2012.0, 2013.0, 2014.0)
    assert len(selected_origins(copy, None)) == 10
    code, _, err = run("--study", str(copy.folder), "--baselines", "--select-until", "1999")
    assert code == 2
    assert "the first is 2009" in err


def test_unknown_series_and_drivers_are_refused_with_their_lines(copy: Study) -> None:
    path = copy.folder / "calibration" / "skill" / "series.yaml"
    path.write_text("fdi_use:\n  drivers: [national_fd]\n", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_series(path, copy.evidence, copy.drivers)
    assert [fault.line for fault in error.value.faults] == [1, 2]
    assert "did you mean fdi_used?" in str(error.value)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_chart_follows_the_saved_rows(kept: OpenStudy, board: saved.Saved, lang: str) -> None:
    chart = kept.chart.scoreboard(lang=lang)
    mine = {(row["series"], row["setting"], row["horizon"]): row for row in board.rows}
    assert len(chart.data)
    for row in chart.data.to_dict("records"):
        assert row["ratio"] == mine[row["series"], row["setting"], row["horizon"]]["ratio"]
    assert board.record.version in chart.source["scoreboard"]
    assert chart.svg() == kept.chart.scoreboard(lang=lang).svg()


def test_forecasts_that_cannot_be_scored_are_refused() -> None:
    import numpy as np

    good = np.ones((10, 2))
    bad = {
        "shape": Draws((2014,), good),
        "missing": Draws((2014, 2015), np.where(np.arange(10)[:, None] < 6, np.nan, good)),
        "negative": Draws((2014, 2015), -good),
        "good": Draws((2014, 2015), good),
    }
    with pytest.raises(StudyError) as error:
        checked(bad, 2014.0, "ex_ante")
    assert {fault.where for fault in error.value.faults} == {"shape", "missing", "negative"}
    assert set(checked({"good": bad["good"]}, 2014.0, "ex_ante")) == {"good"}


def test_the_model_is_asked_through_the_calibration(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    from types import ModuleType

    import numpy as np

    asked = []

    def forecast_from(*given: object) -> dict[str, Draws]:
        asked.append(given)
        return {"gdp": Draws((2014,), np.ones((given[3], 1)))}  # type: ignore[call-overload]

    stand_in = ModuleType("qiantang.calibrate.forecast")
    stand_in.forecast_from = forecast_from  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "qiantang.calibrate.forecast", stand_in)
    made = model_forecaster(study, 30, 7)(2014.0, "conditional")
    assert made["gdp"].values.shape == (30, 1)
    assert asked == [(study, 2014.0, "conditional", 30, 7)]
    del stand_in.forecast_from
    with pytest.raises(StudyError, match="no forecasts from an origin"):
        model_forecaster(study, 30, 7)
