"""Functions of time: steps, ramps and pulses, which change at the steps only.

Vensim's manual says of each that it does not change except at intervals of TIME STEP, regardless
of the integration technique; so they read the time at which the step at hand began.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import composed, special
from qiantang.engine.ir import INITIAL_TIME, STEP_TIME, TIME, TIME_STEP, Expression, Number, Slot
from qiantang.engine.translation.algebra import call, numeric
from qiantang.modelfile.tree import Call, Literal

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

GROUP = "Time"
NOW, STEP = Slot(STEP_TIME), Slot(TIME_STEP)
ZERO = Number(0.0)

ROUNDING = 1e-6
"""Share of a step by which a time on the grid may miss the number that is meant."""


def _step(height: Expression, start: Expression) -> Expression:
    return call("step", NOW, STEP, numeric(height), numeric(start))


def _ramp(
    slope: Expression,
    start: Expression,
    end: Expression = Number(math.inf),  # noqa: B008
) -> Expression:
    return call("ramp", NOW, numeric(slope), numeric(start), numeric(end))


def _pulse(start: Expression, width: Expression) -> Expression:
    return call("pulse", NOW, STEP, numeric(start), numeric(width))


def _pulse_train(
    start: Expression, width: Expression, repeat: Expression, end: Expression
) -> Expression:
    return call("pulse_train", NOW, STEP, *map(numeric, (start, width, repeat, end)))


def _impulse(volume: Expression, first: Expression, interval: Expression) -> Expression:
    """Return XMILE's PULSE: during one step its volume, a time between steps at the next.

    The operations look half a step ahead; what is to fire at the step on or after a time is
    therefore put half a step later.
    """
    volume, first, interval = map(numeric, (volume, first, interval))
    start = call("add", first, call("mul", Number(0.5 - ROUNDING), STEP))
    once = call("pulse", NOW, STEP, start, ZERO)
    on = once
    if interval != ZERO:
        train = call("pulse_train", NOW, STEP, start, ZERO, interval, Number(math.inf))
        on = train
        if not isinstance(interval, Number):
            on = call("if", call("gt", interval, ZERO), train, once)
    height = call("div", volume, STEP)
    return call("if", call("ne", on, ZERO), height, ZERO)


def _time_value(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return GET TIME VALUE in the time unit of the run; a clock or calendar is refused."""
    relative, offset, measure = tree.arguments
    known = {Literal(0.0): TIME, Literal(1.0): INITIAL_TIME}
    if relative not in known or measure != Literal(0.0):
        raise builder.refuse("GET TIME VALUE of a clock or calendar")
    return call("add", Slot(known[relative]), builder.number(offset, bindings))


ENTRIES = (
    composed("STEP", GROUP, 2, _step),
    composed("RAMP", GROUP, (2, 3), _ramp),
    composed("PULSE", GROUP, 2, _pulse),
    composed("PULSE TRAIN", GROUP, 4, _pulse_train),
    composed("PULSE (XMILE)", GROUP, 3, _impulse),
    composed("STARTTIME (XMILE)", GROUP, 0, lambda: Slot(INITIAL_TIME)),
    composed("DT (XMILE)", GROUP, 0, lambda: STEP),
    special("GET TIME VALUE", GROUP, 3, _time_value),
)
