"""Rolling origins: blind to what came after the review, kept where interrupted, told in a table."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qiantang.calibrate.chains import Plan
from qiantang.calibrate.forecast import refit
from qiantang.faults import StudyError
from qiantang.review.belief import Belief
from qiantang.session import open_study
from qiantang.study import Study
from tools.rolling import asked_cases, beliefs_at, main, measured, series_of, table, tracker_at

pytestmark = pytest.mark.usefixtures("coarse_refits")

ORIGIN, MEMBERS, SEED = 2013.0, 40, 3


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rolling")


@pytest.fixture(scope="module")
def found(study: Study, place: Path) -> dict[str, Any]:
    return measured(study, ORIGIN, MEMBERS, SEED, place / "2013-3")


def beliefs(study: Study, fitted: Study, place: Path) -> dict[str, Belief]:
    fit = refit(fitted, ORIGIN, MEMBERS, SEED, place / "2013-3")
    asked = asked_cases(study, series_of(study), ORIGIN)
    return beliefs_at(tracker_at(study, fit, ORIGIN, tuple(asked.values()), SEED), ORIGIN)


def test_two_years_after_the_origins_own_are_scored(study: Study, found: dict[str, Any]) -> None:
    assert {case["year"] for case in found["cases"]} == {2014, 2015}
    headline = {case["series"] for case in found["cases"] if case["headline"]}
    assert headline >= {"fdi_used", "passengers", "gdp"}
    assert found["figures"] > 5
    assert MEMBERS / 2 < found["members"] <= MEMBERS
    for case in found["cases"]:
        assert 0 < case["plain"] < 1
        assert case["weights"] != case["plain"] != case["world"]


def test_nothing_later_than_the_review_is_seen(
    study: Study, found: dict[str, Any], place: Path
) -> None:
    later = open_study(study.folder)
    drivers = study.drivers
    figures = tuple(
        dataclasses.replace(figure, value=1.5 * figure.value)
        if figure.year > ORIGIN + 1 and not drivers.definitions[figure.driver].scheduled
        else figure
        for figure in drivers.figures
    )
    assert sum(a != b for a, b in zip(figures, drivers.figures, strict=True)) > 50
    vars(later)["drivers"] = dataclasses.replace(drivers, figures=figures)
    mine, theirs = (beliefs(one, study, place) for one in (study, later))
    for way, belief in mine.items():
        np.testing.assert_array_equal(belief.read, theirs[way].read, err_msg=way)
    readings = mine["weights"].known.readings
    assert len(readings) == found["figures"]
    assert all(ORIGIN < one.figure.times[-1] <= ORIGIN + 1 for one in readings)


def test_members_as_they_are_forecast_what_the_scoreboard_has(study: Study, place: Path) -> None:
    told = beliefs(study, study, place)
    plain = told["plain"]
    assert plain.effective == pytest.approx(len(plain.weights))
    seen = [r for r in told["weights"].known.readings if r.series in ("passengers", "fdi_used")]
    assert seen
    for reading in seen:
        said = [float(told[way].weights @ np.log(told[way].figure(reading.figure)))
                for way in ("plain", "weights")]  # fmt: skip
        gaps = np.abs(np.array(said) - reading.log_value)
        assert gaps[1] < max(gaps[0], reading.error), reading.key


def test_what_was_interrupted_goes_on_and_is_not_taken_for_another(
    study: Study, found: dict[str, Any], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refit.cache_clear()  # the chains are there, the scores are not
    again = measured(study, ORIGIN, MEMBERS, SEED, place / "2013-3")
    assert json.dumps(again) == json.dumps(found)
    refit.cache_clear()
    monkeypatch.setattr("qiantang.calibrate.forecast.PLAN", Plan(16, (20,), 5, 2))
    with pytest.raises(StudyError, match="made from other inputs"):
        measured(study, ORIGIN, MEMBERS, SEED, place / "2013-3")


def test_scores_that_are_there_are_told_without_a_fit(
    found: dict[str, Any],
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (place / "2013-3" / f"{MEMBERS}.json").write_text(json.dumps(found), encoding="utf-8")
    words = ["2013", "--members", str(MEMBERS), "--seed", str(SEED), "--out", str(place)]
    main(words)
    assert capsys.readouterr().out == table([found]) + "\n"
    monkeypatch.setattr("qiantang.calibrate.forecast.PLAN", Plan(16, (20,), 5, 2))
    with pytest.raises(StudyError, match="made from other inputs"):
        main(words)  # the study has changed since


def test_the_table_by_hand() -> None:
    def case(series: str, year: int, plain: float, weights: float, **more: Any) -> dict[str, Any]:
        return {"series": series, "year": year, "headline": True, "plain": plain,
                "weights": weights, "smoother": plain, "world": 2 * plain} | more  # fmt: skip

    one = {"origin": 2010.0, "figures": 9, "members": 390, "worth": 123.4, "tail": None,
           "refusal": "", "cases": [case("a", 2011, 0.1, 0.05), case("a", 2012, 0.3, 0.05),
           case("b", 2011, 0.2, 0.2), case("c", 2011, 0.1, 0.8, headline=False)]}  # fmt: skip
    other = one | {"origin": 2011.0, "tail": 0.81, "refusal": "few", "worth": 20.0,
                   "cases": [case("a", 2012, 0.02, 0.08)]}  # fmt: skip
    lines = table([one, other]).splitlines()
    # a: (0.05 + 0.05) / (0.1 + 0.3) is a quarter, b: 1, so together a half; c is no headline;
    # of 2012 a fit made a year later has 0.02, the figures taken in leave 0.05
    assert lines[2] == "| 2010 | 9 | 390 | 123 |  |  | 0.50 | 1.00 | 2.00 | 2.50 |"
    assert lines[3] == "| 2011 | 9 | 390 | 20 | 0.81 | yes | 4.00 | 1.00 | 2.00 |  |"
    assert "| a | 2 | 1.00 (1 better) | 1.00 (0 better) | 2.00 (0 better) |" in lines
    assert "| c | 1 | 8.00 (0 better) | 1.00 (0 better) | 2.00 (0 better) |" in lines
    assert "weights: better at 1 of 2 origins, 1.41 over all" in lines
