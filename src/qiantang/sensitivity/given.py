"""Indices from given members, by SALib: PAWN, delta, and shares of the variance one by one.

None of them needs a design of its own, and none assumes that the inputs are independent. But each
looks at one input alone, so that an input that only goes along with another has a part of its work.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from qiantang.extra import needed

Array = NDArray[np.float64]

#: Members of a slice of an input that PAWN compares with all, and fewest and most slices.
SLICE, SLICES = 200, (4, 10)
#: Inputs of chance alone, and the share of them that stays below the floor.
DUMMIES, FLOOR = 60, 0.95
#: Resamples behind the correction of delta.
_RESAMPLES = 10


def pawn(inputs: Array, outcome: Array) -> Array:
    """Return the median PAWN index of each input, shape (input,).

    The distance (Kolmogorov-Smirnov) between the outcome of a slice of the input and of all
    members. Inputs without influence are above nought, too: see `pawn_floor`.

    Parameters
    ----------
    inputs : ndarray, shape (member, input)
    outcome : ndarray, shape (member,)

    Raises
    ------
    StudyError
        If SALib is not installed.

    References
    ----------
    Pianosi and Wagener (2018), Distribution-based sensitivity analysis from a generic input-output
    sample, Environmental Modelling & Software 108.
    """
    analyze = needed("SALib.analyze.pawn").analyze
    slices = int(np.clip(len(outcome) // SLICE, *SLICES))
    with _alone():
        found = analyze(_problem(inputs), inputs, outcome, S=slices)
    return np.asarray(found["median"], dtype=np.float64)


def pawn_floor(outcome: Array, seed: int) -> float:
    """Return the PAWN index below which an input is not told from chance."""
    chance = np.random.default_rng(seed)
    dummies = chance.random((len(outcome), DUMMIES))
    return float(np.quantile(pawn(dummies, outcome), FLOOR))


def delta(inputs: Array, outcome: Array, seed: int) -> tuple[Array, Array]:
    """Return delta and the first-order share of the variance of each input, each of shape (input,).

    Delta is half the area between the density of the outcome and that given the input, on average.
    Where inputs hang together the first-order shares do not add up to a share.

    Parameters
    ----------
    inputs : ndarray, shape (member, input)
    outcome : ndarray, shape (member,)
    seed : int
        Of the resamples by which delta is corrected for chance.

    Raises
    ------
    StudyError
        If SALib is not installed.

    References
    ----------
    Borgonovo (2007), A new uncertainty importance measure, Reliability Engineering & System
    Safety 92. Plischke, Borgonovo and Smith (2013), Global sensitivity measures from given data,
    European Journal of Operational Research 226.
    """
    analyze = needed("SALib.analyze.delta").analyze
    with _alone():
        found = analyze(_problem(inputs), inputs, outcome, num_resamples=_RESAMPLES, seed=seed + 1)
    return np.asarray(found["delta_raw"], dtype=np.float64), np.asarray(found["S1"], np.float64)


def _problem(inputs: Array) -> dict[str, object]:
    names = [f"x{place}" for place in range(inputs.shape[1])]
    bounds = [[low, high] for low, high in zip(inputs.min(axis=0), inputs.max(axis=0), strict=True)]
    return {"num_vars": len(names), "names": names, "bounds": bounds}


@contextmanager
def _alone() -> Iterator[None]:
    """Keep warnings, their form and the global draws as they are for everybody else."""
    state, form = np.random.get_state(), warnings.formatwarning  # noqa: NPY002
    try:
        with warnings.catch_warnings(record=True):
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        warnings.formatwarning = form
