"""Figures read off a run: yearly totals from tally stocks, year ends, dated values.

A yearly total is the difference of a tally between two new years, so it does not depend on which
points of the year were saved, and, the tally being a trapezoid sum, hardly on the time step. All
functions work on arrays with time on a named axis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["yearly_total", "yearly_mean", "year_end", "dated"]

#: Name of the tally of a flow.
TALLY = "{}_tally"


@dataclass(frozen=True)
class Figure:
    """One figure wanted of a run.

    Parameters
    ----------
    variable : str
        Variable of the model file.
    kind : {"yearly_total", "yearly_mean", "year_end", "dated"}
    year : float
        Calendar year; for ``dated`` the decimal date itself.
    """

    variable: str
    kind: Kind
    year: float

    @property
    def output(self) -> str:
        """Variable that the run must save."""
        return self.variable if self.kind in ("year_end", "dated") else TALLY.format(self.variable)

    @property
    def times(self) -> tuple[float, ...]:
        """Times at which it must be saved. [Year]"""
        if self.kind == "dated":
            return (self.year,)
        return (self.year + 1.0,) if self.kind == "year_end" else (self.year, self.year + 1.0)

    @property
    def centre(self) -> float:
        """Time at which the figure sits. [Year]"""
        if self.kind == "dated":
            return self.year
        return self.year + (1.0 if self.kind == "year_end" else 0.5)


def outputs_of(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return the variables that a run must save, each once, in order of first use."""
    return tuple(dict.fromkeys(figure.output for figure in figures))


def times_of(figures: Iterable[Figure], time_step: float) -> Array:
    """Return the times that a run must save, on the model's grid. [Year]"""
    wanted = {on_grid(time, time_step) for figure in figures for time in figure.times}
    return np.array(sorted(wanted))


def on_grid(time: float, time_step: float) -> float:
    """Return the step of the model nearest to a date. [Year]"""
    return round(time / time_step) * time_step


def read_figures(
    figures: Iterable[Figure],
    values: Array,
    names: tuple[str, ...],
    times: Array,
    time_step: float,
) -> Array:
    """Read figures off the values of a run.

    Parameters
    ----------
    figures : iterable of Figure
    values : ndarray, shape (output, time, ...)
    names : tuple of str
        Variable of each output.
    times : ndarray, shape (time,)
        [Year]
    time_step : float
        [Year]

    Returns
    -------
    ndarray, shape (figure, ...)
        In the unit of each variable; a yearly total in unit x Year.
    """
    row = {name: index for index, name in enumerate(names)}
    column = {round(float(time) / time_step): index for index, time in enumerate(times)}
    read = []
    for figure in figures:
        series = values[row[figure.output]]
        at = [series[column[round(time / time_step)]] for time in figure.times]
        read.append(at[0] if len(at) == 1 else at[1] - at[0])
    return np.array(read)
