"""Stocks of XMILE that are not to fall below zero limit what leaves them.

XMILE 1.0, sections 3.6.2 and 4.2: the outflows of a non-negative stock are cut to what is there,
those first in the order of the file that are named first. So what leaves one stock is what reaches
the next, and no matter is made. An inflow that is negative leaves as well, and is cut likewise; an
outflow that is negative comes in. What comes in during the step is there, unless it depends on
what leaves.

At the start, where initial values are found, a flow is what its equation says, not yet cut: its
limit would read the other flows of the stock, and these the initial values.
"""

from __future__ import annotations

from collections.abc import Iterable

from qiantang.engine.ir import TIME_STEP, Call, Expression, Number, Slot, State
from qiantang.engine.translation.algebra import behind, call
from qiantang.engine.translation.scope import Scope, Translation
from qiantang.engine.translation.subscripts import Coordinates, plain
from qiantang.modelfile.document import Equation

STEP = Slot(TIME_STEP)
ZERO = Number(0.0)


def limit_outflows(equations: Iterable[Equation], scope: Scope, context: Translation) -> None:
    """Cut what leaves the non-negative stocks among some equations.

    Parameters
    ----------
    equations : iterable of Equation
        Of the model.
    scope : Scope
        Their slots.
    context : Translation
        Whose equations of flows are changed.
    """
    for equation in equations:
        if not equation.non_negative:
            continue
        for coordinates, _ in scope.ranges.instances(equation.subscripts, equation.exceptions):
            _limit(equation, coordinates, scope, context)


def _limit(
    equation: Equation, coordinates: Coordinates, scope: Scope, context: Translation
) -> None:
    """Let each flow of a stock, one after the other, take no more than those before it left."""
    stock = scope.slots[plain(equation.name), coordinates]
    inflows = _flows(equation.inflows, coordinates, scope)
    outflows = _flows(equation.outflows, coordinates, scope)
    both = set(inflows) & set(outflows)
    left: Expression = call("div", call("max", _begun(stock, context), ZERO), STEP)
    for flow in _ordered([f for f in (*inflows, *outflows) if f not in both], context):
        leaves = flow in outflows
        if flow in context.equations and (leaves or _may_leave(context.equations[flow])):
            left = context.keep(left)
            wanted = context.keep(context.equations[flow], context.starts.get(flow))
            most = left if leaves else call("neg", left)
            context.equations[flow] = call("min" if leaves else "max", wanted, most)
            context.starts[flow] = wanted
        left = call("max", call("sub" if leaves else "add", left, Slot(flow)), ZERO)


def _begun(stock: int, context: Translation) -> Slot:
    """Return what a stock holds when the step begins.

    An integrator that looks inside a step has a stock there that is no longer, or not yet, what the
    flows of the whole step may take. Where each of its slopes takes no more than the stock began
    with, their weighted mean does not either.
    """
    begun = Slot(context.new_slot())
    context.states.append(State(begun.index, Slot(stock), "begin", Slot(stock)))
    return begun


def _flows(names: Iterable[str], coordinates: Coordinates, scope: Scope) -> list[int]:
    """Return the slots of flows of a stock: of the same element, or of a scalar."""
    keys = [plain(name) for name in names]
    found = [scope.slots.get((key, coordinates), scope.slots.get((key, ()))) for key in keys]
    return [slot for slot in found if slot is not None]


def _may_leave(inflow: Expression) -> bool:
    """Return whether an inflow may be negative, as far as its equation tells."""
    if isinstance(inflow, Number):
        return inflow.value < 0.0
    if isinstance(inflow, Call) and inflow.operation == "max":
        return not any(isinstance(a, Number) and a.value >= 0.0 for a in inflow.arguments)
    return True


def _ordered(flows: list[int], context: Translation) -> list[int]:
    """Return flows in their order, but each after those that it depends on."""
    known = {flow: behind([Slot(flow)], context.equations) for flow in flows}
    rest, result = list(dict.fromkeys(flows)), []
    while rest:
        free = (f for f in rest if not any(o in known[f] for o in rest if o != f))
        result.append(next(free, rest[0]))
        rest.remove(result[-1])
    return result
