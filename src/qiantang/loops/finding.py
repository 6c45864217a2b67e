"""The loops of a model, scored along the runs of all members, and the few that matter."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qiantang.engine import LoadedProgram
from qiantang.loops.cycles import MOST, Cycles, elementary_cycles, strong_cycles
from qiantang.loops.instants import EdgeScores, Given, Say, edge_scores
from qiantang.loops.network import Network

Floats = npt.NDArray[np.float64]
Looked = tuple[Floats, Floats, npt.NDArray[np.int64], Floats]
"""Total, core, strongest loop of each member, and sum of shares of each loop, at an instant."""

TOP = 12
"""Loops that are shown, if no other number is given."""

SAMPLE = 64
"""Members by whose shares the loops to show are chosen; of these the shares of all are found."""

TYPICAL = 0.9
"""Quantile of a link's scores, signs left out, over members, that is its strength."""

OFTEN = 0.05
"""Share of members in which a loop is the strongest at some time, from which on it is shown."""


@dataclass(frozen=True)
class Scored:
    """One loop along the runs.

    Parameters
    ----------
    partition : int
        Number of its cycle partition.
    edges : tuple of int
        Places of its edges in the network.
    share : array of shape (time, member)
        Score over the sum of the sizes of all scores; 0 at rest, NaN where a member diverged.
    strongest : array of shape (time,)
        Share of members in which no other loop has a larger score.
    """

    partition: int
    edges: tuple[int, ...]
    share: Floats
    strongest: Floats


@dataclass(frozen=True)
class Partition:
    """What was scored of one cycle partition.

    Parameters
    ----------
    variables, links : int
        Number of its variables, and of the links between them.
    asleep : int
        Number of links, left out, that do nothing at any instant in any member.
    loops : int
        Number of loops that were scored.
    floor : float
        Typical strength down to which the list is complete; 0 where it is.
    tail : array of shape (time, member)
        Share of the loops less than ten times as strong as the floor: what lowering it last added.
    total : array of shape (time, member)
        Sum of the sizes of all scores.
    """

    variables: int
    links: int
    asleep: int
    loops: int
    floor: float
    tail: Floats
    total: Floats


@dataclass(frozen=True)
class Found:
    """Loops of a model.

    Parameters
    ----------
    network : Network
    scores : EdgeScores
    partitions : tuple of Partition
    loops : tuple of Scored
        Those to show, of each partition the one with the largest mean share first.
    through : tuple of int
        Slots, one of which each loop passes; empty for all loops.
    """

    network: Network
    scores: EdgeScores
    partitions: tuple[Partition, ...]
    loops: tuple[Scored, ...]
    through: tuple[int, ...]


def find_loops(
    program: LoadedProgram,
    network: Network,
    given: Given,
    times: Floats,
    *,
    through: Sequence[int] = (),
    asked: Sequence[int] = (),
    known: Sequence[Sequence[int]] = (),
    top: int = TOP,
    most: int = MOST,
    progress: Say = lambda _: None,
) -> Found:
    """Score the loops of a program along runs.

    Parameters
    ----------
    program : LoadedProgram
    network : Network
        Of the program.
    given : Given
        What members run with.
    times : array of shape (time,)
        Ends of the time steps to look at, on the time grid. [time unit of the model]
    through : sequence of int
        Slots: only loops that pass through one of them, all by default.
    asked : sequence of int
        Slots of variables on loops whose share of outside is wanted.
    known : sequence of sequence of int
        Loops, as places of edges, that are scored and shown however weak they are.
    top : int
        Loops to show of each partition, besides those that are known.
    most : int
        Loops of a partition that are listed at most.
    progress : callable
        Told a sentence now and then.

    Returns
    -------
    Found
    """
    scores = edge_scores(program, network, given, times, asked, progress)
    partitions: list[Partition] = []
    loops: list[Scored] = []
    for places in network.partitions:
        if through and not network.variables(places) & set(through):
            continue
        progress("listing the loops")
        cycles, asleep = _listed(network, scores, places, through, most)
        mine = [loop for loop in known if set(loop) <= set(places)]
        if through:
            mine = [m for m in mine if any(network.edges[edge][0] in through for edge in m)]
        cycles = cycles.joined(mine)
        partition, shown = _scored(len(partitions), cycles, scores, mine, top, progress)
        variables = len(network.variables(places))
        partitions.append(
            Partition(variables, len(places), asleep, len(cycles), cycles.floor, *partition)
        )
        loops += shown
    return Found(network, scores, tuple(partitions), tuple(loops), tuple(through))


def _listed(
    network: Network, scores: EdgeScores, places: Sequence[int], through: Sequence[int], most: int
) -> tuple[Cycles, int]:
    """Return the loops of a partition, all or the strong ones, and how many links are left out."""
    cycles = elementary_cycles(network.edges, places, through=through, most=most)
    if cycles is not None:
        return cycles, 0
    awake = _awake(scores, places)  # the loops of these may be few enough
    cycles = elementary_cycles(network.edges, awake, through=through, most=most)
    if cycles is not None and len(cycles):
        return cycles, len(places) - len(awake)
    strength = _typical(scores)
    return strong_cycles(network.edges, places, strength, through=through, most=most), 0


