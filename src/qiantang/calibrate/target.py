"""The posterior density of a fit: priors, and figures seen through drift and measurement error.

The residuals of a series, in logs, are whitened by the covariance of its deviation and of its
measurement error and then have the tails of a Student t. How far the deviation moves in a year and
how long it lasts are sampled with the parameters of the model. A bound adds the probability of
lying on its side. All coordinates are standard normal before the data speak.

References
----------
Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., chapters 5 and 17.
Lange, Little and Taylor (1989), Robust statistical modeling using the t distribution, JASA 84.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, log_ndtr

from qiantang.calibrate.discrepancy import covariance
from qiantang.calibrate.factors import factor, log_size, whiten
from qiantang.calibrate.observed import Observed
from qiantang.calibrate.runner import Deviations, Runner
from qiantang.study import Study

Array = NDArray[np.float64]

#: Degrees of freedom of the Student t.
TAIL = 5.0
#: Least error of the end of a bound in logs: a step could not be searched.
SHARPEST = 0.01
#: How parameters are moved to see which matter: trials, spread of the places, size of the move.
_TRIALS, _NEAR, _MOVE = 2, 0.7, 1.3
#: Names of the two coordinates of a series' deviation.
YEARLY_SD, PERSISTENCE = "{} yearly sd", "{} persistence"


class Target:
    """Log density over standard coordinates, many points at a time.

    Parameters
    ----------
    study : Study
    observed : Observed
    runner : Runner
    carried : mapping
        Deviations that the model runs with while it is compared, one path a series.

    Attributes
    ----------
    names : tuple of str, length D
        The parameters of the model, then yearly sd and persistence of each observed series.
    active : ndarray of bool, shape (D,)
        False for the parameters that no observed figure depends on, found by `find_active`: they
        keep their prior exactly and need no chain.
    """

    def __init__(
        self, study: Study, observed: Observed, runner: Runner, carried: Deviations
    ) -> None:
        self.study = study
        self.observed = observed
        self.runner = runner
        self.carried = carried
        self.series = tuple(name for name in observed.series if name in study.discrepancy)
        pairs = [form.format(name) for name in self.series for form in (YEARLY_SD, PERSISTENCE)]
        self.names = (*study.priors.names, *pairs)
        self.parameters = len(study.priors.names)
        self.active: NDArray[np.bool_] = np.ones(len(self.names), dtype=np.bool_)

    def find_active(self) -> None:
        """Move every parameter on its own, twice, and see which leave all figures as they are."""
        rng = np.random.default_rng(0)
        active = np.ones(len(self.names), dtype=np.bool_)
        active[: self.parameters] = False
        for _ in range(_TRIALS):
            base = _NEAR * rng.standard_normal(len(self.names))
            figures = self.figures(np.vstack([base, base + _MOVE * np.eye(len(base))]))
            active |= (figures[:, 1:] != figures[:, :1]).any(axis=0)
        self.active = active

    def complete(self, x: Array, rng: np.random.Generator) -> Array:
        """Add the inactive coordinates, drawn from the prior, to points of the active ones."""
        whole = rng.standard_normal((len(x), len(self.names)))
        whole[:, self.active] = x
        return whole

    def active_density(self, x: Array) -> Array:
        """Return the log density of points over the active coordinates, shape (member,)."""
        whole = np.zeros((len(x), len(self.names)))
        whole[:, self.active] = x
        return self.log_density(whole)

    def spread(self, x: Array, name: str) -> tuple[Array, Array]:
        """Return (yearly sd, persistence) of a series, each of shape (member,)."""
        record = self.study.discrepancy[name]
        if name not in self.series:
            raise KeyError(name)
        at = self.parameters + 2 * self.series.index(name)
        return record.natural(x[:, at : at + 2])

    def drift(self, x: Array) -> dict[str, dict[str, float]]:
        """Return the mean yearly sd and persistence of each series that was observed."""
        found = {}
        for name in self.series:
            yearly, kept = self.spread(x, name)
            found[name] = {
                "yearly_sd": round(float(yearly.mean()), 4),
                "persistence": round(float(kept.mean()), 4),
            }
        return found

    def standard(self, x: Array) -> Array:
        """Return the parameters of points on the scale of the priors, within their limits."""
        return self.study.priors.within(x[:, : self.parameters])

    def figures(self, x: Array) -> Array:
        """Run the model, shape (n, member), its own deviations taken out again."""
        return self.runner.plain(self.standard(x), self.carried)

    def log_density(self, x: Array) -> Array:
        """Return the log density of points, shape (member,), up to a constant.

        Parameters
        ----------
        x : ndarray, shape (member, D)
            A point whose run diverges has minus infinity.
        """
        prior: Array = -0.5 * np.square(x).sum(axis=1)
        return prior + self.likelihood(self.figures(x), x)

    def likelihood(self, figures: Array, x: Array) -> Array:
        """Return the log likelihood of modelled log figures, shape (n, member)."""
        sound = np.isfinite(figures).all(axis=0)
        total = np.where(sound, 0.0, -np.inf)
        gaps = self.observed.log_value[:, None] - np.where(sound, figures, 0.0)
        for name in self.observed.series:
            rows = self.observed.of(name)
            bound = self.observed.is_bound[rows]
            total += self._points(name, rows[~bound], gaps, x)
            total += self._bounds(name, rows[bound], gaps, x)
        return total

    def _points(self, name: str, rows: NDArray[np.intp], gaps: Array, x: Array) -> Array:
        if not len(rows):
            return np.zeros(len(x))
        times, error = self.observed.centres[rows], np.diag(np.square(self.observed.error[rows]))
        if name in self.series:
            matrix = covariance(times, times, *self.spread(x, name)) + error
        else:
            matrix = np.broadcast_to(error, (len(x), *error.shape))
        lower = factor(matrix)
        white = whiten(lower, gaps[rows].T[..., None])[..., 0]
        return np.asarray(_log_student(white).sum(axis=-1) - log_size(lower))

    def _bounds(self, name: str, rows: NDArray[np.intp], gaps: Array, x: Array) -> Array:
        drift: Array = np.zeros(len(x))
        if name in self.series and len(rows):
            yearly, kept = self.spread(x, name)
            drift = yearly / np.sqrt(1.0 - np.square(kept))
        total = np.zeros(len(x))
        for row in rows:
            sd = np.hypot(drift, max(self.observed.error[row], SHARPEST))
            side = 1.0 if np.isfinite(self.observed.upper[row]) else -1.0
            total += log_ndtr(side * gaps[row] / sd)
        return total


def _log_student(white: NDArray[np.floating]) -> Array:
    """Return the log density of a Student t with `TAIL` degrees of freedom."""
    constant = gammaln((TAIL + 1) / 2) - gammaln(TAIL / 2) - 0.5 * np.log(TAIL * np.pi)
    return np.asarray(constant - (TAIL + 1) / 2 * np.log1p(np.square(white) / TAIL))
