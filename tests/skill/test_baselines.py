from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qiantang.skill import baselines, statespace
from qiantang.skill.history import History
from qiantang.skill.world import World

MEMBERS = 1001
NOTHING = World({}, {})


def made(logs: list[float], missing: tuple[int, ...] = (), first: int = 2000) -> History:
    years = np.arange(first, first + len(logs))
    return History(years, np.array(logs), ~np.isin(np.arange(len(logs)), missing))


def quantile(draws: np.ndarray, level: float) -> np.ndarray:
    return np.quantile(draws, level, axis=0)


def test_persistence_by_hand() -> None:
    past = made([0.0, 0.1, 0.0, 0.2, 0.1])  # squares of the steps: .01 + .01 + .04 + .01
    draws = baselines.persistence(past, NOTHING, [2005, 2007], MEMBERS)
    assert np.median(draws, axis=0) == pytest.approx([0.1, 0.1])
    upper = 0.1 + stats.t.ppf(0.9, 4) * np.sqrt(np.array([1, 3]) * 0.07 / 4)
    assert quantile(draws, 0.9) == pytest.approx(upper, rel=5e-3)


def test_drift_by_hand() -> None:
    past = made([0.0, 0.1, 0.3, 0.3, 0.4])  # steps .1 .2 0 .1, mean .1, squares .02 over 3
    draws = baselines.drift(past, NOTHING, [2005, 2006], MEMBERS)
    assert np.median(draws, axis=0) == pytest.approx([0.5, 0.6])
    sd = np.sqrt(0.02 / 3 * np.array([1 + 1 / 4, 2 + 4 / 4]))
    assert quantile(draws, 0.9) == pytest.approx(
        np.array([0.5, 0.6]) + stats.t.ppf(0.9, 3) * sd, rel=5e-3
    )


def test_a_filled_year_does_not_make_a_random_walk_look_calm() -> None:
    """The spread from every second figure is, in the mean, that from all figures."""
    rng = np.random.default_rng(4)
    ratio = []
    for _ in range(300):
        logs = np.cumsum(rng.normal(size=21))
        holes = tuple(range(1, 21, 2))
        filled = logs.copy()
        filled[1:20:2] = 0.5 * (logs[0:19:2] + logs[2:21:2])
        scale = [
            np.sum(np.diff(past.logs) ** 2) / (past.figures - 1)
            for past in (made(list(logs)), made(list(filled), holes))
        ]
        ratio.append(scale)
    whole, thinned = np.mean(ratio, axis=0)
    assert thinned == pytest.approx(whole, rel=0.1)


def test_trend_takes_the_last_five_years_and_the_textbook_interval() -> None:
    logs = [9.0, 9.0, 0.0, 0.12, 0.18, 0.31, 0.39]
    draws = baselines.trend(made(logs), NOTHING, [2007, 2009], MEMBERS)
    x, y = np.arange(5.0), np.array(logs[2:])
    fit = stats.linregress(x, y)
    ahead = np.array([5.0, 7.0])
    centre = fit.intercept + fit.slope * ahead
    s = np.sqrt(np.sum((y - fit.intercept - fit.slope * x) ** 2) / 3)
    sd = s * np.sqrt(1 + 1 / 5 + (ahead - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2))
    assert np.median(draws, axis=0) == pytest.approx(centre)
    assert quantile(draws, 0.95) == pytest.approx(centre + stats.t.ppf(0.95, 3) * sd, rel=1e-2)


def test_smoothing_finds_the_published_fit_of_the_oil_series() -> None:
    """Oil production of Saudi Arabia, in the documentation of statsmodels.

    Level smoothing with the weight found by fitting, near 0.89, forecasts 496.5 for every year.
    """
    oil = [446.6565, 454.4733, 455.663, 423.6322, 456.2713, 440.5881,
           425.3325, 485.1494, 506.0482, 526.792, 514.2689, 494.211]  # fmt: skip
    past = made(oil, first=1996)
    forms, statespace.FORMS = statespace.FORMS, ((None, False),)
    try:
        location, scale, free = statespace.smoothing(past, [2008, 2010])
    finally:
        statespace.FORMS = forms
    assert location == pytest.approx([496.5, 496.5], abs=2.0)
    assert free == 10
    assert scale[1] > scale[0] > 20


