"""The reach table on runs made by hand."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from qiantang.ensemble.provenance import Facts, along
from qiantang.ensemble.reach import Reach, Row, measure, reach_table, what_happened
from qiantang.plan.targets import Happened, Measure, Target
from qiantang.study import Study

YEARS = list(range(2015, 2021))
MEMBERS = 5
#: Values of 2020 in two scenarios, five members.
LAST = np.array([[10.0, 20.0, 30.0, 40.0, 50.0], [30.0, 30.0, 30.0, 60.0, 70.0]])


def dataset(**changes: Any) -> xr.Dataset:
    """Return two scenarios: trade grows by one a year towards LAST, services are a tenth of it."""
    back = np.array([YEARS[-1] - year for year in YEARS])
    trade = LAST[:, :, None] - back
    data = {"trade": trade, "services": 0.1 * trade + 0.02 * trade * (np.array(YEARS) - 2017)}
    data |= changes
    axes = ("scenario", "member", "time")
    return xr.Dataset(
        {name: (axes, values) for name, values in data.items()},
        coords={
            "scenario": ["rest", "go: fast, far"],
            "member": range(MEMBERS),
            "time": YEARS,
            **along(
                [Facts("", "", "2018", "known", ""), Facts("", "", "2018 + actual", "mixed", "")]
            ),
        },
    )


def target(sense: str = "above", threshold: float = 30.0, **wanted: Any) -> Target:
    given = {"kind": "yearly_total", "variable": "trade", "years": [2020]} | wanted
    return Target(
        id="trade", title="Trade", title_zh="贸易", article=3, quote="突破", unit="bnCNY/Year",
        threshold=threshold, sense=sense, measure=Measure(**given),
        happened=Happened(series="seen", over=["seen", "parts"] if "over" in given else [],
                          years=given["years"]),
        note="a test",
    )  # fmt: skip


def evidence(**series: dict[float, float | None]) -> Any:
    rows = {
        name: SimpleNamespace(
            used=tuple(SimpleNamespace(year=year, value=value) for year, value in figures.items())
        )
        for name, figures in series.items()
    }
    return SimpleNamespace(series=rows)


def table(*targets: Target, data: xr.Dataset | None = None, **series: Any) -> Reach:
    study: Any = SimpleNamespace(
        plan=SimpleNamespace(targets=SimpleNamespace(targets=targets)), evidence=evidence(**series)
    )
    return reach_table(dataset() if data is None else data, study)


def test_above_and_at_least_differ_at_the_threshold() -> None:
    above = [row.probability for row in table(target("above")).rows]
    at_least = [row.probability for row in table(target("at_least")).rows]
    assert above == [2 / 5, 2 / 5]
    assert at_least == [3 / 5, 5 / 5]


def test_median_and_interval_are_quantiles_over_members() -> None:
    first, second = table(target()).rows
    # Five members: the 5 % point lies a fifth of the way from the first to the second.
    assert (first.p05, first.median, first.p95) == pytest.approx((12.0, 30.0, 48.0))
    assert (second.p05, second.median, second.p95) == pytest.approx((30.0, 30.0, 68.0))


def test_rows_are_grouped_by_scenario_in_the_order_of_the_run() -> None:
    other = target().model_copy(update={"id": "more", "article": 7, "unit": "x", "threshold": 1.0})
    rows = table(target(), other).rows
    assert [(row.scenario, row.target) for row in rows] == [
        ("rest", "trade"), ("rest", "more"), ("go: fast, far", "trade"), ("go: fast, far", "more"),
    ]  # fmt: skip
    assert [row.vintage for row in rows] == ["2018", "2018", "2018 + actual", "2018 + actual"]
    assert (rows[1].article, rows[1].unit, rows[1].threshold) == (7, "x", 1.0)


@pytest.mark.parametrize(
    ("wanted", "sense", "expected"),
    [
        ({"kind": "sum_of_years", "years": [2018, 2019, 2020]}, "above", 3 * LAST - 3),
        ({"kind": "year_end", "years": [2019]}, "at_least", LAST - 1),
        ({"kind": "rises_each_year", "years": [2018, 2019, 2020]}, "rises_each_year", 1 + 0 * LAST),
        (
            {
                "kind": "ratio_rise",
                "variable": "services",
                "over": ["services", "trade"],
                "years": [2017, 2020],
            },
            "rises",
            0.16 / 1.16 - 0.1 / 1.1 + 0 * LAST,
        ),
    ],
)
def test_each_kind_of_measure(wanted: dict[str, Any], sense: str, expected: np.ndarray) -> None:
    asked = target(sense, 0.0, **wanted)
    np.testing.assert_allclose(measure(dataset(), asked.measure), expected)
    assert [row.probability for row in table(asked).rows] == list((expected > 0).mean(axis=1))


def test_the_least_rise_counts_the_year_before_the_first() -> None:
    trade = np.ones((2, MEMBERS, len(YEARS))) * np.arange(len(YEARS))
    trade[0, 0, YEARS.index(2017)] = 9.0  # so 2018 falls
    trade[0, 1, YEARS.index(2019)] = 2.5  # so 2019 falls, 2020 rises
    trade[1, 0, YEARS.index(2016)] = 9.0  # a fall before the years asked for
    asked = target("rises_each_year", 0.0, kind="rises_each_year", years=[2018, 2019, 2020])
    rows = table(asked, data=dataset(trade=trade)).rows
    assert [row.probability for row in rows] == [3 / 5, 1.0]


def test_standing_still_is_no_rise() -> None:
    still = dataset(trade=np.ones((2, MEMBERS, len(YEARS))))
    each = target("rises_each_year", 0.0, kind="rises_each_year", years=[2018, 2019, 2020])
    share = target("rises", 0.0, kind="ratio_rise", over=["trade"], years=[2017, 2020])
    assert {row.probability for row in table(each, share, data=still).rows} == {0.0}


def test_what_happened_is_taken_from_the_evidence() -> None:
    study: Any = SimpleNamespace(
        evidence=evidence(
            seen={2017: 8.0, 2018: 10.0, 2019: 11.0, 2020: 15.0}, parts={2017: 32.0, 2020: 35.0}
        )
    )

    def happened(asked: Target) -> float | None:
        return what_happened(study, asked.happened, asked.measure)

    assert happened(target()) == 15.0
    assert happened(target(kind="sum_of_years", years=[2018, 2019, 2020])) == 36.0
    rises = target("rises_each_year", 0.0, kind="rises_each_year", years=[2018, 2019, 2020])
    assert happened(rises) == 1.0
    share = target("rises", 0.0, kind="ratio_rise", over=["services", "trade"], years=[2017, 2020])
    assert happened(share) == pytest.approx(15 / 50 - 8 / 40)


@pytest.mark.parametrize(
    "series",
    [{}, {"seen": {}}, {"seen": {2019: 4.0}}, {"seen": {2020: None}}, {"other": {2020: 4.0}}],
)
def test_without_a_figure_nothing_is_said_of_what_happened(series: Any) -> None:
    assert table(target(), **series).rows[0].actual is None
    assert table(target(), **series).records()[0]["actual"] is None


def test_one_missing_year_of_three_is_no_sum() -> None:
    asked = target(kind="sum_of_years", years=[2018, 2019, 2020])
    assert table(asked, seen={2018: 1.0, 2020: 1.0}).rows[0].actual is None


def test_diverged_members_are_left_out_and_counted() -> None:
    trade = dataset().trade.values.copy()
    trade[0, 4] = np.nan
    trade[1] = np.nan
    first, second = table(target("at_least"), data=dataset(trade=trade)).rows
    assert (first.members, first.diverged) == (5, 1)
    assert first.probability == 2 / 4
    assert first.median == 25.0
    assert (second.members, second.diverged) == (5, 5)
    assert np.isnan([second.probability, second.median, second.p05, second.p95]).all()


def test_records_are_json_without_nan() -> None:
    trade = np.full((2, MEMBERS, len(YEARS)), np.nan)
    records = table(target(), data=dataset(trade=trade), seen={2020: 12.0}).records()
    again = json.loads(json.dumps(records, allow_nan=False))
    assert again[0]["median"] is None
    assert again[0]["actual"] == 12.0
    assert set(again[0]) >= {
        "scenario", "target", "article", "unit", "threshold", "median", "p05", "p95",
        "probability", "actual", "vintage",
    }  # fmt: skip


def test_the_table_as_a_frame() -> None:
    frame = table(target()).to_pandas()
    assert list(frame.columns) == list(Row.__dataclass_fields__)
    assert len(frame) == 2
    assert "go: fast, far" in repr(table(target()))


def test_every_target_of_the_plan_can_be_scored(study: Study) -> None:
    """Of what happened, each figure that the evidence states is found."""
    actual = {
        item.id: what_happened(study, item.happened, item.measure)
        for item in study.plan.targets.targets
    }
    assert len(actual) == 9
    seen = {row.year: row.value for row in study.evidence.series["passengers"].used}
    assert actual["passengers"] == seen[2020]
    invested = {row.year: row.value for row in study.evidence.series["fdi_used"].used}
    assert actual["foreign_investment"] == pytest.approx(
        sum(invested[year] for year in (2018, 2019, 2020))
    )
    assert actual["outward_investment"] is None  # no figure found for the city
    for item in study.plan.targets.targets:
        for name in (item.measure.variable, *item.measure.over):
            assert name in study.headlines


def test_a_target_with_the_wrong_sense_cannot_be_made() -> None:
    with pytest.raises(ValidationError):
        target("rises", 0.0)
