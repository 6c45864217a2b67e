"""Where a plan stands against the path it needs, and which figure to watch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.readout import yearly
from qiantang.model.figures import Figure
from qiantang.plan.targets import Target
from qiantang.review.belief import Belief
from qiantang.review.filter import Filter
from qiantang.review.readings import Reading

Array = NDArray[np.float64]

#: Weight of the members that reach a target below which their path is not told.
_FEW = 0.01
#: Parts into which members are sorted by a figure to come.
_BINS = 12
#: A figure expected to move a probability by less is not worth the watch.
LEAST_MOVE = 0.02


@dataclass(frozen=True)
class Need:
    """What the next year must bring for a target.

    Parameters
    ----------
    target : str
    variable : str
    year : int
        The first year whose figure is not out.
    unit : str
    expected, p05, p95 : float
        Of all members. [unit]
    needed : float
        Median of the members that reach the target; NaN where too few do.
    watch : str
        Series whose next figure is expected to move the probability most; empty where none would.
    moves : float
        How far it is expected to, up or down.
    """

    target: str
    variable: str
    year: int
    unit: str
    expected: float
    p05: float
    p95: float
    needed: float
    watch: str
    moves: float

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON: what is not a number is null."""
        found = asdict(self)
        return {k: None if isinstance(v, float) and v != v else v for k, v in found.items()}


def needs_of(tracker: Filter, belief: Belief) -> tuple[Need, ...]:
    """Return for each target what its next figure must be, and what to watch."""
    coming = next_readings(tracker, belief)
    found = []
    for target in belief.targets:
        name = target.measure.variable
        year = _open_year(tracker, belief, target)
        values = belief.figure(yearly(tracker.study, name, float(year)))
        reached = target.is_reached(belief.measures[target.id])
        low, middle, high = map(float, belief.quantiles(values, (0.05, 0.5, 0.95)))
        weight = float(belief.weights @ reached)
        needed = np.nan
        if weight > _FEW:
            chosen = np.where(reached, values, np.nan)
            needed = float(belief.quantiles(chosen, (0.5,))[0])
        watch, moves = _watch(belief, reached.astype(float), coming)
        unit = tracker.study.dictionary[name].unit
        found.append(
            Need(target.id, name, year, unit, middle, low, high, needed, watch, moves)
        )  # fmt: skip
    return tuple(found)


def next_readings(tracker: Filter, belief: Belief) -> list[Reading]:
    """Return of every yearly series that is read the first figure that is not out yet.

    Its value is left open; its error is the middle one of the series' figures so far.
    """
    study, found = tracker.study, []
    for name in (*tracker.deviations, *tracker.settings.counts):
        series = study.evidence.series[name]
        if series.kind == "dated" or not series.used:
            continue
        years = [r.figure.year for r in belief.known.readings if r.series == name and r.is_whole]
        year = max(years, default=study.fit.record.sees_until - 1.0) + 1.0
        figure = Figure(series.variable, series.kind, year)
        if figure in tracker.readout.place:
            error = float(np.median([row.log_sd(study.evidence.grades) for row in series.used]))
            key = f"{name} {year:g}"
            found.append(Reading(key, name, figure, np.nan, error, 0, np.inf))
    return found


def expected_move(weights: Array, reached: Array, seen: Array) -> float:
    """Return how far a figure to come is expected to move a probability, by sorting members by it.

    Parameters
    ----------
    weights, reached, seen : ndarray, shape (member,)
        Weights summing to one; 1 where the target is reached; the figure as it would be seen.
    """
    order = np.argsort(seen)
    share = np.cumsum(weights[order]) - 0.5 * weights[order]
    part = np.minimum((share * _BINS).astype(int), _BINS - 1)
    mass = np.bincount(part, weights[order], _BINS)
    hit = np.bincount(part, weights[order] * reached[order], _BINS)
    overall = float(weights @ reached)
    return float(np.abs(hit - mass * overall).sum())


def _watch(belief: Belief, reached: Array, coming: list[Reading]) -> tuple[str, float]:
    """Return the figure that moves a probability most, less what chance alone would show."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(len(reached))
    none = expected_move(belief.weights, reached, noise)
    best = ("", 0.0)
    for reading in coming:
        seen = np.log(belief.figure(reading.figure)) + reading.error * noise
        moves = expected_move(belief.weights, reached, seen)
        if moves - none > max(best[1], LEAST_MOVE):
            best = (reading.key, moves - none)
    return best


def _open_year(tracker: Filter, belief: Belief, target: Target) -> int:
    """Return the first year of a target's variable whose figure is not out, at most its last."""
    study, measure = tracker.study, target.measure
    known = [
        reading.figure.year
        for reading in belief.known.readings
        if reading.is_whole and reading.figure.variable == measure.variable
    ]
    # What has no figures of its own is as old as those of the world outside.
    closed = np.floor(belief.known.as_of - tracker.settings.lag) - 1.0
    last = max(known, default=max(closed, study.fit.record.sees_until - 1.0))
    return int(min(last + 1, measure.years[-1]))
