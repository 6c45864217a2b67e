"""Simulation-based calibration: does the fit find what it was not told.

Parameters and drift are drawn from the prior, figures are made from them with the errors that the
likelihood assumes, and the whole fit is run on the made figures. If the sampler and the likelihood
are right, the rank of the truth among the posterior's draws is uniform, and an interval of 90 %
holds it nine times in ten. The deviations that the real fit carries through the model are left
out: the made world has none to carry.

References
----------
Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference algorithms with
simulation-based calibration, arXiv 1804.06788.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.chains import Plan, sample
from qiantang.calibrate.discrepancy import covariance
from qiantang.calibrate.factors import factor
from qiantang.calibrate.laplace import approximate
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.runner import Runner
from qiantang.calibrate.target import TAIL, Target
from qiantang.study import Study

Array = NDArray[np.float64]

#: Chains of one trial: enough for a rank, few enough for a hundred trials.
PLAN = Plan(chains=32, warm_up=(800,), kept=20, thin=80, trust=(0.0,))
#: Bins of the ranks.
BINS = 10
#: Shares of draws that the intervals hold.
LEVELS = (0.5, 0.9)


@dataclass(frozen=True)
class Recovery:
    """Ranks of the truth.

    Parameters
    ----------
    names : tuple of str, length D
        Coordinates that the figures depend on.
    ranks : ndarray, shape (trial, D)
        Share of posterior draws below the truth, between 0 and 1.
    """

    names: tuple[str, ...]
    ranks: Array

    def coverage(self, level: float) -> float:
        """Return the share of truths inside the central interval of a level."""
        return float((np.abs(self.ranks - 0.5) < level / 2).mean())

    def histogram(self) -> NDArray[np.int64]:
        """Return the count of ranks in each bin, all coordinates together."""
        counts, _ = np.histogram(self.ranks, bins=BINS, range=(0.0, 1.0))
        return counts


def recover(
    study: Study, trials: int, seed: int = 1, progress: Callable[[str], None] = lambda _: None
) -> Recovery:
    """Fit made figures, again and again.

    Parameters
    ----------
    study : Study
    trials : int
    seed : int
    progress : callable
        Told one line a trial.
    """
    observed = select_observed(study.evidence, study.about.origin)
    runner = Runner(study, observed)
    ranks: list[Array] = []
    names: tuple[str, ...] = ()
    for trial in range(trials):
        rng = np.random.default_rng([seed, trial])
        target = Target(study, observed, runner, {})
        truth, made = _made(target, rng)
        target = Target(study, made, Runner(study, made), {})
        normal = approximate(target, carrying=False)
        target.find_active()
        drawn = sample(target.active_density, normal.only(target.active), PLAN, seed + trial)
        flat = drawn.draws.reshape(-1, drawn.draws.shape[-1])
        ranks.append((flat < truth[target.active]).mean(axis=0))
        names = tuple(n for n, on in zip(target.names, target.active, strict=True) if on)
        progress(f"trial {trial + 1} of {trials}: {float(drawn.acceptance.mean()):.0%} accepted")
    return Recovery(names, np.array(ranks))


def _made(target: Target, rng: np.random.Generator) -> tuple[Array, Observed]:
    """Draw a truth from the prior and the figures that it would have left."""
    observed = target.observed
    while True:
        truth = rng.standard_normal(len(target.names))
        figures = target.figures(truth[None])[:, 0]
        if np.isfinite(figures).all():
            break
    value = figures.copy()
    for name in observed.series:
        rows = observed.of(name)
        times = observed.centres[rows]
        matrix = np.diag(np.square(observed.error[rows]))
        if name in target.series:
            yearly, kept = target.spread(truth[None], name)
            matrix = matrix + covariance(times, times, yearly, kept)[0]
        white = rng.standard_t(TAIL, size=len(rows))
        value[rows] += factor(matrix) @ white
    # A bound is made a figure: what is censored, and when, is no part of the model.
    free = np.full(len(value), np.inf)
    exact = tuple(replace(row, form="exact") for row in observed.rows)
    return truth, replace(observed, rows=exact, log_value=value, lower=-free, upper=free)