def test_smoothing_and_arima_see_growth() -> None:
    rng = np.random.default_rng(2)
    logs = list(np.cumsum(0.08 + rng.normal(0, 0.02, 18)))
    past = made(logs)
    for method in (baselines.smoothing, baselines.arima):
        draws = method(past, NOTHING, [2018, 2020], MEMBERS)
        assert np.median(draws[:, 1]) == pytest.approx(logs[-1] + 3 * 0.08, abs=0.09)
        assert draws[:, 1].std() > draws[:, 0].std()


def test_arima_finds_the_dependence_of_a_stationary_series() -> None:
    rng = np.random.default_rng(8)
    logs = [0.0]
    for shock in rng.normal(0, 1, 200):
        logs.append(0.7 * logs[-1] + shock)
    location, scale, _ = statespace.arima(made(logs, first=1800), [2001, 2020])
    assert location[0] == pytest.approx(0.7 * logs[-1], abs=0.3)
    assert scale == pytest.approx([1.0, 1 / np.sqrt(1 - 0.49)], rel=0.2)


def test_arima_bridges_a_missing_year() -> None:
    logs = list(np.cumsum(np.random.default_rng(6).normal(0.05, 0.02, 15)))
    logs[7] = 99.0  # what stands there must not matter
    location, _, _ = statespace.arima(made(logs, (7,)), [2015])
    assert abs(location[0] - logs[-1]) < 0.3


@pytest.mark.parametrize("figures", [4, 5, 6])
def test_every_baseline_works_on_a_handful_of_figures(figures: int) -> None:
    logs = [0.0, 0.1, 0.15, 0.3, 0.32, 0.4][:figures]
    past = made(logs)
    years = tuple(range(2000 + figures, 2003 + figures))
    driver = {year: 0.05 * (year - 2000) + 0.01 * (year % 3) for year in range(2000, 2010)}
    world = World(driver, {year: np.array([driver.get(year, 0.5)]) for year in years})
    for name, method in baselines.BASELINES.items():
        draws = method(past, world, years, 99)
        assert draws.shape == (99, 3), name
        assert np.isfinite(draws).all(), name


def test_the_regressions_find_a_driver_and_widen_with_its_uncertainty() -> None:
    rng = np.random.default_rng(1)
    driver = {2000 + i: value for i, value in enumerate(np.cumsum(rng.normal(0.1, 0.05, 20)))}
    logs = [1.5 * driver[2000 + i] + rng.normal(0, 0.005) for i in range(17)]
    past = made(logs)
    true = World(driver, {year: np.array([driver[year]]) for year in (2017, 2018, 2019)})
    blurred = World(driver, {year: driver[year] + rng.normal(0, 0.1, MEMBERS)
                             for year in (2017, 2018, 2019)})  # fmt: skip
    for method in (baselines.regression, baselines.growth_regression):
        draws = method(past, true, [2017, 2019], MEMBERS)
        assert np.median(draws, axis=0) == pytest.approx(
            [1.5 * driver[2017], 1.5 * driver[2019]], abs=0.03
        )
        wide = method(past, blurred, [2017, 2019], MEMBERS)
        assert wide.std(axis=0) == pytest.approx([0.15, 0.15], rel=0.15)


def test_student_has_the_quantiles_of_the_distribution() -> None:
    draws = baselines.student(np.array([2.0]), np.array([3.0]), 5, 10001)
    found = pd.Series(draws[:, 0]).quantile([0.05, 0.5, 0.95]).to_numpy()
    assert found == pytest.approx(2.0 + 3.0 * stats.t.ppf([0.05, 0.5, 0.95], 5), rel=1e-3)
