"""Rewrites for the kernel that save work: products of powers, and division by what stays.

Models of elasticities are products of powers. With exponents that are known to be no whole
numbers, a product of powers is one exponential of a sum of logarithms, and the logarithm of a
base that occurs several times is taken once. The value agrees to a few units in the last place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from qiantang.engine.ir import Call, Expression, Lookup, Number, Slot
from qiantang.engine.plan import Plan


def plain_exponents(plan: Plan, constants: Sequence[Any]) -> frozenset[int]:
    """Return the constants that are exponents, and either zero or no whole number, in all members.

    A power with such an exponent is not a number where its base is negative, so that nothing is
    lost by taking the logarithm of the base.
    """
    used = {
        slot
        for _, expression in plan.step
        for part in parts(expression)
        if isinstance(part, Call) and part.operation == "pow"
        for slot in [_bare(part.arguments[1])]
        if slot is not None
    }
    found = set()
    for slot, value in zip(plan.constants, constants, strict=True):
        if slot in used:
            values = np.asarray(value)
            whole = (values == np.rint(values)) & (values != 0.0)
            if np.all(np.isfinite(values)) and not np.any(whole):
                found.add(slot)
    return frozenset(found)


def parts(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything in it."""
    yield expression
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from parts(argument)
    elif isinstance(expression, Lookup):
        yield from parts(expression.argument)


def _bare(exponent: Expression) -> int | None:
    """Return the slot of an exponent that is a slot or minus a slot."""
    if isinstance(exponent, Call) and exponent.operation == "neg":
        exponent = exponent.arguments[0]
    return exponent.index if isinstance(exponent, Slot) else None


def _is_plain(exponent: Expression, plain: frozenset[int]) -> bool:
    if isinstance(exponent, Number):
        return bool(np.isfinite(exponent.value)) and exponent.value != round(exponent.value)
    return _bare(exponent) in plain


def merged(expression: Expression, plain: frozenset[int]) -> Expression:
    """Return an expression with its products of powers joined."""
    if isinstance(expression, Lookup):
        return Lookup(expression.table, merged(expression.argument, plain))
    if not isinstance(expression, Call):
        return expression
    if expression.operation in ("mul", "div"):
        factors = list(_factors(expression, inverse=False))
        if sum(_is_term(factor, plain) for factor, _ in factors) > 1:
            return _joined(factors, plain)
    arguments = tuple(merged(argument, plain) for argument in expression.arguments)
    if expression.operation == "pow" and _is_plain(expression.arguments[1], plain):
        return Call("power_plain", arguments)
    return Call(expression.operation, arguments)


def _factors(expression: Expression, inverse: bool) -> Iterator[tuple[Expression, bool]]:
    """Yield the factors of a product, each with whether it divides."""
    if isinstance(expression, Call) and expression.operation in ("mul", "div"):
        left, right = expression.arguments
        yield from _factors(left, inverse)
        yield from _factors(right, inverse != (expression.operation == "div"))
    else:
        yield expression, inverse


def _is_term(factor: Expression, plain: frozenset[int]) -> bool:
    if not isinstance(factor, Call):
        return False
    if factor.operation == "pow":
        return _is_plain(factor.arguments[1], plain)
    return factor.operation == "exp"


def _joined(factors: Sequence[tuple[Expression, bool]], plain: frozenset[int]) -> Expression:
    total: Expression | None = None
    for factor, inverse in factors:
        if not _is_term(factor, plain):
            continue
        assert isinstance(factor, Call)
        arguments = tuple(merged(argument, plain) for argument in factor.arguments)
        term = arguments[0] if factor.operation == "exp" else Call("power_log", arguments)
        if total is None:
            total = Call("neg", (term,)) if inverse else term
        else:
            total = Call("sub" if inverse else "add", (total, term))
    assert total is not None
    value: Expression = Call("exp", (total,))
    for factor, inverse in factors:
        if not _is_term(factor, plain):
            value = Call("div" if inverse else "mul", (value, merged(factor, plain)))
    return value


def with_reciprocals(expression: Expression, reciprocal: Mapping[int, int]) -> Expression:
    """Return an expression whose divisions by slots that stay use their stored reciprocals.

    ``reciprocal`` maps such a slot to the slot of its reciprocal; the quotient is the same to the
    last bit, see :func:`qiantang.engine.lane_functions.quotient`.
    """
    if isinstance(expression, Lookup):
        return Lookup(expression.table, with_reciprocals(expression.argument, reciprocal))
    if not isinstance(expression, Call):
        return expression
    arguments = tuple(with_reciprocals(a, reciprocal) for a in expression.arguments)
    divisor = arguments[-1]
    if expression.operation == "div" and isinstance(divisor, Slot) and divisor.index in reciprocal:
        return Call("quotient", (*arguments, Slot(reciprocal[divisor.index])))
    return Call(expression.operation, arguments)


def divisors(expressions: Sequence[Expression], fixed: frozenset[int]) -> list[int]:
    """Return the fixed slots that something is divided by."""
    found: dict[int, None] = {}
    for expression in expressions:
        for part in parts(expression):
            if isinstance(part, Call) and part.operation == "div":
                divisor = part.arguments[1]
                if isinstance(divisor, Slot) and divisor.index in fixed:
                    found.setdefault(divisor.index)
    return list(found)
