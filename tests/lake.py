"""The shallow lake of Carpenter, Ludwig and Brock (1999), as decision analysts state it.

A town discharges phosphorus; beyond a critical level the lake turns for good. Equations and figures
as in Rhodium's notebook (Hadjimichael et al. 2020, doi 10.5334/jors.293) and in Quinn, Reed and
Keller (2017, doi 10.1016/j.envsoft.2017.02.017) for the rule that depends on the lake.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import brentq

Array = NDArray[np.float64]

YEARS, SAMPLES = 100, 100
#: Lowest and highest b, q, mean, spread and discount.
RANGES = np.array([(0.1, 0.45), (2.0, 4.5), (0.01, 0.05), (0.001, 0.005), (0.93, 0.99)])


def critical(b: float, q: float) -> float:
    """Return the level beyond which the lake turns."""
    return float(brentq(lambda x: x**q / (1 + x**q) - b * x, 0.01, 1.5))


def inflows(mean: float, spread: float, chance: np.random.Generator) -> Array:
    """Return natural inflows, shape (sample, year)."""
    sigma = np.sqrt(np.log(1 + (spread / mean) ** 2))
    return chance.lognormal(np.log(mean) - sigma**2 / 2, sigma, (SAMPLES, YEARS))


@njit(cache=False)
def constant(
    release: float, b: float, q: float, natural: Array, level: float
) -> tuple[Array, float]:
    """Return the mean course and the reliability under a constant release."""
    course = np.zeros(YEARS)
    kept = 0.0
    for row in natural:
        x = 0.0
        kept += 1.0 if x < level else 0.0
        for year in range(1, YEARS):
            x = (1 - b) * x + x**q / (1 + x**q) + release + row[year - 1]
            course[year] += x / len(natural)
            kept += 1.0 if x < level else 0.0
    return course, kept / (len(natural) * YEARS)


@njit(cache=False)
def _ruled(rule: Array, b: float, q: float, natural: Array, level: float) -> tuple[float, ...]:
    c1, c2, r1, r2, w = rule
    course = np.zeros(YEARS)
    utility, inertia, kept = 0.0, 0.0, 0.0
    for row in natural:
        x, before = 0.0, 0.1
        kept += 1.0 if x < level else 0.0
        utility += 0.4 * before
        for year in range(1, YEARS):
            wanted = w * (abs(x - c1) / r1) ** 3 + (1 - w) * (abs(x - c2) / r2) ** 3
            release = min(max(wanted, 0.01), 0.1)
            x = (1 - b) * x + x**q / (1 + x**q) + release + row[year - 1]
            course[year] += x / len(natural)
            kept += 1.0 if x < level else 0.0
            utility += 0.4 * release * 0.98**year
            inertia += 1.0 if release - before < 0.02 else 0.0
            before = release
    size = len(natural)
    return course.max(), utility / size, inertia / (size * YEARS), kept / (size * YEARS)


def ruled(seed: int) -> Callable[[Array], Array]:
    """Return what scores a rule c1, c2, r1, r2, w: highest level, and less of what is wanted."""
    natural = inflows(0.02, 0.001, np.random.default_rng(seed))
    level = critical(0.42, 2.0)

    def score(rule: Array) -> Array:
        found = _ruled(np.asarray(rule, dtype=np.float64), 0.42, 2.0, natural, level)
        return np.array([found[0], -found[1], -found[2], -found[3]])

    return score


def reliability(worlds: Array, release: float, seed: int) -> Array:
    """Return the reliability in each world, shape (world, 5) to (world,)."""
    chance = np.random.default_rng(seed)
    return np.array([
        constant(release, b, q, inflows(mean, spread, chance), critical(b, q))[1]
        for b, q, mean, spread, _ in worlds
    ])  # fmt: skip


def worlds(cube: Array) -> Array:
    """Spread a unit cube over the ranges, shape (world, 5)."""
    return RANGES[:, 0] + cube * (RANGES[:, 1] - RANGES[:, 0])
