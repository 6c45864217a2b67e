"""Objectives, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from qiantang.robust.objectives import radius, regret, superquantile


def test_a_superquantile_is_the_mean_of_the_worst_tenth() -> None:
    values = np.random.default_rng(1).permutation(np.arange(100.0))
    assert superquantile(values) == pytest.approx(np.arange(10).mean())
    assert superquantile(np.array([3.0])) == 3.0
    broken = np.where(values == 50, np.nan, values)
    assert superquantile(broken) == pytest.approx(np.arange(9).mean())


def test_regret_is_exceeded_in_one_case_of_ten() -> None:
    best = np.full(101, 10.0)
    values = 10.0 - np.arange(101.0)
    assert regret(values, best) == pytest.approx(90.0)
    assert regret(best + 1, best) == 0
    assert regret(np.full(101, np.nan), best) == np.inf


def test_a_radius_ends_where_too_many_worlds_fail() -> None:
    assert radius(np.ones(100, dtype=bool)) == 1
    assert radius(np.zeros(100, dtype=bool)) == 0
    usual = np.arange(100) < 40
    assert radius(usual) == pytest.approx(0.5)  # 40 of the first 50 are four of five
    assert radius(~usual) == 0
