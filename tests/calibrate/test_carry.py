"""Deviations of members against closed-form conditioning, with and without feedback."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from towns import GRID, drifting, linear, own_deviation, town_observed, town_target

from qiantang.calibrate.carry import RELAXATION, ROUNDS, carry, residuals_of
from qiantang.calibrate.target import Target
from qiantang.priors import Priors

YEARS = [2003.5, 2004.5, 2008.5, 2014.5, 2017.5]
VALUES = np.array([0.3, 0.2, -0.1, 0.4, 0.5])
DESIGN = np.column_stack([np.full(5, 0.1), np.zeros((5, 2))])
#: What relaxation leaves of the way after all rounds.
LEFT = (1 - RELAXATION) ** ROUNDS


def normal_given(target: Target, x: np.ndarray, gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance on the grid, by the joint normal of figures and grid."""
    yearly, kept = (float(part[0]) for part in target.spread(x, "town"))
    times = np.concatenate([YEARS, GRID])
    joint = yearly**2 / (1 - kept**2) * kept ** np.abs(times[:, None] - times[None, :])
    joint[:5, :5] += 0.05**2 * np.eye(5)
    gain = joint[5:, :5] @ np.linalg.inv(joint[:5, :5])
    return gain @ gaps, joint[5:, 5:] - gain @ joint[:5, 5:]


@pytest.fixture(scope="module")
def target(three: Priors) -> Target:
    seen = town_observed(VALUES, 0.05, years=YEARS)
    return town_target(three, seen, linear(DESIGN), {"town": drifting("town_innovation")})


def test_the_mean_is_that_of_the_joint_normal(target: Target) -> None:
    x = np.array([[0.7, 0.0, 0.0, 0.5, 0.3]])
    found = carry(target, x, np.random.default_rng(1), mean=True)
    mean, _ = normal_given(target, x, VALUES - 0.07)
    np.testing.assert_allclose(found.deviations["town"][0], mean, atol=2 * LEFT)
    assert found.settled.all()


def test_draws_have_mean_and_covariance_of_the_joint_normal(target: Target) -> None:
    members = 1200
    x = np.repeat([[0.7, 0.0, 0.0, 0.5, 0.3]], members, axis=0)
    drawn = carry(target, x, np.random.default_rng(2)).deviations["town"]
    mean, cov = normal_given(target, x[:1], VALUES - 0.07)
    sd = np.sqrt(np.diag(cov))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=4.5 * sd.max() / np.sqrt(members))
    np.testing.assert_allclose(np.cov(drawn.T), cov, atol=6 * sd.max() ** 2 / np.sqrt(members))


def test_feedback_between_series_is_taken_in(three: Priors) -> None:
    """Each town's figures answer to the other's deviation: the fixed point solves both at once."""
    names = ["town"] * 5 + ["port"] * 5
    values = np.concatenate([VALUES, VALUES[::-1]])

    def feedback(z: np.ndarray, deviations: Mapping[str, np.ndarray]) -> np.ndarray:
        if not deviations:
            return np.zeros((10, len(z)))
        rows = [0.4 * own_deviation(deviations, "port", year) for year in YEARS]
        rows += [-0.3 * own_deviation(deviations, "town", year) for year in YEARS]
        return np.array(rows)

    both = {name: drifting(f"{name}_innovation") for name in ("town", "port")}
    seen = town_observed(values, 0.05, names, years=YEARS * 2)
    target = town_target(three, seen, linear(np.zeros((10, 3))), both, feedback)
    x = np.array([[0.0, 0.0, 0.0, 0.5, 0.3, 0.5, 0.3]])
    found = carry(target, x, np.random.default_rng(3), mean=True)
    assert found.settled.all()
    yearly, kept = (float(part[0]) for part in target.spread(x, "town"))
    gap = np.abs(np.subtract.outer(YEARS, YEARS))
    process = yearly**2 / (1 - kept**2) * kept**gap
    gain = process @ np.linalg.inv(process + 0.05**2 * np.eye(5))
    # town = gain (values - 0.4 port); port = gain (values' + 0.3 town), at the figures' times.
    system = np.block([[np.eye(5), 0.4 * gain], [-0.3 * gain, np.eye(5)]])
    solved = np.linalg.solve(system, np.concatenate([gain @ VALUES, gain @ VALUES[::-1]]))
    at = np.searchsorted(GRID, YEARS)
    np.testing.assert_allclose(found.deviations["town"][0, at], solved[:5], atol=1e-4)
    np.testing.assert_allclose(found.deviations["port"][0, at], solved[5:], atol=1e-4)
    assert np.abs(solved[:5] - gain @ VALUES).max() > 0.02


