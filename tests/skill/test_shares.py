"""The share of the national total carried on: by hand, with a certain and an uncertain world."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from qiantang.evidence.drivers import DAMPING
from qiantang.skill import baselines
from qiantang.skill.baselines import GIVEN, SHARES
from qiantang.skill.history import History
from qiantang.skill.rivals import Rivals
from qiantang.skill.settings import SeriesRecord
from qiantang.skill.world import World, driver_world, given_world
from qiantang.study import Study

MEMBERS = 1001
#: Log shares of seven years; the changes of the last five are .1 0 .1 .1 .2.
SHARE = [-9.0, -1.0, -0.9, -0.9, -0.8, -0.7, -0.5]
TOTAL = [5.0, 5.1, 5.3, 5.4, 5.4, 5.6, 5.9]
YEARS = range(2010, 2017)


def past(missing: tuple[int, ...] = ()) -> History:
    logs = np.array(SHARE) + np.array(TOTAL)
    return History(np.array(YEARS), logs, ~np.isin(np.array(YEARS), missing))


def world(ahead: dict[int, list[float]], last: int = 2016) -> World:
    known = {year: total for year, total in zip(YEARS, TOTAL, strict=True) if year <= last}
    return World(known, {year: np.array(values) for year, values in ahead.items()})


CERTAIN = world({2017: [6.0], 2018: [6.2], 2019: [6.1]})


def test_the_share_kept_by_hand() -> None:
    draws = baselines.share(past(), CERTAIN, [2017, 2019], MEMBERS)
    centre = np.array([6.0 - 0.5, 6.1 - 0.5])
    assert np.median(draws, axis=0) == pytest.approx(centre)
    sd = np.sqrt(np.array([1, 3]) * (0.01 + 0 + 0.01 + 0.01 + 0.04) / 5)  # not the jump of 2011
    upper = centre + stats.t.ppf(0.9, 5) * sd
    assert np.quantile(draws, 0.9, axis=0) == pytest.approx(upper, rel=2e-3)


def test_the_damped_share_by_hand() -> None:
    draws = baselines.share_damped(past(), CERTAIN, [2017, 2019], MEMBERS)
    grown = np.array([DAMPING, DAMPING + DAMPING**2 + DAMPING**3])
    centre = np.array([6.0, 6.1]) - 0.5 + 0.1 * grown
    assert np.median(draws, axis=0) == pytest.approx(centre)
    variance = (0 + 0.01 + 0 + 0 + 0.01) / 4
    upper = centre + stats.t.ppf(0.9, 4) * np.sqrt(variance * (np.array([1, 3]) + grown**2 / 5))
    assert np.quantile(draws, 0.9, axis=0) == pytest.approx(upper, rel=2e-3)


def test_a_missing_year_is_a_change_over_two() -> None:
    """The figures of 2014 and 2016 differ by .3 in two years: a yearly variance of .045."""
    draws = baselines.share(past(missing=(2015,)), CERTAIN, [2017], MEMBERS)
    sd = np.sqrt((0.01 + 0 + 0.01 + 0.09 / 2) / 4)
    upper = 5.5 + stats.t.ppf(0.9, 4) * sd
    assert np.quantile(draws, 0.9) == pytest.approx(upper, rel=2e-3)


def test_an_uncertain_total_widens_it_and_each_member_keeps_its_path() -> None:
    paths = np.random.default_rng(1).normal(6.0, 0.3, MEMBERS)
    draws = baselines.share(past(), world({2017: paths, 2018: paths + 1.0}), [2017, 2018], MEMBERS)
    sure = baselines.share(past(), world({2017: [6.0], 2018: [7.0]}), [2017, 2018], MEMBERS)
    assert np.var(draws[:, 0]) == pytest.approx(np.var(sure[:, 0]) + 0.3**2, rel=0.1)
    assert np.corrcoef(draws.T)[0, 1] > 0.95


def test_without_the_total_of_the_last_figure_it_is_drift() -> None:
    later = world({2016: [5.9], 2017: [6.0]}, last=2015)
    for method in (baselines.share, baselines.share_damped):
        drift = baselines.drift(past(), later, [2017], MEMBERS)
        assert np.array_equal(method(past(), later, [2017], MEMBERS), drift)


def test_only_a_series_with_a_national_total_has_a_share(
    study: Study, series: dict[str, SeriesRecord]
) -> None:
    rivals = Rivals(study, 20, 1, ("drift", *SHARES))
    asked = ("fdi_used", series["fdi_used"], 2014.0, "ex_ante", (2014, 2015))
    assert set(rivals.forecast(*asked)) == {"drift", *SHARES}
    without = series["fdi_used"].model_copy(update={"total": False})
    assert set(rivals.forecast("fdi_used", without, *asked[2:])) == {"drift"}
    told = rivals.forecast("fdi_used", series["fdi_used"], 2014.0, "conditional", (2014, 2015))
    assert set(told) == {"drift", "share", "share_damped"}  # the model's drivers are the true ones


def test_every_headline_of_the_study_has_a_national_total(
    series: dict[str, SeriesRecord],
) -> None:
    assert all(record.total for record in series.values() if record.headline)
    assert not series["destinations"].total  # national passengers are no count of destinations


def test_the_given_world_is_the_one_that_the_model_runs_in(
    study: Study, series: dict[str, SeriesRecord]
) -> None:
    record, origin = series["passengers"], 2012.0
    seen = driver_world(study.drivers, record, origin, "ex_ante", (2012, 2013, 2014), 400, 1)
    given = given_world(study.drivers, record, origin, seen, 400, 1)
    assert given.past == seen.past
    draws = study.drivers.draw({}, 4000, np.random.default_rng(8), origin)["national_passengers"]
    for year in (2012, 2014):
        middle = [np.interp(year + 0.5, draws.times, row) for row in draws.values]
        assert np.median(given.future[year]) == pytest.approx(np.log(np.median(middle)), abs=0.01)
    assert GIVEN in SHARES
