"""A search for many objectives at once, by pymoo, that goes on where it was stopped.

The search asks for candidates and is told what they are worth. What was worth what is kept, one
file a generation; begun anew from the same seed it asks the same, is answered from the files, and
so comes to where it was stopped.

References
----------
Deb et al. (2002), A fast and elitist multiobjective genetic algorithm: NSGA-II, IEEE Transactions
on Evolutionary Computation 6. Seada and Deb (2016), A unified evolutionary optimization procedure
for single, multiple, and many objectives (U-NSGA-III), same journal 20. Blank and Deb (2020),
Pymoo: multi-objective optimization in Python, IEEE Access 8. Fonseca, Paquete and Lopez-Ibanez
(2006), An improved dimension-sweep algorithm for the hypervolume indicator, CEC 2006.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qiantang.extra import needed

Array = NDArray[np.float64]

#: Objectives from which on directions, and not crowding, keep the front wide.
_MANY = 4
#: Place of the reference point, over the range of the front.
_REFERENCE = 1.1


@dataclass(frozen=True)
class Task:
    """What is searched.

    Parameters
    ----------
    high : ndarray, shape (variable,)
        Upper ends; the lower ones are nought unless `low` is given.
    step : ndarray, shape (variable,)
        Grid of the variables; nought for none.
    objectives : int
    evaluate : callable
        Objectives of candidates, the lower the better, shape (candidate, objective), for
        candidates of shape (candidate, variable). Only those that keep the limits are asked for.
    excess : callable
        By how much each limit is passed, nought or less where it is kept, shape (limit,).
    limits : int
    starts : ndarray, shape (start, variable)
        Candidates to begin with, besides random ones.
    low : ndarray, shape (variable,), optional
    """

    high: Array
    step: Array
    objectives: int
    evaluate: Callable[[Array], Array]
    excess: Callable[[Array], Array]
    limits: int
    starts: Array
    low: Array | None = None

    @property
    def lowest(self) -> Array:
        """Lower ends of the variables, shape (variable,)."""
        return np.zeros(len(self.high)) if self.low is None else self.low

    def allowed(self, candidates: Array) -> NDArray[np.bool_]:
        """Tell which candidates keep the limits, shape (candidate,)."""
        return np.array([bool((self.excess(one) <= 1e-9).all()) for one in candidates])


@dataclass(frozen=True)
class Tried:
    """Candidates of one search and what they are worth.

    Parameters
    ----------
    candidates : ndarray, shape (candidate, variable)
    worth : ndarray, shape (candidate, objective)
    allowed : ndarray of bool, shape (candidate,)
    generations : ndarray of int, shape (candidate,)
    """

    candidates: Array
    worth: Array
    allowed: NDArray[np.bool_]
    generations: NDArray[np.int64]


class Keep(Protocol):
    """Where generations are kept."""

    def get(self, generation: int) -> tuple[Array, Array] | None:
        """Return candidates and worth of a generation, None where it was not reached."""

    def put(self, generation: int, candidates: Array, worth: Array) -> None:
        """Keep a generation."""


def search(
    task: Task,
    seed: int,
    population: int,
    generations: int,
    keep: Keep | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Tried:
    """Search from one seed.

    Raises
    ------
    StudyError
        If pymoo is not installed.
    """
    algorithm = _algorithm(task, seed, population)
    problem = _problem(task)
    algorithm.setup(problem, termination=("n_gen", generations), seed=seed, verbose=False)
    evaluator = needed("pymoo.core.evaluator").Evaluator()
    static = needed("pymoo.problems.static").StaticProblem
    batches: list[tuple[Array, Array]] = []
    while algorithm.has_next():
        asked = algorithm.ask()
        candidates = np.asarray(asked.get("X"), dtype=np.float64)
        worth = _answered(task, len(batches), candidates, keep)
        answers: dict[str, Array] = {"F": worth}
        if task.limits:
            answers["G"] = np.array([task.excess(one) for one in candidates])
        evaluator.eval(static(problem, **answers), asked)
        algorithm.tell(infills=asked)
        batches.append((candidates, worth))
        progress(f"seed {seed}, generation {len(batches)} of {generations}")
    candidates = np.concatenate([batch[0] for batch in batches])
    return Tried(
        candidates, np.concatenate([batch[1] for batch in batches]),
        task.allowed(candidates),
        np.repeat(np.arange(len(batches)), [len(batch[0]) for batch in batches]),
    )  # fmt: skip


def _answered(task: Task, generation: int, candidates: Array, keep: Keep | None) -> Array:
    """Return what candidates are worth, from the files where they were asked before."""
    kept = keep.get(generation) if keep is not None else None
    if kept is not None and np.array_equal(kept[0], candidates):
        return kept[1]
    worth = np.full((len(candidates), task.objectives), np.inf)
    allowed = task.allowed(candidates)
    if allowed.any():
        worth[allowed] = task.evaluate(candidates[allowed])
    if keep is not None:
        keep.put(generation, candidates, worth)
    return worth


def _problem(task: Task) -> Any:
    base = needed("pymoo.core.problem").Problem
    return base(n_var=len(task.high), n_obj=task.objectives, n_ieq_constr=task.limits,
                xl=task.lowest, xu=task.high)  # fmt: skip


def _algorithm(task: Task, seed: int, population: int) -> Any:
    base = needed("pymoo.core.repair").Repair
    # Rounds candidates to the grid, so that small differences are not tried one by one.
    grid = type("Grid", (base,), {"_do": lambda _, __, asked, **___: gridded(asked, task)})
    chance = np.random.default_rng(seed)
    size = max(population - len(task.starts), 0)
    drawn = task.lowest + chance.random((size, len(task.high))) * (task.high - task.lowest)
    first = gridded(np.vstack([task.starts, drawn]), task)
    options = {"pop_size": population, "sampling": first, "repair": grid()}
    if task.objectives < _MANY:
        return needed("pymoo.algorithms.moo.nsga2").NSGA2(**options)
    directions = _directions(task.objectives, population)
    return needed("pymoo.algorithms.moo.unsga3").UNSGA3(ref_dirs=directions, **options)


@lru_cache(maxsize=4)
def _directions(objectives: int, population: int) -> Array:
    """Return directions that are spread evenly; the same for every search."""
    make = needed("pymoo.util.ref_dirs").get_reference_directions
    return np.asarray(make("energy", objectives, population, seed=1), dtype=np.float64)


def gridded(candidates: Array, task: Task) -> Array:
    """Round candidates to the grid, within their limits."""
    step = np.where(task.step > 0, task.step, 1.0)
    rounded = np.where(task.step > 0, np.round(candidates / step) * step, candidates)
    return np.clip(np.round(rounded, 9), task.lowest, task.high)


def front(worth: Array) -> NDArray[np.intp]:
    """Return the places of candidates that no other is better than in everything, each once.

    Raises
    ------
    StudyError
        If moocore is not installed.
    """
    sound = np.flatnonzero(np.isfinite(worth).all(axis=1))
    if not len(sound):
        return sound
    best = needed("moocore").is_nondominated(worth[sound], keep_weakly=False)
    return np.asarray(sound[best], dtype=np.intp)


def hypervolume(worth: Array, low: Array, high: Array) -> float:
    """Return the share of the box between two corners that a front dominates.

    Parameters
    ----------
    worth : ndarray, shape (candidate, objective)
    low, high : ndarray, shape (objective,)
        Best and worst of a front that all are held against; the box reaches a tenth further.
    """
    width = np.where(high > low, high - low, 1.0)
    scaled = (worth - low) / width
    inside = scaled[(scaled < _REFERENCE).all(axis=1)]
    if not len(inside):
        return 0.0
    reference = np.full(worth.shape[1], _REFERENCE)
    volume = needed("moocore").hypervolume(inside, ref=reference)
    return float(float(volume) / _REFERENCE ** worth.shape[1])
