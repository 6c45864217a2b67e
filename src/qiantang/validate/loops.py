"""Every named loop cut, one at a time: what the targets do without it, and what history looks like.

The loop is cut at the link that it shares with fewest others. The target of that link goes on
seeing its source as it stood, at the start of the run or when the plan begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qiantang.engine.path import Path as TimePath
from qiantang.ensemble.batch import Batch
from qiantang.model.loops import Loop, LoopResult, Loops, read_loops, run_loops
from qiantang.model.syntax import Syntax, parse
from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.cuts import Link, choose_link, with_cuts
from qiantang.validate.ground import Ground

Array = NDArray[np.float64]
Since = Literal["start", "plan"]
Case = tuple[Loop, Since | None]

#: A change below this part of a target's size is none. The blueprint of the tests says one percent.
MOVES = 0.01
#: How much of a unit step the switch takes. [Year]
_EDGE = 1e-6


@dataclass(frozen=True)
class Without:
    """What happened with one loop cut.

    Parameters
    ----------
    loop : Loop
    link : (str, str) or None
        Where it was cut; None where no link could be.
    since : {"start", "plan"}
    targets : dict of str to float
        Median over members of each target's change. [part of the target's size]
    variables : dict of str to float
        Largest change of each saved variable in any year, median over members. [part of its size]
    diverged : float
        Share of members that ceased to be finite.
    """

    loop: Loop
    link: Link | None
    since: Since
    targets: dict[str, float]
    variables: dict[str, float]
    diverged: float

    @property
    def most_moved(self) -> tuple[str, float]:
        """The target that moves most, and by how much."""
        return largest(self.targets)


def largest(moves: dict[str, float]) -> tuple[str, float]:
    """Return the name and size of the largest move; nothing and 0 where there is none."""
    known = {name: move for name, move in moves.items() if move == move}
    name = max(known, key=lambda name: abs(known[name]), default="")
    return name, known.get(name, 0.0)


def loops_of(ground: Ground) -> tuple[Syntax, Loops]:
    """Read the equations and the loops of the study.

    Raises
    ------
    StudyError
        If there is no model/loops.yaml, or it is faulty.
    """
    syntax, _ = parse(ground.study.model_file)
    return syntax, read_loops(ground.study.folder / "model" / "loops.yaml", syntax)


def polarity(ground: Ground) -> list[LoopResult]:
    """Hold every loop against its claimed polarity, in a run of the model file's own values."""
    syntax, loops = loops_of(ground)
    program = ground.program
    steps = round((program.final_time - program.initial_time) / program.time_step)
    grid = program.initial_time + np.arange(steps + 1) * program.time_step

    def runner(outputs: list[str], times: Any, parameters: Any, paths: Any, members: int) -> Array:
        given = {name: TimePath(*knots) for name, knots in paths.items()}
        return program.run(
            outputs, times, parameters=parameters, paths=given, members=members, engine="numpy"
        ).values

    return run_loops(runner, loops, syntax, np.asarray(grid, dtype=np.float64))


