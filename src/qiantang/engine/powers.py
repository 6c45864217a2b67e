r"""Exponential, logarithm and power for the lane loop: no branch, no table, no call.

The logarithm reduces its argument to :math:`m \in [\sqrt{1/2}, \sqrt 2)` and sums

.. math:: \log m = 2 s + s z Q(z), \quad s = (m - 1) / (m + 1), \quad z = s^2,

and returns the sum as two floats, so that a power is right to about one unit in the last place
however large the exponent. The exponential reduces its argument by multiples of log 2. The
polynomials interpolate at Chebyshev nodes; their own error is below 5e-18.

References
----------
Muller, J.-M. (2016). Elementary Functions: Algorithms and Implementation, 3rd ed., ch. 11.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qiantang.engine.intrinsics import absolute, bits, choose, floor, from_bits, fused, inline

LOG2_HIGH = 0.6931471805582987
LOG2_LOW = 1.6465949582897082e-12
PER_LOG2 = 1.4426950408889634
ROUNDER = 6755399441055744.0  # adding 1.5 * 2**52 leaves a rounded integer in the low bits
ROUNDER_BITS = np.uint64(0x4338000000000000)
TWO_52 = 4503599627370496.0
TWO_54 = 18014398509481984.0
SMALLEST_NORMAL = 2.2250738585072014e-308
ONE_BITS = np.uint64(0x3FF0000000000000)
ROOT_HALF_BITS = np.uint64(0x3FE6A09E667F3BCD)
TWO_52_BITS = np.uint64(0x4330000000000000)
BIAS = np.uint64(1023)
HALF_BIAS = np.uint64(1022)
MANTISSA = np.uint64(52)
LARGEST = 1.7976931348623157e308
OVERFLOW, UNDERFLOW = 709.782712893384, -707.7
INFINITY, NOT_A_NUMBER = np.inf, np.nan


@inline
def exp_sum(high: Any, low: Any) -> Any:
    """Return exp(high + low) for a small low; below the smallest normal float it is zero."""
    x = choose(high > 710.0, 710.0, high)
    x = choose(x < UNDERFLOW, UNDERFLOW, x)
    shifted = x * PER_LOG2 + ROUNDER
    whole = shifted - ROUNDER
    r = fused(-whole, LOG2_HIGH, x)
    r = fused(-whole, LOG2_LOW, r) + low
    q = 2.0914686968086876e-09
    q = fused(q, r, 2.5105217004720745e-08)
    q = fused(q, r, 2.75572736431103e-07)
    q = fused(q, r, 2.7557255400206422e-06)
    q = fused(q, r, 2.4801587325547743e-05)
    q = fused(q, r, 0.00019841269874820627)
    q = fused(q, r, 0.0013888888888883748)
    q = fused(q, r, 0.008333333333326136)
    q = fused(q, r, 0.04166666666666667)
    q = fused(q, r, 0.1666666666666667)
    q = fused(q, r, 0.5)
    value = 1.0 + fused(r * r, q, r)
    # Half the power of two, doubled after: the largest results need 2**1024.
    half = from_bits((bits(shifted) - ROUNDER_BITS + HALF_BIAS) << MANTISSA)
    value = value * half * 2.0
    value = choose(high > OVERFLOW, INFINITY, value)
    return choose(high < UNDERFLOW, 0.0, value)


@inline
def log_sum(x: Any) -> Any:
    """Return log x, x positive and finite, as a float and the much smaller rest."""
    tiny = x < SMALLEST_NORMAL
    pattern = bits(choose(tiny, x * TWO_54, x))
    exponent = (pattern + (ONE_BITS - ROOT_HALF_BITS)) >> MANTISSA
    m = from_bits(pattern - (exponent << MANTISSA) + (BIAS << MANTISSA))
    k = from_bits(exponent | TWO_52_BITS) - choose(tiny, TWO_52 + 1077.0, TWO_52 + 1023.0)
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    q = 0.14616562467604222
    q = fused(q, z, 0.15331712475030185)
    q = fused(q, z, 0.1818288939983774)
    q = fused(q, z, 0.22222211131025693)
    q = fused(q, z, 0.28571428625998585)
    q = fused(q, z, 0.39999999999899455)
    q = fused(q, z, 0.666666666666667)
    # log m = f - s * (f - z * q): f is exact, so that the rounding of s weighs little.
    main = k * LOG2_HIGH
    high = main + f
    rest = f - (high - main) + fused(k, LOG2_LOW, -s * (f - z * q))
    total = high + rest
    return total, rest - (total - high)


@inline
def exp(x: Any) -> Any:
    """Return the exponential."""
    return exp_sum(x, 0.0)


@inline
def log(x: Any) -> Any:
    """Return the natural logarithm."""
    high, _ = log_edges(x)
    return high


@inline
def log_edges(x: Any) -> Any:
    """Return log x as a float and the rest, for any x; the rest is of no use at the edges."""
    high, low = log_sum(x)
    value = choose(x > LARGEST, x, high)
    value = choose(x == 0.0, -INFINITY, value)
    return choose(x >= 0.0, value, NOT_A_NUMBER), low


@inline
def power(x: Any, y: Any) -> Any:
    """Return x to the power of y, as C does, save that zero has no sign."""
    size = absolute(x)
    high, low = log_edges(size)
    scale = choose(size == 1.0, 0.0, y)  # one to any power, infinity included
    product = scale * high
    rest = fused(scale, low, fused(scale, high, -product))
    value = exp_sum(product, rest)
    half = 0.5 * y
    odd = choose(floor(half) == half, value, -value)
    signed = choose(floor(y) == y, odd, NOT_A_NUMBER)
    value = choose(x < 0.0, signed, value)
    value = choose(y == y, value, NOT_A_NUMBER)
    return choose((x == 1.0) | (y == 0.0), 1.0, value)


@inline
def power_plain(x: Any, y: Any) -> Any:
    """Return x to the power of a y that is finite and zero or no whole number."""
    high, low = log_edges(x)
    product = y * high
    value = exp_sum(product, fused(y, low, fused(y, high, -product)))
    return choose(y == 0.0, 1.0, value)


@inline
def power_log(x: Any, y: Any) -> Any:
    """Return the logarithm of x to the power of a y that is zero or no whole number."""
    return choose(y == 0.0, 0.0, y * log(x))
