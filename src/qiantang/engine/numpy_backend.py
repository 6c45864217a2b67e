"""The program over NumPy arrays, members along the axis: no compilation, every step visible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine import array_functions, wide_functions
from qiantang.engine.compiled.emit import TEMPLATES, source
from qiantang.engine.expressions import (
    NA,
    Expression,
    FixedDelay,
    Table,
)
from qiantang.engine.generated import Code, Values, function, in_turn, used_tables
from qiantang.engine.plan import Equation
from qiantang.engine.stepping import Run

Floats = npt.NDArray[np.float64]
ARRAY_TEMPLATES = {**TEMPLATES, "div": "divide({0}, {1})"}
"""Python's own division of floats raises where NumPy's yields infinity."""
NAMES = {name: value for name, value in vars(array_functions).items() if not name.startswith("_")}
WIDE = {
    "entry": wide_functions.entry,
    "inverse": wide_functions.inverse,
    "market": wide_functions.market,
    "order": wide_functions.order,
    "ranks": wide_functions.ranks,
}
SCOPE = {**NAMES, **WIDE, "NAN": np.nan, "INF": np.inf}


def table_value(table: Table, x: Any) -> Any:
    """Return a table's values at arguments of any shape."""
    return table_function(table)(x)


def table_function(table: Table) -> Callable[[Any], Any]:
    """Return a table as a function of arguments of any shape."""
    xs, ys = np.asarray(table.x), np.asarray(table.y)
    if table.mode in ("interpolate", "extrapolate"):
        return lambda x: _interpolated(xs, ys, x, table.mode == "extrapolate" and len(xs) > 1)
    return lambda x: _stepped(xs, ys, x, table.mode)


def _interpolated(xs: Floats, ys: Floats, x: Any, beyond: bool) -> Any:
    inside: Any = np.interp(x, xs, ys)
    if beyond:
        low, high = (ys[1] - ys[0]) / (xs[1] - xs[0]), (ys[-1] - ys[-2]) / (xs[-1] - xs[-2])
        inside = np.where(x < xs[0], ys[0] + low * (x - xs[0]), inside)
        inside = np.where(x > xs[-1], ys[-1] + high * (x - xs[-1]), inside)
    return inside


def _stepped(xs: Floats, ys: Floats, x: Any, mode: str) -> Any:
    if mode == "hold_backward":
        place = np.clip(np.searchsorted(xs, x, side="right") - 1, 0, len(xs) - 1)
        return np.where(np.isnan(x), np.nan, ys[place])
    place = np.clip(np.searchsorted(xs, x, side="left"), 0, len(xs) - 1)
    if mode == "look_forward":
        return np.where(np.isnan(x), np.nan, ys[place])
    return np.where(xs[place] == x, ys[place], NA)


def compiled(equations: Iterable[Equation], tables: Sequence[Table]) -> Code:
    """Return a function that fills slots of a list of arrays in order."""
    found = tuple(equations)
    scope: dict[str, Any] = dict(SCOPE)
    for number in used_tables(found):
        scope[f"table_{number}"] = table_function(tables[number])
    return in_turn(
        found,
        lambda part: function((f"v[{slot}] = {_source(e)}" for slot, e in part), scope),
    )


def _source(expression: Expression) -> str:
    return source(expression, "v[{}]".format, "table_{}({})".format, ARRAY_TEMPLATES)


def time_series(equations: Sequence[Equation], tables: Sequence[Table], known: Values) -> Values:
    """Evaluate functions of time alone for all times at once; ``known`` holds the time grid."""
    with np.errstate(all="ignore"):
        compiled(equations, tables)(known)
    return known


class ArrayRun(Run):
    """A run of members side by side, a value of each variable an array or shared."""

    def code(self, equations: Sequence[Equation]) -> Code:
        """Return a function that computes equations in order."""
        return compiled(equations, self.program.tables)

    def constants(self) -> Sequence[Any]:
        """Return the values of the constants."""
        return self.inputs.constants

    def given(self, index: int) -> Sequence[Any]:
        """Return the values of the filled slots at an index of the grid."""
        return [row.at(index) for row in self.inputs.rows]

    def delayed(self, delay: FixedDelay, history: Sequence[Any], first: Any, step: int) -> Any:
        """Return what a fixed delay yields at a step, each member by its own number of steps."""
        members = self.inputs.members
        order = np.broadcast_to(self.values[delay.order], (members,))
        result = np.array(np.broadcast_to(first, (members,)), dtype=np.float64)
        for length in np.unique(order[np.isfinite(order)]):
            if step >= length:
                chosen = order == length
                past = np.broadcast_to(history[step - int(length)], (members,))
                result[chosen] = past[chosen]
        result[~np.isfinite(order)] = np.nan
        return result

    def expect(
        self, delay: FixedDelay, coming: dict[float, Any], value: Any, number: Any, step: int
    ) -> None:
        """Note when what comes in at a step will arrive; one of no number arrives at the next."""
        members = (self.inputs.members,)
        due = step + np.broadcast_to(np.where(np.isnan(number), 1.0, number), members)
        value = np.broadcast_to(np.where(np.isnan(number), np.nan, value), members)
        material = delay.rule == "material"
        for when in np.unique(due).tolist():
            here = due == when
            since, sums = coming.setdefault(when, (np.full(members, -1), np.zeros(members)))
            since[here] = step
            sums[here] = sums[here] + value[here] if material else value[here]

    def arrived(
        self, delay: FixedDelay, coming: dict[float, Any], waiting: Any, first: Any, step: int
    ) -> Any:
        """Return what a delay of a varying number of steps yields at a step."""
        members = (self.inputs.members,)
        nothing = np.full(members, -1), np.zeros(members)
        since, values = coming.pop(float(step), nothing)
        if delay.rule == "material":
            return np.where(waiting, first, 0.0) + values
        last, held = coming.get(-1.0, (nothing[0], np.broadcast_to(first, members)))
        later = since > last
        coming[-1.0] = np.where(later, since, last), np.where(later, values, held)
        return coming[-1.0][1]

    def kept(self, value: Any) -> Any:
        """Return values kept at or above zero."""
        return np.maximum(value, 0.0)

    def save(self, place: int, out: Floats) -> None:
        """Put the outputs into the result."""
        for output, slot in enumerate(self.plan.outputs):
            out[output, place] = self.values[slot]