def cut_each(ground: Ground) -> list[Without]:
    """Run the plan in full with every loop cut, one at a time, since the start and since the plan.

    Returns
    -------
    list of Without
        Two for each loop, in the order of model/loops.yaml.
    """
    _, loops = loops_of(ground)
    links = {loop.id: choose_link(ground.program, loop, loops.loops) for loop in loops.loops}
    program, cuts = with_cuts(ground.program, [link for link in links.values() if link])
    members = ground.few
    base = ground.batch(ground.full, members)
    begins = _on_grid(loops.levers_at_maximum_from, ground)
    cases: list[Case] = [(loop, since) for loop in loops.loops for since in (None, "start", "plan")]
    batch = base.repeated(len(cases))
    rows = {loop.id: slice(3 * place * members.size, (3 * place + 1) * members.size)
            for place, loop in enumerate(loops.loops)}  # fmt: skip
    for name in dict.fromkeys(name for loop in loops.loops for name in loop.given):
        batch.parameters[name] = _given(ground, batch, name, cases, members.size)
        batch.paths.pop(name, None)
    starts = _sources(ground, batch, links, (ground.program.initial_time, begins))
    for loop in loops.loops:
        link = links[loop.id]
        if link is None:
            continue
        cut, first = cuts[link], rows[loop.id].start
        switch = _row(batch, cut.switch, (begins - _EDGE, begins))
        held = batch.parameters.setdefault(cut.held, np.zeros(batch.size))
        for place in (0, 1):
            at = slice(first + (1 + place) * members.size, first + (2 + place) * members.size)
            switch[at] = (1.0, 1.0) if place == 0 else (0.0, 1.0)
            held[at] = starts[link[0]][place][rows[loop.id]]
    data = ground.yearly(batch, program=program, engine="numpy")
    return [
        _without(ground, data, loop, links[loop.id], since, place * members.size, members.size)
        for place, (loop, since) in enumerate(cases)
        if since is not None
    ]


def _given(ground: Ground, batch: Batch, name: str, cases: Sequence[Case], size: int) -> Array:
    """Return a constant as some loops want it, as it is in the members of the others."""
    own = ground.program.constants[name]
    values = np.array(batch.parameters.get(name, np.full(batch.size, own)))
    for place, (loop, _) in enumerate(cases):
        if name in loop.given:
            values[place * size : (place + 1) * size] = loop.given[name]
    return values


def _row(batch: Batch, name: str, times: tuple[float, float]) -> Array:
    """Return the values of a switch's path, which start at nought."""
    if name not in batch.paths:
        batch.paths[name] = TimePath(np.array(times), np.zeros((batch.size, 2)))
    values: Array = batch.paths[name].values
    return values


def _sources(
    ground: Ground, batch: Batch, links: dict[str, Link | None], times: tuple[float, ...]
) -> dict[str, Array]:
    """Return the sources of the links at the times, in the uncut program, shape (time, member)."""
    names = list(dict.fromkeys(link[0] for link in links.values() if link))
    if not names:
        return {}
    result = ground.program.run(
        names, times, parameters=dict(batch.parameters), paths=batch.paths, members=batch.size,
        engine="numpy",
    )  # fmt: skip
    return dict(zip(names, result.values, strict=True))


def _without(
    ground: Ground,
    data: xr.Dataset,
    loop: Loop,
    link: Link | None,
    since: Since,
    first: int,
    size: int,
) -> Without:
    """Hold the members with the loop cut against those of the same loop left whole."""
    offset = 1 if since == "start" else 2
    whole = data.isel(member=slice(first - offset * size, first - (offset - 1) * size))
    cut = data.isel(member=slice(first, first + size))
    before, after = (target_values(part, ground.targets) for part in (whole, cut))
    moves = {}
    for target in ground.targets:
        scale = target_scale(whole, target)
        with np.errstate(divide="ignore", invalid="ignore"):
            moves[target.id] = median((after[target.id] - before[target.id]) / scale)
    variables = {}
    for name in map(str, data.data_vars):
        old, new = (part[name].to_numpy()[0] for part in (whole, cut))
        size_of = np.maximum(np.abs(old).max(axis=1), 1e-30)
        change = (new - old) / size_of[:, None]
        worst = np.take_along_axis(change, np.abs(change).argmax(axis=1)[:, None], axis=1)
        variables[name] = median(worst)
    lost = ~np.isfinite(cut[ground.saved[0]].to_numpy()).all(axis=-1)
    return Without(loop, link, since, moves, variables, float(lost.mean()))


def median(values: Array) -> float:
    """Return the median of what is finite, NaN where nothing is."""
    sound = np.asarray(values)[np.isfinite(values)]
    return float(np.median(sound)) if sound.size else float("nan")


def _on_grid(time: float, ground: Ground) -> float:
    program = ground.program
    steps = round((time - program.initial_time) / program.time_step)
    return program.initial_time + steps * program.time_step
