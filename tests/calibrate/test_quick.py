"""The quick look: exact where the target is its approximation, else as coarse as it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from qiantang.calibrate.chains import Plan, Sample, sample
from qiantang.calibrate.diagnostics import diagnose
from qiantang.calibrate.laplace import Normal
from qiantang.calibrate.quick import DRAWS, KEPT, PARTS, quick_sample

#: The coarseness that the docs state: means of the posterior are met within so many posterior sd.
COARSENESS = 0.5


def flat(found: Sample) -> np.ndarray:
    return found.draws.reshape(-1, found.draws.shape[2])


STANDARD = Normal(np.zeros(3), np.eye(3))


def normal_density(x: np.ndarray) -> np.ndarray:
    return np.asarray(-0.5 * np.square(x).sum(axis=1))


def skewed(x: np.ndarray) -> np.ndarray:
    """Logs of three gammas of shape 4: mean digamma(4), not the mode log 4."""
    return np.asarray((4.0 * x - np.exp(x)).sum(axis=1))


SKEWED = Normal(np.full(3, np.log(4.0)), np.eye(3) / 2.0)


def test_all_are_kept_where_the_target_is_its_approximation() -> None:
    found = quick_sample(normal_density, STANDARD, 1)
    assert found.draws.shape == (PARTS, DRAWS // PARTS, 3)
    drawn = flat(found)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.0, atol=0.01)
    np.testing.assert_allclose(np.cov(drawn.T), np.eye(3), atol=0.05)
    assert stats.kstest(drawn[:, 0], stats.norm.cdf).statistic < 0.01


def test_a_mild_ratio_is_taken_whole() -> None:
    """Where a quarter is accepted unflattened, the look is exact: rejection sampling."""
    narrow = Normal(np.zeros(1), np.eye(1))

    def density(x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.square(x[:, 0] / 0.5))

    told: list[str] = []
    found = quick_sample(density, narrow, 2, told.append)
    assert told[-1].endswith("flattened to 1.000")
    assert flat(found).std() == pytest.approx(0.5, rel=0.03)
    assert stats.kstest(flat(found)[:, 0], stats.norm(scale=0.5).cdf).pvalue > 0.001
    assert found.acceptance[0] == pytest.approx(0.5, abs=0.02)


def test_it_agrees_with_the_posterior_within_its_coarseness() -> None:
    look = flat(quick_sample(skewed, SKEWED, 3))
    chains = sample(skewed, SKEWED, Plan(32, (150,), 100, 8), 3).draws.reshape(-1, 3)
    sd = np.sqrt(special.polygamma(1, 4.0))
    gap = np.abs(look.mean(axis=0) - special.digamma(4.0)) / sd
    assert (gap < COARSENESS).all()
    gap = np.abs(look.mean(axis=0) - chains.mean(axis=0)) / chains.std(axis=0)
    assert (gap < COARSENESS).all()
    assert (np.abs(look.std(axis=0) / chains.std(axis=0) - 1) < COARSENESS).all()


def test_a_wild_ratio_is_flattened_to_the_stated_part() -> None:
    def density(x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.square((x - 1.0) / 0.2).sum(axis=1))

    told: list[str] = []
    found = quick_sample(density, STANDARD, 4, told.append)
    assert found.acceptance[0] == pytest.approx(KEPT, abs=0.02)
    power = float(told[-1].rsplit(" ", 1)[1])
    assert 0 < power < 1
    assert (flat(found).mean(axis=0) > 0.2).all()  # on the way from the approximation


def test_a_diverged_draw_is_not_kept() -> None:
    def density(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(x[:, 0] > 0, -np.inf, normal_density(x)))

    found = quick_sample(density, STANDARD, 5)
    assert flat(found)[:, 0].max() <= 0
    np.testing.assert_array_equal(found.log_density.ravel(), normal_density(flat(found)))


def test_the_seed_decides_the_draws() -> None:
    one, two, other = (quick_sample(skewed, SKEWED, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.draws, two.draws)
    assert one.draws.shape != other.draws.shape or (one.draws != other.draws).all()


def test_its_draws_pass_the_bars_of_independent_ones() -> None:
    found = diagnose(quick_sample(skewed, SKEWED, 6), ("a", "b", "c"), 0)
    assert found.passed


@pytest.mark.slow
def test_a_quick_look_is_as_near_the_posterior_as_it_says(tmp_path: Path) -> None:
    """Means within half a posterior standard deviation, as docs/limitations.md states."""
    from qiantang.calibrate.fit import calibrate
    from qiantang.session import open_study

    shipped = open_study()
    shutil.copy(shipped.folder / "study.yaml", tmp_path)
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(shipped.folder / part, tmp_path / part)
    look = calibrate(open_study(tmp_path), "look", members=200, seed=1, quick=True)
    tables = [pd.read_csv(fit / "parameters.csv") for fit in (shipped.fit.folder, look.folder)]
    full, quick = (table.set_index("parameter") for table in tables)
    sampled = full.index[full.sampled == "from the posterior"]
    shift = quick.shift_in_prior_sd[sampled] - full.shift_in_prior_sd[sampled]
    assert len(sampled) > 100
    assert (shift.abs() < 0.5 * full.sd_ratio[sampled]).all()
    assert (quick.sd_ratio[sampled] / full.sd_ratio[sampled]).between(0.6, 1.4).all()
