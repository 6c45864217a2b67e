"""Functions of the file that remember, written out in hidden stocks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qiantang.engine.ir import (
    TIME_STEP,
    Expression,
    FixedDelay,
    Number,
    Slot,
    State,
)
from qiantang.engine.translation.algebra import call, settle_expression, truth

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from qiantang.engine.translation.scope import Translation

Part = Callable[[Any, bool], Expression]
"""Builds the expression of a part of a tree, in a run or at its start."""


def stateful(tree: Any, part: Part, context: Translation, title: str) -> Expression:
    """Give a function with memory its hidden stocks and return its value.

    Parameters
    ----------
    tree : object
        The structure of PySD.
    part : callable
        Builder of the expressions inside it.
    context : Translation
        Where stocks are put.
    title : str
        The variable, for messages.
    """
    expansion = EXPANSIONS[type(tree).__name__]
    return expansion(tree, part, context, title)


def _integ(tree: Any, part: Part, context: Translation, title: str) -> Expression:
    slot = context.new_slot()
    context.states.append(
        State(
            slot,
            part(tree.initial, True),
            "integrate",
            part(tree.flow, False),
            bool(tree.non_negative),
        )
    )
    return Slot(slot)


def _initial(tree: Any, part: Part, context: Translation, title: str) -> Expression:
    slot = context.new_slot()
    context.states.append(State(slot, part(tree.initial, True), "hold", Number(0.0)))
    return Slot(slot)


def _smooth(tree: Any, part: Part, context: Translation, title: str) -> Expression:

    order = _order(tree, part, context, title)
    time = _hidden(tree.smooth_time, part, context)
    slots = [context.new_slot() for _ in range(order)]
    start = part(tree.initial, True)
    target = part(tree.input, False)
    for slot in slots:
        gap = call("sub", target, Slot(slot))
        if order > 1:
            gap = call("mul", gap, Number(float(order)))
        context.states.append(State(slot, start, "integrate", call("div", gap, time)))
        start = target = Slot(slot)
    return Slot(slots[-1])


def _delay(tree: Any, part: Part, context: Translation, title: str) -> Expression:
    """Expand DELAY1, DELAY3 and DELAY N.

    DELAY N lowers its order where a stage would be shorter than the time step; as the delay time
    may differ between members, the number of stages in use is a value of its own. Vensim's DELAY1
    and DELAY3 do not, although PySD does; its own output for the public model ``arguments`` shows
    it. Stella's do.
    """
    order = _order(tree, part, context, title)
    time = _hidden(tree.delay_time, part, context)
    at_start = part(tree.delay_time, True)
    varies = type(tree).__name__ == "DelayNStructure"
    used: Expression = Number(float(order))
    if varies or not context.vensim:
        held = context.new_slot()
        context.states.append(State(held, _stages(order, at_start), "hold", Number(0.0)))
        used = Slot(held)
    slots = [context.new_slot() for _ in range(order)]
    times: list[Expression] = [time] * order
    leaving: Expression = time
    if varies:
        times, leaving = _travelling_times(time, at_start, order, context)
    start = call("mul", part(tree.initial, True), at_start)
    inflow = part(tree.input, False)
    for slot, stage_time in zip(slots, times, strict=True):
        outflow = call("div", Slot(slot), stage_time)
        rate = call("mul", call("sub", inflow, outflow), used)
        context.states.append(State(slot, start, "integrate", rate))
        inflow, start = outflow, Slot(slot)
    last: Expression = Slot(slots[-1])
    if isinstance(used, Slot):
        last = Slot(slots[0])
        for stage in range(2, order + 1):
            full = call("ge", used, Number(float(stage)))
            last = call("if", full, Slot(slots[stage - 1]), last)
    return call("div", last, leaving)


def _stages(order: int, time: Expression) -> Expression:
    """Return the largest number of stages, up to an order, of which each lasts a time step."""
    result: Expression = Number(math.nan)
    for stages in range(1, order + 1):
        needed = call("mul", Number(float(stages)), Slot(TIME_STEP))
        result = call("if", call("gt", needed, time), result, Number(float(stages)))
    return result


def _travelling_times(
    time: Expression, at_start: Expression, order: int, context: Translation
) -> tuple[list[Expression], Expression]:
    """Let each stage of DELAY N keep the delay time its content came in with."""
    slots = [context.new_slot() for _ in range(order)]
    current: Expression = time
    times: list[Expression] = []
    for slot in slots:
        context.states.append(State(slot, at_start, "assign", current))
        times.append(current)
        current = Slot(slot)
    return times, Slot(slots[0])


def _delay_fixed(tree: Any, part: Part, context: Translation, title: str) -> Expression:

    steps = call("div", part(tree.delay_time, True), Slot(TIME_STEP))
    whole = call("rint", call("add", call("max", steps, Number(1.0)), Number(1e-6)))
    order, slot = context.new_slot(), context.new_slot()
    context.states.append(State(order, whole, "hold", Number(0.0)))
    # A slot of its own: a stock would have moved on by the time its past is stored.
    source = context.keep(part(tree.input, False), part(tree.input, True))
    context.delays.append(FixedDelay(slot, source.index, order, part(tree.initial, True)))
    return Slot(slot)


def _trend(tree: Any, part: Part, context: Translation, title: str) -> Expression:

    average, source = _averaged(tree, part, context)
    growth = call("mul", part(tree.initial_trend, True), part(tree.average_time, True))
    start = call("div", part(tree.input, True), call("add", Number(1.0), growth))
    slot = Slot(context.new_slot())
    gap = call("sub", source, slot)
    context.states.append(State(slot.index, start, "integrate", call("div", gap, average)))
    return call("xidz", gap, call("mul", average, call("abs", slot)), Number(0.0))


def _forecast(tree: Any, part: Part, context: Translation, title: str) -> Expression:

    average, source = _averaged(tree, part, context)
    growth = call("add", Number(1.0), part(tree.initial_trend, True))
    slot = Slot(context.new_slot())
    gap = call("sub", source, slot)
    start = call("div", part(tree.input, True), growth)
    context.states.append(State(slot.index, start, "integrate", call("div", gap, average)))
    trend = call("xidz", gap, call("mul", average, slot), Number(0.0))
    change = call("mul", trend, part(tree.horizon, False))
    return call("mul", source, call("add", Number(1.0), change))


def _averaged(tree: Any, part: Part, context: Translation) -> tuple[Expression, Expression]:
    return _hidden(tree.average_time, part, context), _hidden(tree.input, part, context)


def _sample_if_true(tree: Any, part: Part, context: Translation, title: str) -> Expression:

    slot = context.new_slot()
    value = context.new_slot()
    condition = truth(part(tree.condition, False))
    context.equations[value] = call("if", condition, part(tree.input, False), Slot(slot))
    context.states.append(State(slot, part(tree.initial, True), "assign", Slot(value)))
    return Slot(value)


EXPANSIONS: dict[str, Callable[[Any, Part, Translation, str], Expression]] = {
    "IntegStructure": _integ,
    "InitialStructure": _initial,
    "SmoothStructure": _smooth,
    "SmoothNStructure": _smooth,
    "DelayStructure": _delay,
    "DelayNStructure": _delay,
    "DelayFixedStructure": _delay_fixed,
    "TrendStructure": _trend,
    "ForecastStructure": _forecast,
    "SampleIfTrueStructure": _sample_if_true,
}


def _hidden(tree: Any, part: Part, context: Translation) -> Any:
    """Return a part as a slot or a number, so that using it twice does not compute it twice."""
    expression = part(tree, False)
    if isinstance(expression, (Slot, Number)):
        return expression
    slot = context.new_slot()
    context.equations[slot] = expression
    start = part(tree, True)
    if start != expression:
        context.starts[slot] = start
    return Slot(slot)


def _order(tree: Any, part: Part, context: Translation, title: str) -> int:
    """Return the order of a delay; it shapes the program, so it must be a constant."""
    expression = part(tree.order, False)
    context.orders.append(expression)
    value = settle_expression(expression, context.equations, at_start=True)
    if value is None or not 1 <= value <= 100:
        raise context.refuse("a delay of an order that is not known beforehand", title)
    return int(value)


def array_entry(array: npt.NDArray[np.float64], place: tuple[int, ...]) -> float:
    """Return one entry of an array of literals; ``place`` is the position, then the shape."""
    half = len(place) // 2
    return float(array.reshape(place[half:])[place[:half]])
