"""Functions that let their input arrive some whole number of steps later.

Sources: Vensim's reference manual, DELAY FIXED, DELAY INFORMATION, DELAY MATERIAL and DEPRECIATE
STRAIGHTLINE; XMILE 1.0, section 3.5.3; Stella's help, HISTORY. They change at the steps only,
whatever the integration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.engine.expressions import Travel
from qiantang.engine.functions.entry import Special, refused
from qiantang.engine.functions.memory import ONE, ZERO
from qiantang.engine.functions.parts import MOST_STAGES, Parts, stateful
from qiantang.engine.ir import (
    INITIAL_TIME,
    STEP_TIME,
    TIME_STEP,
    Expression,
    FixedDelay,
    Number,
    Slot,
    State,
)
from qiantang.engine.translation.algebra import call, settle_expression
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Binary, Call, Reference

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.scope import Translation
    from qiantang.engine.translation.subscripts import Bindings

ROUNDING = 1e-6
"""Share of a step that brings a half, which rounding would bring to an even number, up."""


def _steps(time: Expression) -> Expression:
    """Return a time as the nearest number of steps, one at least.

    Vensim's manual does not say what becomes of a delay that is no multiple of the time step. Its
    own output for the public model ``delay_fixed`` has 1.2 steps as one, 1.5 as two, 3.7 as four.
    """
    steps = call("max", call("div", time, Slot(TIME_STEP)), ONE)
    return call("rint", call("add", steps, Number(ROUNDING)))


def _held(context: Translation, start: Expression) -> int:
    slot = context.new_slot()
    context.states.append(State(slot, start, "hold", ZERO))
    return slot


def _shifted(context: Translation, source: Slot, steps: Expression, start: Expression) -> Slot:
    """Return what a slot was some steps ago."""
    slot = context.new_slot()
    context.delays.append(FixedDelay(slot, source.index, _held(context, steps), start))
    return Slot(slot)


def _source(parts: Parts) -> Slot:
    """Return the input in a slot of its own: a stock would have moved on when it is stored."""
    return parts.context.keep(parts.run(0), parts.start(0))


def _delay_fixed(start: int) -> Special:
    """Return how DELAY FIXED is written out, whose start is one of its arguments."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        parts = Parts(builder, tree, bindings)
        steps, begins = _steps(parts.start(1)), parts.start(start)
        return _shifted(parts.context, _source(parts), steps, begins)

    return written


def _previous(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return XMILE's PREVIOUS, the value one step ago (section 3.5.6)."""
    parts = Parts(builder, tree, bindings)
    return _shifted(parts.context, _source(parts), ONE, parts.start(1))


def _history(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return HISTORY at a fixed distance from the time at hand; before the start it is 0."""
    when = tree.arguments[1]
    if not (
        isinstance(when, Binary)
        and when.operator == "-"
        and isinstance(when.left, Reference)
        and plain(when.left.name) == "time"
    ):
        raise builder.refuse("HISTORY at another time than TIME less a constant")
    distance = builder.number(when.right, bindings)
    if settle_expression(distance, builder.context.equations, at_start=False) is None:
        raise builder.refuse("HISTORY at a distance that is no constant")
    builder.context.orders.append(distance)
    parts = Parts(builder, tree, bindings)
    past = _shifted(parts.context, _source(parts), _steps(distance), ZERO)
    none = call("lt", distance, call("mul", Number(0.5), Slot(TIME_STEP)))
    return call("if", none, parts.run(0), past)


def _varying(rule: Travel) -> Special:
    """Return how DELAY INFORMATION or DELAY MATERIAL is written out.

    With a delay time that never changes nothing is lost, overtaken or missing on the way, and
    both are a fixed delay.
    """

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        parts, context = Parts(builder, tree, bindings), builder.context
        if settle_expression(parts.run(1), context.equations) is not None:
            return _delay_fixed(2)(builder, tree, bindings)
        steps = context.keep(_steps(parts.run(1)), _steps(parts.start(1)))
        numbers = _shifted(context, steps, ONE, steps)

        def arriving(source: Slot, start: Expression) -> Slot:
            slot = context.new_slot()
            context.delays.append(FixedDelay(slot, source.index, numbers.index, start, rule))
            return Slot(slot)

        value = arriving(_source(parts), parts.start(2))
        if rule == "information":
            return value
        count = arriving(context.keep(ONE), ONE)
        return call("if", call("gt", count, ZERO), value, parts.run(3))

    return written


def _straight_line(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return DEPRECIATE STRAIGHTLINE(stream, lifetime, fiscal period, start).

    The stream at hand and its means over the fiscal periods before, as many as a lifetime has in
    all, each count for their share of the lifetime, which is the one at the start.
    """
    parts, context = Parts(builder, tree, bindings), builder.context
    lifetime, period = parts.run(1), parts.run(2)
    context.orders.extend((lifetime, period))
    periods_of = call("div", lifetime, period)
    ratio = settle_expression(periods_of, context.equations, True, context.tables)
    if ratio is None or not 0.5 <= ratio < MOST_STAGES + 0.5:
        raise builder.refuse("DEPRECIATE STRAIGHTLINE over periods not known beforehand")
    step, stream = Slot(TIME_STEP), parts.hidden(0)
    period = call("max", period, step)

    def periods(time: Expression) -> Expression:
        gone = call("sub", time, Slot(INITIAL_TIME))
        ahead = call("add", gone, call("mul", Number(ROUNDING), step))
        return call("floor", call("div", ahead, period))

    now = Slot(STEP_TIME)
    ends = context.keep(call("sub", periods(call("add", now, step)), periods(now)))
    full = call("gt", ends, ZERO)
    so_far = Slot(context.new_slot())
    paid = context.keep(call("add", so_far, call("mul", stream, step)))
    context.states.append(State(so_far.index, ZERO, "assign", call("if", full, ZERO, paid)))
    latest: Expression = call("div", paid, period)
    terms: Expression = stream
    for _ in range(round(ratio) - 1):
        mean = Slot(context.new_slot())
        moved = call("if", full, latest, mean)
        context.states.append(State(mean.index, parts.start(3), "assign", moved))
        terms, latest = call("add", terms, mean), mean
    return call("div", terms, Number(float(round(ratio))))


ENTRIES = (
    stateful("DELAY FIXED", 3, _delay_fixed(2)),
    stateful("DELAY FIXED (XMILE)", 2, _delay_fixed(0)),
    stateful("DELAY MATERIAL", 4, _varying("material"), shaped=True),
    stateful("DELAY INFORMATION", 3, _varying("information"), shaped=True),
    stateful("DEPRECIATE STRAIGHTLINE", 4, _straight_line, shaped=True),
    stateful("PREVIOUS (XMILE)", 2, _previous),
    stateful("HISTORY (XMILE)", 2, _history, shaped=True),
    refused("DELAY CONVEYOR", "its content leaks and changes speed on the way"),
    refused("DELAY BATCH", "it delivers in batches"),
    refused("DELAY PROFILE", "its profile of delays is not written out"),
    refused("SHIFT IF TRUE", "it moves a whole vector by discrete events"),
    refused("QUEUE FIFO", "it is a discrete queue"),
    refused("QUEUE AGE AVERAGE", "it is a discrete queue"),
)
