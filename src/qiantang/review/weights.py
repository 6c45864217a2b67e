"""Weights of members: how many they are worth, how heavy their tail is, and how to draw by them.

References
----------
Kitagawa (1996), Monte Carlo filter and smoother for non-Gaussian nonlinear state space models,
Journal of Computational and Graphical Statistics 5 (systematic resampling).
Zhang and Stephens (2009), A new and efficient estimation method for the generalized Pareto
distribution, Technometrics 51.
Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, JMLR 25.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Weights of which a tail can be told at all.
_FEWEST = 5
#: Weight of the prior that draws the shape towards one half, in draws.
_PRIOR = 10


def normalised(log_weights: Array) -> Array:
    """Return weights that sum to one, shape (member,); a member of no use has minus infinity."""
    weights: Array = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def effective(weights: Array) -> float:
    """Return the number of equal members that weights summing to one are worth (Kish)."""
    return float(1.0 / np.square(weights).sum())


def systematic(weights: Array, start: float) -> NDArray[np.intp]:
    """Draw members by their weights, evenly spaced from one uniform number.

    Parameters
    ----------
    weights : ndarray, shape (member,)
        Sum to one.
    start : float
        Between 0 and 1.

    Returns
    -------
    ndarray of int, shape (member,)
        Members, ascending.
    """
    places = (np.arange(len(weights)) + start) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)


def pareto_shape(log_weights: Array) -> float:
    """Return the shape of the tail of weights: above 0.7 their mean cannot be trusted.

    Parameters
    ----------
    log_weights : ndarray, shape (member,)

    Returns
    -------
    float
        Infinite where too few weights differ for a tail to be seen, unless all are the same; then
        minus infinity, as no tail is needed.
    """
    if np.ptp(log_weights) == 0.0:
        return -np.inf
    ratios = np.sort(np.exp(log_weights - log_weights.max()))
    size = len(ratios)
    tail = int(np.ceil(min(0.2 * size, 3.0 * np.sqrt(size))))
    cut = ratios[-tail - 1] if tail < size else 0.0
    beyond = ratios[-tail:] - cut
    beyond = beyond[beyond > 0.0]
    return _shape(beyond) if len(beyond) >= _FEWEST else np.inf


def _shape(beyond: Array) -> float:
    """Fit a generalized Pareto distribution to ascending excesses and return its shape."""
    count = len(beyond)
    places = np.arange(1, 31 + int(np.sqrt(count)))
    grid = 1.0 - np.sqrt(len(places) / (places - 0.5))
    grid = grid / (3.0 * beyond[int(count / 4 + 0.5) - 1]) + 1.0 / beyond[-1]
    shapes = np.log1p(-grid[:, None] * beyond).mean(axis=1)
    likelihood = count * (np.log(-grid / shapes) - shapes - 1.0)
    share = 1.0 / np.exp(likelihood - likelihood[:, None]).sum(axis=1)
    middle = float((grid * share).sum() / share.sum())
    shape = float(np.log1p(-middle * beyond).mean())
    return (count * shape + _PRIOR * 0.5) / (count + _PRIOR)
