"""The sign of one link: does a variable rise or fall when one it depends on rises."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from qiantang.model.mdl import TIME
from qiantang.model.syntax import Syntax
from qiantang.modelfile.tree import Binary, Call, Knots, Literal, Reference, Tree, Unary

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
    except RecursionError:
        raise NotComputedError(f"{target} is nested too deeply") from None
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        raise NotComputedError(f"{target} has no value there: {error}") from None
    if abs(high - low) <= _ROUNDING * max(abs(high), abs(low)):
        return 0
    return 1 if high > low else -1


def _value(tree: Tree, point: Point, syntax: Syntax) -> float:
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Reference):
        return point[syntax.name(tree.name)]
    if isinstance(tree, Unary):
        value = _value(tree.operand, point, syntax)
        return _UNARY[tree.operator](value)
    if isinstance(tree, Binary):
        left, right = (_value(item, point, syntax) for item in (tree.left, tree.right))
        return float(_BINARY[tree.operator](left, right))
    if isinstance(tree, Call):
        return _call(tree, point, syntax)
    raise NotComputedError(f"{type(tree).__name__.lower()} is not computed")


def _call(tree: Call, point: Point, syntax: Syntax) -> float:
    name = syntax.name(tree.function)
    if name in syntax.tables:
        return _table(syntax.trees[name][0], _value(tree.arguments[0], point, syntax))
    if tree.function == "with_lookup":
        return _table(tree.arguments[1], _value(tree.arguments[0], point, syntax))
    if tree.function in _MEMORY:
        return _value(tree.arguments[_MEMORY[tree.function]], point, syntax)
    values = [_value(item, point, syntax) for item in tree.arguments]
    if tree.function == "step":
        return values[0] if point[TIME] >= values[1] else 0.0
    if tree.function not in _FUNCTIONS:
        raise NotComputedError(f"{name} is not computed")
    return float(_FUNCTIONS[tree.function](*values))


def _table(table: Tree, at: float) -> float:
    """Interpolate between the points of a table, flat outside them."""
    if not isinstance(table, Knots):
        raise NotComputedError("a table kept in another file is not computed")
    if table.mode != "interpolate":
        raise NotComputedError("a table that is not flat outside its points is not computed")
    xs, ys = table.x, table.y
    if at <= xs[0]:
        return ys[0]
    for position in range(1, len(xs)):
        if at <= xs[position]:
            share = (at - xs[position - 1]) / (xs[position] - xs[position - 1])
            return ys[position - 1] + share * (ys[position] - ys[position - 1])
    return ys[-1]


def _ratio(above: float, below: float, otherwise: float = 0.0) -> float:
    return above / below if below else otherwise


_UNARY: dict[str, Callable[[float], float]] = {
    "-": lambda a: -a,
    "+": lambda a: a,
    ":NOT:": lambda a: float(not a),
}
_BINARY: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": math.pow,
    "mod": lambda a, b: a - b * math.floor(a / b),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    ":AND:": lambda a, b: bool(a and b),
    ":OR:": lambda a, b: bool(a or b),
}
_MEMORY = {
    "integ": 0,
    "game": 0,
    "sample_if_true": 1,
    "trend": 0,
    "forecast": 0,
    "smooth": 0,
    "smoothi": 0,
    "smooth3": 0,
    "smooth3i": 0,
    "smooth_n": 0,
    "delay1": 0,
    "delay1i": 0,
    "delay3": 0,
    "delay3i": 0,
    "delay_n": 0,
    "delay_fixed": 0,
}
"""The argument by which a function that remembers moves."""
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
