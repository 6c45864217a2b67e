"""An ensemble smoother that takes the same figures in several times, each time a part of them.

References
----------
Emerick and Reynolds (2013), Ensemble smoother with multiple data assimilation, Computers &
Geosciences 55.
Burgers, van Leeuwen and Evensen (1998), Analysis scheme in the ensemble Kalman filter, Monthly
Weather Review 126 (perturbed observations).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Times that figures are taken in, each with the error inflated by this number.
TIMES = 4
#: Part of the spectrum of the figures' covariance that is kept.
KEPT = 0.999


def analysed(
    states: Array,
    said: Array,
    values: Array,
    error: Array,
    noise: Array,
    taper: Array | None = None,
) -> Array:  # fmt: skip
    """Move the states of an ensemble towards figures, once.

    Parameters
    ----------
    states : ndarray, shape (k, member)
    said : ndarray, shape (n, member)
        What each member says of the figures.
    values, error : ndarray, shape (n,)
        The figures and their standard deviations.
    noise : ndarray, shape (n, member)
        Standard normal: each member sees the figures with an error of its own.
    taper : ndarray, shape (k, n), optional
        Between 0 and 1: how far a figure may move a part of the state (localisation).

    Returns
    -------
    ndarray, shape (k, member)
    """
    away = states - states.mean(axis=1, keepdims=True)
    told = (said - said.mean(axis=1, keepdims=True)) / error[:, None]
    noise = noise - noise.mean(axis=1, keepdims=True)
    gaps = (values[:, None] - said) / error[:, None] + noise
    free = said.shape[1] - 1
    left, size, _ = np.linalg.svd(told / np.sqrt(free), full_matrices=False)
    kept = np.cumsum(size**2) <= KEPT * (size**2).sum()
    kept[: kept.sum() + 1] = True
    left, size = left[:, kept], size[kept]
    inverse = np.eye(len(values)) - (left * (size**2 / (1.0 + size**2))) @ left.T
    gain = away @ told.T / free @ inverse
    return np.asarray(states + (gain if taper is None else gain * taper) @ gaps)


def smoothed(
    states: Array,
    say: Callable[[Array], Array],
    values: Array,
    error: Array,
    rng: np.random.Generator,
    taper: Callable[[Array, Array], Array] | None = None,
    times: int = TIMES,
) -> Array:
    """Take figures in several times, each with its error inflated, running the model between.

    Parameters
    ----------
    states : ndarray, shape (k, member)
    say : callable
        What members of some states say of the figures, shape (n, member).
    values, error : ndarray, shape (n,)
    rng : numpy.random.Generator
        Of the errors that each member sees.
    taper : callable, optional
        Of states and what they say, see `analysed`.
    times : int
        The inflations are equal and their inverses sum to one.
    """
    wide = np.sqrt(times) * error
    for _ in range(times):
        said = say(states)
        noise = rng.standard_normal(said.shape)
        kept = None if taper is None else taper(states, said)
        states = analysed(states, said, values, wide, noise, kept)
    return states
