"""Levers that answer: a rule played out member by member, as the members run.

A run is kept at each date of a rule, the variable that the rule watches is read off it, and the
members in which the condition is met go on with the levers that answer, the others as before. What
comes of it is a case without rules, whose levers have a path of their own in each member. A path is
given at every step, with the bits that it has there by itself: so a member in which no rule is met
runs as if there were none, and one in which a rule is met at once as if its levers had been set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import History, LoadedProgram
from qiantang.engine.inputs import path_row
from qiantang.engine.path import Path
from qiantang.ensemble.batch import Batch
from qiantang.ensemble.case import Case, Reply

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Part of a step by which a date may miss it: rounding.
_SLACK = 1e-6


@dataclass(frozen=True)
class Answered:
    """A case whose rules were played out.

    Parameters
    ----------
    case : Case
        Without rules, its levers of shape (member, step).
    acts : tuple of ndarray of bool, shape (date, member)
        For each rule, the members whose levers answer given what was seen until that date.
    """

    case: Case
    acts: tuple[Flags, ...]


@dataclass(frozen=True)
class Rest:
    """What a rule is played out by.

    Parameters
    ----------
    program : LoadedProgram
    levers : mapping of str to Path
        Every lever where no case moves it.
    outputs : sequence of str
        Variables that runs save: those that rules watch are read beside them, so that where they
        are among them no other model is compiled.
    engine : str
    """

    program: LoadedProgram
    levers: Mapping[str, Path]
    outputs: Sequence[str]
    engine: str


def answered(case: Case, batch: Batch, rest: Rest, **options: Any) -> Answered:
    """Play out the rules of a case.

    Parameters
    ----------
    case : Case
    batch : Batch
        Its members with its levers as they are where no rule is met.
    rest : Rest
    **options
        Of the program's run.
    """
    levers = _Levers(case, batch.size, rest)
    history: History | None = None
    acts: list[list[Flags]] = [[] for _ in case.replies]
    for date in sorted({date for reply in case.replies for date in reply.when.dates}):
        now = replace(batch, paths=batch.paths | levers.paths())
        seen, history = _seen(case, now, rest, date, history, options)
        for number, reply in enumerate(case.replies):
            if date not in reply.when.dates:
                continue
            before = acts[number][-1] if acts[number] else np.zeros(batch.size, dtype=np.bool_)
            met = reply.when.is_met(seen[reply.when.variable])
            after = met | before if reply.when.lasts == "once" else met
            levers.move(reply, date, after & ~before, before & ~after)
            acts[number].append(after)
    moved = dict(case.levers) | levers.paths()
    order = {name: moved[name] for name in rest.levers if name in moved}
    return Answered(replace(case, levers=order, replies=()), tuple(map(np.array, acts)))


def _seen(
    case: Case, batch: Batch, rest: Rest, date: float, history: History | None,
    options: Mapping[str, Any],
) -> tuple[dict[str, Array], History | None]:  # fmt: skip
    """Run members on to a date and read the variables that rules watch, with levers as they are."""
    program = rest.program
    watched = [reply.when.variable for reply in case.replies]
    outputs = list(dict.fromkeys([*rest.outputs, *watched]))
    given: dict[str, Any] = {
        "parameters": batch.parameters, "paths": batch.paths, "members": batch.size,
        "engine": rest.engine, **options,
    }  # fmt: skip
    times = np.array([date])
    if rest.engine != "pysd":  # which runs from the start
        history = program.history(outputs, times, until=date, history=history, **given)
    values = program.run(outputs, times, history=history, **given).values
    return {name: values[outputs.index(name), 0] for name in watched}, history


class _Levers:
    """The levers that answer, at every step and in every member."""

    def __init__(self, case: Case, size: int, rest: Rest) -> None:
        program = rest.program
        steps = round((program.final_time - program.initial_time) / program.time_step)
        grid: Array = program.initial_time + program.time_step * np.arange(steps + 1, dtype=float)
        own = dict(rest.levers) | dict(case.levers)
        names = [name for reply in case.replies for name in reply.levers]
        first = min(
            *(float(np.min(own[name].times)) for name in names),
            *(date for reply in case.replies for date in reply.when.dates),
        )
        begin = max(int(np.floor((first - grid[0]) / program.time_step + _SLACK)), 0)
        self.grid, self.step = grid[begin:], program.time_step
        self.own = {name: self._on_grid(own[name]) for name in names}
        self.now = {name: np.tile(row, (size, 1)) for name, row in self.own.items()}

    def paths(self) -> dict[str, Path]:
        """Return the levers as they stand; each call gives paths that later moves leave alone."""
        return {name: Path(self.grid, rows.copy()) for name, rows in self.now.items()}

    def move(self, reply: Reply, date: float, begins: Flags, ends: Flags) -> None:
        """Let levers answer in some members, and let them go back in others."""
        when = reply.when
        shift = date - when.dates[0] + when.delay
        start = round((date + when.delay - float(self.grid[0])) / self.step)
        for name, path in reply.levers.items():
            self.now[name][begins, start:] = self._on_grid(path.later(shift))[start:]
            self.now[name][ends, start:] = self.own[name][start:]

    def _on_grid(self, path: Path) -> Array:
        """Return a path at every step, with the bits that an engine gives it."""
        times = np.asarray(path.times, dtype=np.float64)
        return path_row(times, np.asarray(path.values, dtype=np.float64), self.grid).whole()
