"""Rewrites for the kernel that save work: powers, logarithms, what stays.

Models of elasticities are products of powers. Where all bases are positive, a product of powers is
one exponential of a sum of logarithms, and the logarithm of a base that occurs several times is
taken once. What depends on constants alone is computed before the first step. The value agrees to
a few units in the last place. Where a base is not positive the kernel takes the careful step, in
which powers are as the file has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qiantang.engine.ir import Call, Expression, Lookup, Number, Slot, slots_in
from qiantang.engine.operations import OPERATIONS
from qiantang.engine.plan import Plan

LARGEST_WHOLE = 64
"""Whole exponents, written as such, up to which a power is a chain of products."""


def rewritten(plan: Plan) -> tuple[Plan, Plan]:
    """Return a plan for positive bases, and a careful one; both share what comes before the step.

    The careful plan has the equations as they are, save what depends on constants alone.
    """
    fixed = set(plan.constants) | {slot for slot, _ in plan.still}
    fixed |= {state.slot for state in plan.states if state.rule == "hold"}
    hoist = _Hoist(fixed, 1 + max(_slots(plan)))
    hot = _mapped(plan, lambda expression: hoist.of(joined(expression)))
    careful = _mapped(plan, hoist.of)
    still = plan.still + tuple((slot, e) for e, slot in hoist.found.items())
    return replace(hot, still=still), replace(careful, still=still)


def _mapped(plan: Plan, change: Callable[[Expression], Expression]) -> Plan:
    return replace(
        plan,
        step=tuple((slot, change(expression)) for slot, expression in plan.step),
        states=tuple(replace(s, expression=change(s.expression)) for s in plan.states),
    )


def _slots(plan: Plan) -> Iterator[int]:
    yield from (*plan.constants, *plan.filled, *plan.outputs)
    for equations in (plan.start, plan.still, plan.step):
        for slot, expression in equations:
            yield slot
            yield from slots_in(expression)
    for state in plan.states:
        yield state.slot
    for delay in plan.delays:
        yield from (delay.slot, delay.source, delay.order)


def _factors(expression: Expression, inverse: bool) -> Iterator[tuple[Expression, bool]]:
    """Yield the factors of a product, each with whether it divides."""
    if isinstance(expression, Call) and expression.operation in ("mul", "div"):
        left, right = expression.arguments
        yield from _factors(left, inverse)
        yield from _factors(right, inverse != (expression.operation == "div"))
    else:
        yield expression, inverse


def joined(expression: Expression) -> Expression:
    """Return an expression with its products of powers as one exponential each."""
    if isinstance(expression, Lookup):
        return Lookup(expression.table, joined(expression.argument))
    if not isinstance(expression, Call):
        return expression
    if expression.operation in ("mul", "div"):
        factors = list(_factors(expression, inverse=False))
        if sum(map(_is_term, (factor for factor, _ in factors))) > 1:
            return _product_of_terms(factors)
    arguments = tuple(joined(argument) for argument in expression.arguments)
    if expression.operation in ("min", "max") and isinstance(arguments[1], Number):
        arguments = arguments[::-1]  # a literal first is one instruction
    if expression.operation == "pow":
        whole = _whole(expression.arguments[1])
        if whole is not None:
            return _product(arguments[0], whole)
    return Call(expression.operation, arguments)


def _whole(exponent: Expression) -> int | None:
    """Return an exponent that is written as a small whole number."""
    if not isinstance(exponent, Number):
        return None
    value = exponent.value
    small = 0 < abs(value) <= LARGEST_WHOLE and value == round(value)
    return int(value) if small else None


def _is_term(factor: Expression) -> bool:
    if not isinstance(factor, Call):
        return False
    return factor.operation == "exp" or (
        factor.operation == "pow" and _whole(factor.arguments[1]) is None
    )


def _product_of_terms(factors: Sequence[tuple[Expression, bool]]) -> Expression:
    """Return factors with the powers and exponentials among them as one exponential."""
    total: Expression | None = None
    for factor, inverse in factors:
        if not _is_term(factor):
            continue
        assert isinstance(factor, Call)
        if factor.operation == "exp":
            term = joined(factor.arguments[0])
            if total is None:
                total = Call("neg", (term,)) if inverse else term
            else:
                total = Call("sub" if inverse else "add", (total, term))
            continue
        exponent, logarithm = joined(factor.arguments[1]), _log(factor.arguments[0])
        if inverse:
            exponent = Call("neg", (exponent,))
        if total is None:
            total = Call("mul", (exponent, logarithm))
        else:
            total = Call("fused", (exponent, logarithm, total))
    assert total is not None
    value: Expression = Call("exp_of_sum", (total,))
    for factor, inverse in factors:
        if not _is_term(factor):
            value = Call("div" if inverse else "mul", (value, joined(factor)))
    return value


def _log(base: Expression) -> Expression:
    """Return the logarithm of a base, that of a slot it is divided by taken apart.

    Where the slot is fixed its logarithm is known before the first step; where it is not positive
    the sum is no number, which the careful step then sees to.
    """
    if isinstance(base, Call) and base.operation == "div" and isinstance(base.arguments[1], Slot):
        return Call("log_ratio", (_log(base.arguments[0]), base.arguments[1], joined(base)))
    return Call("log", (joined(base),))


def _product(base: Expression, exponent: int) -> Expression:
    """Return a whole power as products."""
    if exponent < 0:
        return Call("div", (Number(1.0), _product(base, -exponent)))
    if exponent == 1:
        return base
    half = Call("square", (_product(base, exponent // 2),))
    return Call("mul", (half, base)) if exponent % 2 else half


class _Hoist:
    """Finds what depends on fixed slots alone, and gives it a slot of its own."""

    def __init__(self, fixed: set[int], slot_count: int) -> None:
        self.fixed, self.next = fixed, slot_count
        self.found: dict[Expression, int] = {}

    def of(self, expression: Expression) -> Expression:
        if isinstance(expression, Lookup):
            return Lookup(expression.table, self.of(expression.argument))
        if not isinstance(expression, Call):
            return expression
        if expression.operation == "log_ratio":
            return self.of(self.ratio(expression))
        used = set(slots_in(expression))
        if used and used <= self.fixed and not _is_truth(expression):
            return self.slot(expression)
        arguments = tuple(self.of(argument) for argument in expression.arguments)
        return Call(expression.operation, arguments)

    def ratio(self, expression: Call) -> Expression:
        """Return the logarithm of a quotient, taken apart if the divisor is fixed."""
        above, divisor, whole = expression.arguments
        assert isinstance(divisor, Slot)
        if divisor.index in self.fixed:
            return Call("sub", (above, Call("log", (divisor,))))
        return Call("log", (whole,))

    def slot(self, expression: Expression) -> Slot:
        if expression not in self.found:
            self.found[expression] = self.next
            self.next += 1
        return Slot(self.found[expression])


def _is_truth(call: Call) -> bool:
    """Return whether an expression is true or false, which no slot can hold."""
    operation = OPERATIONS.get(call.operation)
    return operation is not None and operation.truth
