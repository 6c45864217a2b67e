"""The operations over one float: quick ones that raise at the edges, careful ones that do not.

The quick ones are Python's, which raise where IEEE 754 yields infinity or no number. The careful
ones then ask NumPy. Both give what :mod:`qiantang.engine.array_functions` gives for an array of
one member, save for the last bit where NumPy's own exponentials differ from the C library's.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

from qiantang.engine.expressions import NA, Table
from qiantang.engine.numpy_backend import NAMES, WIDE, table_function
from qiantang.engine.operations import SMALL

EDGES = (ZeroDivisionError, OverflowError, ValueError)
"""What the quick operations raise where the value is infinite or no number."""

NAN, INF = math.nan, math.inf
WORD = 2**64 - 1


def trunc(x: float) -> float:
    """Return the whole number next to x towards zero."""
    return math.copysign(float(int(x)), x)


def rint(x: float) -> float:
    """Return the whole number nearest to x, the even one of two."""
    return math.copysign(float(round(x)), x)


def quantum(a: float, b: float) -> float:
    """Return the multiple of b next to a towards zero; a itself where b is as good as zero."""
    return a if b < SMALL else b * trunc(a / b)


def step_function(time: float, time_step: float, height: float, start: float) -> float:
    """Return the height from a start on, zero before."""
    return height * (1.0 if time + time_step / 2 > start else 0.0)


def ramp(time: float, slope: float, start: float, end: float) -> float:
    """Return a rise with a slope between start and end."""
    if not time + SMALL > start:
        return 0.0
    return slope * ((end if end < time or end != end else time) - start)


def pulse(time: float, time_step: float, start: float, width: float) -> float:
    """Return one during a pulse, which lasts a step at least, zero outside."""
    lasts = time_step if width < time_step else width
    return 1.0 if start < time + time_step / 2 < start + lasts else 0.0


def pulse_train(
    time: float, time_step: float, start: float, width: float, repeat: float, end: float
) -> float:
    """Return one during the pulses of a train, zero outside."""
    since = time + time_step / 2 - start
    if not (since > 0.0 and time < end + time_step / 2):
        return 0.0
    between = repeat if repeat > 0.0 else time_step
    phase = since - math.floor(since / between) * between
    return 1.0 if phase < (time_step if width < time_step else width) else 0.0


def draw(*parts: float) -> float:
    """Return a uniform draw between zero and one that follows from its arguments alone."""
    bits = 0
    for part in parts:
        bits ^= int.from_bytes(struct.pack("<d", part + 0.0), "little")
        bits = (bits + 0x9E3779B97F4A7C15) & WORD
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & WORD
        bits ^= bits >> 31
    return ((bits >> 11) + 0.5) * 2.0**-53


QUICK: dict[str, Callable[..., float]] = {
    "absolute": abs,
    "power": math.pow,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "trunc": trunc,
    "rint": rint,
    "floor": lambda x: float(math.floor(x)),
    "log10": math.log10,
    "quantum": quantum,
    "step_function": step_function,
    "ramp": ramp,
    "pulse": pulse,
    "pulse_train": pulse_train,
    "draw": draw,
}
"""Operations that have a form of their own for one float; the others are those of arrays."""


def divide(a: float, b: float) -> float:
    """Return a quotient; that by zero is infinite, or no number."""
    if b != 0.0:
        return a / b
    return NAN if a == 0.0 or a != a or b != b else math.copysign(INF, a) * math.copysign(1.0, b)


def _single(function: Callable[..., Any]) -> Callable[..., float]:
    """Return a function of arrays as one of floats."""
    return lambda *arguments: float(function(*arguments))


def _careful(quick: Callable[..., float], sure: Callable[..., float]) -> Callable[..., float]:
    """Return a function that asks another where it raises."""

    def function(*arguments: float) -> float:
        try:
            return quick(*arguments)
        except EDGES:
            return sure(*arguments)

    return function


_SURE = {name: _single(value) for name, value in NAMES.items() if callable(value)}
QUICK_SCOPE: dict[str, Any] = {**_SURE, **QUICK, **WIDE, "NAN": NAN, "INF": INF}
CAREFUL_SCOPE: dict[str, Any] = {
    **QUICK_SCOPE,
    **{name: _careful(quick, _SURE[name]) for name, quick in QUICK.items()},
    "divide": divide,
}


def float_table(table: Table) -> Callable[[float], float]:
    """Return a table as a function of one float, with the arithmetic of ``numpy.interp``."""
    xs, ys = list(map(float, table.x)), list(map(float, table.y))
    if not all(map(math.isfinite, (*xs, *ys))):
        return _single(table_function(table))
    if table.mode in ("interpolate", "extrapolate"):
        return _interpolated(xs, ys, table.mode == "extrapolate" and len(xs) > 1)
    return _stepped(xs, ys, table.mode)


def _interpolated(xs: list[float], ys: list[float], beyond: bool) -> Callable[[float], float]:
    pairs = list(zip(zip(xs, ys, strict=True), zip(xs[1:], ys[1:], strict=True), strict=False))
    slopes = [(d - b) / (c - a) if c != a else 0.0 for (a, b), (c, d) in pairs]
    first, last, low, high = xs[0], xs[-1], ys[0], ys[-1]
    before, after = (slopes[0], slopes[-1]) if beyond else (0.0, 0.0)

    def value(x: float) -> float:
        if first <= x < last:
            place = bisect_right(xs, x) - 1
            return slopes[place] * (x - xs[place]) + ys[place]
        if x >= last:
            return high + after * (x - last) if beyond and x > last else high
        if x < first:
            return low + before * (x - first) if beyond else low
        return x

    return value


def _stepped(xs: list[float], ys: list[float], mode: str) -> Callable[[float], float]:
    top = len(xs) - 1

    def held(x: float) -> float:
        return NAN if x != x else ys[max(bisect_right(xs, x) - 1, 0)]

    def forward(x: float) -> float:
        return NAN if x != x else ys[min(bisect_left(xs, x), top)]

    def raw(x: float) -> float:
        place = min(bisect_left(xs, x), top)
        return ys[place] if xs[place] == x else NA

    return {"hold_backward": held, "look_forward": forward, "raw": raw}[mode]
