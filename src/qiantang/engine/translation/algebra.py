"""Small steps on expressions: calls, numbers and truths, and what follows from constants alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from qiantang.engine import array_functions
from qiantang.engine.expressions import fold, is_wide
from qiantang.engine.ir import (
    INITIAL_TIME,
    STEP_TIME,
    TIME,
    Call,
    Expression,
    Lookup,
    Number,
    Slot,
    Table,
    slots_in,
    tables_in,
)
from qiantang.engine.operations import OPERATIONS

FOLDED = {"add", "sub", "mul", "div", "neg", "pow", "square"}
"""Operations that are computed at once where all arguments are numbers."""


def call(operation: str, *arguments: Expression) -> Expression:
    """Return an operation on its arguments, computed already where all of them are numbers."""
    if operation == "pow" and arguments[1] == Number(2.0):
        operation, arguments = "square", arguments[:1]
    if operation in FOLDED and isinstance(arguments[-1], Number) and _are_numbers(arguments):
        value = _value(operation, [a.value for a in arguments if isinstance(a, Number)])
        if math.isfinite(value):
            return Number(value)
    return Call(operation, arguments)


def _are_numbers(expressions: Sequence[Expression]) -> bool:
    return all(isinstance(expression, Number) for expression in expressions)


def is_truth(expression: Expression) -> bool:
    """Return whether an expression is true or false rather than a number."""
    return isinstance(expression, Call) and OPERATIONS[expression.operation].truth


def numeric(expression: Expression) -> Expression:
    """Return an expression as a number; true is one."""
    return call("number", expression) if is_truth(expression) else expression


def truth(expression: Expression) -> Expression:
    """Return an expression as true or false; any number but zero is true."""
    return expression if is_truth(expression) else call("truth", expression)


def total(operation: str, terms: Iterable[Expression]) -> Expression:
    """Return terms joined by an operation, from the left."""
    first, *rest = terms
    for term in rest:
        first = call(operation, first, term)
    return first


def chosen(wanted: Expression, cases: Sequence[Expression], otherwise: Expression) -> Expression:
    """Return the case whose place, from 0, is wanted; otherwise where it is none."""
    if isinstance(wanted, Number):
        place = wanted.value
        return cases[int(place)] if place in range(len(cases)) else otherwise
    result = otherwise
    for place, case in enumerate(cases):
        result = call("if", call("eq", wanted, Number(float(place))), case, result)
    return result


def replaced(expression: Expression, slot: int, by: Expression) -> Expression:
    """Return an expression with another in the place of a slot."""

    def part(here: Expression, arguments: Sequence[Expression]) -> Expression:
        if isinstance(here, Call):
            return Call(here.operation, tuple(arguments))
        if isinstance(here, Lookup):
            return Lookup(here.table, arguments[0])
        return by if here == Slot(slot) else here

    return fold(expression, part)


def folded(expression: Expression) -> Expression:
    """Return the number an expression without slots stands for, or the expression."""
    if isinstance(expression, Number) or any(True for _ in slots_in(expression)):
        return expression
    if any(True for _ in tables_in(expression)):
        return expression
    return Number(evaluated(expression, {}, ()))


@cache
def _operation(name: str) -> Callable[..., Any]:
    """Return one operation as a function of arrays, from the very text that runs it."""
    count = OPERATIONS[name].template.count("{")
    names = [f"x{i}" for i in range(count)]
    text = "divide({0}, {1})" if name == "div" else OPERATIONS[name].template
    scope = dict(vars(array_functions))
    function: Callable[..., Any] = eval(f"lambda {', '.join(names)}: {text.format(*names)}", scope)
    return function


def _value(operation: str, values: Sequence[Any]) -> float:
    with np.errstate(all="ignore"):
        return float(_operation(operation)(*map(_as_array, values)))


def _as_array(value: Any) -> Any:
    return value if isinstance(value, (bool, np.bool_)) else np.float64(value)


def evaluated(
    expression: Expression, values: Mapping[int, float], tables: Sequence[Table]
) -> float:
    """Return the value of an expression, given the values of the slots that it reads."""
    from qiantang.engine.numpy_backend import table_value

    def value(part: Expression, arguments: Sequence[Any]) -> Any:
        if isinstance(part, Number):
            return np.float64(part.value)
        if isinstance(part, Slot):
            return np.float64(values[part.index])
        if isinstance(part, Lookup):
            return table_value(tables[part.table], arguments[0])
        return _operation(part.operation)(*arguments)

    with np.errstate(all="ignore"):
        return float(fold(expression, value))


def settle(
    slot: int,
    equations: Mapping[int, Expression],
    at_start: bool = False,
    tables: Sequence[Table] | None = None,
) -> float | None:
    """Return the value of a slot that follows from constants alone, or None.

    With ``at_start`` time counts as a constant, the initial time. Without ``tables`` a value that
    needs one is not found.
    """
    return settle_expression(Slot(slot), equations, at_start, tables)


def settle_expression(
    expression: Expression,
    equations: Mapping[int, Expression],
    at_start: bool = False,
    tables: Sequence[Table] | None = None,
) -> float | None:
    """Return the value of an expression that follows from constants alone, or None."""
    values: dict[int, float] = {}
    begun: set[int] = set()
    todo = list(slots_in(expression))
    while todo:
        slot = todo[-1]
        if slot in values:
            todo.pop()
            continue
        here = equations.get(slot)
        if slot in (TIME, STEP_TIME):
            here = Slot(INITIAL_TIME) if at_start else None
        if here is None or is_wide(here):
            return None
        if tables is None and any(True for _ in tables_in(here)):
            return None
        missing = [used for used in slots_in(here) if used not in values]
        if not missing:
            values[slot] = evaluated(here, values, tables or ())
            begun.discard(slot)
            continue
        begun.add(slot)
        if any(used in begun for used in missing):
            return None  # a circle
        todo.extend(missing)
    if tables is None and any(True for _ in tables_in(expression)):
        return None
    return evaluated(expression, values, tables or ())


def floored_modulo(value: Expression, divisor: Expression) -> Expression:
    """Return the remainder that has the sign of the divisor (XMILE 1.0, 3.3.1)."""
    value, divisor = numeric(value), numeric(divisor)
    whole = call("floor", call("div", value, divisor))
    return call("sub", value, call("mul", divisor, whole))


def behind(expressions: Iterable[Expression], equations: Mapping[int, Expression]) -> set[int]:
    """Return the slots that expressions read, directly or not."""
    found: set[int] = set()
    todo = [slot for expression in expressions for slot in slots_in(expression)]
    while todo:
        slot = todo.pop()
        if slot not in found and slot in equations:
            found.add(slot)
            todo.extend(slots_in(equations[slot]))
    return found
