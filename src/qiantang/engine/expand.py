"""Functions of the file written out: in operations, or in hidden stocks where they remember."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from qiantang.engine.ir import (
    INITIAL_TIME,
    TIME,
    TIME_STEP,
    Call,
    Expression,
    FixedDelay,
    Lookup,
    Number,
    Slot,
    State,
    slots_in,
)
from qiantang.engine.numpy_backend import constant_value
from qiantang.engine.operations import FUNCTIONS, OPERATIONS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from qiantang.engine.translate import Translation

Part = Callable[[Any, bool], Expression]
"""Builds the expression of a part of a tree, in a run or at its start."""

TIMED: dict[str, tuple[str, tuple[int, ...], int]] = {
    "step": ("step", (TIME, TIME_STEP), 2),
    "ramp": ("ramp", (TIME,), 3),
    "pulse": ("pulse", (TIME,), 2),
    "pulse_train": ("pulse_train", (TIME,), 4),
}


def function(name: str, arguments: list[Expression]) -> Expression | None:
    """Return a call of the file as operations, or None if it is not known."""
    from qiantang.engine.translate import call, numeric, truth

    if name in FUNCTIONS and len(arguments) == FUNCTIONS[name][1]:
        operation = FUNCTIONS[name][0]
        truths = OPERATIONS[operation].takes_truth
        typed = [truth(a) if i in truths else numeric(a) for i, a in enumerate(arguments)]
        return call(operation, *typed)
    numbers = [numeric(argument) for argument in arguments]
    if name in TIMED and len(numbers) == TIMED[name][2]:
        operation, slots, _ = TIMED[name]
        return call(operation, *(Slot(slot) for slot in slots), *numbers)
    if (name == "ramp" and len(numbers) == 2) or name == "Xramp":
        return call("ramp", Slot(TIME), *numbers, Number(math.inf))
    if name == "Xpulse" and len(numbers) == 2:
        return _single_pulse(numbers[0], numbers[1])
    if name == "zidz" and len(numbers) == 2:
        return call("xidz", *numbers, Number(0.0))
    if name == "log" and len(numbers) == 2:
        return call("div", call("log", numbers[0]), call("log", numbers[1]))
    if name == "modulo" and len(numbers) == 2:
        return call("sub", numbers[0], call("quantum", *numbers))
    if name == "pi" and not numbers:
        return Number(math.pi)
    return None


def _single_pulse(start: Expression, magnitude: Expression) -> Expression:
    """Return a pulse of one step whose area is its magnitude."""
    from qiantang.engine.translate import call

    width = call("mul", Number(0.5), Slot(TIME_STEP))
    return call(
        "if",
        call("ne", call("pulse", Slot(TIME), start, width), Number(0.0)),
        call("div", magnitude, Slot(TIME_STEP)),
        Number(0.0),
    )


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
    from qiantang.engine.translate import call

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

    PySD lowers the order where a stage would be shorter than the time step; as the delay time
    may differ between members, the number of stages in use is a value of its own.
    """
    from qiantang.engine.translate import call

    order = _order(tree, part, context, title)
    time = _hidden(tree.delay_time, part, context)
    used = Slot(context.new_slot())
    at_start = part(tree.delay_time, True)
    context.states.append(State(used.index, _stages(order, at_start), "hold", Number(0.0)))
    slots = [context.new_slot() for _ in range(order)]
    times: list[Expression] = [time] * order
    leaving: Expression = time
    if type(tree).__name__ == "DelayNStructure":
        times, leaving = _travelling_times(time, at_start, order, context)
    start = call("mul", part(tree.initial, True), at_start)
    inflow = part(tree.input, False)
    for slot, stage_time in zip(slots, times, strict=True):
        outflow = call("div", Slot(slot), stage_time)
        rate = call("mul", call("sub", inflow, outflow), used)
        context.states.append(State(slot, start, "integrate", rate))
        inflow, start = outflow, Slot(slot)
    last: Expression = Slot(slots[0])
    for stage in range(2, order + 1):
        full = call("ge", used, Number(float(stage)))
        last = call("if", full, Slot(slots[stage - 1]), last)
    return call("div", last, leaving)


def _stages(order: int, time: Expression) -> Expression:
    """Return the largest number of stages, up to an order, of which each lasts a time step."""
    from qiantang.engine.translate import call

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
    from qiantang.engine.translate import call

    steps = call("div", part(tree.delay_time, True), Slot(TIME_STEP))
    whole = call("rint", call("add", call("max", steps, Number(1.0)), Number(1e-6)))
    order, slot = context.new_slot(), context.new_slot()
    context.states.append(State(order, whole, "hold", Number(0.0)))
    source = _hidden(tree.input, part, context, always=True)
    context.delays.append(FixedDelay(slot, source.index, order, part(tree.initial, True)))
    return Slot(slot)


def _trend(tree: Any, part: Part, context: Translation, title: str) -> Expression:
    from qiantang.engine.translate import call

    average, source = _averaged(tree, part, context)
    growth = call("mul", part(tree.initial_trend, True), part(tree.average_time, True))
    start = call("div", part(tree.input, True), call("add", Number(1.0), growth))
    slot = Slot(context.new_slot())
    gap = call("sub", source, slot)
    context.states.append(State(slot.index, start, "integrate", call("div", gap, average)))
    return call("xidz", gap, call("mul", average, call("abs", slot)), Number(0.0))


def _forecast(tree: Any, part: Part, context: Translation, title: str) -> Expression:
    from qiantang.engine.translate import call

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
    from qiantang.engine.translate import call, truth

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


def _hidden(tree: Any, part: Part, context: Translation, always: bool = False) -> Any:
    """Return a part as a slot or a number, so that using it twice does not compute it twice."""
    expression = part(tree, False)
    if isinstance(expression, Slot) or (isinstance(expression, Number) and not always):
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
    return constant_value(_substituted(expression, values))


def _substituted(expression: Expression, values: Mapping[int, float]) -> Expression:
    if isinstance(expression, Slot):
        return Number(values[expression.index])
    if isinstance(expression, Call):
        arguments = tuple(_substituted(a, values) for a in expression.arguments)
        return Call(expression.operation, arguments)
    if isinstance(expression, Lookup):
        return Lookup(expression.table, _substituted(expression.argument, values))
    return expression


def array_entry(array: npt.NDArray[np.float64], place: tuple[int, ...]) -> float:
    """Return one entry of an array of literals; ``place`` is the position, then the shape."""
    half = len(place) // 2
    return float(array.reshape(place[half:])[place[:half]])


def bound_subscripts(tree: Any) -> Iterator[str]:
    """Yield the subscripts marked with an exclamation mark in a tree."""
    for part in _parts(tree):
        subscripts = getattr(part, "subscripts", None)
        if subscripts is not None:
            for name in getattr(subscripts, "subscripts", ()):
                if name.endswith("!"):
                    yield name


def calls_in(tree: Any) -> Iterator[str]:
    """Yield the names of the functions called in a tree."""
    for part in _parts(tree):
        if type(part).__name__ == "CallStructure":
            yield part.function.reference


def _parts(tree: Any) -> Iterator[Any]:
    """Yield a tree and all its parts."""
    if isinstance(tree, (list, tuple)):
        for item in tree:
            yield from _parts(item)
    elif type(tree).__module__.startswith("pysd."):
        yield tree
        for value in vars(tree).values():
            yield from _parts(value)
