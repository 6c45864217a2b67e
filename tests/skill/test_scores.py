from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from scipy import stats

from qiantang.skill import scores
from qiantang.skill.baselines import levels


@pytest.mark.parametrize("observed", [-2.0, 0.0, 0.7, 4.0])
def test_crps_is_that_of_an_independent_package(observed: float) -> None:
    draws = np.random.default_rng(7).normal(size=301)
    theirs = scoringrules.crps_ensemble(observed, draws, estimator="nrg")
    assert scores.crps(draws, observed) == pytest.approx(float(theirs), rel=1e-12)


@pytest.mark.parametrize("observed", [0.3, 1.0, 2.5])
def test_crps_comes_to_the_closed_form_of_the_normal(observed: float) -> None:
    mean, sd = 1.0, 0.5
    z = (observed - mean) / sd
    closed = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    draws = stats.norm.ppf(levels(4000), mean, sd)
    assert scores.crps(draws, observed) == pytest.approx(closed, abs=2e-4)


def test_crps_of_one_member_is_the_absolute_error() -> None:
    assert scores.crps([2.0], 5.0) == 3.0


def test_crps_of_two_members_by_hand() -> None:
    # mean distance to 1 is (1 + 1) / 2; of the four pairs two are 2 apart: 0.5 * 4 / 4
    assert scores.crps([0.0, 2.0], 1.0) == pytest.approx(0.5)


def test_crps_of_weighted_members_is_that_of_members_that_stand_as_often() -> None:
    draws = np.random.default_rng(2).normal(size=40)
    times = np.arange(40) % 4
    weighted = scores.crps(draws, 0.3, times / times.sum())
    assert weighted == pytest.approx(scores.crps(np.repeat(draws, times), 0.3), rel=1e-12)


def test_pit_and_coverage_are_right_for_a_calibrated_forecast() -> None:
    rng = np.random.default_rng(5)
    draws = stats.norm.ppf(levels(500))
    observed = rng.normal(size=4000)
    pits = [scores.pit(draws, value) for value in observed]
    assert stats.kstest(pits, "uniform").pvalue > 0.01
    for level in scores.LEVELS:
        share = np.mean([scores.covered(draws, value, level) for value in observed])
        assert share == pytest.approx(level, abs=0.025)
    narrow = np.mean([scores.covered(0.5 * draws, value, 0.9) for value in observed])
    assert narrow < 0.65


def test_pit_counts_a_tie_half_and_the_histogram_takes_both_ends() -> None:
    assert scores.pit([1.0, 2.0, 3.0, 4.0], 2.0) == 0.375
    assert scores.pit_histogram([0.0, 0.05, 1.0]) == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_errors_by_hand() -> None:
    assert scores.relative_error([80.0, 90.0, 200.0], 100.0) == pytest.approx(0.1)
    assert scores.brier(0.7, True) == pytest.approx(0.09)
    assert scores.brier(0.7, False) == pytest.approx(0.49)
