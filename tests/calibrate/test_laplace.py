"""The normal approximation against regressions whose posterior is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy import optimize
from towns import drifting, linear, own_deviation, town_observed, town_target

from qiantang.calibrate import laplace
from qiantang.calibrate.laplace import Normal, approximate
from qiantang.priors import Priors

DESIGN = np.column_stack([np.ones(12), np.linspace(-1, 1, 12), np.zeros(12)])
TRUTH = np.array([0.4, -0.7, 0.0])


def conjugate(y: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of the regression with standard normal priors."""
    covariance = np.linalg.inv(DESIGN.T @ precision @ DESIGN + np.eye(3))
    return covariance @ DESIGN.T @ precision @ y, covariance


@pytest.fixture
def normal_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tails be a normal's."""
    monkeypatch.setattr("qiantang.calibrate.laplace.TAIL", 1e7)
    monkeypatch.setattr("qiantang.calibrate.target.TAIL", 1e7)


@pytest.mark.usefixtures("normal_errors")
def test_a_linear_model_has_the_conjugate_posterior(three: Priors) -> None:
    y = DESIGN @ TRUTH + 0.5 * np.random.default_rng(1).standard_normal(12)
    found = approximate(town_target(three, town_observed(y, 0.5), linear(DESIGN)))
    mean, covariance = conjugate(y, np.eye(12) / 0.5**2)
    np.testing.assert_allclose(found.mean, mean, atol=1e-4)
    np.testing.assert_allclose(found.root @ found.root.T, covariance, atol=1e-4)
    assert covariance[0, 0] < 0.03  # the data do speak here


@pytest.mark.usefixtures("normal_errors")
def test_drift_weighs_as_generalised_least_squares_does(three: Priors) -> None:
    record = drifting(None, (0.1, 0.10001), (0.8, 0.80001))
    y = DESIGN @ TRUTH + 0.2 * np.random.default_rng(2).standard_normal(12)
    target = town_target(three, town_observed(y, 0.1), linear(DESIGN), {"town": record})
    found = approximate(target)
    years = np.arange(12.0)
    drift = 0.1**2 / (1 - 0.64) * 0.8 ** np.abs(years[:, None] - years[None, :])
    mean, covariance = conjugate(y, np.linalg.inv(drift + 0.1**2 * np.eye(12)))
    np.testing.assert_allclose(found.mean[:3], mean, atol=1e-3)
    np.testing.assert_allclose((found.root @ found.root.T)[:3, :3], covariance, atol=1e-3)
    plain, _ = conjugate(y, np.eye(12) / 0.1**2)
    assert np.abs(plain - mean).max() > 0.02


def test_with_tails_the_mode_is_the_one_a_general_search_finds(three: Priors) -> None:
    y = DESIGN @ TRUTH
    y[4] += 3.0  # one wild figure
    target = town_target(three, town_observed(y, 0.2), linear(DESIGN))
    found = approximate(target)
    searched = optimize.minimize(
        lambda x: -target.log_density(x[None])[0], np.zeros(3), method="BFGS"
    )
    np.testing.assert_allclose(found.mean, searched.x, atol=2e-3)
    wild, _ = conjugate(y, np.eye(12) / 0.2**2)
    assert np.abs(wild - TRUTH).max() > 5 * np.abs(found.mean - TRUTH).max()


def test_a_parameter_without_influence_keeps_its_prior(three: Priors) -> None:
    found = approximate(town_target(three, town_observed(DESIGN @ TRUTH, 0.1), linear(DESIGN)))
    covariance = found.root @ found.root.T
    assert found.mean[2] == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(covariance[2], [0.0, 0.0, 1.0], atol=1e-9)
    assert (np.diag(covariance)[:2] < 0.1).all()


def test_a_bound_pulls_only_where_it_is_broken(three: Priors) -> None:
    def mean(floor: float) -> float:
        seen = town_observed([floor], 0.1, forms=["lower_bound"], ends=[(floor, np.inf)])
        target = town_target(three, seen, linear(np.array([[1.0, 0.0, 0.0]])))
        return float(approximate(target).mean[0])

    assert mean(-2.0) == pytest.approx(0.0, abs=1e-3)
    searched = optimize.minimize_scalar(
        lambda v: 0.5 * v**2 - float(laplace.log_ndtr((v - 1.5) / 0.1)), bounds=(0, 3)
    )
    assert mean(1.5) == pytest.approx(searched.x, abs=2e-3)


def test_the_drift_found_is_the_drift_that_was(three: Priors) -> None:
    """A long series that moves a tenth a year is told from one that moves a fiftieth."""
    found = {}
    for moves in (0.02, 0.1):
        rng = np.random.default_rng(3)
        path = [0.0]
        for _ in range(25):
            path.append(0.9 * path[-1] + moves * rng.standard_normal())
        record = drifting(None, (0.01, 0.2), (0.5, 0.97))
        target = town_target(
            three, town_observed(path, 0.005), linear(np.zeros((26, 3))), {"town": record}
        )
        normal = approximate(target)
        found[moves] = float(target.spread(normal.mean[None], "town")[0][0])
    assert found[0.02] == pytest.approx(0.02, rel=0.4)
    assert found[0.1] == pytest.approx(0.1, rel=0.4)


def test_the_deviations_that_runs_carry_are_set_on_the_way(three: Priors) -> None:
    years = [2000.5 + i for i in range(12)]

    def feedback(z: np.ndarray, deviations: Mapping[str, np.ndarray]) -> np.ndarray:
        if not deviations:
            return np.zeros((12, len(z)))
        rows = [0.2 * own_deviation(deviations, "town", year) for year in years]
        return np.array(np.broadcast_to(rows, (12, len(z))))

    y = np.linspace(0.0, 0.6, 12)
    given: tuple[Any, ...] = (three, town_observed(y, 0.02, years=years), linear(0 * DESIGN))
    target = town_target(*given, {"town": drifting("town_innovation")}, feedback)
    approximate(target)
    assert target.carried["town"].shape == (1, 26)
    assert target.carried["town"][0, 11] > 0.2
    still = town_target(*given, {"town": drifting("town_innovation")}, feedback)
    approximate(still, carrying=False)
    assert still.carried == {}


def test_a_search_turns_back_from_where_runs_diverge(three: Priors) -> None:
    def solve(z: np.ndarray) -> np.ndarray:
        figures: np.ndarray = DESIGN @ z.T
        figures[:, z[:, 0] > 0.6] = np.nan
        return figures

    target = town_target(three, town_observed(DESIGN @ TRUTH, 0.1), solve)
    assert approximate(target).mean[0] == pytest.approx(0.4, abs=0.02)


def test_a_marginal_and_its_draws() -> None:
    rng = np.random.default_rng(4)
    root = rng.standard_normal((4, 4))
    whole = Normal(rng.standard_normal(4), root)
    active = np.array([True, False, True, True])
    part = whole.only(active)
    np.testing.assert_array_equal(part.mean, whole.mean[active])
    covariance = (root @ root.T)[np.ix_(active, active)]
    np.testing.assert_allclose(part.root @ part.root.T, covariance)
    drawn = part.draw(40_000, rng)
    np.testing.assert_allclose(drawn.mean(axis=0), part.mean, atol=0.06)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, rtol=0.08, atol=0.08)
