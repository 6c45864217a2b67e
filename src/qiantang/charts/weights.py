"""How much a figure hangs on each uncertainty: rank correlations and slopes over the members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qiantang.charts import figures

if TYPE_CHECKING:
    pass

Array = figures.Array


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
    """
    scale = inputs.std(axis=0)
    scaled = (inputs - inputs.mean(axis=0)) / scale
    about = values - values.mean()
    if not partial:
        slopes = scaled.T @ about / len(values)
        return np.asarray(slopes / scale), float("nan")
    slopes = np.linalg.lstsq(scaled, about, rcond=None)[0]
    left = about - scaled @ slopes
    return np.asarray(slopes / scale), 1 - float(left @ left) / float(about @ about)
