"""Factors of covariances, singular ones too: the one way in which such a matrix is taken apart.

Two figures without error at the same time, or a forecast at a time that is observed exactly, make
a covariance singular; rounding then leaves pivots of either sign, and whether LAPACK's Cholesky
stops depends on the processor. Here a pivot within the tolerance of zero is zero, and its column
with it. Columns are taken in their order, so that the factor is unique, does not depend on the
processor's linear algebra, and equals Cholesky's where the matrix is regular.

References
----------
Higham (2002), Accuracy and Stability of Numerical Algorithms, section 10.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOLERANCE = 1e-12
"""Share of the scale of a matrix up to which a pivot counts as zero."""


def factor(matrix: Array, scale: Array | float | None = None) -> Array:
    """Return the lower triangular factor of covariances.

    Parameters
    ----------
    matrix : ndarray, shape (..., n, n)
        Symmetric, no eigenvalue below zero but for rounding.
    scale : ndarray or float, optional
        Size of what the matrix was made from, shape (...); its largest variance if left out. A
        difference of large covariances is zero within the rounding of these.

    Returns
    -------
    ndarray, shape (..., n, n)
        ``factor @ factor.T`` is the matrix; columns of zeros where it is singular.

    Raises
    ------
    ValueError
        If a pivot is below zero by more than the tolerance: the matrix is no covariance.
    """
    rest = np.array(matrix, dtype=np.float64)
    size = rest.shape[-1]
    if scale is None:
        scale = np.abs(np.diagonal(rest, axis1=-2, axis2=-1)).max(axis=-1, initial=0.0)
    zero = TOLERANCE * np.asarray(scale, dtype=np.float64)
    result = np.zeros_like(rest)
    for column in range(size):
        pivot = rest[..., column, column]
        if np.any(pivot < -zero) or np.isnan(pivot).any():
            raise ValueError("the matrix is no covariance: it has a variance below zero")
        kept = pivot > zero
        root = np.sqrt(np.where(kept, pivot, 1.0))
        below = np.where(kept[..., None], rest[..., column:, column] / root[..., None], 0.0)
        result[..., column:, column] = below
        rest[..., column:, column:] -= below[..., :, None] * below[..., None, :]
    return result


def whiten(lower: Array, values: Array) -> Array:
    """Return what a factor takes to given values.

    Parameters
    ----------
    lower : ndarray, shape (..., n, n)
        From :func:`factor`.
    values : ndarray, shape (..., n, k)

    Returns
    -------
    ndarray, shape (..., n, k)
        Zero in the directions that have no variance.
    """
    rest = np.array(np.broadcast_to(values, (*lower.shape[:-2], *values.shape[-2:])))
    result = np.zeros_like(rest)
    for row in range(lower.shape[-1]):
        pivot = lower[..., row, row]
        kept = pivot > 0.0
        white = np.where(kept[..., None], rest[..., row, :], 0.0)
        white = white / np.where(kept, pivot, 1.0)[..., None]
        result[..., row, :] = white
        rest[..., row + 1 :, :] -= lower[..., row + 1 :, row, None] * white[..., None, :]
    return result


def log_size(lower: Array) -> Array:
    """Return half the log determinant of the covariance over the directions that vary."""
    pivots = np.diagonal(lower, axis1=-2, axis2=-1)
    return np.asarray(np.log(np.where(pivots > 0.0, pivots, 1.0)).sum(axis=-1))
