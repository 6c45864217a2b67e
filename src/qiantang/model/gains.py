"""The sign of one link: does a variable rise or fall when one it depends on rises."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

from pysd.translators.structures import abstract_expressions as ae

from qiantang.model.mdl import identifier
from qiantang.model.syntax import TIME, Syntax

Point = Mapping[str, float]

# A step small enough to stay on one side of a bend, large enough to stand out of rounding.
_RELATIVE_STEP = 1e-5
_ROUNDING = 1e-12


class NotComputedError(Exception):
    """A construct whose value at one instant this module does not compute."""


def link_sign(syntax: Syntax, source: str, target: str, point: Point) -> int:
    """Return the sign of a link at one instant, all else held.

    Parameters
    ----------
    syntax : Syntax
    source, target : str
        Identifiers; the target's equation refers to the source.
    point : mapping of str to float
        Value of every variable the target depends on, and of ``time``.

    Returns
    -------
    int
        1 or -1, or 0 where a small change of the source leaves the target as it is. A stock counts
        by its net flow, a delay or smooth by its input.

    Raises
    ------
    NotComputedError
        If the equation uses a function that is not computed here.
    """
    tree = syntax.trees[target][0]
    here = point[source]
    step = max(abs(here) * _RELATIVE_STEP, _RELATIVE_STEP**2)
    try:
        high = _value(tree, {**point, source: here + step}, syntax)
        low = _value(tree, {**point, source: here - step}, syntax)
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        raise NotComputedError(f"{target} has no value there: {error}") from None
    if abs(high - low) <= _ROUNDING * max(abs(high), abs(low)):
        return 0
    return 1 if high > low else -1


def _value(node: Any, point: Point, syntax: Syntax) -> float:
    if isinstance(node, Real):
        return float(node)
    if isinstance(node, ae.ReferenceStructure):
        return point[identifier(node.reference)]
    if isinstance(node, ae.ArithmeticStructure):
        return _arithmetic(node, [_value(item, point, syntax) for item in node.arguments])
    if isinstance(node, ae.LogicStructure):
        return _logic(node, [_value(item, point, syntax) for item in node.arguments])
    if isinstance(node, ae.InlineLookupsStructure):
        return _table(node.lookups, _value(node.argument, point, syntax))
    if isinstance(node, ae.IntegStructure):
        return _value(node.flow, point, syntax)
    if isinstance(node, ae.CallStructure):
        return _call(node, point, syntax)
    for part in ("input", "expression"):
        if hasattr(node, part):
            return _value(getattr(node, part), point, syntax)
    raise NotComputedError(f"{type(node).__name__.removesuffix('Structure')} is not computed")


def _arithmetic(node: ae.ArithmeticStructure, values: list[float]) -> float:
    operators = node.operators
    if operators == ["negative"]:
        return -values[0]
    if operators[0] == "^":
        total = values[-1]
        for base in reversed(values[:-1]):
            total = math.pow(base, total)
        return total
    total = values[0]
    for operator, value in zip(operators, values[1:], strict=False):
        total = _BINARY[operator](total, value)
    return total


def _logic(node: ae.LogicStructure, values: list[float]) -> float:
    operator = node.operators[0]
    if operator == ":NOT:":
        return float(not values[0])
    if operator in {":AND:", ":OR:"}:
        return float(all(values) if operator == ":AND:" else any(values))
    return float(_COMPARE[operator](values[0], values[1]))


def _call(node: ae.CallStructure, point: Point, syntax: Syntax) -> float:
    name = identifier(node.function.reference)
    values = [_value(item, point, syntax) for item in node.arguments]
    if name in syntax.tables:
        return _table(syntax.trees[name][0], values[0])
    if name == "step":
        return values[0] if point[TIME] >= values[1] else 0.0
    if name not in _FUNCTIONS:
        raise NotComputedError(f"{name} is not computed")
    return float(_FUNCTIONS[name](*values))


def _table(table: Any, at: float) -> float:
    """Interpolate between the points of a table, flat outside them."""
    if not isinstance(table, ae.LookupsStructure):
        raise NotComputedError("a table kept in another file is not computed")
    xs: Sequence[float] = [float(x) for x in table.x]
    ys: Sequence[float] = [float(y) for y in table.y]
    if at <= xs[0]:
        return ys[0]
    for position in range(1, len(xs)):
        if at <= xs[position]:
            share = (at - xs[position - 1]) / (xs[position] - xs[position - 1])
            return ys[position - 1] + share * (ys[position] - ys[position - 1])
    return ys[-1]


def _ratio(above: float, below: float, otherwise: float = 0.0) -> float:
    return above / below if below else otherwise


_BINARY: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "power": math.pow,
    "integer": math.trunc,
    "zidz": _ratio,
    "xidz": _ratio,
    "if_then_else": lambda condition, yes, no: yes if condition else no,
    "active_initial": lambda value, start: value,
}
