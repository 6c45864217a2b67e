"""The sampler on densities of known moments, interrupted, its proposal held to account."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from qiantang.calibrate import chains
from qiantang.calibrate.chains import CHAINS, LogDensity, Plan, Sample, sample
from qiantang.calibrate.laplace import Normal

PLAN = Plan(chains=32, warm_up=(150, 150), kept=100, thin=8)
#: Chains are independent: their means tell the Monte Carlo error. 32 chains, 5 standard errors.
SURE = 5.0
STANDARD = Normal(np.zeros(2), np.eye(2))


def mean_and_error(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean over all draws and its standard error, from the spread between chains."""
    each = values.mean(axis=1)
    return each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(len(each))


def holds(values: np.ndarray, expected: np.ndarray | float, most: float) -> None:
    """Check an average within its Monte Carlo error, and that the error is small enough to tell."""
    mean, error = mean_and_error(values)
    assert np.all(error < most), error
    np.testing.assert_array_less(np.abs(mean - expected) / error, SURE)


def normal_density(mean: np.ndarray, covariance: np.ndarray) -> LogDensity:
    precision = np.linalg.inv(covariance)
    return lambda x: -0.5 * np.einsum("mi,ij,mj->m", x - mean, precision, x - mean)


def test_a_correlated_normal_away_from_its_reference() -> None:
    mean = np.array([0.8, -0.5, 0.3])
    covariance = np.array([[1.0, 0.6, 0.0], [0.6, 0.8, -0.2], [0.0, -0.2, 0.5]])
    drawn = sample(normal_density(mean, covariance), Normal(np.zeros(3), np.eye(3)), PLAN, 1).draws
    holds(drawn, mean, 0.05)
    gaps = drawn - mean
    for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)):
        holds(gaps[:, :, i] * gaps[:, :, j], covariance[i, j], 0.08)


def test_a_skewed_density() -> None:
    """Logs of a gamma and of an inverse gamma: mean and variance by digamma and trigamma."""
    shape = 1.5

    def density(x: np.ndarray) -> np.ndarray:
        one, two = x.T
        return np.asarray(shape * one - np.exp(one) - shape * two - np.exp(-two))

    mode = np.log(shape)
    normal = Normal(np.array([mode, -mode]), np.eye(2) / np.sqrt(shape))
    drawn = sample(density, normal, PLAN, 2).draws
    expected = special.digamma(shape)
    holds(drawn, np.array([expected, -expected]), 0.05)
    holds(np.square(drawn[:, :, 0] - expected), special.polygamma(1, shape), 0.1)
    assert abs(expected - mode) > 0.3  # the reference alone would be wrong
    draws = drawn[:, ::4, 0].ravel()
    assert stats.kstest(np.exp(draws), stats.gamma(shape).cdf).statistic < 0.06


def test_a_mixture_with_wider_tails_than_its_reference() -> None:
    share, wide = 0.25, 1.8

    def density(x: np.ndarray) -> np.ndarray:
        parts = [np.log1p(-share) + stats.norm.logpdf(x[:, 0]),
                 np.log(share) + stats.norm.logpdf(x[:, 0], scale=wide)]  # fmt: skip
        return np.asarray(np.logaddexp(*parts) + stats.norm.logpdf(x[:, 1]))

    plan = Plan(chains=32, warm_up=(200,), kept=200, thin=10)
    drawn = sample(density, STANDARD, plan, 3).draws[:, :, 0]
    holds(np.square(drawn), 1 - share + share * wide**2, 0.1)
    outside = 2 * ((1 - share) * stats.norm.sf(2.0) + share * stats.norm.sf(2.0 / wide))
    holds((np.abs(drawn) > 2.0).astype(float), outside, 0.01)


def test_a_reference_that_is_the_target_is_never_refused() -> None:
    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.9], [0.9, 1.0]])
    normal = Normal(mean, np.linalg.cholesky(covariance))
    plan = dataclasses.replace(PLAN, warm_up=())  # nothing moves the reference
    found = sample(normal_density(mean, covariance), normal, plan, 4)
    np.testing.assert_array_equal(found.acceptance, np.ones(32))
    holds(found.draws, mean, 0.05)


