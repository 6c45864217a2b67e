"""The named feedback loops: each must be a cycle of the model, with the polarity it claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from qiantang.faults import StudyError
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.model.checks import Runner
from qiantang.model.gains import NotComputedError, link_sign
from qiantang.model.mdl import TIME
from qiantang.model.syntax import Syntax
from qiantang.wording.told import Told

Array = NDArray[np.float64]
Polarity = Literal["reinforcing", "balancing"]


class Loop(BaseModel):
    """A feedback loop by name; the last variable of the path acts on the first.

    ``from`` and ``until`` bound the time for which the polarity is claimed, where a ceiling or a
    rule switches the loop off outside it; the note says which. ``given`` sets constants for the run
    in which the loop is looked at, where it rests otherwise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str
    title: str
    title_zh: str = ""
    polarity: Polarity
    path: tuple[str, ...]
    since: float = Field(default=-np.inf, alias="from")
    until: float = np.inf
    given: dict[str, float] = {}
    note: str = ""

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Return each pair of neighbours, the closing one last."""
        return tuple(zip(self.path, (*self.path[1:], self.path[0]), strict=True))


class Loops(BaseModel):
    """The file ``loops.yaml``: the loops, when to look at them, and from when the plan runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    times: tuple[float, ...]
    levers_at_maximum_from: float
    loops: tuple[Loop, ...]


@dataclass(frozen=True)
class LoopResult:
    """What was found about one loop.

    Parameters
    ----------
    loop : Loop
    missing : tuple of (str, str)
        Links that the equations do not contain.
    signs : tuple of int
        Sign of the whole loop at each time looked at, 0 where some link is idle.
    idle : tuple of Told
        For each such time, which link does not respond.
    unjudged : str
        Why the polarity could not be computed, empty if it could.
    """

    loop: Loop
    missing: tuple[tuple[str, str], ...]
    signs: tuple[int, ...]
    idle: tuple[Told, ...]
    unjudged: str = ""

    @property
    def agrees(self) -> bool | None:
        """Tell whether the polarity is as claimed; None where it cannot be told."""
        if self.missing:
            return False
        found = {sign for sign in self.signs if sign}
        if self.unjudged or not found:
            return None
        return found == {1 if self.loop.polarity == "reinforcing" else -1}

    def __str__(self) -> str:
        name = f"{self.loop.id} {self.loop.title}"
        if self.missing:
            absent = ", ".join(f"{source} -> {target}" for source, target in self.missing)
            return f"{name}: not in the model: {absent}"
        if self.agrees is None:
            return f"{name}: cannot be judged: {self.unjudged or '; '.join(self.idle)}"
        verdict = "as claimed" if self.agrees else "not as claimed"
        at_rest = f", idle {'; '.join(self.idle)}" if self.idle else ""
        return f"{name}: {self.loop.polarity} {verdict}{at_rest}"


def read_loops(path: Path, syntax: Syntax) -> Loops:
    """Read a loops file and make sure that it names variables of the model only.

    Parameters
    ----------
    path : Path
    syntax : Syntax

    Returns
    -------
    Loops

    Raises
    ------
    StudyError
        With every fault, each with its line.
    """
    document = read_yaml(path)
    loops = validate(document, Loops)
    faults = []
    for position, loop in enumerate(loops.loops):
        named: list[tuple[tuple[str, str | int], str]]
        named = [(("path", place), name) for place, name in enumerate(loop.path)]
        named += [(("given", name), name) for name in loop.given]
        for where, name in named:
            if name not in syntax.trees:
                what = f"no variable {name} in the model{syntax.dictionary.nearest(name)}"
                faults.append(document.fault(("loops", position, *where), what))
        if [item.id for item in loops.loops].index(loop.id) < position:
            what = f"the id {loop.id} is used twice"
            faults.append(document.fault(("loops", position, "id"), what))
    if faults:
        raise StudyError(faults)
    return loops


def loop_inputs(syntax: Syntax, loops: Iterable[Loop]) -> list[str]:
    """Return the variables whose values ``check_loops`` needs, tables and time left out."""
    names: set[str] = set()
    for loop in loops:
        names.update(loop.path)
        for name in loop.path:
            names.update(_inputs(syntax, name))
    return sorted(names)


def run_loops(runner: Runner, loops: Loops, syntax: Syntax, grid: Array) -> list[LoopResult]:
    """Run the model with the plan in full and check every loop of the file.

    Parameters
    ----------
    runner : Runner
    loops : Loops
    syntax : Syntax
    grid : ndarray, shape (time,)
        Every time step of a run, in order. [Year]

    Returns
    -------
    list of LoopResult
    """
    plan = grid >= loops.levers_at_maximum_from
    paths = {
        item.identifier: (grid, np.where(plan, item.limits[1] or 1.0, item.limits[0] or 0.0))
        for item in syntax.dictionary.levers()
    }
    results: dict[str, LoopResult] = {}
    for given in {tuple(sorted(loop.given.items())): loop.given for loop in loops.loops}.values():
        wanted = [loop for loop in loops.loops if loop.given == given]
        names = loop_inputs(syntax, wanted)
        values = runner(names, np.array(loops.times), dict(given), paths, 1)
        courses = {name: values[position, :, 0] for position, name in enumerate(names)}
        for result in check_loops(syntax, wanted, courses, loops.times):
            results[result.loop.id] = result
    return [results[loop.id] for loop in loops.loops]


def check_loops(
    syntax: Syntax, loops: Iterable[Loop], values: Mapping[str, Array], times: Sequence[float]
) -> list[LoopResult]:
    """Check each loop's links and, at several times of a run, its polarity.

    The sign of a link is that of a small change of the target for a small change of the source,
    everything else as in the run; a stock counts by its net flow. The sign of a loop is the
    product of its links. It is 0 where a ceiling or floor binds, and nothing is said of that time.

    Parameters
    ----------
    syntax : Syntax
    loops : iterable of Loop
    values : mapping of str to ndarray, shape (time,)
        A run, for the variables of ``loop_inputs``.
    times : sequence of float
        Times of those values. [Year]

    Returns
    -------
    list of LoopResult
    """
    points = [
        {TIME: float(time), **{name: float(course[at]) for name, course in values.items()}}
        for at, time in enumerate(times)
    ]
    return [_check(syntax, loop, points) for loop in loops]


def _inputs(syntax: Syntax, name: str) -> set[str]:
    used = {item for tree in syntax.trees[name] for item in syntax.references(tree)}
    return used - syntax.tables - {TIME}


def _check(syntax: Syntax, loop: Loop, points: Sequence[Mapping[str, float]]) -> LoopResult:
    missing = tuple(
        (source, target) for source, target in loop.links if source not in _inputs(syntax, target)
    )
    if missing:
        return LoopResult(loop, missing, (), ())
    signs, idle = [], []
    for point in points:
        if not loop.since <= point[TIME] <= loop.until:
            continue
        total = 1
        for source, target in loop.links:
            try:
                sign = link_sign(syntax, source, target, point)
            except NotComputedError as reason:
                return LoopResult(loop, (), (), (), f"{source} -> {target}: {reason}")
            if sign == 0 and total:
                idle.append(Told("loop.rests", time=point[TIME], source=source, target=target))
            total *= sign
        signs.append(total)
    return LoopResult(loop, (), tuple(signs), tuple(idle))
