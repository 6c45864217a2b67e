"""What the structure leaves unexplained: one drifting log deviation for each observed series.

The deviation of a series is an Ornstein-Uhlenbeck process in time, the continuous form of a
first-order autoregression, seen through measurement error. Conditioning it on the residuals of the
past starts a forecast from the observed state and widens it with the horizon.

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

from qiantang.yamlfile import read_yaml, validate

Array = NDArray[np.float64]

#: Points of the grid over which scale and persistence are weighed.
_GRID = (40, 10)


class DiscrepancyRecord(BaseModel):
    """Prior of one series' deviation."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    innovation: str | None
    sign: Literal[-1, 1]
    scale: float = Field(gt=0, le=2)
    persistence: tuple[float, float]
    grade: str
    note: str = ""

    @model_validator(mode="after")
    def _between(self) -> DiscrepancyRecord:
        low, high = self.persistence
        if not 0 < low < high < 1:
            raise ValueError("persistence must be two rising numbers between 0 and 1")
        return self


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


@dataclass(frozen=True)
class Spread:
    """Weights over a grid of (scale, persistence) given one series' residuals."""

    scale: Array  # (g,)
    persistence: Array  # (g,)
    weight: Array  # (g,)

    def mean(self) -> tuple[float, float]:
        """Return the mean scale and persistence."""
        return float(self.scale @ self.weight), float(self.persistence @ self.weight)

    def draw(self, members: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw (scale, persistence), each of shape (members,)."""
        chosen = rng.choice(len(self.weight), size=members, p=self.weight)
        return self.scale[chosen], self.persistence[chosen]


def covariance(left: Array, right: Array, scale: Array, persistence: Array) -> Array:
    """Return the covariance of the deviation between times, shape (..., left, right)."""
    gap = np.abs(left[:, None] - right[None, :])
    return (np.square(scale)[..., None, None] * persistence[..., None, None] ** gap).astype(float)


def weigh_spread(record: DiscrepancyRecord, residuals: Residuals | None) -> Spread:
    """Weigh scale and persistence by their prior and by one column of residuals.

    Parameters
    ----------
    record : DiscrepancyRecord
    residuals : Residuals or None
        Values of shape (n, 1) at the best fit; None where the series was never observed.
    """
    steps, years = ((np.arange(points) + 0.5) / points for points in _GRID)
    low, high = record.persistence
    grid = np.meshgrid(record.scale * 3.0 * steps, low + (high - low) * years, indexing="ij")
    scale, persistence = (axis.ravel() for axis in grid)
    log_weight = -0.5 * np.square(scale / record.scale)
    if residuals is not None and len(residuals.times):
        matrix = covariance(residuals.times, residuals.times, scale, persistence)
        matrix += np.diag(np.square(residuals.error))
        factor = np.linalg.cholesky(matrix)
        column = np.broadcast_to(residuals.values[:, :1], (len(scale), len(residuals.times), 1))
        white = np.linalg.solve(factor, column)[..., 0]
        log_det = np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)
        log_weight = log_weight - 0.5 * np.square(white).sum(axis=-1) - log_det
    weight = np.exp(log_weight - log_weight.max())
    return Spread(scale, persistence, weight / weight.sum())


def condition(
    residuals: Residuals | None,
    grid: Array,
    scale: Array,
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
    scale, persistence : ndarray, shape (member,)
    normals : ndarray, shape (member, k)
        Standard normal numbers: the same numbers give the same draw.

    Returns
    -------
    ndarray, shape (member, k)
    """
    prior = covariance(grid, grid, scale, persistence)
    if residuals is None or not len(residuals.times):
        return _correlate(prior, normals)
    cross = covariance(grid, residuals.times, scale, persistence)
    seen = covariance(residuals.times, residuals.times, scale, persistence)
    seen = seen + np.diag(np.square(residuals.error))
    gain = np.swapaxes(np.linalg.solve(seen, np.swapaxes(cross, -1, -2)), -1, -2)
    mean = np.einsum("mkn,nm->mk", gain, residuals.values)
    left: Array = prior - gain @ np.swapaxes(cross, -1, -2)
    drawn: Array = mean + _correlate(left, normals)
    return drawn


def _correlate(matrix: Array, normals: Array) -> Array:
    """Give standard normals the covariance of each matrix, rounding guarded."""
    jitter = 1e-10 * np.einsum("mkk->m", matrix)[:, None, None] * np.eye(matrix.shape[-1])
    factor = np.linalg.cholesky(matrix + jitter + 1e-18 * np.eye(matrix.shape[-1]))
    correlated: Array = np.einsum("mkj,mj->mk", factor, normals)
    return correlated