@pytest.mark.parametrize("size", chains.STEPS)
def test_the_proposal_states_its_own_ratio(monkeypatch: pytest.MonkeyPatch, size: float) -> None:
    """The factor is log q(back) - log q(forth), with the step's density from scipy."""
    monkeypatch.setattr("qiantang.calibrate.chains.STEPS", (size,))
    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.9], [0.9, 1.0]])
    normal = Normal(mean, np.linalg.cholesky(covariance))
    points = np.random.default_rng(5).normal(0, 2, (6, 2))
    moved, factor = chains._proposal(normal)(points, np.random.RandomState(1))

    def log_q(start: np.ndarray, end: np.ndarray) -> float:
        centre = mean + np.sqrt(1 - size**2) * (start - mean)
        return float(stats.multivariate_normal(centre, size**2 * covariance).logpdf(end))

    pairs = list(zip(points, moved, strict=True))
    expected = [log_q(end, start) - log_q(start, end) for start, end in pairs]
    np.testing.assert_allclose(factor, expected, rtol=1e-9)
    assert np.ptp(expected) > 0.5


def test_the_proposal_leaves_its_normal_as_it_is() -> None:
    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.9], [0.9, 1.0]])
    normal = Normal(mean, np.linalg.cholesky(covariance))
    points = normal.draw(20_000, np.random.default_rng(6))
    step, rng = chains._proposal(normal), np.random.RandomState(2)
    for _ in range(5):
        points, _ = step(points, rng)
    white = np.linalg.solve(normal.root, (points - mean).T)
    assert stats.kstest(np.square(white).sum(axis=0), stats.chi2(2).cdf).pvalue > 0.001
    np.testing.assert_allclose(np.cov(points.T), covariance, rtol=0.05)


def density_of(calls: list[int], stop: set[int]) -> LogDensity:
    """Return a skewed density that is interrupted at some of its calls."""

    def density(x: np.ndarray) -> np.ndarray:
        calls.append(len(x))
        if len(calls) in stop:
            raise KeyboardInterrupt
        return np.asarray((1.5 * x - np.exp(x)).sum(axis=1))

    return density


SHORT = Plan(chains=6, warm_up=(20, 20), kept=12, thin=3)


def short(folder: Path | None, stop: set[int], seed: int = 7) -> Sample:
    return sample(density_of([], stop), STANDARD, SHORT, seed, folder)


def test_interrupted_anywhere_and_resumed_is_never_interrupted(tmp_path: Path) -> None:
    whole = short(None, set())
    rng = np.random.default_rng(8)
    for trial in range(6):
        folder = tmp_path / str(trial)
        folder.mkdir()
        broken = 0
        while True:
            # The first calls, too: starting points, first density of a phase.
            stop = {1 + trial} if not broken else {int(rng.integers(2, 40))}
            try:
                found = short(folder, stop if broken < 4 else set())
            except KeyboardInterrupt:
                broken += 1
                continue
            if broken >= 2:
                break
        np.testing.assert_array_equal(found.draws, whole.draws)
        np.testing.assert_array_equal(found.log_density, whole.log_density)
        np.testing.assert_array_equal(found.acceptance, whole.acceptance)


def test_a_finished_run_is_read_again_without_a_step(tmp_path: Path) -> None:
    first = short(tmp_path, set())
    calls: list[int] = []
    again = sample(density_of(calls, set()), STANDARD, SHORT, 7, tmp_path)
    assert calls == []
    np.testing.assert_array_equal(first.draws, again.draws)
    assert (tmp_path / CHAINS).is_file()


def test_the_seed_decides_the_draws() -> None:
    one, two, other = (short(None, set(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.draws, two.draws)
    assert not np.isin(one.draws, other.draws).any()


def test_draws_are_of_the_plan(tmp_path: Path) -> None:
    told: list[str] = []
    found = sample(density_of([], set()), STANDARD, SHORT, 1, tmp_path, told.append)
    assert found.draws.shape == (6, 12, 2)
    expected = (1.5 * found.draws - np.exp(found.draws)).sum(axis=2)
    np.testing.assert_allclose(found.log_density, expected, rtol=1e-12)
    assert told[-1].startswith("draws: 12 of 12, ")
    assert any(line.startswith("warm-up 2 of 2: 4 of 4, ") for line in told)


def test_a_point_of_no_density_is_never_taken() -> None:
    def density(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(x[:, 0] > 0.5, -np.inf, -0.5 * np.square(x).sum(axis=1)))

    found = sample(density, STANDARD, PLAN, 9)
    assert found.draws[:, :, 0].max() <= 0.5
    cut = stats.truncnorm(-np.inf, 0.5)
    holds(found.draws[:, :, 0], cut.mean(), 0.05)
    assert (found.acceptance < 1).all()


def test_no_place_to_start_is_told() -> None:
    with pytest.raises(ValueError, match="no starting point of finite density"):
        sample(lambda x: np.full(len(x), -np.inf), STANDARD, SHORT, 1)
