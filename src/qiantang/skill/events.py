"""Target events for the Brier score: the plan's targets, and targets as demanding at every origin.

A plan is signed once, so its own targets give one event each. Moved to an earlier origin, a target
asks for the same growth on the last figure known there: a target three years after the plan of 1.16
times the last figure known then is, at any origin, 1.16 times the last figure known, by as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qiantang.skill.history import truth
from qiantang.skill.settings import Draws

if TYPE_CHECKING:
    from qiantang.study import Study


@dataclass(frozen=True)
class Event:
    """A target as growth on the last figure known.

    Parameters
    ----------
    target : str
    series : str
    shifts : tuple of int
        Years of the measure, counted from the origin.
    growth : float
        Threshold over the figure of the year before the origin. [Dmnl]
    """

    target: str
    series: str
    shifts: tuple[int, ...]
    growth: float


@dataclass(frozen=True)
class Wanted:
    """An event at one origin: years, threshold, and whether it came."""

    years: tuple[int, ...]
    threshold: float
    happened: bool


def rolling_events(study: Study) -> dict[str, Event]:
    """Return the targets that are totals of years of one series, by target."""
    found, origin = {}, int(study.about.origin)
    for target in study.plan.targets.targets:
        measure, happened = target.measure, target.happened
        if measure.kind not in ("yearly_total", "sum_of_years") or happened.over:
            continue
        figures = truth(study.evidence, happened.series)
        last = origin - 1
        if last in figures:
            shifts = tuple(year - origin for year in measure.years)
            growth = target.threshold / figures[last]
            found[target.id] = Event(target.id, happened.series, shifts, growth)
    return found


def case_outcome(
    event: Event, origin: float, known: Mapping[int, float], truths: Mapping[int, float]
) -> Wanted | None:
    """Return the event at an origin, or None if its figures are not all known."""
    years = tuple(int(origin) + shift for shift in event.shifts)
    last = int(origin) - 1
    if last not in known or any(year not in truths for year in years):
        return None
    threshold = event.growth * known[last]
    return Wanted(years, threshold, sum(truths[year] for year in years) >= threshold)


def probability(event: Event, wanted: Wanted, draws: Draws) -> float | None:
    """Return the share of members that reach the threshold; None if a year is not forecast."""
    if any(year not in draws.years for year in wanted.years):
        return None
    columns = [draws.years.index(year) for year in wanted.years]
    totals = draws.values[:, columns].sum(axis=1)
    totals = totals[np.isfinite(totals)]
    return float((totals >= wanted.threshold).mean())
