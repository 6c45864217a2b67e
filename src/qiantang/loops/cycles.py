"""The elementary loops of a cycle partition: all of them, or the strong ones where there are many.

Johnson, D.B. (1975), Finding all the elementary circuits of a directed graph, SIAM Journal on
Computing 4, 77-84, doi 10.1137/0204007. Where his loops are too many to list, those are listed
whose links' typical strengths multiply to a floor at least, at any instant. That is our own, an
exact search under a bound; Eberlein and Schoenberg (2020) follow strongest paths there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.loops.web import Link

MOST = 400_000
"""Loops of a partition that are listed, if no other number is given."""

PARTS = 10
"""Of what is listed at most, no more than this part stems from one instant."""

LEAP, STEP, TENFOLD = 1e3, 10**0.5, 10.0
"""Steps by which a floor is lowered, first and then, and how far above it the core begins."""

LOWEST = 1e-27
"""Floor below which no loop is looked for."""

_KEY = np.dtype(">u4")
"""How edges are written so that loops sort as they are found."""

Integers = npt.NDArray[np.int64]


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
        Whether a loop lies above ten times the floor at some instant.
    floor : float
        Typical strength down to which these are all at every instant; 0 where they are all there
        are.
    """

    edges: npt.NDArray[np.int32]
    begins: Integers
    shared: Integers
    core: npt.NDArray[np.bool_]
    floor: float = 0.0

    def __len__(self) -> int:
        return len(self.shared)

    def __getitem__(self, loop: int) -> npt.NDArray[np.int32]:
        """Return the edges of a loop."""
        return self.edges[self.begins[loop] : self.begins[loop + 1]]

    @property
    def arrays(self) -> tuple[Any, Any, Any]:
        """What the compiled functions take."""
        return self.edges, self.begins, self.shared

    @cached_property
    def lengths(self) -> Integers:
        """Number of edges of each loop."""
        return np.diff(self.begins)

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
        return any(frozenset(self[one].tolist()) == wanted for one in near.tolist())


@dataclass(frozen=True)
class _Rows:
    """A partition as the compiled functions take it: edges by their head, vertices from nought."""

    first: Integers
    heads: Integers
    tails: Integers
    places: npt.NDArray[np.int32]
    roots: int

    @classmethod
    def of(cls, edges: Sequence[Link], partition: Sequence[int], through: Collection[int]) -> _Rows:
        """Give the first numbers to the vertices that loops are to pass: there searches begin."""
        ends = {end for place in partition for end in edges[place]}
        ordered_ends = sorted(ends, key=lambda end: (end not in through, end))
        row = {end: number for number, end in enumerate(ordered_ends)}
        ordered = sorted(partition, key=lambda place: (row[edges[place][0]], row[edges[place][1]]))
        heads = np.array([row[edges[place][0]] for place in ordered], dtype=np.int64)
        tails = np.array([row[edges[place][1]] for place in ordered], dtype=np.int64)
        first = np.searchsorted(heads, np.arange(len(ends) + 1)).astype(np.int64)
        roots = len(ends & set(through)) if through else len(ends)
        return cls(first, heads, tails, np.array(ordered, dtype=np.int32), roots)

    @property
    def arrays(self) -> tuple[Any, Any, Any, int]:
        return self.first, self.heads, self.tails, self.roots


def elementary_cycles(
    edges: Sequence[Link],
    partition: Sequence[int],
    *,
    through: Collection[int] = (),
    most: int = MOST,
) -> Cycles | None:
    """Enumerate all elementary loops of a partition.

    Parameters
    ----------
    edges : sequence of (int, int)
        All edges.
    partition : sequence of int
        Places of those of the partition.
    through : collection of int
        Vertices, one of which each loop is to pass; all loops by default.
    most : int
        Loops that are listed at most.

    Returns
    -------
    Cycles or None
        None where there are more. The order follows from the order of the edges alone.
    """
    from qiantang.loops.enumeration import enumerate_cycles

    rows = _Rows.of(edges, partition, through)
    found, begins, shared, complete = enumerate_cycles(*rows.arrays, most)
    core = np.ones(len(shared), dtype=np.bool_)
    return Cycles(rows.places[found], begins, shared, core) if complete else None


def strong_cycles(
    edges: Sequence[Link],
    partition: Sequence[int],
    strength: npt.NDArray[np.float64],
    *,
    through: Collection[int] = (),
    most: int = MOST,
) -> Cycles:
    """Enumerate the loops of a partition that are strong at any of some instants.

    At each instant the floor is lowered as far as no more loops lie above it than an even part of
    ten times what is listed at most; those found at any instant are listed.

    Parameters
    ----------
    edges, partition, through, most
        As in :func:`elementary_cycles`.
    strength : array of shape (time, edge)
        Typical strength of each edge; counted as 1 where it is larger.

    Returns
    -------
    Cycles
        Its floor is the highest of any instant.
    """
    from qiantang.loops.enumeration import shared_beginnings

    rows = _Rows.of(edges, partition, through)
    at_once = max(1, min(most // PARTS, PARTS * most // max(len(strength), 1)))
    loops: dict[bytes, bool] = {}
    floors = []
    for typical in np.minimum(strength[:, rows.places], 1.0):
        floor, found = _above_floor(rows, typical, at_once)
        floors.append(floor)
        for loop, core in found:
            loops[loop] = loops.get(loop, False) or core
    ordered = sorted(loops)
    places = np.frombuffer(b"".join(ordered), dtype=_KEY).astype(np.int64)
    lengths = [len(loop) // _KEY.itemsize for loop in ordered]
    begins = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    shared = shared_beginnings(places, begins)
    cores = np.array([loops[loop] for loop in ordered], dtype=np.bool_)
    return Cycles(rows.places[places], begins, shared, cores, max(floors))


def _above_floor(
    rows: _Rows, typical: npt.NDArray[np.float64], most: int
) -> tuple[float, Iterator[tuple[bytes, bool]]]:
    """Return the lowest floor with no more loops than wanted, and these with their strength."""
    from qiantang.loops.enumeration import enumerate_strong

    floor = 1.0
    found = enumerate_strong(*rows.arrays, typical, floor, most)
    for step in (LEAP, STEP):
        while found[3] and floor > LOWEST:
            lower = enumerate_strong(*rows.arrays, typical, floor / step, most)
            if not lower[3]:
                break
            floor, found = floor / step, lower
    edges, begins = found[0], found[1]
    logs = np.log(np.maximum(typical, 1e-300))[edges]
    size = np.add.reduceat(logs, begins[:-1]) if len(begins) > 1 else np.zeros(0)
    core = (size >= np.log(floor * TENFOLD) - 1e-9).tolist()
    text, ends = edges.astype(_KEY).tobytes(), (begins * _KEY.itemsize).tolist()
    return floor, zip((text[a:b] for a, b in pairwise(ends)), core, strict=True)
