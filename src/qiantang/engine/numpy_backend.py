"""The program over NumPy arrays, members along the axis: no compilation, every step visible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine import array_functions
from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.compiled.emit import TEMPLATES, source
from qiantang.engine.inputs import Inputs
from qiantang.engine.ir import (
    Expression,
    Integrator,
    Program,
    Table,
    tables_in,
)
from qiantang.engine.plan import Equation, Plan

Floats = npt.NDArray[np.float64]
Values = list[Any]
Code = Callable[[Values], None]
ARRAY_TEMPLATES = {**TEMPLATES, "div": "divide({0}, {1})"}
"""Python's own division of floats raises where NumPy's yields infinity."""
NAMES = {name: value for name, value in vars(array_functions).items() if not name.startswith("_")}


def table_value(table: Table, x: Any) -> Any:
    """Return a table's values at arguments of any shape."""
    xs, ys = np.asarray(table.x), np.asarray(table.y)
    if table.mode == "hold_backward":
        place = np.clip(np.searchsorted(xs, x, side="right") - 1, 0, len(xs) - 1)
        return np.where(np.isnan(x), np.nan, ys[place])
    if table.mode == "look_forward":
        place = np.clip(np.searchsorted(xs, x, side="left"), 0, len(xs) - 1)
        return np.where(np.isnan(x), np.nan, ys[place])
    if table.mode == "raw":
        place = np.clip(np.searchsorted(xs, x, side="left"), 0, len(xs) - 1)
        return np.where(xs[place] == x, ys[place], np.nan)
    inside = np.interp(x, xs, ys)
    if table.mode == "extrapolate" and len(xs) > 1:
        low, high = (ys[1] - ys[0]) / (xs[1] - xs[0]), (ys[-1] - ys[-2]) / (xs[-1] - xs[-2])
        inside = np.where(x < xs[0], ys[0] + low * (x - xs[0]), inside)
        inside = np.where(x > xs[-1], ys[-1] + high * (x - xs[-1]), inside)
    return inside


def compiled(equations: Iterable[Equation], tables: Sequence[Table]) -> Code:
    """Return a function that fills slots of a list of arrays in order."""
    lines = [f"    v[{slot}] = {_source(expression)}" for slot, expression in equations]
    text = "\n".join(["def fill(v):", *lines, "    return None"])
    scope: dict[str, Any] = {**NAMES, "NAN": np.nan, "INF": np.inf}
    for number, table in enumerate(tables):
        scope[f"table_{number}"] = _table_function(table)
    exec(compile(text, "<slots>", "exec"), scope)
    code: Code = scope["fill"]
    return code


def _table_function(table: Table) -> Callable[[Any], Any]:
    return lambda x: table_value(table, x)


def _source(expression: Expression) -> str:
    return source(expression, "v[{}]".format, "table_{}({})".format, ARRAY_TEMPLATES)


def constant_value(expression: Expression) -> float | None:
    """Return the value of an expression without slots and tables, or None if it has tables."""
    if any(True for _ in tables_in(expression)):
        return None
    values: Values = [None]
    with np.errstate(all="ignore"):
        compiled([(0, expression)], ())(values)
    return float(values[0])


def time_series(equations: Sequence[Equation], tables: Sequence[Table], known: Values) -> Values:
    """Evaluate functions of time alone for all times at once; ``known`` holds the time grid."""
    with np.errstate(all="ignore"):
        compiled(equations, tables)(known)
    return known


@dataclass
class Watch:
    """First slot that was not finite in each member.

    Parameters
    ----------
    order : tuple of int
        Slots in the order in which they are looked at.
    """

    order: tuple[int, ...]
    found: dict[int, tuple[int, float]] = field(default_factory=dict)

    def look(self, values: Values, time: float, members: int) -> None:
        """Note the members in which a value has just ceased to be finite."""
        for slot in self.order:
            bad = ~np.isfinite(np.broadcast_to(values[slot], (members,)))
            for member in np.flatnonzero(bad):
                self.found.setdefault(int(member), (slot, time))


def simulate(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    integrator: Integrator,
    out: Floats,
    watch: Watch | None = None,
    early: Checkpoint | None = None,
) -> npt.NDArray[np.bool_]:
    """Run all members of the inputs.

    Parameters
    ----------
    program : Program
        The model.
    plan : Plan
        What to compute.
    inputs : Inputs
        Constants, filled slots and times.
    integrator : {"euler", "rk4"}
        How to integrate.
    out : array of shape (output, time, member)
        Where the values go; those before a checkpoint are there already.
    watch : Watch, optional
        Told every step; for the second look at members that diverged.
    early : Checkpoint, optional
        Where to go on from.

    Returns
    -------
    array of bool, shape (member,)
        Members whose stocks or outputs ceased to be finite.
    """
    run = _Run(program, plan, inputs, integrator)
    with np.errstate(all="ignore"):
        run.start(early)
        for step in range(early.step if early else 0, inputs.steps + 1):
            run.look(step, out)
            if watch is not None:
                watch.look(run.values, inputs.grid[step * inputs.stride], inputs.members)
            if step < inputs.steps:
                run.advance(step)
        return _not_finite([*run.states(), *out.reshape(-1, inputs.members)], inputs.members)


