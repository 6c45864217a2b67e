"""The search for the cheapest package, against full enumeration of small problems."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from qiantang.policy.search import Problem, cheapest, most_likely, nearest_allowed, tidied

Array = NDArray[np.float64]
MEMBERS = 400
NOISE = np.random.default_rng(7).standard_normal(MEMBERS)
GAIN = np.array([3.0, 2.0, 1.0])
COST = np.array([5.0, 2.0, 1.0])


def steady(x: Array) -> Array:
    """Levers add up, the last with falling returns."""
    return np.asarray(GAIN[:2] @ x[:2] + np.sqrt(x[2] + 0.01) - 2.5 + NOISE, dtype=np.float64)


def crowded(x: Array) -> Array:
    """All levers at once get in each other's way: the full plan is not the best."""
    return np.asarray(
        (GAIN @ x) * (1 - 0.35 * max(x.sum() - 1.5, 0)) - 2.9 + NOISE / 4, dtype=float
    )


def problem(margins: object = steady, p: float = 0.8, **more: object) -> Problem:
    return Problem(margins, p, COST, np.ones(3), **more)  # type: ignore[arg-type]


def least(given: Problem, step: float = 0.05) -> float:
    """Return the least cost of all packages on a grid, infinite where none suffices."""
    grid = np.arange(0, 1 + step / 2, step)
    fits = (np.array(x) for x in product(grid, repeat=3))
    costs = [given.cost @ x for x in fits if given.allowed(x) and given.suffices(x)]
    return float(min(costs, default=np.inf))


@pytest.mark.parametrize("p", [0.3, 0.5, 0.8, 0.95])
def test_no_package_on_a_grid_is_cheaper(p: float) -> None:
    given = problem(p=p)
    found = cheapest(given, np.ones(3))
    assert given.suffices(found)
    assert given.cost @ found <= least(given) + 0.02


def test_levers_that_get_in_each_others_way_are_left_out() -> None:
    given = problem(crowded, 0.6)
    assert not given.suffices(np.ones(3)), "the full plan does not suffice"
    start = most_likely(given, np.ones(3))
    found = cheapest(given, start)
    assert given.suffices(found)
    assert given.cost @ found <= least(given) + 0.15


def test_a_limit_on_the_number_of_levers_is_kept() -> None:
    given = problem(p=0.6, counts=((np.array([True, True, True]), 1),))
    start = most_likely(given, np.array([1.0, 0, 0]))
    found = cheapest(given, start)
    assert (found > 0).sum() == 1
    assert given.suffices(found)
    assert given.cost @ found <= least(given) + 0.05


def test_a_limit_on_a_sum_is_kept() -> None:
    given = problem(p=0.6, sums=((np.array([1.0, 1.0, 0.0]), 0.9),))
    found = cheapest(given, most_likely(given, np.array([0.5, 0.4, 1.0])))
    assert given.allowed(found)
    assert given.cost @ found <= least(given) + 0.05


def test_a_start_that_is_not_allowed_is_moved_to_one_that_is() -> None:
    given = problem(sums=((COST, 3.0),), counts=((np.ones(3, dtype=bool), 2),))
    moved = nearest_allowed(given, np.ones(3))
    assert given.allowed(moved)
    assert moved.sum() > 0.5


def test_raising_the_probability_stops_where_nothing_more_helps() -> None:
    given = problem(lambda x: steady(x) - 2, p=0.9999999)
    end = most_likely(given, np.zeros(3))
    np.testing.assert_allclose(end, 1, atol=0.02)
    assert not given.suffices(end)


def test_no_lever_of_the_result_can_be_lowered_alone() -> None:
    given = problem(p=0.7)
    found = cheapest(given, np.ones(3))
    for lever in np.flatnonzero(found):
        lower = found.copy()
        lower[lever] = max(0, lower[lever] - 0.01)
        assert not given.suffices(lower)


def test_tidying_leaves_a_package_that_suffices() -> None:
    given = problem(p=0.7)
    found = tidied(given, np.array([0.737, 0.991, 0.123]))
    assert given.suffices(found)
    np.testing.assert_allclose(found * 100, np.round(found * 100), atol=1e-6)


def test_the_deciding_member_agrees_with_the_probability() -> None:
    rng = np.random.default_rng(1)
    for p in (0.01, 0.25, 0.5, 0.8, 1.0):
        given = replace(problem(), probability=p)
        for _ in range(20):
            x = rng.random(3)
            assert (given.level(x) >= 0) == given.suffices(x)
