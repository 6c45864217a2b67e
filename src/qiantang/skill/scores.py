"""Scores of a forecast given as members: CRPS, coverage, PIT, absolute and Brier errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: Central intervals whose coverage is told. [Dmnl]
LEVELS: tuple[float, ...] = (0.5, 0.8, 0.9)
#: Classes of the PIT histogram.
PIT_CLASSES = 10


def crps(draws: ArrayLike, observed: float, weights: ArrayLike | None = None) -> float:
    """Return the continuous ranked probability score of an ensemble.

    ``mean|X - y| - 0.5 mean|X - X'|`` over all pairs of members, by their order in O(m log m).
    On logs it is free of units and close to a relative error.

    Parameters
    ----------
    draws : array_like, shape (member,)
    observed : float
    weights : array_like, shape (member,), optional
        Of members that do not count alike; they sum to one.

    References
    ----------
    Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
    estimation. Journal of the American Statistical Association 102(477), eq. 20-21.
    """
    if weights is not None:
        return _weighted(np.asarray(draws, dtype=np.float64), observed, np.asarray(weights))
    members = np.sort(np.asarray(draws, dtype=np.float64))
    count = len(members)
    ranks = 2.0 * np.arange(1, count + 1) - count - 1.0
    spread = float(ranks @ members) / count**2  # half the mean distance of two members
    return float(np.abs(members - observed).mean() - spread)


def _weighted(draws: Array, observed: float, weights: Array) -> float:
    order = np.argsort(draws)
    members, mass = draws[order], weights[order]
    below = np.cumsum(mass) - 0.5 * mass
    spread = float((2.0 * below - 1.0) * mass @ members)  # half the mean distance of two members
    return float(mass @ np.abs(members - observed)) - spread


def covered(draws: ArrayLike, observed: float, level: float) -> bool:
    """Tell whether the central interval of a level holds the figure."""
    low, high = np.quantile(np.asarray(draws), [0.5 - level / 2.0, 0.5 + level / 2.0])
    return bool(low <= observed <= high)


def pit(draws: ArrayLike, observed: float) -> float:
    """Return the share of members below the figure, ties counted half."""
    members = np.asarray(draws)
    return float((members < observed).mean() + 0.5 * (members == observed).mean())


def pit_histogram(values: Sequence[float]) -> list[int]:
    """Return how many PIT values fall into each of `PIT_CLASSES` equal classes."""
    counts, _ = np.histogram(values, bins=PIT_CLASSES, range=(0.0, 1.0))
    return [int(count) for count in counts]


def relative_error(draws: ArrayLike, observed: float) -> float:
    """Return the absolute error of the median over the figure. [Dmnl]"""
    return float(abs(np.median(np.asarray(draws)) - observed) / observed)


def brier(probability: float, happened: bool) -> float:
    """Return the squared error of a probability.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly
    Weather Review 78(1).
    """
    return (probability - float(happened)) ** 2
