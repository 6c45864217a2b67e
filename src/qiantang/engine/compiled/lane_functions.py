"""The operations for one lane: the same words as in :mod:`qiantang.engine.array_functions`.

Sines and their kin are left to the C library; a model with them runs a little slower.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from qiantang.engine.compiled.distributions import one_quantile, one_share
from qiantang.engine.compiled.intrinsics import (
    absolute,
    bits,
    choose,
    floor,
    fused,
    inline,
    number,
    sqrt,
    trunc,
)
from qiantang.engine.compiled.lanes import lane_of, wide, with_lane
from qiantang.engine.compiled.powers import exp, log
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.operations import SMALL

NAN, INF = np.nan, np.inf


@inline
def each(function: Any, x: Any) -> Any:
    """Apply a function of one float to lanes, one after the other."""
    y = wide(x)
    for lane in range(WIDTH):
        y = with_lane(y, lane, function(lane_of(y, lane)))
    return y


def _each(function: Any) -> Any:
    """Return a function of one float as a function of lanes."""
    single = numba.njit(error_model="numpy", nogil=True)(lambda x: function(x))

    @inline
    def every(x: Any) -> Any:
        return each(single, x)

    return every


sin, cos, tan = _each(math.sin), _each(math.cos), _each(math.tan)
arctan, sinh, cosh, tanh = (_each(f) for f in (math.atan, math.sinh, math.cosh, math.tanh))
arcsin, arccos, erfc = _each(np.arcsin), _each(np.arccos), _each(math.erfc)
log_gamma, log10 = _each(math.lgamma), _each(np.log10)


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
    return choose(time + SMALL > start, slope * (lesser(end, time) - start), 0.0)


@inline
def pulse(time: Any, time_step: Any, start: Any, width: Any) -> Any:
    """Return one during a pulse, which lasts a step at least, zero outside."""
    ahead = time + time_step / 2.0
    return choose((ahead > start) & (ahead < start + greater(width, time_step)), 1.0, 0.0)


@inline
def pulse_train(time: Any, time_step: Any, start: Any, width: Any, repeat: Any, end: Any) -> Any:
    """Return one during the pulses of a train, zero outside."""
    since = time + time_step / 2.0 - start
    between = choose(repeat > 0.0, repeat, time_step)
    phase = since - floor(since / between) * between
    inside = (since > 0.0) & (time < end + time_step / 2.0)
    return choose(inside & (phase < greater(width, time_step)), 1.0, 0.0)


@inline
def mixed(word: Any) -> Any:
    """Return 64 bits well mixed: the last steps of the generator splitmix64."""
    word = word + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@inline
def draw(time: Any, member: Any, seed: Any, place: Any) -> Any:
    """Return a uniform draw between zero and one that follows from its arguments alone."""
    word = mixed(bits(time + 0.0))
    word = mixed(word ^ bits(member + 0.0))
    word = mixed(word ^ bits(seed + 0.0))
    word = mixed(word ^ bits(place + 0.0))
    return (number(word >> np.uint64(11)) + 0.5) * 2.0**-53


@inline
def normal_share(x: Any) -> Any:
    """Return the share of a standard normal distribution below x."""
    return 0.5 * erfc(-x * 0.7071067811865476)


@inline
def normal_quantile(share: Any) -> Any:
    """Return the value below which a share of a standard normal distribution lies.

    A first guess by rational functions, then one step of Halley's method.

    References
    ----------
    Acklam, P. J. (2003). An algorithm for computing the inverse normal cumulative distribution
    function.
    """
    tail = lesser(share, 1.0 - share)
    q = sqrt(-2.0 * log(tail))
    c = ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q
        - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783  # fmt: skip
    d = (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q
        + 3.754408661907416) * q + 1.0  # fmt: skip
    r = share - 0.5
    s = r * r
    a = (((((-39.69683028665376 * s + 220.9460984245205) * s - 275.9285104469687) * s
        + 138.357751867269) * s - 30.66479806614716) * s + 2.506628277459239) * r  # fmt: skip
    b = ((((-54.47609879822406 * s + 161.5858368580409) * s - 155.6989798598866) * s
        + 66.80131188771972) * s - 13.28068155288572) * s + 1.0  # fmt: skip
    guess = choose(tail < 0.02425, choose(share < 0.5, c / d, -c / d), a / b)
    error = normal_share(guess) - share
    step = error * 2.5066282746310002 * exp(guess * guess * 0.5)
    better = guess - step / (1.0 + guess * step * 0.5)
    return choose(tail > 0.0, better, choose(share < 0.5, -INF, INF))


@inline
def distribution_share(kind: Any, a: Any, b: Any, x: Any) -> Any:
    """Return the share of one of the distributions at or below a value."""
    first, second, y = wide(a), wide(b), wide(x)
    for lane in range(WIDTH):
        one = one_share(kind, lane_of(first, lane), lane_of(second, lane), lane_of(y, lane))
        y = with_lane(y, lane, one)
    return y


@inline
def distribution_quantile(kind: Any, a: Any, b: Any, part: Any) -> Any:
    """Return the least value at or below which there is a share of one of the distributions."""
    first, second, y = wide(a), wide(b), wide(part)
    for lane in range(WIDTH):
        one = one_quantile(kind, lane_of(first, lane), lane_of(second, lane), lane_of(y, lane))
        y = with_lane(y, lane, one)
    return y
