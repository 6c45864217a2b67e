"""Forecasts from an earlier origin: blind to all that came after it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from qiantang.calibrate.forecast import HORIZON, Forecast, forecast_from, refit
from qiantang.evidence.driverfile import Definition
from qiantang.evidence.driverfile import Figure as DriverFigure
from qiantang.evidence.observations import Evidence, Observation, Series
from qiantang.session import open_study
from qiantang.study import Study

pytestmark = pytest.mark.usefixtures("coarse_refits")

ORIGIN, MEMBERS = 2014.0, 40
Forecasts = dict[str, Forecast]


def late(definition: Definition, figure: DriverFigure) -> bool:
    """Say whether a driver's figure was not known at the origin; schedules are plans."""
    if definition.scheduled and figure.vintage == "2018":
        return False
    return figure.year > ORIGIN if definition.between == "point" else figure.year >= ORIGIN


def poisoned_row(series: Series, row: Observation) -> Observation:
    if row.year + (0.0 if series.kind == "dated" else 1.0) <= ORIGIN:
        return row
    stated = {key: getattr(row, key) for key in ("value", "low", "high")}
    tripled = {key: None if value is None else 3 * value for key, value in stated.items()}
    return dataclasses.replace(row, **tripled, grade="undocumented")


def poisoned_evidence(evidence: Evidence) -> Evidence:
    series = {
        name: dataclasses.replace(
            entry, observations=tuple(poisoned_row(entry, row) for row in entry.observations)
        )
        for name, entry in evidence.series.items()
    }
    return dataclasses.replace(evidence, series=series)


@pytest.fixture(scope="module")
def poisoned(study: Study) -> Study:
    """Return the study with every figure after the origin changed."""
    copy = open_study(study.folder)
    vars(copy)["evidence"] = poisoned_evidence(study.evidence)
    figures = tuple(
        dataclasses.replace(figure, value=1.5 * figure.value)
        if late(study.drivers.definitions[figure.driver], figure)
        else figure
        for figure in study.drivers.figures
    )
    assert sum(a != b for a, b in zip(figures, study.drivers.figures, strict=True)) > 50
    vars(copy)["drivers"] = dataclasses.replace(study.drivers, figures=figures)
    return copy


@pytest.fixture(scope="module")
def ex_ante(study: Study) -> Forecasts:
    return forecast_from(study, ORIGIN, "ex_ante", MEMBERS, 3)


def test_nothing_after_the_origin_is_seen(poisoned: Study, ex_ante: Forecasts) -> None:
    blind = forecast_from(poisoned, ORIGIN, "ex_ante", MEMBERS, 3)
    assert set(blind) == set(ex_ante)
    for name, forecast in ex_ante.items():
        years = [row.year for row in poisoned.evidence.series[name].used]
        if not any(year < ORIGIN for year in years):
            continue  # never measured before: only how sharply it is measured is taken from later
        np.testing.assert_array_equal(blind[name].values, forecast.values, err_msg=name)


def test_the_poison_is_one(study: Study, poisoned: Study) -> None:
    """What follows the origin does change a forecast that is told of it."""
    told = forecast_from(study, ORIGIN, "conditional", MEMBERS, 3)
    false = forecast_from(poisoned, ORIGIN, "conditional", MEMBERS, 3)
    assert not np.allclose(told["passengers"].values, false["passengers"].values, rtol=0.05)


def test_true_drivers_make_another_forecast(study: Study, ex_ante: Forecasts) -> None:
    told = forecast_from(study, ORIGIN, "conditional", MEMBERS, 3)
    for name in ("passengers", "goods_exports", "gdp"):
        assert told[name].values.shape == ex_ante[name].values.shape
        assert not np.array_equal(told[name].values, ex_ante[name].values)


def test_years_and_members(study: Study, ex_ante: Forecasts) -> None:
    kinds = {s.name for s in study.evidence.series.values() if s.kind == "yearly_total"}
    assert {"passengers", "cargo", "fdi_used", "gdp"} <= set(ex_ante) <= kinds
    settled = int(refit(study, ORIGIN, MEMBERS, 3).carried.settled.sum())
    assert settled > MEMBERS / 2
    for forecast in ex_ante.values():
        assert forecast.years == (2014, 2015, 2016)
        assert forecast.values.shape == (settled, HORIZON)
        assert np.isfinite(forecast.values).all()
        assert (forecast.values > 0).all()


def test_a_forecast_starts_from_the_observed_state(study: Study, ex_ante: Forecasts) -> None:
    for name in ("passengers", "gdp"):
        used = {row.year: row.value for row in study.evidence.series[name].used}
        last = used[2013.0]
        assert last is not None
        gap = np.log(np.median(ex_ante[name].values[:, 0]) / last)
        assert -0.1 < gap < 0.3, name


def test_spread_grows_with_the_horizon(ex_ante: Forecasts) -> None:
    spreads = [np.log(ex_ante[name].values).std(axis=0) for name in ("passengers", "cargo", "gdp")]
    assert all(spread[-1] > spread[0] for spread in spreads)


def test_the_figures_of_a_refit_were_complete_at_the_origin(study: Study) -> None:
    fit = refit(study, ORIGIN, MEMBERS, 3)
    assert max(figure.times[-1] for figure in fit.target.observed.figures) <= ORIGIN
    assert fit is refit(study, ORIGIN, MEMBERS, 3)  # settings of an origin share one fit


@pytest.mark.slow
def test_the_same_seed_gives_the_same_forecast(study: Study, ex_ante: Forecasts) -> None:
    refit.cache_clear()
    afresh = forecast_from(study, ORIGIN, "ex_ante", MEMBERS, 3)
    np.testing.assert_array_equal(afresh["cargo"].values, ex_ante["cargo"].values)


@pytest.mark.slow
def test_the_pandemic_is_known_in_one_setting_alone(study: Study) -> None:
    """From 2018, vintage 2018 has its published forecasts and the actual one what happened."""
    unknown = forecast_from(study, 2018.0, "pandemic_unknown", 24, 5)
    known = forecast_from(study, 2018.0, "pandemic_known", 24, 5)
    assert unknown["passengers"].years == (2018, 2019, 2020)
    ratio = np.median(known["passengers"].values, 0) / np.median(unknown["passengers"].values, 0)
    assert ratio[2] < 0.85
    assert ratio[0] == pytest.approx(1.0, abs=0.1)
