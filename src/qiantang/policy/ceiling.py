"""A ceiling: a probability that no package can pass, and how far that is shown.

Three liberties are given to every member at once. What is decided is carried out in full, however
much is decided. Each member pulls just the levers that help itself, as if it knew its own future.
Limits on cost and number are dropped. What is reached then cannot be reached by any one package,
provided that the outcome rises, or falls, steadily with the dose of each lever. That proviso is
measured, not proved: packages drawn at random, another for each member, are run with the first
liberty, and those that pass the ceiling are counted and raise it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.plan.targets import Target
from qiantang.policy.effort import Effort
from qiantang.policy.packages import Packages

Array = NDArray[np.float64]

#: Rounds over the levers in which each member may change its mind.
ROUNDS = 3
#: Random packages tried, each another for every member.
TRIALS = 40
#: Part of the spread of a target below which a difference is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Ceiling:
    """What no package can pass.

    Parameters
    ----------
    probability : float
        Share of members that reach the target with every liberty.
    error : float
        Standard error from the number of members.
    trials : int
        Random packages tried against it, each in one member.
    above : int
        Those of them that passed it; it was raised by them.
    settled : bool
        No member gained by changing any one lever in the last round.
    """

    probability: float
    error: float
    trials: int
    above: int
    settled: bool


def find_ceiling(
    packages: Packages,
    effort: Effort,
    target: Target,
    progress: Callable[[str], None] = lambda _: None,
) -> Ceiling:
    """Return the probability that no package can pass.

    Parameters
    ----------
    packages : Packages
    effort : Effort
        Its best case says how execution is made perfect.
    target : Target
    progress : callable
        Told each stage.
    """
    parameters = dict(effort.file.best_case.set)
    size = packages.members.size
    most = np.repeat(effort.most(packages.levers)[:, None], size, axis=1)

    def values(x: Array) -> Array:
        found = packages.score(x, parameters=parameters).values[target.id]
        return np.where(np.isnan(found), np.inf, found)  # no figure, no bound

    x, best = most.copy(), values(most)
    slack = ROUNDING * float(np.ptp(best[np.isfinite(best)], axis=0) if size > 1 else 1.0)
    settled = False
    for turn in range(ROUNDS):
        progress(f"ceiling: round {turn + 1}")
        settled = True
        for lever in range(len(most)):
            other = x.copy()
            other[lever] = np.where(x[lever] > 0, 0.0, most[lever])
            there = values(other)
            better = there > best + slack
            settled &= not better.any()
            x[lever] = np.where(better, other[lever], x[lever])
            best = np.where(better, there, best)
        if settled:
            break
    rng = np.random.default_rng(packages.seed)
    above = 0
    for trial in range(TRIALS):
        progress(f"ceiling: trial {trial + 1}")
        # Half of the trials are near the corner found, where a counterexample would count.
        drawn = most * rng.random(most.shape)
        near = x + (drawn - x) * rng.random(size) ** 2 if trial % 2 else drawn
        there = values(near)
        above += int((there > best + slack).sum())
        best = np.maximum(best, there)
    reached = float(target.is_reached(best).mean())
    error = float(np.sqrt(reached * (1 - reached) / size))
    return Ceiling(reached, error, TRIALS * size, above, settled)
