"""Filters against figures that others published."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from qiantang.review.guide import Prior, Seen, guide
from qiantang.review.smoother import analysed, smoothed
from qiantang.review.weights import effective, normalised, systematic

Array = NDArray[np.float64]

#: Variances of the local level model of the Nile: Durbin and Koopman (2012), section 2.2.5.
NILE_ERROR, NILE_LEVEL, NILE_START = 15099.0, 1469.1, 1e7
#: By statsmodels' Kalman filter with the same variances and start.
NILE_LOG_LIKELIHOOD, NILE_MEAN, NILE_VARIANCE = -641.5856, 798.370, 4032.158


def nile() -> Array:
    return np.asarray(sm.datasets.nile.load_pandas().data["volume"], dtype=np.float64)


def test_the_figures_of_the_nile_are_those_of_the_kalman_filter() -> None:
    model = sm.tsa.UnobservedComponents(nile(), "llevel")
    model.ssm.initialize_known(np.zeros(1), np.eye(1) * NILE_START)
    model.loglikelihood_burn = 0
    found = model.filter([NILE_ERROR, NILE_LEVEL])
    assert found.llf == pytest.approx(NILE_LOG_LIKELIHOOD, abs=1e-3)
    assert found.filtered_state[0, -1] == pytest.approx(NILE_MEAN, abs=1e-3)
    assert found.filtered_state_cov[0, 0, -1] == pytest.approx(NILE_VARIANCE, abs=1e-2)


def test_the_guided_filter_finds_the_nile() -> None:
    members, rng = 20_000, np.random.default_rng(1)
    level, spread, likelihood = np.zeros(members), NILE_START, 0.0
    for value in nile():
        drawn = level + np.sqrt(spread) * rng.standard_normal(members)
        prior = Prior(drawn[:, None], level[:, None], np.array([[spread]]))
        seen = Seen(
            np.ones((1, 1)), np.array([np.sqrt(NILE_ERROR)]), np.full((1, members), value),
            rng.standard_normal((1, members)),
        )  # fmt: skip
        found = guide(prior, seen)
        logs = -0.5 * (found.surprise[0] ** 2 + np.log(2 * np.pi)) - found.log_size
        likelihood += float(np.log(np.exp(logs - logs.max()).mean()) + logs.max())
        weights = normalised(logs)
        assert effective(weights) > members / 4
        level = found.draws[systematic(weights, rng.random()), 0]
        spread = NILE_LEVEL
    assert likelihood == pytest.approx(NILE_LOG_LIKELIHOOD, abs=0.1)
    assert level.mean() == pytest.approx(NILE_MEAN, abs=3.0)
    assert level.var() == pytest.approx(NILE_VARIANCE, rel=0.04)


def test_no_error_and_no_figure_are_the_two_ends() -> None:
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((50, 3))
    prior = Prior(draws, np.zeros((50, 3)), np.eye(3))
    rows = np.array([[1.0, 0.5, 0.0]])
    values, noise = rng.standard_normal((1, 50)), rng.standard_normal((1, 50))
    exact = guide(prior, Seen(rows, np.zeros(1), values, noise)).draws
    np.testing.assert_allclose(rows @ exact.T, values, atol=1e-12)
    none = np.zeros((0, 50))
    free = guide(prior, Seen(np.zeros((0, 3)), np.zeros(0), none, none)).draws
    np.testing.assert_array_equal(free, draws)


def test_taken_in_several_times_is_kalman_where_all_is_linear() -> None:
    rng, members, size = np.random.default_rng(4), 60_000, 4
    root = rng.standard_normal((size, size))
    mean, cov = rng.standard_normal(size), root @ root.T
    rows, error = rng.standard_normal((3, size)), np.array([0.5, 1.0, 2.0])
    values = np.array([1.0, -2.0, 0.5])
    gain = cov @ rows.T @ np.linalg.inv(rows @ cov @ rows.T + np.diag(error**2))
    states = mean[:, None] + root @ rng.standard_normal((size, members))
    for times in (1, 4):
        found = smoothed(states, lambda s: rows @ s, values, error, rng, times=times)
        np.testing.assert_allclose(found.mean(axis=1), mean + gain @ (values - rows @ mean),
                                   atol=0.03)  # fmt: skip
        np.testing.assert_allclose(np.cov(found), cov - gain @ rows @ cov, atol=0.08)


def test_a_taper_of_nought_leaves_a_part_as_it_is() -> None:
    rng = np.random.default_rng(5)
    states = rng.standard_normal((2, 100))
    taper = np.array([[1.0], [0.0]])
    ones, error = np.ones(1), np.full(1, 0.1)
    found = smoothed(states, lambda s: s[:1] + s[1:], ones, error, rng, lambda *_: taper)
    np.testing.assert_array_equal(found[1], states[1])
    assert (found[0] != states[0]).all()


def lorenz(x: Array) -> Array:
    """Return the slope of Lorenz's three variables, shape (3, ...)."""
    return np.array([10.0 * (x[1] - x[0]), x[0] * (28.0 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]])


def forward(x: Array, steps: int, step: float = 0.01) -> Array:
    """Integrate by fourth-order Runge-Kutta."""
    for _ in range(steps):
        one = lorenz(x)
        two = lorenz(x + step / 2 * one)
        three = lorenz(x + step / 2 * two)
        x = x + step / 6 * (one + 2 * two + 2 * three + lorenz(x + step * three))
    return x


@pytest.mark.parametrize(
    ("method", "members", "published"), [("smoother", 100, 0.56), ("weights", 800, 0.28)]
)
def test_lorenz_is_followed_as_others_follow_it(
    method: str, members: int, published: float
) -> None:
    """Set-up of Sakov et al. (2012) in DAPPER: dt 0.01, seen every 25 steps, variance 2."""
    rng, error = np.random.default_rng(6), np.full(3, np.sqrt(2.0))
    truth = forward(np.array([1.509, -1.531, 25.46]) + rng.standard_normal(3), 500)
    states = truth[:, None] + np.sqrt(2.0) * rng.standard_normal((3, members))
    missed = []
    for turn in range(700):
        truth, states = forward(truth, 25), forward(states, 25)
        values = truth + error * rng.standard_normal(3)
        if method == "smoother":
            noise = rng.standard_normal((3, members))
            states = analysed(states, states, values, error, noise)
            mean = states.mean(axis=1, keepdims=True)
            states = mean + 1.04 * (states - mean)
            best = mean[:, 0]
        else:
            gaps = (values[:, None] - states) / error[:, None]
            weights = normalised(-0.5 * (gaps**2).sum(axis=0))
            best = states @ weights
            away = states - best[:, None]
            spread = np.linalg.cholesky((away * weights) @ away.T + 1e-12 * np.eye(3))
            states = states[:, systematic(weights, rng.random())]
            width = 0.9 * members ** (-1 / 7)
            states = states + width * 0.5 * spread @ rng.standard_normal((3, members))
        if turn >= 100:
            missed.append(np.sqrt(np.mean((best - truth) ** 2)))
    assert np.mean(missed) == pytest.approx(published, abs=0.08)