def _awake(scores: EdgeScores, places: Sequence[int]) -> tuple[int, ...]:
    """Return the edges among some that act at any instant in any member."""
    sound = scores.edges[:, :, ~scores.diverged]
    return tuple(place for place in places if (sound[:, place] != 0).any())


def _typical(scores: EdgeScores) -> Floats:
    """Return the typical strength of each edge at each instant, shape (time, edge)."""
    sound = np.abs(scores.edges[:, :, ~scores.diverged])
    return np.asarray(np.quantile(sound, TYPICAL, axis=2))


def _scored(
    number: int,
    cycles: Cycles,
    scores: EdgeScores,
    known: Sequence[Sequence[int]],
    top: int,
    progress: Say,
) -> tuple[tuple[Floats, Floats], list[Scored]]:
    """Return tail and total of a partition, and its loops to show."""
    from qiantang.loops.strength import scores_of, shares, strengths

    members = scores.edges.shape[2]

    def look(place: int) -> Looked:
        here = scores.edges[place]
        total, inner, strongest = strengths(*cycles.arrays, cycles.core, here)
        with np.errstate(divide="ignore"):
            weight = np.where(total > 0, 1.0 / total, 0.0)[:SAMPLE]
        sample = np.ascontiguousarray(here[:, :SAMPLE])
        return total, inner, strongest, shares(*cycles.arrays, sample, weight)

    mean, rest = np.zeros(len(cycles)), []
    for *others, share in _each(look, scores, progress):  # a share a loop, kept of no instant
        mean += share
        rest.append(others)
    total, inner, strongest = map(np.array, zip(*rest, strict=True))
    sound = ~scores.diverged
    often = _often(strongest[:, sound], len(cycles))
    chosen = _chosen(cycles, mean, often, known, top)
    edges = np.concatenate([cycles[loop] for loop in chosen])
    begins = np.concatenate([[0], np.cumsum([len(cycles[loop]) for loop in chosen])])
    found = np.array([scores_of(edges, begins, here) for here in scores.edges])
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(total[:, None] > 0, found / total[:, None], 0.0)
        tail = np.where(total > 0, 1.0 - inner / total, 0.0)
    part[:, :, scores.diverged] = np.nan
    shown = [
        Scored(number, tuple(cycles[loop].tolist()), part[:, row],
               (strongest[:, sound] == loop).mean(axis=1) if members else np.empty(0))
        for row, loop in enumerate(chosen)
    ]  # fmt: skip
    return (np.maximum(tail, 0.0), total), shown


def _each(look: Callable[[int], Looked], scores: EdgeScores, progress: Say) -> Iterator[Looked]:
    """Look at each instant, several at once; the order of the results is that of time."""
    count, ahead = len(scores.times), os.cpu_count() or 1
    with ThreadPoolExecutor(ahead) as pool:
        begun = deque(pool.submit(look, place) for place in range(min(2 * ahead, count)))
        for place in range(count):
            result = begun.popleft().result()
            if place + 2 * ahead < count:
                begun.append(pool.submit(look, place + 2 * ahead))
            progress(f"scoring loops, {place + 1} of {count} instants done")
            yield result


def _often(strongest: npt.NDArray[np.int64], loops: int) -> set[int]:
    """Return the loops that are the strongest in some share of the members at some time."""
    found: set[int] = set()
    for row in strongest:
        counts = np.bincount(row[row >= 0], minlength=loops)
        found |= set(np.flatnonzero(counts > OFTEN * max(len(row), 1)).tolist())
    return found


def _chosen(
    cycles: Cycles, mean: Floats, often: set[int], known: Sequence[Sequence[int]], top: int
) -> list[int]:
    """Return the loops to show: the largest, those often the strongest, and those known."""
    order = np.argsort(-mean, kind="stable")
    names = {frozenset(loop) for loop in known}
    lengths = {len(loop) for loop in names}
    near = np.flatnonzero(np.isin(cycles.lengths, list(lengths)))
    named = {int(i) for i in near if frozenset(cycles[int(i)].tolist()) in names}
    largest = {int(i) for i in order[:top]}
    ranked = sorted(often - largest, key=lambda loop: -mean[loop])[:top]
    chosen = largest | set(ranked) | named
    return [int(i) for i in order if int(i) in chosen]


def edges_of(network: Network, path: Sequence[str]) -> tuple[int, ...] | None:
    """Return a loop that is given by the names on it as places of edges; None if it is none."""
    slots = [network.program.slot_of.get(name, -1) for name in path]
    place: Mapping[tuple[int, int], int] = {edge: i for i, edge in enumerate(network.edges)}
    ends = zip(slots, (*slots[1:], slots[0]), strict=True)
    found = [place.get(edge, -1) for edge in ends]
    return tuple(found) if min(found) >= 0 else None
