"""The density of a fit against scipy's Student t and normal, figure by figure."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats
from towns import drifting, linear, town_observed, town_target

from qiantang.calibrate.discrepancy import DiscrepancyRecord
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.runner import Runner
from qiantang.calibrate.target import SHARPEST, TAIL, Target
from qiantang.priors import Priors
from qiantang.study import Study

DESIGN = np.column_stack([np.ones(6), np.linspace(-1, 1, 6), np.zeros(6)])
NAMES = ["town", "town", "port", "town", "port", "town"]
VALUES = [0.1, 0.5, -0.3, 0.2, 0.0, 0.9]
ERRORS = [0.1, 0.2, 0.3, 0.1, 0.2, 0.004]
#: The fourth figure of the town has a floor, the last a ceiling.
FORMS = ["exact", "rounded", "interval", "lower_bound", "exact", "upper_bound"]
ENDS = [(-np.inf, np.inf)] * 3 + [(0.2, np.inf), (-np.inf, np.inf), (-np.inf, 0.9)]


@pytest.fixture(scope="module")
def seen() -> Observed:
    return town_observed(VALUES, ERRORS, NAMES, FORMS, ENDS)


@pytest.fixture(scope="module")
def target(three: Priors, seen: Observed) -> Target:
    return town_target(three, seen, linear(DESIGN), {"town": drifting()})


def by_hand(x: np.ndarray, record: DiscrepancyRecord) -> float:
    """Return the log density of one point, in loops and scipy's distributions."""
    gaps = np.array(VALUES) - DESIGN @ x[:3]
    low, high = np.log(record.yearly_sd)
    yearly = stats.lognorm.ppf(
        stats.norm.cdf(x[3]), s=(high - low) / (2 * stats.norm.ppf(0.95)),
        scale=np.exp((low + high) / 2),
    )  # fmt: skip
    least, most = record.persistence
    kept = least + (most - least) * stats.norm.cdf(x[4])
    variance = yearly**2 / (1 - kept**2)
    # The town: figures of 2000 and 2001 are points.
    matrix = variance * np.array([[1.0, kept], [kept, 1.0]]) + np.diag([0.1**2, 0.2**2])
    factor = np.linalg.cholesky(matrix)
    total = stats.t(TAIL).logpdf(np.linalg.inv(factor) @ gaps[[0, 1]]).sum()
    total -= 0.5 * np.log(np.linalg.det(matrix))
    # The port: measurement error alone.
    for row, error in ((2, 0.3), (4, 0.2)):
        total += stats.t(TAIL, scale=error).logpdf(gaps[row])
    # A floor of the town at 0.2, a ceiling at 0.9 whose error is too sharp.
    said = DESIGN @ x[:3]
    total += stats.norm.logcdf((said[3] - 0.2) / np.sqrt(variance + 0.1**2))
    total += stats.norm.logcdf((0.9 - said[5]) / np.sqrt(variance + SHARPEST**2))
    return float(total + stats.norm.logpdf(x).sum() + 0.5 * len(x) * np.log(2 * np.pi))


def test_the_density_is_the_one_of_scipy(target: Target) -> None:
    points = 1.5 * np.random.default_rng(1).standard_normal((20, 5))
    found = target.log_density(points)
    expected = [by_hand(point, drifting()) for point in points]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert np.ptp(expected) > 10


def test_the_density_of_a_figure_integrates_to_one(three: Priors) -> None:
    x = np.array([[0.3, 0.0, 0.0, 0.4, -0.2]])

    def density(value: float) -> float:
        seen = town_observed([value], 0.1)
        made = town_target(three, seen, linear(DESIGN[:1]), {"town": drifting()})
        return float(np.exp(made.likelihood(made.figures(x), x))[0])

    total, _ = integrate.quad(density, -20, 20, points=[0.3], limit=200)
    assert total == pytest.approx(1.0, abs=1e-4)


def test_a_point_does_not_depend_on_its_neighbours(target: Target) -> None:
    points = np.random.default_rng(2).standard_normal((7, 5))
    together = target.log_density(points)
    alone = [target.log_density(points[i : i + 1])[0] for i in range(7)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_a_diverged_run_has_no_density(three: Priors, seen: Observed) -> None:
    def solve(z: np.ndarray) -> np.ndarray:
        figures: np.ndarray = DESIGN @ z.T
        figures[2, z[:, 0] > 1] = np.nan
        return figures

    target = town_target(three, seen, solve, {"town": drifting()})
    points = np.zeros((2, 5))
    points[1, 0] = 2.0
    found = target.log_density(points)
    assert np.isfinite(found[0])
    assert found[1] == -np.inf


def test_far_figures_weigh_less_than_under_a_normal(three: Priors) -> None:
    seen = town_observed([0.0], 0.1)
    target = town_target(three, seen, linear(DESIGN[:1]))
    far = np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    one, two = target.likelihood(target.figures(far), far)
    assert one - two < 10  # a normal would take 150 for it
    assert one - two == pytest.approx(-np.diff(stats.t(TAIL, scale=0.1).logpdf([1, 2]))[0])


def test_coordinates_are_parameters_then_two_for_each_series(target: Target) -> None:
    assert target.names == ("a0", "a1", "a2", "town yearly sd", "town persistence")
    with pytest.raises(KeyError):
        target.spread(np.zeros((1, 5)), "port")


def test_only_what_no_figure_depends_on_keeps_its_prior(three: Priors, seen: Observed) -> None:
    target = town_target(three, seen, linear(DESIGN), {"town": drifting()})
    target.find_active()
    np.testing.assert_array_equal(target.active, [True, True, False, True, True])
    points = np.random.default_rng(3).standard_normal((4, 4))
    whole = target.complete(points, np.random.default_rng(4))
    np.testing.assert_array_equal(whole[:, target.active], points)
    # The prior of what is left out is a constant: the rest of the density is the same.
    left = target.log_density(whole) + 0.5 * whole[:, 2] ** 2
    np.testing.assert_allclose(left, target.active_density(points), rtol=1e-12)
    many = target.complete(np.zeros((4000, 4)), np.random.default_rng(5))[:, 2]
    assert stats.kstest(many, stats.norm.cdf).pvalue > 0.001


@pytest.fixture(scope="module")
def of_study(study: Study) -> Target:
    seen = select_observed(study.evidence, study.about.origin)
    target = Target(study, seen, Runner(study, seen), {})
    target.find_active()
    return target


def test_what_is_called_inactive_moves_no_figure_of_the_study(of_study: Target) -> None:
    rng = np.random.default_rng(6)
    silent = ~of_study.active
    assert silent.any()
    assert of_study.active[of_study.parameters :].all()
    x = 0.5 * rng.standard_normal((6, len(of_study.names)))
    moved = x.copy()
    moved[:, silent] = rng.standard_normal((6, int(silent.sum())))
    np.testing.assert_array_equal(of_study.figures(x), of_study.figures(moved))
    changed = of_study.log_density(x)
    one = int(np.flatnonzero(of_study.active)[0])
    x[:, one] += 0.5
    assert (of_study.log_density(x) != changed).any()


def test_the_study_has_a_finite_density_at_its_prior_medians(of_study: Target) -> None:
    assert np.isfinite(of_study.log_density(np.zeros((1, len(of_study.names)))))
