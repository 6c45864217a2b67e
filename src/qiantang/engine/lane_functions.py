"""The operations for one lane: the same words as in :mod:`qiantang.engine.array_functions`.

Sines and their kin are left to the C library; a model with them runs a little slower.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from qiantang.engine.intrinsics import (
    absolute,
    choose,
    floor,
    fused,
    inline,
    trunc,
)
from qiantang.engine.operations import SMALL

NAN, INF = np.nan, np.inf
sin, cos, tan = math.sin, math.cos, math.tan
arctan, sinh, cosh, tanh = math.atan, math.sinh, math.cosh, math.tanh
arcsin, arccos = np.arcsin, np.arccos


@inline
def negate(x: Any) -> Any:
    """Return whether a condition is false."""
    return not x


@inline
def square(x: Any) -> Any:
    """Return the square."""
    return x * x


@inline
def quotient(a: Any, b: Any, reciprocal: Any) -> Any:
    """Return a / b, given 1 / b, to the last bit.

    Where the remainder is no number (b or the quotient is zero or infinite) the first guess is
    already what a division yields.

    References
    ----------
    Markstein, P. (1990). Computation of elementary functions on the IBM RISC System/6000
    processor. IBM Journal of Research and Development 34(1), theorem 8.
    """
    guess = a * reciprocal
    remainder = fused(-guess, b, a)
    return choose(remainder == remainder, fused(remainder, reciprocal, guess), guess)


@inline
def lesser(a: Any, b: Any) -> Any:
    """Return the lesser of two numbers, NaN if one is NaN."""
    return choose(a != a, a, choose(a < b, a, b))


@inline
def greater(a: Any, b: Any) -> Any:
    """Return the greater of two numbers, NaN if one is NaN."""
    return choose(a != a, a, choose(a > b, a, b))


@inline
def xidz(numerator: Any, denominator: Any, otherwise: Any) -> Any:
    """Divide, or return another value where the denominator is as good as zero."""
    return choose(absolute(denominator) < SMALL, otherwise, numerator / denominator)


@inline
def quantum(a: Any, b: Any) -> Any:
    """Return the multiple of b next to a towards zero; a itself where b is as good as zero."""
    return choose(b < SMALL, a, b * trunc(a / b))


@inline
def step_function(time: Any, time_step: Any, height: Any, start: Any) -> Any:
    """Return the height from a start on, zero before."""
    return height * choose(time + time_step / 2.0 > start, 1.0, 0.0)


@inline
def ramp(time: Any, slope: Any, start: Any, end: Any) -> Any:
    """Return a rise with a slope between start and end."""
    return choose(time + SMALL > start, 1.0, 0.0) * slope * (lesser(end, time) - start)


@inline
def pulse(time: Any, start: Any, width: Any) -> Any:
    """Return one during a pulse, zero outside."""
    return choose((start - SMALL <= time) & (time < start + width), 1.0, 0.0)


@inline
def pulse_train(time: Any, start: Any, repeat: Any, width: Any, end: Any) -> Any:
    """Return one during the pulses of a train, zero outside."""
    since = time - start + SMALL
    phase = since - floor(since / repeat) * repeat
    train = choose((start <= time) & (time < end) & (phase < width), 1.0, 0.0)
    return choose(repeat == 0.0, pulse(time, start, width), train)
