"""Functions of the file without memory, written out in operations."""

from __future__ import annotations

import math
from collections.abc import Callable

from qiantang.engine.ir import TIME, TIME_STEP, Expression, Number, Slot
from qiantang.engine.operations import FUNCTIONS, OPERATIONS
from qiantang.engine.translation.algebra import call, numeric, truth

TIMED: dict[str, tuple[str, tuple[int, ...], int]] = {
    "step": ("step", (TIME, TIME_STEP), 2),
    "ramp": ("ramp", (TIME,), 3),
    "pulse": ("pulse", (TIME,), 2),
    "pulse_train": ("pulse_train", (TIME,), 4),
}
"""Functions of time: the operation, the slots it reads first, and the arguments of the file."""


def function(name: str, arguments: list[Expression]) -> Expression | None:
    """Return a call of the file as operations, or None if it is not known.

    Parameters
    ----------
    name : str
        As PySD's translator spells it.
    arguments : list of Expression
        Its arguments, numbers or truths.
    """
    if name in FUNCTIONS and len(arguments) == FUNCTIONS[name][1]:
        operation = FUNCTIONS[name][0]
        truths = OPERATIONS[operation].takes_truth
        typed = [truth(a) if i in truths else numeric(a) for i, a in enumerate(arguments)]
        return call(operation, *typed)
    numbers = [numeric(argument) for argument in arguments]
    if name in TIMED and len(numbers) == TIMED[name][2]:
        operation, slots, _ = TIMED[name]
        return call(operation, *(Slot(slot) for slot in slots), *numbers)
    composed = COMPOSED.get((name, len(numbers)))
    return None if composed is None else composed(*numbers)


def _ramp(slope: Expression, start: Expression) -> Expression:
    return call("ramp", Slot(TIME), slope, start, Number(math.inf))


def _impulse(start: Expression, magnitude: Expression) -> Expression:
    """Return XMILE's PULSE: one step whose area is its magnitude."""
    return _impulses(start, Number(0.0), magnitude)


def _impulses(start: Expression, interval: Expression, magnitude: Expression) -> Expression:
    """Return XMILE's PULSE with an interval."""
    width = call("mul", Number(0.5), Slot(TIME_STEP))
    train = call("pulse_train", Slot(TIME), start, interval, width, Number(math.inf))
    height = call("div", magnitude, Slot(TIME_STEP))
    return call("if", call("ne", train, Number(0.0)), height, Number(0.0))


def _zidz(numerator: Expression, denominator: Expression) -> Expression:
    return call("xidz", numerator, denominator, Number(0.0))


def _log(value: Expression, base: Expression) -> Expression:
    return call("div", call("log", value), call("log", base))


def _modulo(value: Expression, divisor: Expression) -> Expression:
    return call("sub", value, call("quantum", value, divisor))


COMPOSED: dict[tuple[str, int], Callable[..., Expression]] = {
    ("ramp", 2): _ramp,
    ("Xramp", 2): _ramp,
    ("Xpulse", 2): _impulse,
    ("Xpulse_train", 3): _impulses,
    ("zidz", 2): _zidz,
    ("log", 2): _log,
    ("modulo", 2): _modulo,
    ("pi", 0): lambda: Number(math.pi),
}
"""Functions made of several operations, by name and number of arguments."""
