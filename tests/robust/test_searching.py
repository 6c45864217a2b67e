"""The search: fronts that are known, limits that are kept, a search that goes on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import lake
from public_data import public
from qiantang.robust.searching import Task, Tried, front, hypervolume, search

pytest.importorskip("pymoo", reason="the extra [search] is not installed")
pytest.importorskip("moocore", reason="the extra [search] is not installed")

Array = NDArray[np.float64]


def zdt1(x: Array) -> Array:
    """Zitzler, Deb and Thiele (2000): the front is f2 = 1 - sqrt(f1); candidates in rows."""
    g = 1 + 9 * x[:, 1:].mean(axis=1)
    return np.column_stack([x[:, 0], g * (1 - np.sqrt(x[:, 0] / g))])


def task(step: float = 0.0, most: float = np.inf) -> Task:
    """Return Zitzler's problem in five variables, with a limit on their sum."""
    return Task(np.ones(5), np.full(5, step), 2, zdt1, lambda x: np.array([x.sum() - most]), 1,
                np.full((1, 5), 0.5))  # fmt: skip


def reached(found: Tried) -> Array:
    sound = found.worth[found.allowed]
    return sound[front(sound)]


def test_the_front_of_a_known_problem_is_found() -> None:
    """The hypervolume of 1 - sqrt(f1) under (1.1, 1.1) is 1.1^2 - 1/3."""
    best = reached(search(task(), 1, 40, 60))
    whole = (1.1**2 - 1 / 3) / 1.1**2
    assert hypervolume(best, np.zeros(2), np.ones(2)) == pytest.approx(whole, rel=0.02)
    assert hypervolume(best, np.zeros(2), np.ones(2)) <= whole


def test_a_front_has_each_point_once_and_none_that_is_beaten() -> None:
    worth = np.array([[0, 1], [1, 0], [1, 1], [0, 1], [0.5, 0.5], [np.inf, -1]], dtype=float)
    assert sorted(map(tuple, worth[front(worth)])) == [(0, 1), (0.5, 0.5), (1, 0)]
    volume = hypervolume(np.array([[0.0, 0.0]]), np.zeros(2), np.ones(2))
    assert volume == pytest.approx(1)
    assert hypervolume(np.array([[2.0, 2.0]]), np.zeros(2), np.ones(2)) == 0


def test_limits_are_kept_and_candidates_stand_on_the_grid() -> None:
    found = search(task(step=0.25, most=1.0), 1, 20, 10)
    assert np.array_equal(found.candidates, np.round(found.candidates * 4) / 4)
    sound = found.candidates[found.allowed]
    assert 0 < len(sound) < len(found.candidates)
    assert sound.sum(axis=1).max() <= 1
    assert np.isinf(found.worth[~found.allowed]).all()  # nobody asked what these are worth


class Memory:
    """Generations kept in memory; breaks off where it is told to."""

    def __init__(self, stop: int = 10**9) -> None:
        self.kept: dict[int, tuple[Array, Array]] = {}
        self.stop = stop

    def get(self, generation: int) -> tuple[Array, Array] | None:
        return self.kept.get(generation)

    def put(self, generation: int, candidates: Array, worth: Array) -> None:
        if generation == self.stop:
            raise KeyboardInterrupt
        self.kept[generation] = candidates, worth


def test_a_search_that_was_stopped_goes_on_to_the_same_end() -> None:
    memory = Memory(stop=4)
    with pytest.raises(KeyboardInterrupt):
        search(task(), 3, 12, 8, memory)
    asked: list[Array] = []

    def counted(x: Array) -> Array:
        asked.extend(x)
        return zdt1(x)

    memory.stop = 10**9
    one = task()
    again = search(Task(one.high, one.step, 2, counted, one.excess, 1, one.starts), 3, 12, 8,
                   memory)  # fmt: skip
    straight = search(task(), 3, 12, 8)
    assert np.array_equal(again.candidates, straight.candidates)
    assert np.array_equal(again.worth, straight.worth)
    assert len(asked) == 4 * 12


def test_another_seed_searches_elsewhere() -> None:
    one, other = (search(task(), seed, 12, 3) for seed in (1, 2))
    assert not np.array_equal(one.candidates, other.candidates)


@pytest.mark.slow
def test_the_archives_of_the_lake_are_reached() -> None:
    """Five archives of 150,000 evaluations each, from the EMA Workbench; here fewer suffice.

    Whole archives are scored anew on the same inflows, as they were found on others.
    """
    score = lake.ruled(1)
    archives = [pd.read_csv(public(f"{seed}_final_archive.csv")) for seed in
                (25, 114, 281, 654, 759)]  # fmt: skip
    rules = np.concatenate([frame[["c1", "c2", "r1", "r2", "w1"]] for frame in archives])
    theirs = np.array([score(rule) for rule in rules])
    theirs = theirs[front(theirs)]
    low, high = theirs.min(axis=0), theirs.max(axis=0)

    def scored(candidates: Array) -> Array:
        return np.array([score(rule) for rule in candidates])

    high, low_ends = np.array([2.0, 2.0, 2.0, 2.0, 1.0]), np.array([-2.0, -2.0, 1e-3, 1e-3, 0.0])
    one = Task(high, np.zeros(5), 4, scored, lambda x: np.zeros(0), 0, np.full((1, 5), 0.5),
               low_ends)  # fmt: skip
    ours = np.concatenate([search(one, seed, 100, 100).worth for seed in range(1, 6)])
    share = hypervolume(ours[front(ours)], low, high) / hypervolume(theirs, low, high)
    assert share >= 0.98
