"""Distribution functions and their inverses for one lane, in plain arithmetic that Numba compiles.

The other engines take SciPy's, with the same values to about 1e-13. The incomplete gamma and beta
functions are summed as series or continued fractions, the inverses are found by halving.

References
----------
Press, W. H., Teukolsky, S. A., Vetterling, W. T. and Flannery, B. P. (2007). Numerical Recipes,
3rd edition, sections 6.2 and 6.4.
"""

from __future__ import annotations

import math

import numba

from qiantang.engine.operations import BETA, BINOMIAL, GAMMA, LARGEST, POISSON

plain = numba.njit(error_model="numpy", nogil=True)
"""Decorator of functions of single floats."""

TERMS = 100_000
"""Most terms of a series or fraction; the square root of the largest argument decides."""

HALVINGS = 200
TINY = 1e-300
EPSILON = 1e-16


@plain
def gamma_share(order: float, x: float) -> float:
    """Return the share of a gamma distribution of some order, and scale one, below x."""
    if not order > 0.0 or x != x:
        return math.nan
    if x <= 0.0:
        return 0.0
    if x == math.inf:
        return 1.0
    outer = math.exp(order * math.log(x) - x - math.lgamma(order))
    if x < order + 1.0:
        term = total = 1.0 / order
        for n in range(1, TERMS):
            term *= x / (order + n)
            total += term
            if term < total * EPSILON:
                break
        return min(1.0, outer * total)
    b = x + 1.0 - order
    c, d = 1.0 / TINY, 1.0 / b
    fraction = d
    for n in range(1, TERMS):
        a = -n * (n - order)
        b += 2.0
        d = a * d + b
        d = 1.0 / (d if abs(d) > TINY else TINY)
        c = b + a / c
        c = c if abs(c) > TINY else TINY
        fraction *= d * c
        if abs(d * c - 1.0) < EPSILON * 4.0:
            break
    return max(0.0, 1.0 - outer * fraction)


@plain
def beta_share(a: float, b: float, x: float) -> float:
    """Return the share of a beta distribution below x."""
    if not (a > 0.0 and b > 0.0) or x != x:
        return math.nan
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    outer = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    turned = x > (a + 1.0) / (a + b + 2.0)
    if turned:
        a, b, x = b, a, 1.0 - x
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > TINY else TINY)
    fraction = d
    for n in range(1, TERMS):
        step = n * (b - n) * x / ((a + 2.0 * n - 1.0) * (a + 2.0 * n))
        d = 1.0 + step * d
        d = 1.0 / (d if abs(d) > TINY else TINY)
        c = 1.0 + step / c
        c = c if abs(c) > TINY else TINY
        fraction *= d * c
        step = -(a + n) * (a + b + n) * x / ((a + 2.0 * n) * (a + 2.0 * n + 1.0))
        d = 1.0 + step * d
        d = 1.0 / (d if abs(d) > TINY else TINY)
        c = 1.0 + step / c
        c = c if abs(c) > TINY else TINY
        fraction *= d * c
        if abs(d * c - 1.0) < EPSILON * 4.0:
            break
    share = outer * fraction / a
    return 1.0 - share if turned else share


@plain
def poisson_share(mean: float, count: float) -> float:
    """Return the share of a Poisson distribution at or below a whole number."""
    if not mean >= 0.0 or count != count:
        return math.nan
    if count < 0.0:
        return 0.0
    return 1.0 - gamma_share(count + 1.0, mean) if mean > 0.0 else 1.0


@plain
def binomial_share(trials: float, chance: float, count: float) -> float:
    """Return the share of a binomial distribution at or below a whole number."""
    if not (trials >= 0.0 and 0.0 <= chance <= 1.0) or count != count:
        return math.nan
    if count < 0.0:
        return 0.0
    return beta_share(trials - count, count + 1.0, 1.0 - chance) if count < trials else 1.0


@plain
def trials_share(successes: float, chance: float, count: float) -> float:
    """Return the chance that a number of successes takes no more trials than a whole number."""
    if not (successes > 0.0 and 0.0 < chance <= 1.0) or count != count:
        return math.nan
    return beta_share(successes, count - successes + 1.0, chance) if count >= successes else 0.0


@plain
def one_share(kind: float, a: float, b: float, x: float) -> float:
    """Return the share of one of the distributions at or below a value."""
    if kind == GAMMA:
        return gamma_share(a, x)
    if kind == BETA:
        return beta_share(a, b, x)
    if kind == POISSON:
        return poisson_share(a, x)
    if kind == BINOMIAL:
        return binomial_share(a, b, x)
    return trials_share(a, b, x)


@plain
def one_quantile(kind: float, a: float, b: float, share: float) -> float:
    """Return the least value at or below which there is a share of one of the distributions."""
    if not 0.0 <= share <= 1.0:
        return math.nan
    if share == 0.0:
        return 0.0
    whole = kind >= POISSON
    low, high = (-1.0 if whole else 0.0), 1.0
    while one_share(kind, a, b, high) < share and high < LARGEST:
        high *= 2.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        middle = math.floor(middle) if whole else middle
        if middle <= low or middle >= high:
            break
        if one_share(kind, a, b, middle) < share:
            low = middle
        else:
            high = middle
    return high if one_share(kind, a, b, high) >= 0.0 else math.nan
