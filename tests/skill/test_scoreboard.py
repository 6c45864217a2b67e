from __future__ import annotations

import json

import numpy as np
import pytest

from qiantang.skill import verdict
from qiantang.skill.cases import MODEL, Case
from qiantang.skill.events import case_outcome, probability, rolling_events
from qiantang.skill.history import known_figures, truth
from qiantang.skill.rows import gather
from qiantang.skill.scoreboard import score
from qiantang.skill.settings import Draws, SeriesRecord
from qiantang.study import Study

from .stand_ins import Carrier, Oracle

#: The keys that the table promises, in this order.
KEYS = ("series", "setting", "horizon", "n", "crps_model", "crps_best_baseline", "best_baseline",
        "mape_model", "coverage90")  # fmt: skip
NAMES = ["fdi_used", "passengers"]
ORIGINS = (2012.0, 2018.0)


def board(study: Study, series: dict[str, SeriesRecord], forecaster: object) -> list[dict]:
    few = {name: series[name] for name in NAMES}
    return list(score(study, few, forecaster, origins=ORIGINS, members=200).rows)


def test_a_forecaster_that_knows_wins_everywhere(
    study: Study, series: dict[str, SeriesRecord]
) -> None:
    rows = board(study, series, Oracle(study, NAMES))
    assert rows
    assert all(row["ratio"] < 1 for row in rows)
    assert all(row["coverage90"] == 1.0 for row in rows)
    assert all(row["mape_model"] < 0.001 for row in rows)
    assert all(row["cases_won"] == row["n"] for row in rows)


def test_a_forecaster_that_errs_by_half_loses_everywhere(
    study: Study, series: dict[str, SeriesRecord]
) -> None:
    rows = board(study, series, Oracle(study, NAMES, bias=1.5))
    assert all(row["ratio"] > 1 for row in rows if row["setting"] in ("conditional", "ex_ante"))
    assert all(row["coverage90"] == 0.0 for row in rows)
    assert all(row["mape_model"] == pytest.approx(0.5, abs=0.01) for row in rows)
    assert all(value == 0.0 for row in rows for value in row["pit"])


def test_a_stand_in_is_near_persistence(study: Study, series: dict[str, SeriesRecord]) -> None:
    rows = board(study, series, Carrier(study, NAMES))
    for row in rows:
        assert row["mape_model"] == pytest.approx(row["mape_persistence"], abs=0.02)


def test_rows_have_the_promised_keys_and_settings(
    study: Study, series: dict[str, SeriesRecord]
) -> None:
    rows = board(study, series, Oracle(study, NAMES))
    for row in rows:
        assert tuple(row)[: len(KEYS)] == KEYS
        best = min((key for key in row if key.startswith("crps_") and key[5:] in BASE),
                   key=lambda key: row[key])  # fmt: skip
        assert best == f"crps_{row['best_baseline']}"
        assert sum(row["pit_histogram"]) == len(row["pit"]) == row["n"]
    assert {row["setting"] for row in rows} == {
        "ex_ante", "conditional", "pandemic_unknown", "pandemic_known"
    }  # fmt: skip
    assert {row["horizon"] for row in rows} == {1, 2, 3, "all"}
    json.dumps(rows, allow_nan=False)


BASE = (
    "persistence",
    "drift",
    "trend",
    "ets",
    "arima",
    "regression",
    "growth_regression",
    "share",
    "share_damped",
    "share_given",
)


def test_a_series_without_a_forecast_has_baselines_only(
    study: Study, series: dict[str, SeriesRecord]
) -> None:
    rows = board(study, series, Oracle(study, ["fdi_used"]))
    assert all(row["crps_model"] is None for row in rows if row["series"] == "passengers")
    assert all(row["crps_model"] is not None for row in rows if row["series"] == "fdi_used")


def case(method: str, origin: float, crps: float, year: int | None = None) -> Case:
    return Case("s", "ex_ante", origin, int(origin) if year is None else year, method, 1.0, 1.0,
                crps, crps, 0.5, (True, True, True))  # fmt: skip


def test_rows_are_means_by_hand() -> None:
    cases = [case(MODEL, 2010.0, 0.1), case(MODEL, 2011.0, 0.3), case("drift", 2010.0, 0.2),
             case("drift", 2011.0, 0.2), case("ets", 2010.0, 0.0),
             case("ets", 2011.0, 0.5)]  # fmt: skip
    first, whole = gather(cases, [], ["s"])
    assert first["horizon"] == 1
    assert whole["n"] == 2
    assert whole["crps_model"] == pytest.approx(0.2)
    assert (whole["best_baseline"], whole["crps_best_baseline"]) == ("drift", pytest.approx(0.2))
    assert whole["cases_won"] == 1
    assert whole["ratio_p05"] == pytest.approx(0.5)
    assert whole["ratio_p95"] == pytest.approx(1.5)


def test_verdicts_follow_the_numbers() -> None:
    series = {"s": SeriesRecord(headline=True, drivers=("x",))}
    lost = gather([case(MODEL, 2010.0, 0.3), case("drift", 2010.0, 0.2)], [], ["s"])
    line = verdict.verdict_line("S", verdict.whole(lost, "ex_ante")["s"], "ex_ante")
    assert "LOSES" in line
    assert "50% higher than drift" in line
    won = gather([case(MODEL, 2010.0, 0.1), case("drift", 2010.0, 0.2)], [], ["s"])
    assert "wins" in verdict.verdict_line("S", verdict.whole(won, "ex_ante")["s"], "ex_ante")
    bars = verdict.bars(won, series)
    assert [bar.passed for bar in bars] == [False] * 6  # 1 won, 4 are needed
    assert "胜" in verdict.verdict_line("S", verdict.whole(won, "ex_ante")["s"], "ex_ante", "zh")
    assert len(verdict.bars(won, series, "zh")) == len(bars)
    assert "not scored" in verdict.verdict_line("S", None, "ex_ante")


def test_events_of_the_last_origin_are_the_plans_targets(study: Study) -> None:
    events = rolling_events(study)
    targets = {target.id: target for target in study.plan.targets.targets}
    assert {"foreign_investment", "goods_trade", "passengers", "cargo"} <= set(events)
    for name, event in events.items():
        figures = truth(study.evidence, event.series)
        known = known_figures(study.evidence, event.series, 2018.0)
        wanted = case_outcome(event, 2018.0, known, figures)
        if wanted is not None:
            assert wanted.threshold == pytest.approx(targets[name].threshold)
            assert wanted.years == tuple(targets[name].measure.years)
    fdi = case_outcome(events["foreign_investment"], 2018.0,
                       known_figures(study.evidence, "fdi_used", 2018.0),
                       truth(study.evidence, "fdi_used"))  # fmt: skip
    assert fdi is not None
    assert fdi.happened


def test_probability_sums_the_years_of_a_member(study: Study) -> None:
    event = rolling_events(study)["foreign_investment"]
    wanted = case_outcome(event, 2018.0, known_figures(study.evidence, "fdi_used", 2018.0),
                          truth(study.evidence, "fdi_used"))  # fmt: skip
    assert wanted is not None
    draws = Draws((2018, 2019, 2020), np.array([[7.0, 7.0, 7.0], [9.0, 9.0, 1.0], [9, 9, 9]]))
    assert probability(event, wanted, draws) == pytest.approx(2 / 3)
    assert probability(event, wanted, Draws((2018,), np.ones((3, 1)))) is None