def checkpoint(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    integrator: Integrator,
    out: Floats,
    step: int,
    early: Checkpoint | None = None,
) -> Checkpoint:
    """Run members for some steps and return where they stand; see :func:`simulate`."""
    run = _Run(program, plan, inputs, integrator)
    with np.errstate(all="ignore"):
        run.start(early)
        for behind in range(early.step if early else 0, step):
            run.look(behind, out)
            run.advance(behind)
    return Checkpoint(step, states=run.states(), past=tuple(map(tuple, run.history)))


def _not_finite(arrays: Iterable[Any], members: int) -> npt.NDArray[np.bool_]:
    bad = np.zeros(members, dtype=np.bool_)
    for array in arrays:
        bad |= ~np.isfinite(array)
    return bad


class _Run:
    """The values of one run as it goes."""

    def __init__(
        self, program: Program, plan: Plan, inputs: Inputs, integrator: Integrator
    ) -> None:
        self.plan, self.inputs, self.integrator = plan, inputs, integrator
        self.values: Values = [None] * (program.slot_count + len(plan.states))
        self.begin = compiled(plan.start, program.tables)
        self.still = compiled(plan.still, program.tables)
        self.equations = compiled(plan.step, program.tables)
        self.moved = [s for s in plan.states if s.rule != "hold"]
        base = program.slot_count
        self.rates = compiled(
            [(base + i, s.expression) for i, s in enumerate(self.moved)], program.tables
        )
        self.base = base
        self.history: list[list[Any]] = [[] for _ in plan.delays]
        self.first: list[Any] = []

    def start(self, early: Checkpoint | None) -> None:
        """Find the states at the initial time, or at a checkpoint."""
        for slot, row in zip(self.plan.constants, self.inputs.constants, strict=True):
            self.values[slot] = row
        self.fill(0)
        self.begin(self.values)
        self.first = [self.values[delay.slot] for delay in self.plan.delays]
        self.still(self.values)
        if early is not None:
            for state, value in zip(self.moved, early.states, strict=True):
                self.values[state.slot] = value
            self.history = [list(past) for past in early.past]

    def states(self) -> tuple[Any, ...]:
        """Return the values of the states that move."""
        return tuple(self.values[state.slot] for state in self.moved)

    def look(self, step: int, out: Floats) -> None:
        """Evaluate all equations of a step, and save what is wanted."""
        self.fill(step)
        self.equations(self.values)
        for output, slot in enumerate(self.plan.outputs):
            for place in self.inputs.places_at(step):
                out[output, place] = self.values[slot]

    def fill(self, step: int, half: int = 0) -> None:
        """Put the given values of a step, or of its middle, in place."""
        index = step * self.inputs.stride + half
        for row, slot in enumerate(self.plan.filled):
            self.values[slot] = self.inputs.row(row, index)
        if half == 0 and step > 0:
            self._fill_delays(step)

    def _fill_delays(self, step: int) -> None:
        members = self.inputs.members
        for delay, history, first in zip(self.plan.delays, self.history, self.first, strict=True):
            order = np.broadcast_to(self.values[delay.order], (members,))
            result = np.array(np.broadcast_to(first, (members,)), dtype=np.float64)
            for length in np.unique(order[np.isfinite(order)]):
                if step >= length:
                    chosen = order == length
                    past = np.broadcast_to(history[step - int(length)], (members,))
                    result[chosen] = past[chosen]
            result[~np.isfinite(order)] = np.nan
            self.values[delay.slot] = result

    def advance(self, step: int) -> None:
        """Carry the states from one step to the next."""
        for delay, history in zip(self.plan.delays, self.history, strict=True):
            history.append(self.values[delay.source])
        dt = self.inputs.time_step
        self.rates(self.values)
        rates = [self.values[self.base + i] for i in range(len(self.moved))]
        old = [self.values[state.slot] for state in self.moved]
        if self.integrator == "rk4":
            slopes = self._runge_kutta(step, old, rates)
            new = [
                rate if state.rule == "assign" else value + slope * dt
                for state, value, rate, slope in zip(self.moved, old, rates, slopes, strict=True)
            ]
        else:
            new = [
                rate if state.rule == "assign" else value + rate * dt
                for state, value, rate in zip(self.moved, old, rates, strict=True)
            ]
        self._put(new)

    def _put(self, new: Sequence[Any]) -> None:
        for state, value in zip(self.moved, new, strict=True):
            kept = np.maximum(value, 0.0) if state.non_negative else value
            self.values[state.slot] = kept

    def _runge_kutta(self, step: int, old: list[Any], first: list[Any]) -> list[Any]:
        """Return the weighted slope of the four stages; assigned states wait for the step."""
        dt = self.inputs.time_step
        total, slope = list(first), first
        for half, share, weight in ((1, 0.5, 2.0), (1, 0.5, 2.0), (2, 1.0, 1.0)):
            moved = [
                value if state.rule == "assign" else value + rate * (share * dt)
                for state, value, rate in zip(self.moved, old, slope, strict=True)
            ]
            self._put(moved)
            self.fill(step, half)
            self.equations(self.values)
            self.rates(self.values)
            slope = [self.values[self.base + i] for i in range(len(self.moved))]
            total = [t + weight * s for t, s in zip(total, slope, strict=True)]
        return [t / 6.0 for t in total]
