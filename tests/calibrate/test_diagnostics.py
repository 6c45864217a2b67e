"""Diagnostics: chains that mix pass, chains that do not are named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from qiantang.calibrate.chains import Sample
from qiantang.calibrate.diagnostics import ESS, RHAT, Diagnostics, diagnose, inference_data

CHAINS, DRAWS = 8, 200
NAMES = ("one", "two")


def sample_of(draws: np.ndarray) -> Sample:
    return Sample(draws, np.zeros(draws.shape[:2]), np.full(len(draws), 0.25))


@pytest.fixture(scope="module")
def mixed() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((CHAINS, DRAWS, 2))


def split_rhat(draws: np.ndarray) -> float:
    """Return the R-hat of split chains, by the variances between and within them."""
    halves = draws.reshape(2 * len(draws), -1)
    length = halves.shape[1]
    within = halves.var(axis=1, ddof=1).mean()
    between = length * halves.mean(axis=1).var(ddof=1)
    return float(np.sqrt(((length - 1) / length * within + between / length) / within))


def test_independent_draws_pass(mixed: np.ndarray) -> None:
    found = diagnose(sample_of(mixed), NAMES, 3)
    assert found.passed
    assert (found.rhat < RHAT).all()
    # As many draws as there are, within the error of the estimate.
    np.testing.assert_allclose(found.ess_bulk, CHAINS * DRAWS, rtol=0.15)
    np.testing.assert_allclose(
        found.rhat, [split_rhat(mixed[:, :, i]) for i in range(2)], atol=0.005
    )
    assert found.worst()["passed"] is True
    assert found.worst()["acceptance"] == 0.25
    assert found.worst()["diverged_in_probe"] == 3


def test_a_chain_that_stays_apart_is_named(mixed: np.ndarray) -> None:
    apart = mixed.copy()
    apart[0, :, 1] += 3.0
    found = diagnose(sample_of(apart), NAMES, 0)
    assert not found.passed
    assert found.rhat[1] > 1.1
    assert found.rhat[0] < RHAT
    assert found.worst()["worst_rhat_of"] == found.worst()["least_ess_of"] == "two"


def test_chains_of_another_spread_are_flagged(mixed: np.ndarray) -> None:
    """Equal means do not deceive: folded draws tell spreads apart."""
    wide = mixed.copy()
    wide[:4, :, 0] *= 4.0
    assert split_rhat(wide[:, :, 0]) < 1.05
    assert diagnose(sample_of(wide), NAMES, 0).rhat[0] > 1.1


def test_chains_that_creep_have_few_effective_draws() -> None:
    rng = np.random.default_rng(2)
    path = np.zeros((CHAINS, DRAWS, 2))
    path[:, 0] = rng.standard_normal((CHAINS, 2))
    for t in range(1, DRAWS):
        path[:, t] = 0.9 * path[:, t - 1] + np.sqrt(1 - 0.81) * rng.standard_normal((CHAINS, 2))
    found = diagnose(sample_of(path), NAMES, 0)
    # An autoregression of 0.9 has n (1 - 0.9) / (1 + 0.9) effective draws.
    np.testing.assert_allclose(found.ess_bulk, CHAINS * DRAWS * 0.1 / 1.9, rtol=0.5)
    assert (found.ess_bulk < ESS).all()
    assert not found.passed


@pytest.mark.parametrize("part", ["rhat", "ess_bulk", "ess_tail"])
def test_each_bar_is_one(part: str) -> None:
    good = Diagnostics(NAMES, np.full(2, 1.0), np.full(2, 500.0), np.full(2, 500.0), 0.2, 0)
    assert good.passed
    bad = {"rhat": [1.0, RHAT], "ess_bulk": [500.0, ESS], "ess_tail": [500.0, ESS]}[part]
    assert not dataclasses.replace(good, **{part: np.array(bad)}).passed


def test_inference_data_holds_the_draws_and_no_date(mixed: np.ndarray, tmp_path: Path) -> None:
    data = inference_data(sample_of(mixed), NAMES, {"log_value": np.arange(3.0)}, {"fit": "first"})
    assert data.posterior["standard"].dims == ("chain", "draw", "coordinate")
    assert list(data.posterior["coordinate"].values) == list(NAMES)
    np.testing.assert_array_equal(data.posterior["standard"].values, mixed.astype(np.float32))
    assert data.posterior.attrs["fit"] == "first"
    assert data.sample_stats["lp"].shape == (CHAINS, DRAWS)
    assert all("created_at" not in data[group].attrs for group in data.groups())
