"""The observed figures beside what the model says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.evidence.observations import Evidence, Observation
from qiantang.model.figures import Figure

Array = NDArray[np.float64]

#: A figure that is only bounded on both sides counts as its middle with this part of the width as
#: standard deviation where a Gaussian is needed: that of a uniform distribution.
_UNIFORM = 1.0 / np.sqrt(12.0)


@dataclass(frozen=True)
class Observed:
    """Figures of one evidence folder that a fit may see.

    Parameters
    ----------
    rows : tuple of Observation, length n
    figures : tuple of Figure, length n
        What the model must say for each row.
    log_value : ndarray, shape (n,)
        Log of the figure; of the middle of an interval; of the bound for a bound.
    error : ndarray, shape (n,)
        Standard deviation of the measurement error in logs.
    lower, upper : ndarray, shape (n,)
        Log bounds; minus and plus infinity where there is none.
    """

    rows: tuple[Observation, ...]
    figures: tuple[Figure, ...]
    log_value: Array
    error: Array
    lower: Array
    upper: Array

    @property
    def series(self) -> tuple[str, ...]:
        """Series with at least one row, in order of first appearance."""
        return tuple(dict.fromkeys(row.series for row in self.rows))

    @property
    def is_point(self) -> NDArray[np.bool_]:
        """True where the row states a figure, False for intervals and bounds."""
        return np.array([row.form in ("exact", "rounded") for row in self.rows])

    @property
    def is_bound(self) -> NDArray[np.bool_]:
        """True where only one side is known."""
        return np.array([row.form in ("lower_bound", "upper_bound") for row in self.rows])

    def of(self, series: str) -> NDArray[np.intp]:
        """Return the positions of a series' rows."""
        found = [i for i, row in enumerate(self.rows) if row.series == series]
        return np.array(found, dtype=np.intp)

    @property
    def centres(self) -> Array:
        """Times at which the figures sit. [Year]"""
        return np.array([figure.centre for figure in self.figures])


def select_observed(evidence: Evidence, last: float) -> Observed:
    """Select the rows in use whose figure was complete by a date.

    Parameters
    ----------
    evidence : Evidence
    last : float
        Rows that end after this time are left out: nothing of the hold-out is seen. [Year]
    """
    rows, figures = [], []
    for series in evidence.series.values():
        for row in series.used if series.role == "fit" else ():
            figure = Figure(series.variable, series.kind, row.year)
            if figure.times[-1] <= last + 1e-9:
                rows.append(row)
                figures.append(figure)
    logs = np.array([_log_parts(row, evidence) for row in rows]).reshape(-1, 4)
    return Observed(tuple(rows), tuple(figures), *(logs[:, part].copy() for part in range(4)))


def _log_parts(row: Observation, evidence: Evidence) -> tuple[float, float, float, float]:
    """Return (log value, error, log lower, log upper) of a row."""
    error = row.log_sd(evidence.grades)
    low = -np.inf if row.low is None else float(np.log(row.low))
    high = np.inf if row.high is None else float(np.log(row.high))
    if row.form == "interval":
        return 0.5 * (low + high), float(np.hypot(error, (high - low) * _UNIFORM)), low, high
    if row.form == "lower_bound":
        return low, error, low, np.inf
    if row.form == "upper_bound":
        return high, error, -np.inf, high
    assert row.value is not None  # the reader refuses a point without a value
    return float(np.log(row.value)), error, -np.inf, np.inf
