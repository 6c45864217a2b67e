"""The parameters that fit best, and a Gaussian picture of how sure that is.

A penalised likelihood: residuals in logs, whitened by the drift and measurement error of their
series, with the tails of a Student t; standard normal penalties from the priors. The posterior is
approximated by the normal distribution that matches the curvature at the optimum, so parameters
that the data say nothing about keep exactly their prior.

References
----------
Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 4.1 (normal approximation).
Lange, Little and Taylor (1989), Robust statistical modeling using the t distribution, JASA 84.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import log_ndtr

from qiantang.calibrate.discrepancy import (
    DiscrepancyRecord,
    Residuals,
    Spread,
    covariance,
    weigh_spread,
)
from qiantang.calibrate.observed import Observed
from qiantang.priors import Priors

Array = NDArray[np.float64]

#: Model in logs: standard parameters, shape (member, P), to log figures, shape (n, member).
LogModel = Callable[[Array], Array]

#: Degrees of freedom of the Student t.
TAIL = 5.0
#: Step of the finite differences on the standard scale.
STEP = 1e-3
#: Rounds of fitting parameters and weighing the drift in turn.
ROUNDS = 3
#: Least error of the end of an interval or bound in logs: a step could not be searched.
SHARPEST = 0.01
#: Log deviation put in place of a diverged run, so that the search turns back.
DIVERGED = 50.0


@dataclass(frozen=True)
class Posterior:
    """Optimum, Gaussian approximation, drift of each series.

    Parameters
    ----------
    mode : ndarray, shape (P,)
        Best standard parameters.
    root : ndarray, shape (P, P)
        Square root of the covariance: ``mode + root @ normals`` is a draw.
    spreads : dict
        Weights over the drift of each series with a deviation.
    log_model : ndarray, shape (n,)
        Log figures of the model at the mode.
    cost : float
        Half the sum of squares at the mode, robust tails included.
    evaluations : int
        Runs of the model that the search took.
    """

    mode: Array
    root: Array
    spreads: dict[str, Spread]
    log_model: Array
    cost: float
    evaluations: int

    def draw(self, priors: Priors, members: int, rng: np.random.Generator) -> Array:
        """Draw standard parameters within the limits, shape (members, P)."""
        z = self.mode + rng.standard_normal((members, len(self.mode))) @ self.root.T
        for _ in range(200):
            outside = ((z < priors.lower) | (z > priors.upper)).any(axis=1)
            if not outside.any():
                return z
            fresh = rng.standard_normal((int(outside.sum()), len(self.mode)))
            z[outside] = self.mode + fresh @ self.root.T
        return np.clip(z, priors.lower, priors.upper)

    def ratio(self) -> Array:
        """Return posterior over prior standard deviation of each parameter, shape (P,)."""
        return np.asarray(np.sqrt(np.square(self.root).sum(axis=1)))


def fit_posterior(
    log_model: LogModel,
    observed: Observed,
    priors: Priors,
    discrepancy: Mapping[str, DiscrepancyRecord],
    progress: Callable[[str], None] = lambda _: None,
) -> Posterior:
    """Fit the parameters to observed figures.

    Parameters
    ----------
    log_model : callable
        See `LogModel`. Diverged members come back as NaN.
    observed : Observed
    priors : Priors
    discrepancy : mapping
        Series to the prior of its deviation.
    progress : callable
        Told one line for each round.
    """
    search = _Search(log_model, observed, priors)
    spreads = {name: weigh_spread(record, None) for name, record in discrepancy.items()}
    z = np.zeros(len(priors.names))
    for turn in range(ROUNDS):
        search.set_spreads(spreads)
        solved = least_squares(
            search.residuals, z, jac=search.jacobian, method="trf",
            loss=search.tails,  # type: ignore[arg-type]  # stubs name an argument never given
            bounds=(priors.lower - 1e-9, priors.upper + 1e-9), x_scale=1.0, max_nfev=40,
        )  # fmt: skip
        z = solved.x
        spreads = {
            name: weigh_spread(record, residuals_of(name, observed, search.log_figures(z[None])))
            for name, record in discrepancy.items()
        }
        progress(f"round {turn + 1} of {ROUNDS}: cost {solved.cost:.1f}, {search.runs} runs")
    search.set_spreads(spreads)
    slope = search.jacobian(z)
    weight = np.sqrt(search.tail_weights(search.residuals(z)))
    precision = (slope * weight[:, None]).T @ (slope * weight[:, None])
    root = np.linalg.inv(np.linalg.cholesky(precision)).T
    log_figures = search.log_figures(z[None])[:, 0]
    return Posterior(z, root, spreads, log_figures, float(solved.cost), search.runs)


def residuals_of(name: str, observed: Observed, log_figures: Array) -> Residuals | None:
    """Return the residuals of a series that a Gaussian can use: bounds are left out.

    Parameters
    ----------
    name : str
    observed : Observed
    log_figures : ndarray, shape (n, member)
    """
    rows = observed.of(name)
    rows = rows[~observed.is_bound[rows]] if len(rows) else rows
    if not len(rows):
        return None
    values = observed.log_value[rows][:, None] - log_figures[rows]
    return Residuals(observed.centres[rows], values, observed.error[rows])


class _Search:
    """The residual vector of the search: whitened figures, censored figures, priors."""

    def __init__(self, log_model: LogModel, observed: Observed, priors: Priors) -> None:
        self.log_model = log_model
        self.observed = observed
        self.size = len(priors.names)
        self.runs = 0
        self.whiteners: list[tuple[NDArray[np.intp], Array]] = []
        self.point = observed.is_point
        self.censored = np.flatnonzero(~self.point)
        self.censored_sd = np.ones(len(self.censored))
        self.ends = np.maximum(observed.end_error, SHARPEST)

    def set_spreads(self, spreads: Mapping[str, Spread]) -> None:
        """Fix scale and persistence of every series' drift at their present means."""
        self.whiteners = []
        drift = np.zeros(len(self.observed.rows))
        for name in self.observed.series:
            rows = self.observed.of(name)
            scale, persistence = spreads[name].mean() if name in spreads else (0.0, 0.5)
            drift[rows] = scale
            rows = rows[self.point[rows]]
            centres = self.observed.centres[rows]
            matrix = covariance(centres, centres, np.array(scale), np.array(persistence))
            matrix = matrix + np.diag(np.square(self.observed.error[rows]))
            self.whiteners.append((rows, np.linalg.inv(np.linalg.cholesky(matrix))))
        self.censored_sd = np.hypot(drift, self.ends)[self.censored]

    def log_figures(self, z: Array) -> Array:
        """Run the model; a diverged member is sent far away rather than left NaN."""
        self.runs += len(z)
        figures = self.log_model(z)
        return np.where(np.isfinite(figures), figures, DIVERGED)

    def residuals(self, z: Array) -> Array:
        return self._vector(z, self.log_figures(z[None])[:, 0])

    def jacobian(self, z: Array) -> Array:
        points = np.vstack([z, z + STEP * np.eye(self.size)])
        figures = self.log_figures(points)
        base = self._vector(z, figures[:, 0])
        moved = [self._vector(points[i + 1], figures[:, i + 1]) for i in range(self.size)]
        return np.asarray((np.array(moved) - base).T / STEP)

    def _vector(self, z: Array, figures: Array) -> Array:
        gap = self.observed.log_value - figures
        parts = [whitener @ gap[rows] for rows, whitener in self.whiteners]
        return np.concatenate([*parts, self._censored(figures), z])

    def _censored(self, figures: Array) -> Array:
        """Return the root of twice the negative log probability of each interval or bound."""
        at = figures[self.censored]
        below = log_ndtr((self.observed.upper[self.censored] - at) / self.censored_sd)
        above = log_ndtr((at - self.observed.lower[self.censored]) / self.censored_sd)
        return np.asarray(np.sqrt(np.maximum(-2.0 * (below + above), 0.0) + 1e-12))

    def tails(self, squares: Array) -> Array:
        """Student tails for the whitened figures, plain squares for priors and bounds."""
        data = sum(len(rows) for rows, _ in self.whiteners)
        rho = np.vstack([squares, np.ones_like(squares), np.zeros_like(squares)])
        part = squares[:data]
        rho[0, :data] = (TAIL + 1.0) * np.log1p(part / TAIL)
        rho[1, :data] = (TAIL + 1.0) / (TAIL + part)
        rho[2, :data] = -(TAIL + 1.0) / np.square(TAIL + part)
        return rho

    def tail_weights(self, residuals: Array) -> Array:
        """Return the weight of each residual in the curvature."""
        return np.asarray(self.tails(np.square(residuals))[1])
