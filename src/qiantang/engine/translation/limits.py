"""Stocks of XMILE that are not to fall below zero limit what flows out of them.

XMILE 1.0, sections 3.6.2 and 4.2: the outflows of a non-negative stock are cut to what is there,
those first in the order of the file that are named first. So what leaves one stock is what reaches
the next, and no matter is made. What flows in during the step is there as well, unless it depends
on the very outflow itself. An inflow that is negative is not cut; the stock then stays at zero.
"""

from __future__ import annotations

from collections.abc import Iterable

from qiantang.engine.ir import TIME_STEP, Expression, Number, Slot
from qiantang.engine.translation.algebra import behind, call
from qiantang.engine.translation.scope import Scope, Translation
from qiantang.engine.translation.subscripts import Coordinates, plain
from qiantang.modelfile.document import Equation

STEP = Slot(TIME_STEP)


def limit_outflows(equations: Iterable[Equation], scope: Scope, context: Translation) -> None:
    """Cut the outflows of the non-negative stocks among some equations.

    Parameters
    ----------
    equations : iterable of Equation
        Of the model.
    scope : Scope
        Their slots.
    context : Translation
        Whose equations of outflows are changed.
    """
    for equation in equations:
        if not equation.non_negative or not equation.outflows:
            continue
        for coordinates, _ in scope.ranges.instances(equation.subscripts, equation.exceptions):
            _limit(equation, coordinates, scope, context)


def _limit(
    equation: Equation, coordinates: Coordinates, scope: Scope, context: Translation
) -> None:
    stock = scope.slots[plain(equation.name), coordinates]
    outflows = [_flow(name, coordinates, scope) for name in equation.outflows]
    there: Expression = call("div", Slot(stock), STEP)
    for name in equation.inflows:
        inflow = _flow(name, coordinates, scope)
        if inflow is not None and not _circular(inflow, outflows, context):
            there = call("add", there, Slot(inflow))
    there = call("max", there, Number(0.0))
    for outflow in outflows:
        if outflow is None or outflow not in context.equations:
            continue
        wanted = context.keep(context.equations[outflow], context.starts.pop(outflow, None))
        left = context.keep(there)
        context.equations[outflow] = call("min", wanted, left)
        there = call("max", call("sub", left, Slot(outflow)), Number(0.0))


def _flow(name: str, coordinates: Coordinates, scope: Scope) -> int | None:
    """Return the slot of a flow of a stock: of the same element, or of a scalar."""
    key = plain(name)
    return scope.slots.get((key, coordinates), scope.slots.get((key, ())))


def _circular(inflow: int, outflows: Iterable[int | None], context: Translation) -> bool:
    """Return whether an inflow is an outflow too, or depends on one at the same time."""
    known = behind([Slot(inflow)], context.equations) | {inflow}
    return any(outflow in known for outflow in outflows)
