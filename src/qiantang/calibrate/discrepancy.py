"""What the structure leaves unexplained: one drifting log deviation for each observed series.

The deviation of a series is an Ornstein-Uhlenbeck process in time, the continuous form of a
first-order autoregression, seen through measurement error. It is told by how far it moves in a
year and how much of it is left after one; conditioning it on the residuals of the past starts a
forecast from the observed state and widens it with the horizon.

References
----------
Kennedy and O'Hagan (2001), Bayesian calibration of computer models, JRSS B 63, section 4.
Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, eqs. 2.22-2.24 and B.28.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from qiantang.calibrate.factors import factor, whiten
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.known import KnownDate

Array = NDArray[np.float64]

#: The 95th percentile of a standard normal.
_TAIL = 1.6448536269514722


class DiscrepancyRecord(BaseModel):
    """Prior of one series' deviation.

    Parameters
    ----------
    innovation : str or None
        Constant of the model file that carries the deviation; None where it goes no further.
    sign : {-1, 1}
    yearly_sd : (float, float)
        5th and 95th percentile of how far the deviation moves in a year, lognormal. [Dmnl]
    persistence : (float, float)
        Least and greatest part of the deviation that is left after a year, uniform. [Dmnl]
    panel : str
        Estimate of the panel that ``yearly_sd`` is read from, or nothing.
    tails : float or None
        Degrees of freedom of Student's t for the moves after the last figure, of which
        ``yearly_sd`` is the scale; None for a normal.
    common : float
        Loading of its moves on the shock that all series share in a year: the correlation of two
        series' moves is the product of their loadings.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    innovation: str | None
    sign: Literal[-1, 1]
    yearly_sd: tuple[float, float]
    persistence: tuple[float, float]
    grade: str
    known: KnownDate
    note: str = ""
    panel: str = ""
    tails: float | None = Field(default=None, gt=2.0)
    common: float = Field(default=0.0, ge=0.0, lt=1.0)

    @model_validator(mode="after")
    def _between(self) -> DiscrepancyRecord:
        low, high = self.persistence
        if not 0 < low < high < 1:
            raise ValueError("persistence must be two rising numbers between 0 and 1")
        small, large = self.yearly_sd
        if not 0 < small < large <= 2:
            raise ValueError("yearly_sd must be two rising numbers above 0, at most 2")
        return self

    def natural(self, standard: Array) -> tuple[Array, Array]:
        """Turn standard normal values into (yearly sd, persistence).

        Parameters
        ----------
        standard : ndarray, shape (..., 2)
        """
        small, large = np.log(self.yearly_sd)
        yearly = np.exp((small + large) / 2 + (large - small) / (2 * _TAIL) * standard[..., 0])
        low, high = self.persistence
        from scipy.special import ndtr  # a run of a fit's members must not wait for it

        return np.asarray(yearly), np.asarray(low + (high - low) * ndtr(standard[..., 1]))


class DiscrepancyFile(RootModel[dict[str, DiscrepancyRecord]]):
    """The whole file: series to record."""


def read_discrepancy(path: Path) -> dict[str, DiscrepancyRecord]:
    """Read `calibration/discrepancy.yaml`: series name to its prior."""
    return validate(read_yaml(path), DiscrepancyFile).root


@dataclass(frozen=True)
class Residuals:
    """Log observed over modelled of one series, for some members.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Times at which the figures sit. [Year]
    values : ndarray, shape (n, member)
    error : ndarray, shape (n,)
        Standard deviation of the measurement error in logs.
    """

    times: Array
    values: Array
    error: Array


def covariance(left: Array, right: Array, yearly: Array, persistence: Array) -> Array:
    """Return the covariance of the deviation between times.

    Parameters
    ----------
    left, right : ndarray, shapes (l,) and (r,)
        [Year]
    yearly, persistence : ndarray, shape (...,)

    Returns
    -------
    ndarray, shape (..., l, r)
    """
    gap = np.abs(left[:, None] - right[None, :])
    kept = np.asarray(persistence)[..., None, None]
    variance = np.square(yearly)[..., None, None] / (1.0 - np.square(kept))
    return np.asarray(variance * kept**gap)


def condition(
    residuals: Residuals | None,
    grid: Array,
    yearly: Array,
    persistence: Array,
    normals: Array,
) -> Array:
    """Draw the deviation on a grid of times given each member's residuals.

    Parameters
    ----------
    residuals : Residuals or None
        Values of shape (n, member).
    grid : ndarray, shape (k,)
        [Year]
    yearly, persistence : ndarray, shape (member,)
    normals : ndarray, shape (member, k)
        Standard normal numbers: the same numbers give the same draw; zeros give the mean.

    Returns
    -------
    ndarray, shape (member, k)
    """
    prior = covariance(grid, grid, yearly, persistence)
    if residuals is None or not len(residuals.times):
        return _correlate(prior, normals, np.einsum("mkk->mk", prior).max(axis=-1))
    cross = covariance(grid, residuals.times, yearly, persistence)
    seen = covariance(residuals.times, residuals.times, yearly, persistence)
    seen = seen + np.diag(np.square(residuals.error))
    lower = factor(seen)
    shared = whiten(lower, np.swapaxes(cross, -1, -2))
    white = whiten(lower, residuals.values.T[..., None])[..., 0]
    mean = np.einsum("mnk,mn->mk", shared, white)
    left: Array = prior - np.swapaxes(shared, -1, -2) @ shared
    drawn: Array = mean + _correlate(left, normals, np.einsum("mkk->mk", prior).max(axis=-1))
    return drawn


def _correlate(matrix: Array, normals: Array, scale: Array) -> Array:
    """Give standard normals the covariance of each matrix."""
    if not normals.any():
        return np.zeros_like(normals)
    correlated: Array = np.einsum("mkj,mj->mk", factor(matrix, scale), normals)
    return correlated
