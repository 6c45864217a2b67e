"""Weights: their worth, their tail, and drawing by them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import genpareto

from qiantang.review.weights import effective, normalised, pareto_shape, systematic


def test_equal_weights_are_worth_all_members() -> None:
    weights = normalised(np.full(40, -700.0))
    assert weights.sum() == pytest.approx(1.0)
    assert effective(weights) == pytest.approx(40.0)
    assert pareto_shape(np.zeros(40)) == -np.inf


def test_one_heavy_member_is_worth_one() -> None:
    logs = np.array([0.0, -800.0, -np.inf, -900.0])
    assert effective(normalised(logs)) == pytest.approx(1.0)
    assert pareto_shape(logs) == np.inf


@pytest.mark.parametrize("shape", [0.2, 0.6, 1.0])
def test_the_shape_of_a_pareto_tail_is_found(shape: float) -> None:
    draws = genpareto(shape).ppf((np.arange(40_000) + 0.5) / 40_000)
    assert pareto_shape(np.log(draws + 1e-300)) == pytest.approx(shape, abs=0.05)


def test_the_shape_is_that_of_arviz() -> None:
    az = pytest.importorskip("arviz")
    rng = np.random.default_rng(3)
    for scale in (0.5, 1.0, 2.0, 3.0):
        logs = scale * rng.standard_normal(1000)
        _, theirs = az.psislw(logs)
        assert pareto_shape(logs) == pytest.approx(float(theirs), abs=1e-6)


def test_members_are_drawn_by_weight_within_one() -> None:
    weights = normalised(np.random.default_rng(1).standard_normal(30))
    for start in (0.0, 0.31, 0.999):
        drawn = np.bincount(systematic(weights, start), minlength=30)
        assert (np.abs(drawn - 30 * weights) < 1.0).all()
