"""What was known at an origin, and what came: yearly figures of a series from the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.evidence.observations import Evidence, Observation, Series

Array = NDArray[np.float64]

#: An interval is scored as a figure if its log width is at most this: a half-width of 2.5 %.
NARROW = 0.05
#: Figures that a baseline needs, in a row with no gap above one year.
ENOUGH = 4
#: A stock dated this near to a new year stands for the year that ends there. [Year]
NEAR_NEW_YEAR = 0.2


@dataclass(frozen=True)
class History:
    """An evenly spaced yearly history in logs, for baselines only.

    Parameters
    ----------
    years : ndarray of int, shape (n,)
        Consecutive years.
    logs : ndarray, shape (n,)
        Log of the figure, a single missing year interpolated in logs.
    known : ndarray of bool, shape (n,)
        False where the year was interpolated.
    """

    years: NDArray[np.int64]
    logs: Array
    known: NDArray[np.bool_]

    @property
    def key(self) -> bytes:
        """What tells one history from another."""
        return self.years.tobytes() + self.logs.tobytes() + self.known.tobytes()

    @property
    def figures(self) -> int:
        """Number of years with a figure."""
        return int(self.known.sum())

    @property
    def last(self) -> int:
        """Last year with a figure."""
        return int(self.years[-1])


def figure_year(row: Observation, series: Series) -> int | None:
    """Return the year whose figure a row is; None for a stock dated in mid-year."""
    if series.kind != "dated":
        return int(row.year) if row.year == int(row.year) else None
    nearest = round(row.year)
    return nearest - 1 if abs(row.year - nearest) <= NEAR_NEW_YEAR else None


def truth(evidence: Evidence, name: str) -> dict[int, float]:
    """Return the figures that forecasts are scored against, by year.

    Rows in use that state a figure, and intervals no wider than `NARROW`; nothing is filled in.
    """
    series = evidence.series[name]
    found = {}
    for row in series.used:
        year, value = figure_year(row, series), _central(row)
        wide = row.form == "interval" and _width(row) > NARROW
        if year is not None and value is not None and not wide:
            found[year] = value
    return found


def known_figures(evidence: Evidence, name: str, origin: float) -> dict[int, float]:
    """Return the figures of years before an origin, wide intervals by their middle."""
    series = evidence.series[name]
    found = {}
    for row in series.used:
        year, value = figure_year(row, series), _central(row)
        if year is not None and value is not None and year < origin:
            found[year] = value
    return dict(sorted(found.items()))


def history(figures: Mapping[int, float], origin: float) -> History | None:
    """Return the last run of figures without a gap above one year, or None if it is too short.

    Older figures beyond a longer gap are left out rather than bridged: a bridge of many years
    would look to a baseline like years without surprise. A single missing year is filled by the
    geometric mean of its neighbours. A history that ends two years before the origin is stale.

    Parameters
    ----------
    figures : mapping of int to float
        Year to figure, the years before the origin.
    origin : float
        [Year]
    """
    years = [year for year in sorted(figures) if year < origin]
    run: list[int] = []
    for year in years:
        run = [*run, year] if run and year - run[-1] <= 2 else [year]
    if len(run) < ENOUGH or run[-1] < origin - 2:
        return None
    every = np.arange(run[0], run[-1] + 1)
    logs = np.interp(every, run, np.log([figures[year] for year in run]))
    return History(every, logs, np.isin(every, run))


def _central(row: Observation) -> float | None:
    """Return the figure, or the geometric middle of an interval that names no best value."""
    if row.value is not None:
        return row.value
    if row.low is None or row.high is None:
        return None
    return float(np.sqrt(row.low * row.high))


def _width(row: Observation) -> float:
    assert row.low is not None  # the reader refuses an interval without its ends
    assert row.high is not None
    return float(np.log(row.high / row.low))
