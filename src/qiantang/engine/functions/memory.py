"""Functions that remember, written out in hidden stocks.

Sources: Vensim's reference manual, chapter Functions, where each is given as equations; XMILE 1.0,
section 3.5.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import Special
from qiantang.engine.functions.parts import Parts, stateful
from qiantang.engine.ir import (
    TIME_STEP,
    Expression,
    Number,
    Slot,
    State,
)
from qiantang.engine.translation.algebra import call, replaced, total, truth
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import NA, Call

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

ZERO, ONE = Number(0.0), Number(1.0)


def _initial(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    parts = Parts(builder, tree, bindings)
    slot = builder.context.new_slot()
    builder.context.states.append(State(slot, parts.start(0), "hold", ZERO))
    return Slot(slot)


def _smooth(order: int | None, start: int) -> Special:
    """Return how a smooth is written out, whose start is one of its arguments."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        parts = Parts(builder, tree, bindings)
        stages = order if order is not None else parts.order(len(tree.arguments) - 1)
        time = parts.hidden(1)
        slots = [builder.context.new_slot() for _ in range(stages)]
        begins, target = parts.start(start), parts.run(0)
        for slot in slots:
            gap = call("sub", target, Slot(slot))
            if stages > 1:
                gap = call("mul", gap, Number(float(stages)))
            rate = call("div", gap, time)
            builder.context.states.append(State(slot, begins, "integrate", rate))
            begins = target = Slot(slot)
        return Slot(slots[-1])

    return written


def _delay(order: int | None, start: int) -> Special:
    """Return how DELAY1, DELAY3 or DELAY N is written out.

    DELAY N lowers its order where a stage would be shorter than the time step; as the delay time
    may differ between members, the number of stages in use is a value of its own. Vensim's DELAY1
    and DELAY3 do not, as its own output for the public model ``arguments`` shows. Stella's do.
    """

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        parts, context = Parts(builder, tree, bindings), builder.context
        stages = order if order is not None else parts.order(len(tree.arguments) - 1)
        time, at_start = parts.hidden(1), parts.start(1)
        used: Expression = Number(float(stages))
        if order is None or not context.vensim:
            held = context.new_slot()
            context.states.append(State(held, _stages(stages, at_start), "hold", ZERO))
            used = Slot(held)
        slots = [context.new_slot() for _ in range(stages)]
        times: Sequence[Expression] = [time] * stages
        leaving: Expression = time
        if order is None:
            times, leaving = _travelling_times(builder, time, at_start, stages)
        begins = call("mul", parts.start(start), at_start)
        inflow = parts.run(0)
        for slot, stage_time in zip(slots, times, strict=True):
            outflow = call("div", Slot(slot), stage_time)
            rate = call("mul", call("sub", inflow, outflow), used)
            context.states.append(State(slot, begins, "integrate", rate))
            inflow, begins = outflow, Slot(slot)
        return call("div", _last_in_use(slots, used), leaving)

    return written


def _last_in_use(slots: Sequence[int], used: Expression) -> Expression:
    last: Expression = Slot(slots[-1])
    if isinstance(used, Slot):
        last = Slot(slots[0])
        for stage in range(2, len(slots) + 1):
            full = call("ge", used, Number(float(stage)))
            last = call("if", full, Slot(slots[stage - 1]), last)
    return last


def _stages(order: int, time: Expression) -> Expression:
    """Return the largest number of stages, up to an order, of which each lasts a time step."""
    result: Expression = Number(math.nan)
    for stages in range(1, order + 1):
        needed = call("mul", Number(float(stages)), Slot(TIME_STEP))
        result = call("if", call("gt", needed, time), result, Number(float(stages)))
    return result


def _travelling_times(
    builder: Builder, time: Expression, at_start: Expression, order: int
) -> tuple[list[Expression], Expression]:
    """Let each stage of DELAY N keep the delay time its content came in with."""
    slots = [builder.context.new_slot() for _ in range(order)]
    current: Expression = time
    times: list[Expression] = []
    for slot in slots:
        builder.context.states.append(State(slot, at_start, "assign", current))
        times.append(current)
        current = Slot(slot)
    return times, Slot(slots[0])


