"""The enumeration of loops against a plain search."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qiantang.loops.cycles import Cycles, elementary_cycles, strong_cycles

Edges = list[tuple[int, int]]


def random_edges(seed: int, vertices: int = 8, share: float = 0.35) -> Edges:
    chance = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(vertices) for b in range(vertices)]
    return [pair for pair in pairs if chance.random() < share]


def plainly(edges: Edges) -> set[tuple[int, ...]]:
    """Return every elementary loop as the sorted places of its edges, by trying all paths."""
    found = set()

    def go_on(root: int, here: int, path: list[int], passed: set[int]) -> None:
        for place, (head, tail) in enumerate(edges):
            if head == here and tail == root:
                found.add(tuple(sorted([*path, place])))
            elif head == here and tail > root and tail not in passed:
                go_on(root, tail, [*path, place], passed | {tail})

    for root in {end for edge in edges for end in edge}:
        go_on(root, root, [], {root})
    return found


def as_set(cycles: Cycles) -> set[tuple[int, ...]]:
    listed = [tuple(sorted(cycles[loop].tolist())) for loop in range(len(cycles))]
    assert len(set(listed)) == len(listed)
    return set(listed)


def check_order(cycles: Cycles) -> None:
    """Each loop is closed, and begins as the one before it does."""
    for loop in range(1, len(cycles)):
        shared = cycles.shared[loop]
        assert (cycles[loop][:shared] == cycles[loop - 1][:shared]).all()


@pytest.mark.parametrize("seed", range(12))
def test_every_loop_is_found_once(seed: int) -> None:
    edges = random_edges(seed)
    cycles = elementary_cycles(edges, range(len(edges)))
    assert cycles is not None
    assert as_set(cycles) == plainly(edges)
    check_order(cycles)
    for loop in range(len(cycles)):
        ends = [edges[place] for place in cycles[loop]]
        assert all(one[1] == other[0] for one, other in pairwise([*ends, ends[0]]))


@pytest.mark.parametrize("seed", range(6))
def test_loops_through_some_vertices_are_found_alone(seed: int) -> None:
    edges = random_edges(seed)
    cycles = elementary_cycles(edges, range(len(edges)), through=(5, 6))
    assert cycles is not None
    expected = {loop for loop in plainly(edges) if {5, 6} & {edges[place][0] for place in loop}}
    assert as_set(cycles) == expected


def test_too_many_loops_are_not_listed() -> None:
    edges = [(a, b) for a in range(9) for b in range(9) if a != b]
    assert elementary_cycles(edges, range(len(edges)), most=1000) is None


@pytest.mark.parametrize("seed", range(6))
def test_all_loops_above_the_floor_are_listed(seed: int) -> None:
    edges = random_edges(seed, 9, 0.5)
    strength = np.random.default_rng(seed).uniform(0.01, 1.2, size=(3, len(edges)))
    cycles = strong_cycles(edges, range(len(edges)), strength, most=2000)
    check_order(cycles)
    typical = np.minimum(strength, 1.0)
    strong = {
        loop
        for loop in plainly(edges)
        if (np.prod(typical[:, loop], axis=1) >= cycles.floor * (1 + 1e-9)).any()
    }
    assert 0 < cycles.floor < 1
    assert strong <= as_set(cycles)
    assert len(as_set(cycles)) <= 3 * 200


def test_known_loops_join_once() -> None:
    edges = [(0, 1), (1, 0), (1, 2), (2, 0)]
    cycles = elementary_cycles(edges, range(4), through=(2,))
    assert cycles is not None
    joined = cycles.joined([(0, 1), (3, 0, 2)])
    assert as_set(joined) == {(0, 1), (0, 2, 3)}
