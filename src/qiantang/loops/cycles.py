"""The elementary loops of a cycle partition: all of them, or the strong ones where there are many.

Johnson, D.B. (1975), Finding all the elementary circuits of a directed graph, SIAM Journal on
Computing 4, 77-84, doi 10.1137/0204007. Where his loops are too many to list, those are listed
whose links' typical strengths multiply to a floor at least; that is our own, an exact search under
a bound in place of the strongest-path heuristic of Eberlein, R. & Schoenberg, W. (2020), Finding
the loops that matter, arXiv 2006.08425.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.loops.web import Link

MOST = 400_000
"""Loops of a partition that are listed, if no other number is given."""

TENFOLD = 10.0
"""Step by which the floor is lowered; the loops above the floor before are the core."""

LOWEST = 1e-9
"""Floor below which no loop is looked for."""

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cycles:
    """Elementary loops of one partition.

    Parameters
    ----------
    edges : array of int32
        Places of the edges of all loops, one loop after the other.
    begins : array of int, shape (loop + 1,)
        Where each loop begins in it.
    shared : array of int, shape (loop,)
        How many edges at its beginning each loop has in common with the one before.
    core : array of bool, shape (loop,)
        Whether a loop lies above ten times the floor.
    floor : float
        Typical strength down to which these are all; 0 where they are all there are.
    """

    edges: npt.NDArray[np.int32]
    begins: Integers
    shared: Integers
    core: Flags
    floor: float = 0.0

    def __len__(self) -> int:
        return len(self.shared)

    def __getitem__(self, loop: int) -> npt.NDArray[np.int32]:
        """Return the edges of a loop."""
        return self.edges[self.begins[loop] : self.begins[loop + 1]]

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What the compiled functions take."""
        return self.edges, self.begins, self.shared

    @cached_property
    def lengths(self) -> Integers:
        """Number of edges of each loop."""
        return np.diff(self.begins)

    def through(self, edges: Sequence[int]) -> Flags:
        """Return which loops use any of some edges."""
        if not len(self):
            return np.zeros(0, dtype=np.bool_)
        used = np.isin(self.edges, np.asarray(edges, dtype=np.int32))
        return np.asarray(np.add.reduceat(used, self.begins[:-1]) > 0)

    def only(self, chosen: Flags) -> Cycles:
        """Return some of the loops, in the same order."""
        if chosen.all():
            return self
        kept = np.flatnonzero(chosen)
        # What two loops have in common is what all between them have.
        after = np.concatenate([[0], kept[:-1] + 1])[: len(kept)]
        ends = np.stack([after, kept + 1], axis=1).ravel()
        padded = np.append(self.shared, 0)
        shared = np.minimum.reduceat(padded, ends)[::2] if len(kept) else kept
        lengths = self.lengths[kept]
        begins = np.concatenate([[0], np.cumsum(lengths)])
        edges = self.edges[np.repeat(chosen, self.lengths)]
        return Cycles(edges, begins, shared, self.core[kept], self.floor)

    def joined(self, more: Iterable[Sequence[int]]) -> Cycles:
        """Return the loops and further ones, of the core, that are not among them."""
        further = [loop for loop in more if not self._has(loop)]
        if not further:
            return self
        edges = np.concatenate([self.edges, *(np.array(loop, np.int32) for loop in further)])
        lengths = np.concatenate([self.lengths, [len(loop) for loop in further]])
        nothing = np.zeros(len(further), dtype=np.int64)
        return Cycles(
            edges,
            np.concatenate([[0], np.cumsum(lengths)]),
            np.concatenate([self.shared, nothing]),
            np.concatenate([self.core, nothing == 0]),
            self.floor,
        )

    def _has(self, loop: Sequence[int]) -> bool:
        wanted = frozenset(loop)
        near = np.flatnonzero(self.lengths == len(loop))
        near = near[np.isin(self.edges[self.begins[near]], list(wanted))]
        return any(frozenset(self[one].tolist()) == wanted for one in near)


@dataclass(frozen=True)
class _Rows:
    """A partition as the compiled functions take it: edges by their head, vertices from nought."""

    first: Integers
    heads: Integers
    tails: Integers
    places: npt.NDArray[np.int32]

    @classmethod
    def of(cls, edges: Sequence[Link], partition: Sequence[int]) -> _Rows:
        ends = sorted({end for place in partition for end in edges[place]})
        row = {end: number for number, end in enumerate(ends)}
        ordered = sorted(partition, key=lambda place: (row[edges[place][0]], row[edges[place][1]]))
        heads = np.array([row[edges[place][0]] for place in ordered], dtype=np.int64)
        tails = np.array([row[edges[place][1]] for place in ordered], dtype=np.int64)
        first = np.searchsorted(heads, np.arange(len(ends) + 1)).astype(np.int64)
        return cls(first, heads, tails, np.array(ordered, dtype=np.int32))


def elementary_cycles(
    edges: Sequence[Link], partition: Sequence[int], most: int = MOST
) -> Cycles | None:
    """Enumerate all elementary loops of a partition.

    Parameters
    ----------
    edges : sequence of (int, int)
        All edges.
    partition : sequence of int
        Places of those of the partition.
    most : int
        Loops that are listed at most.

    Returns
    -------
    Cycles or None
        None where there are more. The order follows from the order of the edges alone.
    """
    from qiantang.loops.enumeration import enumerate_cycles

    rows = _Rows.of(edges, partition)
    found, begins, shared, complete = enumerate_cycles(rows.first, rows.heads, rows.tails, most)
    core = np.ones(len(shared), dtype=np.bool_)
    return Cycles(rows.places[found], begins, shared, core) if complete else None


def strong_cycles(
    edges: Sequence[Link],
    partition: Sequence[int],
    strength: npt.NDArray[np.float64],
    most: int = MOST,
) -> Cycles:
    """Enumerate the loops of a partition down to the lowest floor that lists no more than wanted.

    Parameters
    ----------
    edges, partition, most
        As in :func:`elementary_cycles`; always at least one loop is listed.
    strength : array of shape (edge,)
        Typical strength of each edge; counted as 1 where it is larger.

    Returns
    -------
    Cycles
    """
    from qiantang.loops.enumeration import enumerate_strong

    rows = _Rows.of(edges, partition)
    typical = np.minimum(strength[rows.places], 1.0)
    floor, kept = 1.0, None
    while floor >= LOWEST:
        found = enumerate_strong(rows.first, rows.heads, rows.tails, typical, floor, most)
        if not found[3]:
            break
        floor, kept = floor / TENFOLD, found
    floor *= TENFOLD
    edges_of, begins, shared, _ = kept if kept is not None else found
    logs = np.log(np.maximum(typical, 1e-300))[edges_of]
    size = np.add.reduceat(logs, begins[:-1]) if len(shared) else np.zeros(0)
    core = size >= np.log(floor * TENFOLD) - 1e-9
    return Cycles(rows.places[edges_of], begins, shared, core, floor)
