r"""Exponential, logarithm and power for lanes: no branch, no table, no call.

The logarithm reduces its argument to :math:`m \in [\sqrt{1/2}, \sqrt 2)` and sums

.. math:: \log m = f - s (f - z Q(z)), \quad f = m - 1, \quad s = f / (m + 1), \quad z = s^2.

For a power it is returned as two floats, so that the power is right to about one unit in the last
place however large the exponent. The exponential reduces its argument by multiples of log 2. The
polynomials interpolate at Chebyshev nodes; their own error is below 2e-17. Zero, infinity, NaN,
negative and subnormal arguments are odd: :func:`log_normal` and :func:`power_normal` leave them
out, :func:`log` and :func:`power` take them in at some cost.

References
----------
Muller, J.-M. (2016). Elementary Functions: Algorithms and Implementation, 3rd ed., ch. 11.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qiantang.engine.compiled.intrinsics import (
    absolute,
    apart,
    bits,
    choose,
    exponent,
    floor,
    from_bits,
    fused,
    inline,
    not_below,
    outline,
)

LOG2_HIGH = 0.6931471805582987
LOG2_LOW = 1.6465949582897082e-12
PER_LOG2 = 1.4426950408889634
ROUNDER = 6755399441055744.0 + 1022.0
"""Adding 1.5 * 2**52 leaves a rounded integer in the low bits, here raised by 1022."""

TWO_54 = 18014398509481984.0
SMALLEST_NORMAL = 2.2250738585072014e-308
SMALLEST_NORMAL_BITS = np.uint64(0x0010000000000000)
NORMAL_SPAN = np.uint64(0x7FE0000000000000)
"""What the bits of the positive normal floats span."""

ROOT_HALF_BITS = np.uint64(0x3FE6A09E667F3BCD)
FRACTION = np.uint64(0x000FFFFFFFFFFFFF)
MANTISSA = np.uint64(52)
LARGEST = 1.7976931348623157e308
HIGHEST, LOWEST = 710.0, -708.4
INFINITY, NOT_A_NUMBER = np.inf, np.nan


@inline
def exp_sum(high: Any, low: Any) -> Any:
    """Return exp(high + low) for a small low; below the smallest normal float it is zero."""
    r, shifted, x = by_log2(high)
    return exp_of(choose(x == high, r + low, r), shifted)


@inline
def by_log2(x: Any) -> Any:
    """Return what is left of x beyond whole multiples of log 2, their number in a float, x kept.

    Beyond the range of the exponential x is held at an edge.
    """
    x = choose(x > HIGHEST, HIGHEST, x)
    x = choose(x < LOWEST, LOWEST, x)
    shifted = fused(x, PER_LOG2, ROUNDER)
    times = shifted - ROUNDER
    r = fused(-times, LOG2_HIGH, x)
    return fused(-times, LOG2_LOW, r), shifted, x


@inline
def exp_of(r: Any, shifted: Any) -> Any:
    """Return exp r times the power of two that the low bits of a float name."""
    z = r * r
    even = fused(2.7620075892548164e-07, z, 2.480152132234228e-05)
    odd = fused(2.51003758422237e-08, z, 2.7557268480289716e-06)
    even = fused(even, z, 0.0013888888917196736)
    odd = fused(odd, z, 0.00019841269863040559)
    even = fused(even, z, 0.041666666666624164)
    odd = fused(odd, z, 0.008333333333330065)
    even = fused(even, z, 0.5)
    odd = fused(odd, z, 0.16666666666666669)
    value = 1.0 + fused(z, fused(odd, r, even), r)
    # Half the power of two, doubled after: the largest results need 2**1024. Half of the smallest
    # has an exponent of zero and so is zero.
    return value * from_bits(bits(shifted) << MANTISSA) * 2.0


@inline
def reduced(x: Any) -> Any:
    """Return k, f, s, z and Q(z) of a positive normal float 2**k * (1 + f)."""
    pattern = bits(x) - ROOT_HALF_BITS
    k = exponent(pattern)
    f = from_bits((pattern & FRACTION) + ROOT_HALF_BITS) - 1.0
    s = f / (f + 2.0)
    z = s * s
    zz = z * z
    even = fused(0.14616449820782476, zz, 0.181828891255921)
    odd = fused(0.15331721589574307, zz, 0.22222211134790545)
    even = fused(even, zz, 0.28571428625975515)
    odd = fused(odd, zz, 0.39999999999899505)
    even = fused(even, zz, 0.666666666666667)
    return k, f, s, z, fused(odd, z, even)


@outline
def log_normal(x: Any) -> Any:
    """Return the logarithm of a positive normal float."""
    apart()
    k, f, s, z, q = reduced(x)
    return fused(k, LOG2_HIGH, f + fused(k, LOG2_LOW, -(s * fused(-z, q, f))))


@inline
def log_sum(x: Any) -> Any:
    """Return the logarithm of a positive normal float as a float and the much smaller rest."""
    k, f, s, z, q = reduced(x)
    main = k * LOG2_HIGH
    high = main + f
    rest = f - (high - main) + fused(k, LOG2_LOW, -(s * fused(-z, q, f)))
    total = high + rest
    return total, rest - (total - high)


@inline
def odd(x: Any) -> Any:
    """Return where x is no positive normal float, so that its logarithm is a case of its own."""
    return beyond(oddness(x))


@inline
def oddness(x: Any) -> Any:
    """Return a word that is the larger the further x is from the positive normal floats."""
    return bits(x) - SMALLEST_NORMAL_BITS


@inline
def beyond(word: Any) -> Any:
    """Return where the oddness of any of the values that it is the largest of is odd."""
    return not_below(word, NORMAL_SPAN)


@inline
def odd_exponent(y: Any) -> Any:
    """Return where y is no finite number."""
    return y - y != 0.0


@inline
def log_any(x: Any) -> Any:
    """Return the logarithm of any float as a float and the rest, of no use at the edges."""
    tiny = x < SMALLEST_NORMAL
    high, low = log_sum(choose(tiny, x * TWO_54, x))
    scale = choose(tiny, -54.0, 0.0)
    first, rest = fused(scale, LOG2_HIGH, high), fused(scale, LOG2_LOW, low)
    total = first + rest
    value = choose(x > LARGEST, x, total)
    value = choose(x == 0.0, -INFINITY, value)
    return choose(x >= 0.0, value, NOT_A_NUMBER), rest - (total - first)


@inline
def power_any(x: Any, y: Any) -> Any:
    """Return x to the power of y, as C does, save that zero has no sign."""
    size = absolute(x)
    high, low = log_any(size)
    scale = choose(size == 1.0, 0.0, y)  # one to any power, infinity included
    product = scale * high
    rest = fused(scale, low, fused(scale, high, -product))
    value = exp_sum(product, rest)
    half = 0.5 * y
    even = choose(floor(half) == half, value, -value)
    signed = choose(floor(y) == y, even, NOT_A_NUMBER)
    value = choose(x < 0.0, signed, value)
    value = choose(y == y, value, NOT_A_NUMBER)
    return choose((x == 1.0) | (y == 0.0), 1.0, value)


@outline
def power_normal(x: Any, y: Any) -> Any:
    """Return x to the power of y, x a positive normal float and y finite."""
    apart()
    high, low = log_sum(x)
    product = y * high
    return exp_sum(product, fused(y, low, fused(y, high, -product)))


@outline
def exp(x: Any) -> Any:
    """Return the exponential."""
    apart()
    r, shifted, _ = by_log2(x)
    return exp_of(r, shifted)


@outline
def log(x: Any) -> Any:
    """Return the natural logarithm; of normal floats the same bits as without the edges."""
    apart()
    edge, _ = log_any(x)
    return choose(odd(x), edge, log_normal(x))


@outline
def power(x: Any, y: Any) -> Any:
    """Return x to the power of y, as C does, save that zero has no sign."""
    apart()
    return choose(odd(x) | odd_exponent(y), power_any(x, y), power_normal(x, y))
