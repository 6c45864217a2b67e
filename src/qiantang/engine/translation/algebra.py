"""Small steps on expressions: calls, numbers and truths, and what follows from constants alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from qiantang.engine.ir import (
    INITIAL_TIME,
    TIME,
    Call,
    Expression,
    Lookup,
    Number,
    Slot,
    slots_in,
)
from qiantang.engine.numpy_backend import constant_value
from qiantang.engine.operations import OPERATIONS

FOLDED = {"add", "sub", "mul", "div", "neg", "pow", "square"}
"""Operations that are computed at once where all arguments are numbers."""


def call(operation: str, *arguments: Expression) -> Expression:
    """Return an operation on its arguments, computed already where all of them are numbers."""
    if operation == "pow" and arguments[1] == Number(2.0):
        operation, arguments = "square", arguments[:1]
    expression = Call(operation, arguments)
    if operation in FOLDED and all(isinstance(a, Number) for a in arguments):
        value = constant_value(expression)
        if value is not None and math.isfinite(value):
            return Number(value)
    return expression


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


def folded(expression: Expression) -> Expression:
    """Return the number an expression without slots stands for, or the expression."""
    if isinstance(expression, Number) or any(True for _ in slots_in(expression)):
        return expression
    value = constant_value(expression)
    return expression if value is None else Number(value)


def settle(
    slot: int, equations: Mapping[int, Expression], depth: int = 20, at_start: bool = False
) -> float | None:
    """Return the value of a slot that follows from constants alone, or None.

    With ``at_start`` time counts as a constant, the initial time.
    """
    if slot == TIME:
        return settle(INITIAL_TIME, equations, depth) if at_start else None
    expression = equations.get(slot)
    if expression is None or depth == 0:
        return None
    return settle_expression(expression, equations, depth, at_start)


def settle_expression(
    expression: Expression,
    equations: Mapping[int, Expression],
    depth: int = 20,
    at_start: bool = False,
) -> float | None:
    """Return the value of an expression that follows from constants alone, or None."""
    values: dict[int, float] = {}
    for used in set(slots_in(expression)):
        value = settle(used, equations, depth - 1, at_start)
        if value is None:
            return None
        values[used] = value
    return constant_value(substituted(expression, values))


def substituted(expression: Expression, values: Mapping[int, float]) -> Expression:
    """Return an expression with numbers in place of its slots."""
    if isinstance(expression, Slot):
        return Number(values[expression.index])
    if isinstance(expression, Call):
        arguments = tuple(substituted(a, values) for a in expression.arguments)
        return Call(expression.operation, arguments)
    if isinstance(expression, Lookup):
        return Lookup(expression.table, substituted(expression.argument, values))
    return expression


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
