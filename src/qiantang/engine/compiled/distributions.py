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

WIDE = 1e8
"""Variance, also over the square of the lean, from which the first three moments of a count say
all: the next ones come to 1e-8."""

FARTHEST = 40.0
"""Deviations from the mean beyond which a normal distribution holds no double's worth."""

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
    if a >= 0.0 and 0.0 < b <= 1.0 and x >= 0.0 and is_wide(kind, a, b):
        return wide_share(kind, a, b, x)
    if kind == POISSON:
        return poisson_share(a, x)
    if kind == BINOMIAL:
        return binomial_share(a, b, x)
    return trials_share(a, b, x)


@plain
def count_near(kind: float, a: float, b: float, deviate: float) -> float:
    """Return about where a count lies; see the same function of arrays."""
    mean, square, lean = count_moments(kind, a, b)
    return mean + math.sqrt(square) * deviate + lean * (deviate * deviate - 1.0) / 6.0


@plain
def count_moments(kind: float, a: float, b: float) -> tuple[float, float, float]:
    """Return mean, variance, and skewness times deviation of a count."""
    if kind == POISSON:
        return a, a, 1.0
    if kind == BINOMIAL:
        return a * b, a * b * (1.0 - b), 1.0 - 2.0 * b
    return a / b, a * (1.0 - b) / (b * b), (2.0 - b) / b


@plain
def is_wide(kind: float, a: float, b: float) -> bool:
    """Return whether a count is as good as normal, and its series would be long."""
    _, square, lean = count_moments(kind, a, b)
    return square > WIDE and square > WIDE * lean * lean


@plain
def wide_share(kind: float, a: float, b: float, count: float) -> float:
    """Return the share of a count of a large deviation, by its first three moments."""
    mean, square, lean = count_moments(kind, a, b)
    deviation = math.sqrt(square)
    # Farther out the share is nought or one to the last digit, and the correction no longer rises.
    z = max(min((count + 0.5 - mean) / deviation, FARTHEST), -FARTHEST)
    return 0.5 * math.erfc(-(z - lean / deviation * (z * z - 1.0) / 6.0) * 0.7071067811865476)


@plain
def deviate_near(share: float) -> float:
    """Return about the value below which a share of a standard normal distribution lies.

    References
    ----------
    Hastings, C. (1955). Approximations for digital computers. Princeton University Press,
    sheet 67; off by 0.003 at most.
    """
    tail = max(min(share, 1.0 - share), TINY)
    t = math.sqrt(-2.0 * math.log(tail))
    z = t - (2.30753 + 0.27061 * t) / (1.0 + t * (0.99229 + 0.04481 * t))
    return -z if share < 0.5 else z


@plain
def count_quantile(kind: float, a: float, b: float, share: float) -> float:
    """Return the least whole number at or below which there is a share."""
    guess = count_near(kind, a, b, deviate_near(share))
    near = float(math.floor(min(max(guess, 0.0), LARGEST))) if guess == guess else 0.0
    low, high, reach = near - 2.0, near + 2.0, 2.0
    while low >= 0.0 and one_share(kind, a, b, low) >= share:
        reach *= 4.0
        low = max(-1.0, near - reach)
    reach = 2.0
    while high < LARGEST and one_share(kind, a, b, high) < share:
        reach *= 4.0
        high = near + reach
    low = max(low, -1.0)
    while high - low > 1.0:
        middle = float(math.floor(0.5 * (low + high)))
        if one_share(kind, a, b, middle) < share:
            low = middle
        else:
            high = middle
    return high


@plain
def one_quantile(kind: float, a: float, b: float, share: float) -> float:
    """Return the least value at or below which there is a share of one of the distributions."""
    if not 0.0 <= share <= 1.0:
        return math.nan
    if share == 0.0:
        return 0.0
    if kind >= POISSON:
        high = count_quantile(kind, a, b, share)
        return high if one_share(kind, a, b, high) >= 0.0 else math.nan
    low, high = 0.0, 1.0
    while one_share(kind, a, b, high) < share and high < LARGEST:
        high *= 2.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if one_share(kind, a, b, middle) < share:
            low = middle
        else:
            high = middle
    return high if one_share(kind, a, b, high) >= 0.0 else math.nan
