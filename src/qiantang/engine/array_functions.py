"""The operations over NumPy arrays, members along the only axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.operations import BETA, BINOMIAL, GAMMA, LARGEST, POISSON, SMALL

Array = Any
"""A float or an array of shape (members,); operations take both."""

divide = np.divide
negate = np.logical_not
choose = np.where
power = np.power
lesser = np.minimum
greater = np.maximum
exp = np.exp
log = np.log
log10 = np.log10
sqrt = np.sqrt
absolute = np.abs
sin, cos, tan = np.sin, np.cos, np.tan
arcsin, arccos, arctan = np.arcsin, np.arccos, np.arctan
sinh, cosh, tanh = np.sinh, np.cosh, np.tanh
trunc = np.trunc
rint = np.rint
floor = np.floor


def square(x: Array) -> Array:
    """Return the square."""
    return x * x


def xidz(numerator: Array, denominator: Array, otherwise: Array) -> Array:
    """Divide, or return another value where the denominator is as good as zero."""
    zero = np.abs(denominator) < SMALL
    return np.where(zero, otherwise, numerator / np.where(zero, 1.0, denominator))


def quantum(a: Array, b: Array) -> Array:
    """Return the multiple of b next to a towards zero; a itself where b is as good as zero."""
    small = b < SMALL
    return np.where(small, a, b * np.trunc(a / np.where(small, 1.0, b)))


def step_function(time: Array, time_step: Array, height: Array, start: Array) -> Array:
    """Return the height from a start on, zero before."""
    return height * np.where(time + time_step / 2 > start, 1.0, 0.0)


def ramp(time: Array, slope: Array, start: Array, end: Array) -> Array:
    """Return a rise with a slope between start and end."""
    return np.where(time + SMALL > start, slope * (np.minimum(end, time) - start), 0.0)


def pulse(time: Array, time_step: Array, start: Array, width: Array) -> Array:
    """Return one during a pulse, which lasts a step at least, zero outside.

    Half a step ahead of the time the rounding of the time grid does not matter.
    """
    ahead = time + time_step / 2
    return np.where((ahead > start) & (ahead < start + np.maximum(width, time_step)), 1.0, 0.0)


def pulse_train(
    time: Array, time_step: Array, start: Array, width: Array, repeat: Array, end: Array
) -> Array:
    """Return one during the pulses of a train, zero outside."""
    since = time + time_step / 2 - start
    between = np.where(repeat > 0.0, repeat, time_step)
    phase = since - np.floor(since / between) * between
    inside = (since > 0.0) & (time < end + time_step / 2)
    return np.where(inside & (phase < np.maximum(width, time_step)), 1.0, 0.0)


def log_gamma(x: Array) -> Array:
    """Return the natural logarithm of the gamma function."""
    from scipy.special import gammaln

    return gammaln(x)


def draw(time: Array, member: Array, seed: Array, place: Array) -> Array:
    """Return a uniform draw between zero and one that follows from its arguments alone."""
    mixed: Any = np.uint64(0)
    for part in (time, member, seed, place):
        mixed = _mixed(mixed ^ np.asarray(part + 0.0, dtype=np.float64).view(np.uint64))
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _mixed(bits: Any) -> npt.NDArray[np.uint64]:
    """Return 64 bits well mixed: the last steps of the generator splitmix64."""
    bits = np.asarray(bits) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


def normal_share(x: Array) -> Array:
    """Return the share of a standard normal distribution below x."""
    from scipy.special import ndtr

    return ndtr(x)


def normal_quantile(share: Array) -> Array:
    """Return the value below which a share of a standard normal distribution lies."""
    from scipy.special import ndtri

    return ndtri(share)


def distribution_share(kind: float, a: Array, b: Array, x: Array) -> Array:
    """Return the share of one of the distributions at or below a value; counts are whole.

    NaN where the distribution has no such parameters.
    """
    from scipy.special import betainc, gammainc

    if kind == GAMMA:
        return np.where(a > 0.0, gammainc(a, np.maximum(x, 0.0)), np.nan)
    if kind == BETA:
        known = (a > 0.0) & (b > 0.0)
        return np.where(known, betainc(a, b, np.clip(x, 0.0, 1.0)), np.nan)
    if kind == POISSON:
        below = 1.0 - gammainc(np.maximum(x, 0.0) + 1.0, a)
        return np.where(a >= 0.0, np.where(x < 0.0, 0.0, below), np.nan)
    if kind == BINOMIAL:
        inside = (x >= 0.0) & (x < a)
        below = betainc(np.where(inside, a - x, 1.0), np.where(inside, x + 1.0, 1.0), 1.0 - b)
        known = (a >= 0.0) & (b >= 0.0) & (b <= 1.0)
        return np.where(known, np.where(inside, below, np.where(x < 0.0, 0.0, 1.0)), np.nan)
    known = (a > 0.0) & (b > 0.0) & (b <= 1.0)
    inside = x >= a
    below = betainc(a, np.where(inside, x - a + 1.0, 1.0), b)
    return np.where(known, np.where(inside, below, 0.0), np.nan)


def distribution_quantile(kind: float, a: Array, b: Array, part: Array) -> Array:
    """Return the least value at or below which there is a share of one of the distributions."""
    from scipy.special import betaincinv, gammaincinv

    if kind == GAMMA:
        return gammaincinv(a, part)
    if kind == BETA:
        return betaincinv(a, b, part)
    near = np.floor(count_near(kind, a, b, normal_quantile(part)))
    near = np.clip(np.nan_to_num(near), 0.0, LARGEST)
    low, high, reach = near - 2.0, near + 2.0, 2.0
    while np.any(wide := (low >= 0.0) & (distribution_share(kind, a, b, low) >= part)):
        reach *= 4.0
        low = np.where(wide, np.maximum(-1.0, near - reach), low)
    reach = 2.0
    while np.any(wide := (high < LARGEST) & (distribution_share(kind, a, b, high) < part)):
        reach *= 4.0
        high = np.where(wide, near + reach, high)
    low = np.maximum(low, -1.0)
    while np.any(high - low > 1.0):
        middle = np.floor(0.5 * (low + high))
        below = distribution_share(kind, a, b, middle) < part
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found = np.where(part > 0.0, high, 0.0)
    return np.where(distribution_share(kind, a, b, high) >= 0.0, found, np.nan)


def count_near(kind: float, a: Array, b: Array, deviate: Array) -> Array:
    """Return about where a count lies, by its first three moments and a standard normal deviate.

    References
    ----------
    Cornish, E. A. and Fisher, R. A. (1938). Moments and cumulants in the specification of
    distributions. Revue de l'Institut International de Statistique 5(4), the first two terms.
    """
    a, b = (
        np.asarray(a, dtype=np.float64),
        np.asarray(b, dtype=np.float64),
    )  # a chance may be nought
    if kind == POISSON:
        mean, square, lean = a, a, 1.0
    elif kind == BINOMIAL:
        mean, square, lean = a * b, a * b * (1.0 - b), 1.0 - 2.0 * b
    else:
        mean, square, lean = a / b, a * (1.0 - b) / (b * b), (2.0 - b) / b
    return mean + np.sqrt(square) * deviate + lean * (deviate * deviate - 1.0) / 6.0