def test_a_member_that_does_not_settle_is_told(three: Priors) -> None:
    """A feedback that turns every deviation round, stronger: no fixed point is ever reached."""

    def feedback(z: np.ndarray, deviations: Mapping[str, np.ndarray]) -> np.ndarray:
        if not deviations:
            return np.zeros((5, len(z)))
        strength = np.where(z[:, 0] > 0, 5.0, 0.1)
        return np.array([strength * own_deviation(deviations, "town", year) for year in YEARS])

    seen = town_observed(VALUES, 0.05, years=YEARS)
    record = {"town": drifting("town_innovation")}
    target = town_target(three, seen, linear(np.zeros((5, 3))), record, feedback)
    x = np.zeros((2, 5))
    x[:, 0] = [-1.0, 1.0]
    np.testing.assert_array_equal(carry(target, x, np.random.default_rng(4)).settled, [True, False])


def test_a_diverged_member_is_not_settled_and_harms_no_other(three: Priors) -> None:
    def solve(z: np.ndarray) -> np.ndarray:
        figures: np.ndarray = DESIGN @ z.T
        figures[1, z[:, 0] > 1] = np.nan
        return figures

    seen = town_observed(VALUES, 0.05, years=YEARS)
    target = town_target(three, seen, solve, {"town": drifting("town_innovation")})
    x = np.zeros((3, 5))
    x[1, 0] = 2.0
    found = carry(target, x, np.random.default_rng(5))
    np.testing.assert_array_equal(found.settled, [True, False, True])
    assert np.isfinite(found.deviations["town"]).all()


def test_a_series_without_figures_is_drawn_from_its_prior(three: Priors) -> None:
    seen = town_observed(VALUES, 0.05, years=YEARS)
    records = {"town": drifting("a"), "port": drifting("b", (0.1, 0.10001), (0.7, 0.70001))}
    target = town_target(three, seen, linear(DESIGN), records)
    members = 1200
    found = carry(target, np.zeros((members, 5)), np.random.default_rng(6))
    expected = 0.1**2 / (1 - 0.49) * 0.7 ** np.abs(GRID[:, None] - GRID[None, :])
    np.testing.assert_allclose(np.cov(found.deviations["port"].T), expected, atol=0.004)
    mean = carry(target, np.zeros((2, 5)), np.random.default_rng(6), mean=True)
    assert (mean.deviations["port"] == 0).all()


def test_a_series_that_no_innovation_carries_has_no_path(three: Priors) -> None:
    seen = town_observed(VALUES, 0.05, years=YEARS)
    target = town_target(three, seen, linear(DESIGN), {"town": drifting(None)})
    assert carry(target, np.zeros((2, 5)), np.random.default_rng(7)).deviations == {}


def test_the_same_generator_gives_the_same_paths(target: Target) -> None:
    x = np.random.default_rng(8).standard_normal((3, 5))
    one, two, other = (
        carry(target, x, np.random.default_rng(seed)).deviations["town"] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_bounds_are_no_residuals() -> None:
    seen = town_observed(
        [0.1, 0.2, 0.3], [0.1, 0.2, 0.3], forms=["exact", "lower_bound", "interval"],
        ends=[(-np.inf, np.inf), (0.2, np.inf), (0.2, 0.4)],
    )  # fmt: skip
    found = residuals_of("town", seen, np.zeros((3, 2)))
    assert found is not None
    np.testing.assert_array_equal(found.times, [2000.0, 2002.0])
    np.testing.assert_array_equal(found.values, [[0.1, 0.1], [0.3, 0.3]])
    np.testing.assert_array_equal(found.error, [0.1, 0.3])
    assert residuals_of("port", seen, np.zeros((3, 2))) is None
