"""The study's model as a fit sees it: both engines, deviations in and out, levers at rest."""

from __future__ import annotations

import numpy as np
import pytest

from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.runner import (
    Runner,
    at_time,
    deviating,
)
from qiantang.study import Study


@pytest.fixture(scope="module")
def seen(study: Study) -> Observed:
    return select_observed(study.evidence, study.about.origin)


@pytest.fixture(scope="module")
def runner(study: Study, seen: Observed) -> Runner:
    return Runner(study, seen)


def places(study: Study, members: int) -> np.ndarray:
    return 0.3 * study.priors.draw(members, np.random.default_rng(1))


@pytest.mark.slow
def test_both_engines_say_the_same(study: Study, seen: Observed, runner: Runner) -> None:
    z = places(study, 3)
    rng = np.random.default_rng(2)
    deviations = {"cargo": 0.1 * rng.standard_normal((3, len(runner.grid)))}
    other = Runner(study, seen, engine="numpy").log_figures(z, deviations)
    found = runner.log_figures(z, deviations)
    assert found.shape == (len(seen.rows), 3)
    np.testing.assert_allclose(found, other, rtol=1e-9)
    assert np.ptp(found, axis=1).min() >= 0


def test_runs_are_counted(study: Study, seen: Observed) -> None:
    counted = Runner(study, seen)
    counted.log_figures(places(study, 3), {})
    counted.plain(places(study, 2), {})
    assert counted.runs == 5


def test_at_time_is_a_line_between_points_and_level_outside() -> None:
    grid = np.arange(2000.5, 2006.0)
    paths = np.random.default_rng(3).standard_normal((4, len(grid)))
    for time in (1999.0, 2000.5, 2001.0, 2003.27, 2005.5, 2007.0):
        expected = [np.interp(time, grid, path) for path in paths]
        np.testing.assert_allclose(at_time(grid, paths, time), expected, atol=1e-12)


def test_plain_takes_a_series_own_deviation_out(
    study: Study, seen: Observed, runner: Runner
) -> None:
    z = places(study, 2)
    rng = np.random.default_rng(4)
    deviations = {
        name: 0.05 * rng.standard_normal((2, len(runner.grid))) for name in ("cargo", "gdp")
    }
    gap = runner.log_figures(z, deviations) - runner.plain(z, deviations)
    for row, centre in enumerate(seen.centres):
        name = seen.rows[row].series
        expected = (
            [np.interp(centre, runner.grid, path) for path in deviations[name]]
            if name in deviations
            else np.zeros(2)
        )
        np.testing.assert_allclose(gap[row], expected, atol=1e-12)


def test_a_deviation_moves_its_series_by_itself(
    study: Study, seen: Observed, runner: Runner
) -> None:
    """Up is up for every series whatever the sign in the model: what is left is the feedback."""
    z = np.zeros((1, len(study.priors.names)))
    base = runner.log_figures(z, {})
    checked = 0
    for name, record in study.discrepancy.items():
        rows = seen.of(name)
        if record.innovation is None or not len(rows):
            continue
        moved = runner.log_figures(z, {name: np.full((1, len(runner.grid)), 0.05)}) - base
        begins = float(study.dictionary["destination_count_start"].equation)
        if name == "destinations":  # from its last count on it is counted, whatever the structure
            rows = rows[seen.centres[rows] < begins]
        late = rows[seen.centres[rows] > seen.centres[rows].max() - 5]
        assert (moved[late] > 0).all(), name
        assert np.median(moved[late]) == pytest.approx(0.05, abs=0.04), name
        checked += 1
    assert checked >= 8


def test_every_innovation_has_a_path(study: Study, runner: Runner) -> None:
    deviations = {"movements": np.full((3, len(runner.grid)), 0.1)}
    paths = deviating(study, places(study, 3), runner.grid, deviations, 2018.0).paths
    assert set(paths) == {r.innovation for r in study.discrepancy.values() if r.innovation}
    record = study.discrepancy["movements"]
    assert record.innovation is not None
    np.testing.assert_array_equal(
        paths[record.innovation].values, 0.1 * record.sign * np.ones((3, 26))
    )
    others = [path for name, path in paths.items() if name != record.innovation]
    assert all((path.values == 0).all() for path in others)


def test_a_diverged_member_is_no_number_and_harms_no_other(study: Study, runner: Runner) -> None:
    z = places(study, 3)
    sound = runner.log_figures(z, {})
    z[1, study.priors.names.index("talent_draw")] = np.nan
    found = runner.log_figures(z, {})
    assert np.isnan(found[:, 1]).all()
    np.testing.assert_allclose(found[:, [0, 2]], sound[:, [0, 2]], rtol=0, atol=1e-12)


def test_an_earlier_origin_has_other_drivers_after_it(study: Study, seen: Observed) -> None:
    z = np.zeros((1, len(study.priors.names)))
    origins = (2012.0, study.about.origin)
    early, late = (Runner(study, seen, origin).log_figures(z, {}) for origin in origins)
    ends = np.array([figure.times[-1] for figure in seen.figures])
    # Years without a figure are filled from the figures beside them: well before, nothing moves.
    np.testing.assert_array_equal(early[ends <= 2009.0], late[ends <= 2009.0])
    assert np.abs(early - late)[ends > 2012.0].max() > 0.02
