"""What a package is worth over all members: P, regret, radius, superquantile, effort.

References
----------
Savage (1951), The theory of statistical decision, Journal of the American Statistical Association
46: regret. Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk, Journal of
Risk 2: superquantile. Schwartz, Ott and Stein (1956), Satisficing, and Ben-Haim (2006), Info-gap
decision theory: how far the world may go astray before a demand is no longer met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.uncertain import uncertainties
from qiantang.plan.targets import Target
from qiantang.policy.effort import Effort
from qiantang.policy.packages import Packages
from qiantang.robust.designfile import MEASURES, Objective

Array = NDArray[np.float64]

#: Share of the members that regret is exceeded in, and that the worst are.
TAIL = 0.1
#: Share of the worlds inside a radius in which the target must be reached.
SURE = 0.8
#: Fewest worlds that a radius is read off.
_FEWEST = 20


@dataclass(frozen=True)
class Scorer:
    """Scores packages on one set of members.

    Parameters
    ----------
    packages : Packages
    effort : Effort
    objectives : sequence of Objective
    which : ndarray of int, shape (lever,)
        Places of the levers that may be moved, among those of the packages.
    best : mapping of str to ndarray, shape (member,)
        By target the better of the full plan and of no lever at all: what regret is held against.
    near : mapping of str to ndarray of int, shape (member,)
        By target the members, those with the most usual drivers first.
    """

    packages: Packages
    effort: Effort
    objectives: Sequence[Objective]
    which: NDArray[np.intp]
    best: Mapping[str, Array]
    near: Mapping[str, NDArray[np.intp]]

    def score(self, candidates: Array) -> Array:
        """Return the objectives of candidates, the lower the better, shape (candidate, objective).

        Parameters
        ----------
        candidates : ndarray, shape (candidate, 2 lever)
            Of each the intensities, then the delays. [Dmnl, Year]
        """
        signs = [-1.0 if MEASURES[objective.measure] else 1.0 for objective in self.objectives]
        scores = zip(candidates, self.values(candidates), strict=True)
        found = [[self._one(objective, candidate, values) for objective in self.objectives]
                 for candidate, values in scores]  # fmt: skip
        worth: Array = np.array(signs) * np.array(found).reshape(-1, len(self.objectives))
        return worth

    def values(self, candidates: Array) -> list[Mapping[str, Array]]:
        """Return of each candidate the measure of every target by member."""
        scores = self.packages.score_all([self.spread(one) for one in candidates])
        return [score.values for score in scores]

    def spread(self, candidate: Array) -> tuple[Array, Array]:
        """Return intensities and delays of all levers, nought where one may not be moved."""
        both = np.zeros((2, len(self.packages.levers)))
        both[:, self.which] = candidate.reshape(2, -1)
        return both[0], both[1]

    def _one(self, objective: Objective, candidate: Array, values: Mapping[str, Array]) -> float:
        if objective.target is None:
            return float(self.effort.cost(self.packages.levers) @ self.spread(candidate)[0])
        target = next(t for t in self.packages.targets if t.id == objective.target)
        measured = values[target.id]
        if objective.measure == "probability":
            return float(target.is_reached(measured).mean())
        if objective.measure == "radius":
            return radius(target.is_reached(measured)[self.near[target.id]])
        if objective.measure == "superquantile":
            return superquantile(measured)
        return regret(measured, self.best[target.id])


def superquantile(values: Array) -> float:
    """Return the mean of the worst tenth, shape (member,); a member that diverged is among it."""
    ordered = np.sort(np.where(np.isnan(values), -np.inf, values))
    worst = ordered[: max(1, round(TAIL * len(ordered)))]
    sound = worst[np.isfinite(worst)]
    return float(sound.mean()) if len(sound) else float(np.nanmin(values, initial=np.inf))


def regret(values: Array, best: Array) -> float:
    """Return what is given up in one case of ten: the 90 % point of the best less the value."""
    missed = np.maximum(best - values, 0.0)
    missed = missed[np.isfinite(missed)]
    return float(np.quantile(missed, 1 - TAIL)) if len(missed) else float("inf")


def radius(reached: NDArray[np.bool_]) -> float:
    """Return the share of worlds that a package copes with, the most usual first, shape (member,).

    The largest share within which the target is still reached in four worlds of five.
    """
    counts = np.arange(1, len(reached) + 1)
    enough = np.flatnonzero((np.cumsum(reached) >= SURE * counts) & (counts >= _FEWEST))
    return float((enough[-1] + 1) / len(reached)) if len(enough) else 0.0


def sought_of(objectives: Sequence[Objective]) -> frozenset[str]:
    """Return the targets that objectives ask for."""
    return frozenset(one.target for one in objectives if one.target is not None)


def scorer(
    packages: Packages, effort: Effort, objectives: Sequence[Objective], levers: Sequence[str]
) -> Scorer:
    """Make ready what candidates are held against.

    Raises
    ------
    DivergedError
        Every member of the base or of the full plan diverged.
    """
    size = len(packages.levers)
    none, full = (packages.score(np.full(size, share)).values for share in (0.0, 1.0))
    best = {name: np.fmax(none[name], full[name]) for name in none}
    named = {objective.target for objective in objectives if objective.measure == "radius"}
    near = {target.id: _nearest(packages, target) for target in packages.targets
            if target.id in named}  # fmt: skip
    which = np.array([packages.levers.index(lever) for lever in levers], dtype=np.intp)
    return Scorer(packages, effort, tuple(objectives), which, best, near)


def _nearest(packages: Packages, target: Target) -> NDArray[np.intp]:
    """Order members by how far their drivers are from the mean, in spreads, dependence counted."""
    case = packages._case(np.zeros(len(packages.levers)), {})
    found = uncertainties(packages.study, packages.members, packages.seed, case.vintages,
                          target.measure.years)  # fmt: skip
    columns = [item.values for item in found if item.kind == "driver"]
    columns = columns or [item.values for item in found]
    about = np.column_stack(columns)
    about = (about - about.mean(axis=0)) / about.std(axis=0)
    spread = np.linalg.pinv(np.cov(about, rowvar=False).reshape(about.shape[1], -1))
    far = np.einsum("mi,ij,mj->m", about, spread, about)
    return np.argsort(far, kind="stable")
