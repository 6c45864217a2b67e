"""Mode of the posterior and the normal distribution of its curvature: where the chains start.

Parameters and drift are found in turn: the parameters by least squares on whitened residuals, the
drift of each series on a grid, the deviations that the model runs with from both.

References
----------
Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 4.1 (normal approximation).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import log_ndtr
from threadpoolctl import threadpool_limits

from qiantang.calibrate.carry import carry
from qiantang.calibrate.discrepancy import covariance
from qiantang.calibrate.factors import factor, whiten
from qiantang.calibrate.target import SHARPEST, TAIL, Target

Array = NDArray[np.float64]

#: Step of the finite differences on the standard scale.
STEP = 1e-3
#: Rounds of fitting parameters, drift and deviations in turn.
ROUNDS = 4
#: Log deviation put in place of a diverged run, so that the search turns back.
DIVERGED = 50.0
#: Points of the grid over a series' drift, on the standard scale.
_GRID = np.stack(np.meshgrid(np.linspace(-2.5, 2.5, 21), np.linspace(-1.6, 1.6, 9)), -1)


@dataclass(frozen=True)
class Normal:
    """A normal distribution over standard coordinates.

    Parameters
    ----------
    mean : ndarray, shape (D,)
    root : ndarray, shape (D, D)
        ``mean + root @ normals`` is a draw.
    """

    mean: Array
    root: Array

    def only(self, active: NDArray[np.bool_]) -> Normal:
        """Return the marginal distribution of some coordinates."""
        root = self.root[active]
        return Normal(self.mean[active], factor(root @ root.T))

    def draw(self, members: int, rng: np.random.Generator) -> Array:
        """Draw points, shape (members, D)."""
        return np.asarray(self.mean + rng.standard_normal((members, len(self.mean))) @ self.root.T)


def approximate(
    target: Target,
    progress: Callable[[str], None] = lambda _: None,
    *,
    carrying: bool = True,
) -> Normal:
    """Find mode and curvature; on the way, set the deviations that the target's runs carry.

    Parameters
    ----------
    target : Target
    progress : callable
        Told one line a round.
    carrying : bool
        False leaves the target's deviations as they are.
    """
    with threadpool_limits(1, "blas"):  # the same digits on any number of cores, and faster
        return _approximate(target, progress, carrying)


def _approximate(target: Target, progress: Callable[[str], None], carrying: bool) -> Normal:
    x = np.zeros(len(target.names))
    size = target.parameters
    sd = np.ones(len(x) - size)
    for turn in range(ROUNDS):
        search = _Search(target, x)
        solved = least_squares(
            search.residuals, x[:size], jac=search.jacobian, method="trf",
            loss=search.tails,  # type: ignore[arg-type]  # stubs name an argument never given
            max_nfev=30,
        )  # fmt: skip
        x[:size] = solved.x
        x[size:], sd = _drift(target, x)
        if carrying and turn < ROUNDS - 1:
            target.carried = carry(target, x[None], np.random.default_rng(0), mean=True).deviations
        progress(f"mode, round {turn + 1} of {ROUNDS}: cost {solved.cost:.1f}")
    search = _Search(target, x)
    slope = search.jacobian(x[:size])
    weight = np.sqrt(search.tails(np.square(search.residuals(x[:size])))[1])
    precision = (slope * weight[:, None]).T @ (slope * weight[:, None])
    root = np.zeros((len(x), len(x)))
    root[:size, :size] = whiten(factor(precision), np.eye(size)).T
    root[size:, size:] = np.diag(sd)
    return Normal(x, root)


def _drift(target: Target, x: Array) -> tuple[Array, Array]:
    """Return mean and sd of every series' drift coordinates, given the parameters."""
    grid = _GRID.reshape(-1, 2)
    points = np.repeat(x[None], len(grid), axis=0)
    figures = np.repeat(target.figures(x[None]), len(grid), axis=1)
    mean, sd = [], []
    for name in target.series:
        at = target.parameters + 2 * target.series.index(name)
        points[:, at : at + 2] = grid
        log_weight = target.likelihood(figures, points) - 0.5 * np.square(grid).sum(axis=1)
        points[:, at : at + 2] = x[at : at + 2]
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        mean.append(weight @ grid)
        sd.append(np.sqrt(weight @ np.square(grid - mean[-1])))
    return np.array(mean).reshape(-1), np.array(sd).reshape(-1)  # empty where nothing drifts


class _Search:
    """The residual vector of the search: whitened figures, bounds, priors; the drift is fixed."""

    def __init__(self, target: Target, x: Array) -> None:
        self.target = target
        self.x = x.copy()
        observed = target.observed
        self.whiteners: list[tuple[NDArray[np.intp], Array]] = []
        self.bounds: list[tuple[int, float, float]] = []  # row, side, sd
        for name in observed.series:
            rows = observed.of(name)
            bound = observed.is_bound[rows]
            at = observed.centres[rows[~bound]]
            matrix = np.diag(np.square(observed.error[rows[~bound]]))
            drift = 0.0
            if name in target.series:
                yearly, kept = (float(part[0]) for part in target.spread(x[None], name))
                matrix = matrix + covariance(at, at, np.array(yearly), np.array(kept))
                drift = yearly / np.sqrt(1 - kept**2)
            self.whiteners.append((rows[~bound], whiten(factor(matrix), np.eye(len(matrix)))))
            for row in rows[bound]:
                side = 1.0 if np.isfinite(observed.upper[row]) else -1.0
                error = max(float(observed.error[row]), SHARPEST)
                self.bounds.append((int(row), side, float(np.hypot(drift, error))))
        self.data = sum(len(rows) for rows, _ in self.whiteners)

    def residuals(self, z: Array) -> Array:
        return self._vector(z, self._figures(z[None])[:, 0])

    def jacobian(self, z: Array) -> Array:
        points = np.vstack([z, z + STEP * np.eye(len(z))])
        figures = self._figures(points)
        base = self._vector(z, figures[:, 0])
        moved = [self._vector(points[i + 1], figures[:, i + 1]) for i in range(len(z))]
        return np.asarray((np.array(moved) - base).T / STEP)

    def _figures(self, z: Array) -> Array:
        figures = self.target.figures(z)
        return np.where(np.isfinite(figures), figures, DIVERGED)

    def _vector(self, z: Array, figures: Array) -> Array:
        gap = self.target.observed.log_value - figures
        parts = [whitener @ gap[rows] for rows, whitener in self.whiteners]
        inside = [log_ndtr(side * gap[row] / sd) for row, side, sd in self.bounds]
        return np.concatenate([*parts, np.sqrt(-2.0 * np.array(inside) + 1e-12), z])

    def tails(self, squares: Array) -> Array:
        """Student tails for the whitened figures, plain squares for bounds and priors."""
        rho = np.vstack([squares, np.ones_like(squares), np.zeros_like(squares)])
        part = squares[: self.data]
        rho[0, : self.data] = (TAIL + 1.0) * np.log1p(part / TAIL)
        rho[1, : self.data] = (TAIL + 1.0) / (TAIL + part)
        rho[2, : self.data] = -(TAIL + 1.0) / np.square(TAIL + part)
        return rho
