"""How much a figure hangs on each uncertainty: rank correlations and slopes over the members."""

from __future__ import annotations

import numpy as np

from qiantang.charts import figures
from qiantang.ensemble.reach import INTERVAL

Array = figures.Array

#: Times that the members are drawn again.
RESAMPLES = 100


def rank_correlations(values: Array, inputs: Array, *, partial: bool) -> Array:
    """Return the rank correlation of a figure with each uncertainty.

    Parameters
    ----------
    values : ndarray, shape (member,)
    inputs : ndarray, shape (member, uncertainty)
    partial : bool
        Given all the others; by the inverse of the correlation matrix of the ranks.

    Returns
    -------
    ndarray, shape (uncertainty,)
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.column_stack([inputs, values]), axis=0)
    matrix = np.asarray(np.corrcoef(ranks, rowvar=False)).reshape(ranks.shape[1], -1)
    if not partial:
        return np.asarray(matrix[-1, :-1])
    inverse = np.linalg.pinv(matrix, hermitian=True)
    scale = np.sqrt(np.abs(np.diag(inverse)[:-1] * inverse[-1, -1]))
    return np.asarray(-inverse[-1, :-1] / scale)


def slopes_of(values: Array, inputs: Array, *, partial: bool) -> tuple[Array, float]:
    """Return the slope of a figure on each uncertainty, and the share of variance explained.

    Parameters
    ----------
    values : ndarray, shape (member,)
    inputs : ndarray, shape (member, uncertainty)
    partial : bool
        On all uncertainties together; else on each alone.

    Returns
    -------
    tuple of (ndarray of shape (uncertainty,), float)
        The share is adjusted for the number of uncertainties.
    """
    scale = inputs.std(axis=0)
    scaled = (inputs - inputs.mean(axis=0)) / scale
    about = values - values.mean()
    if not partial:
        slopes = scaled.T @ about / len(values)
        return np.asarray(slopes / scale), float("nan")
    slopes = np.linalg.lstsq(scaled, about, rcond=None)[0]
    left = about - scaled @ slopes
    free = max(len(values) - inputs.shape[1] - 1, 1)
    unexplained = float(left @ left) / float(about @ about) * (len(values) - 1) / free
    return np.asarray(slopes / scale), 1 - unexplained


def resampled_bars(values: Array, inputs: Array, ends: Array, *, partial: bool) -> Array:
    """Return the signed bars of each uncertainty over resampled members.

    Parameters
    ----------
    values : ndarray, shape (member,)
    inputs : ndarray, shape (member, uncertainty)
    ends : ndarray, shape (uncertainty,)
        How far each uncertainty goes.
    partial : bool
        As of `slopes_of`.

    Returns
    -------
    ndarray, shape (resample, uncertainty)
        By the bootstrap over members; the same whenever it is asked.
    """
    scale = inputs.std(axis=0)
    inputs, ends = inputs / scale, ends / scale  # alike in size, so that none is lost in the others
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(values), (RESAMPLES, len(values)))
    found = []
    for pick in picks:
        weights = np.bincount(pick, minlength=len(values)).astype(np.float64)
        about = inputs - weights @ inputs / len(values)
        change = weights * (values - weights @ values / len(values))
        if partial:
            slopes = np.linalg.lstsq(about.T @ (weights[:, None] * about), about.T @ change)[0]
        else:
            slopes = about.T @ change / (weights @ about**2)
        found.append(slopes * ends)
    return np.array(found)


def ranking_of(
    values: Array, inputs: dict[str, Array], between: tuple[float, float], *, partial: bool
) -> list[dict[str, bool | float]]:
    """Return how each uncertainty ranks over resampled members.

    Parameters
    ----------
    values : ndarray, shape (member,)
    inputs : dict of str to ndarray of shape (member,)
    between : tuple of float
        Points of an uncertainty that a bar reaches between, as probabilities.
    partial : bool
        As of `slopes_of`.

    Returns
    -------
    list of dict
        ``noise``: its bar's 90 per cent interval holds nought; ``first`` and ``second``: the share
        of resamples in which its bar is the longest, and the next.
    """
    ends = np.array([np.ptp(np.quantile(drawn, between)) for drawn in inputs.values()])
    again = resampled_bars(values, np.column_stack(list(inputs.values())), ends, partial=partial)
    low, high = np.quantile(again, INTERVAL, axis=0)
    ranked = np.argsort(-np.abs(again), axis=1, kind="stable")
    first, second = (
        np.bincount(ranked[:, min(place, len(ends) - 1)], minlength=len(ends)) / len(again)
        for place in (0, 1)
    )
    return [
        {"noise": bool(down <= 0 <= up), "first": float(leads), "second": float(follows)}
        for down, up, leads, follows in zip(low, high, first, second, strict=True)
    ]
