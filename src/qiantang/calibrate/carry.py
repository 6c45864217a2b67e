"""Start every forecast from the observed state: deviations of each member given the figures.

The deviation that a residual asks for is what the model would need without feedback; running the
model with the deviations and asking again takes the feedback in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from qiantang.calibrate.discrepancy import DiscrepancyRecord, Residuals, condition
from qiantang.calibrate.observed import Observed
from qiantang.calibrate.target import Target

Array = NDArray[np.float64]

#: Rounds of running and conditioning.
ROUNDS = 14
#: Part of the way to the new deviations that a round goes, so that coupled series do not overshoot.
RELAXATION = 0.6
#: Largest change of a deviation in the last round that still counts as settled.
SETTLED = 0.02


@dataclass(frozen=True)
class Carried:
    """Deviations of members.

    Parameters
    ----------
    deviations : dict
        Series to log deviations, each of shape (member, k), on the runner's grid.
    settled : ndarray of bool, shape (member,)
        False where a member diverged or its deviations were still moving.
    """

    deviations: dict[str, Array]
    settled: NDArray[np.bool_]


def carry(target: Target, x: Array, rng: np.random.Generator, *, mean: bool = False) -> Carried:
    """Draw the deviations of members given all figures, then on without figures.

    Parameters
    ----------
    target : Target
    x : ndarray, shape (member, D)
    rng : numpy.random.Generator
    mean : bool
        Take the mean in place of a draw.
    """
    with threadpool_limits(1, "blas"):  # the same digits on any number of cores
        return _carry(target, x, rng, mean)


def _carry(target: Target, x: Array, rng: np.random.Generator, mean: bool) -> Carried:
    study, observed, runner = target.study, target.observed, target.runner
    members, grid, z = len(x), runner.grid, target.standard(x)
    draws = {}
    shared = rng.standard_normal((members, len(grid)))
    for name, record in study.discrepancy.items():
        rows = observed.of(name)
        last = observed.centres[rows].max() if len(rows) else -np.inf
        moves = moves_of(record, shared, grid > last, rng)
        free = rng.standard_normal((members, 2))
        spread = target.spread(x, name) if name in target.series else record.natural(free)
        draws[name] = (*spread, np.zeros_like(moves) if mean else moves)
    moving = {
        name: np.repeat(target.carried[name], members, axis=0)
        if name in target.carried
        else np.zeros((members, len(grid)))
        for name, record in study.discrepancy.items()
        if record.innovation is not None
    }
    settled = np.ones(members, dtype=np.bool_)
    for turn in range(ROUNDS):
        figures = runner.plain(z, moving)
        sound = np.isfinite(figures).all(axis=0)
        figures = np.where(sound, figures, observed.log_value[:, None])
        for name in moving:
            asked = condition(residuals_of(name, observed, figures), grid, *draws[name])
            step = RELAXATION * (asked - moving[name])
            moving[name] = moving[name] + step
            if turn == ROUNDS - 1:
                sound &= np.abs(step).max(axis=1) < SETTLED
        settled &= sound
    return Carried(moving, settled)


def moves_of(
    record: DiscrepancyRecord, shared: Array, free: NDArray[np.bool_], rng: np.random.Generator
) -> Array:
    """Draw the standard moves of a deviation: a shock of its own, and a part of one shared by all.

    Parameters
    ----------
    record : DiscrepancyRecord
    shared : ndarray, shape (member, k)
        The shared shock, standard normal.
    free : ndarray of bool, shape (k,)
        Where no figure holds the deviation: there moves have the tails of Student's t, each
        divided by the root of its own chi square over the degrees of freedom.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (member, k)
    """
    own = rng.standard_normal(shared.shape)
    moves: Array = record.common * shared + np.sqrt(1.0 - record.common**2) * own
    if record.tails is None:
        return moves
    heavy = np.sqrt(rng.chisquare(record.tails, shared.shape) / record.tails)
    return np.asarray(np.where(free, moves / heavy, moves))


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
