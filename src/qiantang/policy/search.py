"""Search for the cheapest package that suffices: linear programmes in a region that is trusted.

The probability that a target is reached is at least p when enough members have a margin of nought
or more, that is, when one order statistic of the margins is not negative. Under common random
numbers this order statistic moves almost linearly with the levers, while limits on the number of
levers are whole-number limits. So each step solves a mixed-integer linear programme (HiGHS, by
`scipy.optimize.milp`) with the order statistic linearised, trusts it only near the package at hand,
and shrinks that region where the model disagrees. SLSQP knows no whole numbers; COBYQA and
differential evolution need many more runs for nineteen levers.

References
----------
Fletcher and Sainz de la Maza (1989), Nonlinear programming and nonsmooth optimization by successive
linear programming, Mathematical Programming 43.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

Array = NDArray[np.float64]
Margins = Callable[[Array], Array]

#: Step of the differences by which slopes are measured: wide, because the response is nearly linear
#: and a narrow one would measure the jumps from member to member. [Dmnl]
STEP = 0.1
#: Part of the members over which a slope is averaged, to each side of the one that decides.
WIDTH = 0.03
#: First and smallest radius of trust. [Dmnl]
RADIUS, SMALLEST = 0.5, 0.01
#: Steps of one search at most.
STEPS = 25
#: Intensities are reported on this grid. [Dmnl]
GRID = 0.01


@dataclass(frozen=True)
class Problem:
    """A search for a package.

    Parameters
    ----------
    margins : callable
        Margin of each member, nought or more where the target is reached, for intensities of shape
        (lever,).
    probability : float
        Share of members that must reach it.
    cost : ndarray, shape (lever,)
        At full intensity.
    most : ndarray, shape (lever,)
        Highest intensity of each.
    sums : tuple of (ndarray of shape (lever,), float)
        Weights and the most that the weighted intensities may come to.
    counts : tuple of (ndarray of bool of shape (lever,), int)
        Levers, and how many of them may be above nought.
    """

    margins: Margins
    probability: float
    cost: Array
    most: Array
    sums: tuple[tuple[Array, float], ...] = ()
    counts: tuple[tuple[NDArray[np.bool_], int], ...] = ()
    told: Callable[[str], None] = field(default=lambda _: None, repr=False)

    def reached(self, x: Array) -> float:
        """Return the share of members that reach the target."""
        return float((self.margins(x) >= 0).mean())

    def suffices(self, x: Array) -> bool:
        """Tell whether enough members reach the target."""
        return self.reached(x) >= self.probability - 1e-12

    def allowed(self, x: Array) -> bool:
        """Tell whether a package keeps every limit."""
        return (
            bool((x <= self.most + 1e-9).all())
            and all(weights @ x <= most + 1e-9 for weights, most in self.sums)
            and all((x[which] > 0).sum() <= most for which, most in self.counts)
        )

    def level(self, x: Array) -> float:
        """Return the margin of the member that decides: not negative where the package suffices."""
        ordered = np.sort(self.margins(x))[::-1]
        return float(ordered[_deciding(len(ordered), self.probability)])

    def smooth(self, x: Array) -> float:
        """Return the mean margin of the members around the one that decides."""
        ordered = np.sort(self.margins(x))[::-1]
        at = _deciding(len(ordered), self.probability)
        side = round(WIDTH * len(ordered))
        return float(np.nanmean(ordered[max(at - side, 0) : at + side + 1]))

    def slopes(self, x: Array) -> Array:
        """Return the slope of the smoothed margin in each lever, by one-sided differences."""
        here = self.smooth(x)
        slopes = np.zeros(len(x))
        for lever in np.flatnonzero(self.most > 0):
            step = STEP if x[lever] + STEP <= self.most[lever] else -min(STEP, x[lever])
            if step == 0:
                step = self.most[lever] - x[lever]
            moved = x.copy()
            moved[lever] += step
            slopes[lever] = (self.smooth(moved) - here) / step
        return slopes


def most_likely(problem: Problem, start: Array, *, enough: bool = True) -> Array:
    """Raise the deciding margin as far as it goes; stop early where it suffices.

    Parameters
    ----------
    problem : Problem
    start : ndarray, shape (lever,)
    enough : bool
        Stop at the first package that suffices.
    """
    x, radius = nearest_allowed(problem, start), RADIUS
    here, slopes = problem.level(x), None
    for _ in range(STEPS):
        if enough and problem.suffices(x):
            break
        slopes = problem.slopes(x) if slopes is None else slopes
        problem.told(f"searching: P = {problem.reached(x):.3f}")
        moved = _programme(problem, x, radius, -slopes, None)
        there = problem.level(moved) if moved is not None else -np.inf
        if moved is not None and there > here:
            x, here, slopes, radius = moved, there, None, min(1.0, 2 * radius)
        else:
            radius /= 2
        if radius < SMALLEST:
            break
    return x


def cheapest(problem: Problem, start: Array) -> Array:
    """Lower the cost from a package that suffices, for as long as it does.

    Parameters
    ----------
    problem : Problem
    start : ndarray, shape (lever,)
        A package that suffices and is allowed.
    """
    best, x, radius = start, start, RADIUS
    slopes = None
    for _ in range(STEPS):
        slopes = problem.slopes(x) if slopes is None else slopes
        problem.told(f"saving: cost {problem.cost @ best:.2f}")
        moved = _programme(problem, x, radius, problem.cost, (problem.level(x), slopes))
        moved = None if moved is None else _lifted(problem, moved, x, slopes)
        if moved is not None and problem.cost @ moved < problem.cost @ x - 1e-4:
            best = x = moved
            slopes, radius = None, min(1.0, 1.5 * radius)
        else:
            radius /= 2
        if radius < SMALLEST:
            break
    return tidied(problem, best)


def tidied(problem: Problem, x: Array) -> Array:
    """Put a package on the grid, then lower each lever alone as far as it still suffices.

    The dearest levers come first. What is returned suffices, and no lever of it can be lowered by
    a step of the grid with the others held.
    """
    best = np.minimum(np.ceil(x / GRID - 1e-6) * GRID, problem.most)
    if not (problem.suffices(best) and problem.allowed(best)):
        best = x
    changed = True
    while changed:
        changed = False
        for lever in np.argsort(-problem.cost * best):
            lower = _lowest(problem, best, lever)
            changed |= lower < best[lever] - GRID / 2
            best[lever] = lower
    return np.asarray(np.round(best, 6), dtype=np.float64)


def nearest_allowed(problem: Problem, x: Array) -> Array:
    """Return an allowed package near another: the least change in sum."""
    x = np.minimum(x, problem.most)
    if problem.allowed(x):
        return x
    # A slope of one in every lever keeps as much intensity as the limits allow.
    moved = _programme(problem, x, 1.0, -(1 + x), None)
    return np.zeros(len(x)) if moved is None else moved


def _deciding(members: int, probability: float) -> int:
    """Return the place, from the top, of the member whose margin decides."""
    return min(max(ceil(probability * members - 1e-9), 1), members) - 1


def _programme(
    problem: Problem,
    x: Array,
    radius: float,
    objective: Array,
    hold: tuple[float, Array] | None,
) -> Array | None:
    """Solve one linear programme around a package; None where it has no solution.

    Unknowns are the intensities and, for each lever, whether it is pulled at all. Where `hold`
    gives a level and its slopes, the linearised level must not be negative.
    """
    size = len(x)
    eye, none = np.eye(size), np.zeros((size, size))
    constraints = [LinearConstraint(np.hstack([eye, -np.diag(problem.most)]), -np.inf, 0)]
    for weights, most in problem.sums:
        constraints.append(LinearConstraint(np.hstack([weights, none[0]]), -np.inf, most))
    for which, number in problem.counts:
        row = np.hstack([none[0], which.astype(float)])
        constraints.append(LinearConstraint(row, -np.inf, number))
    if hold is not None:
        level, slopes = hold
        row = np.hstack([slopes, none[0]])
        constraints.append(LinearConstraint(row, slopes @ x - level, np.inf))
    low = np.maximum(x - radius, 0)
    high = np.minimum(x + radius, problem.most)
    if problem.counts:  # a lever leaves the package in one step, or never would
        low = np.zeros(size)
    scale = np.abs(objective).max() or 1.0
    found = milp(
        np.hstack([objective / scale, np.full(size, 1e-9)]),
        constraints=constraints,
        bounds=Bounds(np.hstack([low, none[0]]), np.hstack([high, np.ones(size)])),
        integrality=np.hstack([none[0], np.ones(size) if problem.counts else none[0]]),
    )
    if found.x is None:
        return None
    moved = np.clip(found.x[:size], 0, problem.most)
    moved[moved < 1e-9] = 0.0
    return np.asarray(moved, dtype=np.float64)


def _lifted(problem: Problem, moved: Array, x: Array, slopes: Array) -> Array | None:
    """Mend a step that falls short: aim higher by what it missed, at most three times."""
    missed = 0.0
    for _ in range(3):
        if problem.suffices(moved):
            return moved
        missed += 1.1 * max(-problem.level(moved), 0.0)
        radius = max(float(np.abs(moved - x).max()), SMALLEST)
        again = _programme(problem, x, radius, problem.cost, (problem.level(x) - missed, slopes))
        if again is None:
            return None
        moved = again
    return moved if problem.suffices(moved) else None


def _lowest(problem: Problem, x: Array, lever: int) -> float:
    """Return the lowest intensity on the grid at which a package suffices, the others held."""

    def holds(steps: int) -> bool:
        trial = x.copy()
        trial[lever] = steps * GRID
        return problem.suffices(trial)

    here = float(x[lever])
    top = round(here / GRID)
    if top == 0:
        return here
    if holds(0):
        return 0.0
    bottom = 0
    while top - bottom > 1:
        middle = (bottom + top) // 2
        bottom, top = (bottom, middle) if holds(middle) else (middle, top)
    return min(top * GRID, here)
