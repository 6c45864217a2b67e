"""The smallest package of lever intensities that reaches a target, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qiantang.levers import articles_of
from qiantang.plan.targets import Target
from qiantang.policy.answer import Answer, Pull
from qiantang.policy.binding import find_binding
from qiantang.policy.ceiling import Ceiling, find_ceiling
from qiantang.policy.effort import Effort
from qiantang.policy.packages import Packages
from qiantang.policy.search import Problem, cheapest, most_likely, nearest_allowed

Array = NDArray[np.float64]

#: Standard errors by which a ceiling must lie below what is asked.
SURE = 2.0


def solve(
    packages: Packages,
    effort: Effort,
    target: Target,
    probability: float,
    progress: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Find the cheapest package that reaches a target with a probability, or show that none does.

    Parameters
    ----------
    packages : Packages
    effort : Effort
    target : Target
    probability : float
        Between 0 and 1.
    progress : callable
        Told each stage.
    """
    levers = packages.levers
    problem = _problem(packages, effort, target, probability, progress)
    nothing = np.zeros(len(levers))
    ceiling: Ceiling | None = None
    costs: tuple[float, ...] = ()
    if problem.suffices(nothing):
        verdict, best = "no_effort", nothing
    else:
        starts = _starts(packages, problem)
        found = next((x for x in starts if problem.suffices(x) and problem.allowed(x)), None)
        for start in starts if found is None else ():
            tried = most_likely(problem, start)
            if problem.suffices(tried):
                found = tried
                break
        if found is not None:
            verdict = "reached"
            others = [x for x in starts if problem.suffices(x) and problem.allowed(x)]
            ends = [cheapest(problem, x) for x in _distinct([found, *others])]
            costs = tuple(sorted(float(problem.cost @ x) for x in ends))
            best = min(ends, key=lambda x: float(problem.cost @ x))
        else:
            ceiling = find_ceiling(packages, effort, target, progress)
            sure = ceiling.probability + SURE * ceiling.error < probability
            verdict = "impossible" if sure else "not_found"
            best = _nearest(problem, starts)
    return _answer(packages, effort, target, problem, best, verdict, ceiling, costs)


def _problem(
    packages: Packages,
    effort: Effort,
    target: Target,
    probability: float,
    progress: Callable[[str], None],
) -> Problem:
    """Put the model and the effort file as a problem of search."""
    levers = packages.levers
    cost = effort.cost(levers)
    sums, counts = [], []
    if effort.file.budget is not None:
        sums.append((cost, effort.file.budget))
    for rule in effort.file.rules:
        which = effort.counted(rule, levers)
        if rule.at_most is not None:
            counts.append((which, rule.at_most))
        if rule.sum is not None:
            sums.append((which.astype(float), rule.sum))

    def margins(x: Array) -> Array:
        values = packages.score(x).values[target.id]
        # A margin of nought counts where the promise is "at least", and not where it is "above".
        exact = np.where(target.is_reached(values), np.maximum(values - target.threshold, 0),
                         np.minimum(values - target.threshold, -1e-12))  # fmt: skip
        return np.where(np.isnan(values), -np.inf, exact)

    return Problem(margins, probability, cost, effort.most(levers), tuple(sums), tuple(counts),
                   progress)  # fmt: skip


def _starts(packages: Packages, problem: Problem) -> list[Array]:
    """Return packages to start from: everything allowed, and lever after lever by gain for cost."""
    full = nearest_allowed(problem, problem.most)
    nothing = np.zeros(len(problem.most))
    ground = problem.smooth(nothing)
    gains = np.array([problem.smooth(row) for row in np.diag(problem.most)]) - ground
    greedy, best = nothing.copy(), ground
    for lever in np.argsort(-gains / problem.cost):
        trial = greedy.copy()
        trial[lever] = problem.most[lever]
        if problem.allowed(trial) and problem.smooth(trial) > best:
            greedy, best = trial, problem.smooth(trial)
            if problem.suffices(greedy):
                break
    return _distinct([greedy, full, full / 2])


def _nearest(problem: Problem, starts: list[Array]) -> Array:
    """Return the package of the highest probability found, from every start."""
    found = [most_likely(problem, start, enough=False) for start in starts]
    best = max(found, key=problem.reached)
    # The deciding member moves with the probability: aim once more from where the search ended.
    again = replace(problem, probability=problem.reached(best))
    best = max([best, most_likely(again, best, enough=False)], key=problem.reached)
    # Of all that reach as far, the cheapest: a lever that adds nothing is left out.
    return cheapest(replace(problem, probability=problem.reached(best)), best)


def _distinct(packages: list[Array]) -> list[Array]:
    kept: list[Array] = []
    for x in packages:
        if not any(np.array_equal(x, other) for other in kept):
            kept.append(x)
    return kept


def _answer(
    packages: Packages,
    effort: Effort,
    target: Target,
    problem: Problem,
    best: Array,
    verdict: str,
    ceiling: Ceiling | None,
    costs: tuple[float, ...],
) -> Answer:
    levers = packages.levers
    binding = find_binding(packages, effort, target, best)
    reached, fresh = problem.reached(best), _fresh(packages, target, best)
    spent = problem.cost * best
    size = packages.members.size
    return Answer(
        target=target.id,
        asked=problem.probability,
        verdict=verdict,
        package=_pulls(packages, best, spent),
        cost=float(spent.sum()),
        full_cost=float(problem.cost.sum()),
        costs=costs,
        unit=effort.file.unit,
        unit_zh=effort.file.unit_zh,
        probability=reached,
        error=_error(reached, size),
        fresh=fresh,
        fresh_error=_error(fresh, size),
        base=problem.reached(np.zeros(len(levers))),
        full=problem.reached(np.ones(len(levers))),
        ceiling=ceiling,
        binding=binding,
        limits=tuple(_exhausted(effort, levers, best)),
        members=size,
        seed=packages.seed,
        runs=packages.runs,
    )


def _pulls(packages: Packages, best: Array, spent: Array) -> tuple[Pull, ...]:
    """Return the levers of a package with what they cost, the dearest first."""
    levers = packages.levers
    return tuple(
        Pull(
            levers[place],
            float(best[place]),
            float(spent[place]),
            articles_of(packages.study, levers[place]),
        )
        for place in np.argsort(-spent, kind="stable")
        if best[place] > 0
    )


def _fresh(packages: Packages, target: Target, best: Array) -> float:
    """Return the probability on members in another order, with other surprises of the drivers."""
    other = packages.on_other_draws()
    return float(target.is_reached(other.score(best).values[target.id]).mean())


def _error(probability: float, members: int) -> float:
    return float(np.sqrt(probability * (1 - probability) / members))


def _exhausted(effort: Effort, levers: tuple[str, ...], x: Array) -> Iterator[str]:
    """Name the limits of the effort file that leave a package no room."""
    near = 1e-6
    budget = effort.file.budget
    if budget is not None and effort.cost(levers) @ x > budget - near:
        yield "budget"
    for rule in effort.file.rules:
        which = effort.counted(rule, levers)
        if rule.at_most is not None and (x[which] > 0).sum() >= rule.at_most:
            yield rule.id
        if rule.sum is not None and x[which].sum() > rule.sum - near:
            yield rule.id
    for place, most in enumerate(effort.most(levers)):
        if most > 0 and x[place] > most - near:
            yield f"{levers[place]} at its most"
