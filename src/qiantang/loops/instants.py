"""Link scores along a run, of all members: only the ends of single time steps are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine import LoadedProgram
from qiantang.engine.ir import MEMBER, STEP_TIME, Kind
from qiantang.engine.path import Path
from qiantang.loops.evaluate import Changes, LinkScores
from qiantang.loops.network import Network

Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]

VALUES = 4_000_000
"""Values of variables that are held at once."""


@dataclass(frozen=True)
class Given:
    """What members run with.

    Parameters
    ----------
    parameters : mapping of str to float or array of shape (member,)
    paths : mapping of str to Path
    members : int
    options : mapping
        Engine, integrator and the like; see :meth:`qiantang.engine.LoadedProgram.run`.
    """

    parameters: Mapping[str, Any]
    paths: Mapping[str, Path]
    members: int
    options: Mapping[str, Any]


@dataclass(frozen=True)
class EdgeScores:
    """Scores of the edges of a network along runs.

    Parameters
    ----------
    times : array of shape (time,)
        Ends of the time steps that were looked at. [time unit of the model]
    edges : array of shape (time, edge, member)
    outside : array of shape (time, asked, member)
        Share of outside in the change of each variable asked for.
    diverged : array of bool, shape (member,)
    first_fault : tuple of (str, float)
        Variable and time at which each diverged member ceased to be finite.
    """

    times: Floats
    edges: Floats
    outside: Floats
    diverged: npt.NDArray[np.bool_]
    first_fault: tuple[tuple[str, float], ...]


def edge_scores(
    program: LoadedProgram,
    network: Network,
    given: Given,
    times: Floats,
    asked: Sequence[int],
    progress: Say = lambda _: None,
) -> EdgeScores:
    """Run members and score every edge over single time steps.

    Parameters
    ----------
    program : LoadedProgram
    network : Network
        Of the program.
    given : Given
    times : array of shape (time,)
        On the time grid, after its beginning. [time unit of the model]
    asked : sequence of int
        Slots of variables of the network whose share of outside is wanted.
    progress : callable
        Told a sentence now and then.

    Returns
    -------
    EdgeScores
    """
    names = {*given.parameters, *given.paths} & set(program.slot_of)
    links = LinkScores(network, frozenset(program.slot_of[name] for name in names))
    shares = OutsideShares(network, links.knots)
    runner = named(program, links.needed)
    ways = [[np.array(way) for way in ways] for ways in network.paths]
    size = len(times), len(network.edges), given.members
    edges, outside = np.empty(size), np.empty((len(times), len(asked), given.members))
    at_once = max(1, VALUES // (2 * max(len(links.needed), 1) * given.members))
    diverged = np.zeros(given.members, dtype=np.bool_)
    faults: list[tuple[str, float]] = []
    for first in range(0, len(times), at_once):
        chosen = times[first : first + at_once]
        progress(f"scoring links, {first} of {len(times)} instants done")
        result = _ends(runner, links, given, chosen)
        diverged |= result.diverged
        faults = list(result.first_fault) or faults
        for place, (now, before) in enumerate(_instants(runner, links, result, chosen)):
            changes = links.score(now, before)
            edges[first + place] = composite(ways, changes.links)
            outside[first + place] = shares.of(changes, asked)
    edges[:, :, diverged] = 0.0
    return EdgeScores(times, edges, outside, diverged, tuple(faults))


def _ends(runner: LoadedProgram, links: LinkScores, given: Given, times: Floats) -> Any:
    """Run the members and keep the beginning and the end of each of some time steps."""
    step, begin = runner.time_step, runner.initial_time
    numbers = np.rint((times - begin) / step).astype(np.int64)
    wanted = begin + np.unique(np.concatenate([numbers - 1, numbers])) * step
    return runner.run(
        [runner.name_of[slot] for slot in links.needed], wanted, parameters=given.parameters,
        paths=given.paths, members=given.members, **given.options,
    )  # fmt: skip


def _instants(
    runner: LoadedProgram, links: LinkScores, result: Any, times: Floats
) -> Iterator[tuple[dict[int, Floats], dict[int, Floats]]]:
    """Yield the values at the end and at the beginning of each time step that was kept."""
    members = result.values.shape[2]
    for time in times:
        found: list[dict[int, Floats]] = []
        for instant in (time, time - runner.time_step):
            row = int(np.abs(result.times - instant).argmin())
            values = {slot: result.values[i, row] for i, slot in enumerate(links.needed)}
            values[MEMBER] = np.arange(members, dtype=np.float64)
            values[STEP_TIME] = np.full(members, result.times[row])
            found.append(values)
        yield found[0], found[1]


def composite(ways: Sequence[Sequence[npt.NDArray[np.int64]]], links: Floats) -> Floats:
    """Return the score of each edge: that of the way of largest size, shape (edge, n)."""
    found = np.empty((len(ways), links.shape[1]))
    for row, taken in enumerate(ways):
        found[row] = np.prod(links[taken[0]], axis=0)
        for way in taken[1:]:
            other = np.prod(links[way], axis=0)
            found[row] = np.where(np.abs(other) > np.abs(found[row]), other, found[row])
    return found


def named(program: LoadedProgram, slots: Iterable[int]) -> LoadedProgram:
    """Return a program in which hidden slots have names, so that a run can save them."""
    hidden = [slot for slot in slots if slot not in program.name_of]
    names = tuple(f"hidden_{slot}" for slot in hidden)
    kinds: list[Kind] = ["auxiliary"] * len(hidden)
    return replace(
        program,
        names=program.names + names,
        titles=program.titles + names,
        kinds=(*program.kinds, *kinds),
        slots=program.slots + tuple(hidden),
    )


@dataclass(frozen=True)
class OutsideShares:
    """How much of a variable's change came from outside the loops since the last stock.

    Our own measure, beside Loops that Matter, which says nothing of outside. The change of a
    variable is divided among what moves it by the size of each part; a part that comes through a
    variable of the loops carries on that variable's share, one that comes from a stock carries
    none.

    Parameters
    ----------
    network : Network
    knots : tuple of int
        Slots in the order of the changes.
    """

    network: Network
    knots: tuple[int, ...]

    @cached_property
    def _order(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """Knots, each after those without memory that move it, and the rows of these by link."""
        from qiantang.engine.plan import topological

        row = {knot: place for place, knot in enumerate(self.knots)}
        moved: dict[int, list[tuple[int, int]]] = {knot: [] for knot in self.knots}
        for link, (cause, effect) in enumerate(self.network.links):
            moved[effect].append((link, -1 if self._remembers(cause) else row[cause]))
        ordered = topological(
            range(len(self.knots)),
            set(),
            lambda place: tuple(before for _, before in moved[self.knots[place]] if before >= 0),
            str,
        )
        return [(place, moved[self.knots[place]]) for place in ordered]

    def _remembers(self, knot: int) -> bool:
        program = self.network.program
        return knot in program.state_of or knot in program.delay_of

    def of(self, changes: Changes, asked: Sequence[int]) -> Floats:
        """Return the share of each knot asked for, shape (asked, n)."""
        shares = np.empty_like(changes.outside)
        for place, moved in self._order:
            sizes = np.abs(changes.links[[link for link, _ in moved]])
            total = sizes.sum(axis=0)
            passed = np.zeros(changes.outside.shape[1])
            for size, (_, before) in zip(sizes, moved, strict=True):
                if before >= 0:
                    passed += size * shares[before]
            with np.errstate(divide="ignore", invalid="ignore"):
                inner = np.where(total > 0, passed / total, 0.0)
            direct = changes.outside[place]
            shares[place] = direct + (1.0 - direct) * inner
        row = {knot: place for place, knot in enumerate(self.knots)}
        return shares[[row[slot] for slot in asked]]