def _trend(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    parts = Parts(builder, tree, bindings)
    average, source = parts.hidden(1), parts.hidden(0)
    growth = call("mul", parts.start(2), parts.start(1))
    start = call("div", parts.start(0), call("add", ONE, growth))
    slot = Slot(builder.context.new_slot())
    gap = call("sub", source, slot)
    builder.context.states.append(State(slot.index, start, "integrate", call("div", gap, average)))
    return call("xidz", gap, call("mul", average, call("abs", slot)), ZERO)


def _forecast(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return FORECAST; the fourth argument of XMILE's is a trend, as TREND's third is."""
    parts = Parts(builder, tree, bindings)
    average, source = parts.hidden(1), parts.hidden(0)
    begins = parts.start(0)
    if len(tree.arguments) > 3:
        growth = parts.start(3)
        if tree.function.endswith("_xmile"):
            growth = call("mul", growth, parts.start(1))
        begins = call("div", begins, call("add", ONE, growth))
    slot = Slot(builder.context.new_slot())
    gap = call("sub", source, slot)
    rate = call("div", gap, average)
    builder.context.states.append(State(slot.index, begins, "integrate", rate))
    trend = call("xidz", gap, call("mul", average, slot), ZERO)
    change = call("mul", trend, parts.run(2))
    return call("mul", source, call("add", ONE, change))


def _sample_if_true(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return SAMPLE IF TRUE; its own variable, in its condition or value, is what is held."""
    parts, context = Parts(builder, tree, bindings), builder.context
    slot, value = context.new_slot(), context.new_slot()
    condition = truth(builder.running.build(tree.arguments[0], bindings))
    held = call("if", condition, parts.run(1), Slot(slot))
    if tree is builder.definition.tree:
        held = replaced(held, builder.definition.slot, Slot(slot))
    context.equations[value] = held
    context.states.append(State(slot, parts.start(2), "assign", Slot(value)))
    return Slot(value)


def _npv(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return NPV(stream, rate, start, factor) as Vensim's manual writes it out."""
    parts, context = Parts(builder, tree, bindings), builder.context
    stream, rate, step = parts.hidden(0), parts.hidden(1), Slot(TIME_STEP)
    discount = Slot(context.new_slot())
    growth = call("add", ONE, call("mul", rate, step))
    fall = call("neg", call("div", call("mul", discount, rate), growth))
    context.states.append(State(discount.index, ONE, "integrate", fall))
    paid = call("mul", stream, discount)
    sum_so_far = context.state(parts.start(2), paid)
    return call("mul", call("add", sum_so_far, call("mul", paid, step)), parts.run(3))


def _bounded(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return SINTEG(rate, start, least, most, :NA:, :NA:, :NA:): a stock between bounds."""
    parts = Parts(builder, tree, bindings)
    given = [builder.number(argument, bindings) for argument in tree.arguments[2:]]
    if any(value != Number(NA) for value in given[2:]):
        raise builder.refuse("SINTEG in steps of a quantity or with a special value")
    slot, start, rate = Slot(builder.context.new_slot()), parts.start(1), parts.run(0)
    for bound, side in ((given[0], "max"), (given[1], "min")):
        if bound != Number(NA):
            start = call(side, start, bound)
            rate = call(side, rate, call("div", call("sub", bound, slot), Slot(TIME_STEP)))
    builder.context.states.append(State(slot.index, start, "integrate", rate))
    return slot


def _pipeline(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return DELAYP(input, delay time : pipeline), and let its second variable be its content."""
    parts, context = Parts(builder, tree, bindings), builder.context
    stage, first = call("div", parts.hidden(1), Number(3.0)), parts.start(1)
    begins = call("mul", call("div", first, Number(3.0)), parts.start(0))
    inflow, slots = parts.run(0), [Slot(context.new_slot()) for _ in range(3)]
    for slot in slots:
        outflow = call("div", slot, stage)
        rate = call("sub", inflow, outflow)
        context.states.append(State(slot.index, begins, "integrate", rate))
        inflow, begins = outflow, slot
    for target in tree.outputs[:1]:
        key = plain(target.name), builder.coordinates(target, bindings)
        context.equations[builder.scope.slots[key]] = total("add", slots[::-1])
    return inflow


def _integ(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    parts = Parts(builder, tree, bindings)
    return builder.context.state(parts.start(1), parts.run(0))


ENTRIES = (
    stateful("INTEG", 2, _integ),
    stateful("INITIAL", 1, _initial),
    stateful("REINITIAL", 1, _initial),
    stateful("SMOOTH", 2, _smooth(1, 0)),
    stateful("SMOOTHI", 3, _smooth(1, 2)),
    stateful("SMOOTH3", 2, _smooth(3, 0)),
    stateful("SMOOTH3I", 3, _smooth(3, 2)),
    stateful("SMOOTH N", 4, _smooth(None, 2), shaped=True),
    stateful("SMOOTH N (XMILE)", 3, _smooth(None, 0), shaped=True),
    stateful("DELAY1", 2, _delay(1, 0)),
    stateful("DELAY1I", 3, _delay(1, 2)),
    stateful("DELAY3", 2, _delay(3, 0)),
    stateful("DELAY3I", 3, _delay(3, 2)),
    stateful("DELAY N", 4, _delay(None, 2), shaped=True),
    stateful("DELAY N (XMILE)", 3, _delay(None, 0), shaped=True),
    stateful("TREND", 3, _trend),
    stateful("FORECAST", 3, _forecast),
    stateful("FORECAST (XMILE)", 4, _forecast),
    stateful("SAMPLE IF TRUE", 3, _sample_if_true),
    stateful("NPV", 4, _npv),
    stateful("SINTEG", 7, _bounded),
    stateful("DELAYP", 2, _pipeline),
)
"""Vensim's REINITIAL is INITIAL in a run that does not go on from another."""
