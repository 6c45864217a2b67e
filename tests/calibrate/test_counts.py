"""Counts: whole numbers that start at the last figure known and move by draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson, skellam

from qiantang.calibrate.counts import NEVER, CountRecord, draw_counts, read_counts
from qiantang.calibrate.runner import deviating
from qiantang.engine import Path as TimePath
from qiantang.faults import StudyError
from qiantang.session import open_study
from qiantang.study import Study

#: A plan year ends in the middle of a year; just before, what is likely has been reckoned whole.
END = 2019.5
MEMBERS = 199
LAST = 1.0 / 64.0


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study()


def _last_step(study: Study, draw: str, values: np.ndarray, *outputs: str) -> np.ndarray:
    """Run members that differ in one draw alone and read the last step of a plan year."""
    still = np.full_like(values, 0.0 if draw == "route_draw" else 0.5)
    times = np.array([2000.5, END - 2, END - 1, 2025.5])  # the draw of the plan year at hand alone
    paths = {draw: TimePath(times, np.column_stack([still, still, values, values]))}
    run = study.program.run(
        outputs=list(outputs), times=[END - LAST], parameters={"going_global": 1.0},
        paths=paths, members=len(values), engine="numpy",
    )  # fmt: skip
    return np.asarray(run.values)[:, 0, :]


@pytest.mark.parametrize(
    ("draw", "likely", "counted"),
    [
        ("signing_draw", "expected_signings", "signed_this_year"),
        ("zone_draw", "expected_zones", "recognised_this_year"),
    ],
)
def test_a_draw_gives_the_quantile_of_poisson(
    study: Study, draw: str, likely: str, counted: str
) -> None:
    draws = np.linspace(0.005, 0.995, MEMBERS)
    expected, found = _last_step(study, draw, draws, likely, counted)
    assert np.array_equal(found, poisson.ppf(draws, expected))
    assert found.max() >= 1


def test_destinations_change_by_the_difference_of_two_poisson_counts(study: Study) -> None:
    rng = np.random.default_rng(3)
    draws = rng.standard_normal(4000)
    births, deaths, net = _last_step(
        study, "route_draw", draws, "expected_births", "expected_deaths", "net_new_destinations"
    )
    assert np.array_equal(net, np.round(net))
    middle = np.argmin(np.abs(draws))
    law = skellam(births[middle], deaths[middle])
    # Links react to the destinations within the year, so that the mean is met nearly.
    assert net.mean() == pytest.approx((births - deaths).mean(), abs=0.25)
    assert net.std() == pytest.approx(law.std(), rel=0.15)


def test_counts_stand(study: Study) -> None:
    """No member falls below the last count of sister cities and zones, nor has half a pair."""
    names = ["sister_cities", "overseas_zones", "destinations"]
    runs = study.run("current_policy", members=300, variables=names)
    pairs, zones, points = (runs[name].isel(scenario=0) for name in names)
    assert float(pairs.sel(time=slice(2017, None)).min()) >= 29
    assert float(zones.sel(time=slice(2017, None)).min()) >= 2
    assert float(points.sel(time=slice(2017, 2020)).min()) >= 25
    for counted in (pairs, zones, points):
        later = counted.sel(time=slice(2017, None)).to_numpy()
        assert np.array_equal(later, np.round(later))
    assert pairs.sel(time=2020).std() > 0.5


def test_a_count_of_later_never_begins_at_an_earlier_origin(study: Study) -> None:
    z = np.zeros((2, len(study.priors.names)))
    grid = np.arange(2000.5, 2026.0)
    early = deviating(study, z, grid, {}, 2012.0).parameters
    starts = {record.start for record in study.counts.values()}
    assert all(np.array_equal(early[name], [NEVER, NEVER]) for name in starts)
    assert not starts & set(deviating(study, z, grid, {}, study.about.origin).parameters)


def test_draws_follow_their_family() -> None:
    counts = {
        "a": CountRecord(draws="uniform", start="s", known="2018-01"),
        "b": CountRecord(draws="normal", start="s", known="2018-01"),
    }
    drawn = draw_counts(counts, (2000, 4), np.random.default_rng(1))
    assert drawn["a"].shape == (2000, 4)
    assert 0 <= drawn["a"].min() < 0.01
    assert 0.99 < drawn["a"].max() <= 1
    assert drawn["b"].std() == pytest.approx(1.0, abs=0.05)


def test_an_unknown_family_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "counts.yaml"
    path.write_text("a_draw: {draws: poisson, start: s, known: 2018-01}\n", encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_counts(path)
    assert refused.value.faults[0].line == 1


def test_a_study_without_counts_has_none(tmp_path: Path) -> None:
    assert read_counts(tmp_path / "counts.yaml") == {}
