"""What runs save, and how figures and the measures of targets are read off them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import RunResult
from qiantang.ensemble.measure import measure_of, years_of
from qiantang.model.figures import TALLY, Figure, outputs_of, read_figures, times_of
from qiantang.study import Study

if TYPE_CHECKING:
    from qiantang.plan.targets import Target

Array = NDArray[np.float64]
Series = Mapping[str, Mapping[int, Array]]
"""Figures by variable and year, each of shape (member,)."""


@dataclass(frozen=True)
class Readout:
    """Figures wanted of every run.

    Parameters
    ----------
    figures : tuple of Figure
    outputs : tuple of str
        Variables that a run saves.
    time_step : float
        [Year]
    """

    figures: tuple[Figure, ...]
    outputs: tuple[str, ...]
    time_step: float

    @cached_property
    def times(self) -> Array:
        """Times that a run saves. [Year]"""
        return times_of(self.figures, self.time_step)

    @cached_property
    def place(self) -> dict[Figure, int]:
        """Row of each figure."""
        return {figure: row for row, figure in enumerate(self.figures)}

    def read(self, result: RunResult) -> Array:
        """Return the figures of a run, shape (figure, member); NaN where the member diverged."""
        read = read_figures(self.figures, result.values, result.names, result.times, self.time_step)
        read[:, result.diverged] = np.nan
        return read

    def series(self, read: Array) -> Series:
        """Return figures, shape (figure, member), by variable and year."""
        found: dict[str, dict[int, Array]] = {}
        for figure, row in zip(self.figures, read, strict=True):
            found.setdefault(figure.variable, {})[int(figure.year)] = row
        return found

    def measures(self, read: Array, targets: Iterable[Target]) -> dict[str, Array]:
        """Return the measure of each target by its id, shape (member,)."""
        series = self.series(read)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {target.id: measure_of(series, target.measure) for target in targets}


def yearly(study: Study, name: str, year: float) -> Figure:
    """Return the yearly figure of a variable: the total of a flow, else the year's end."""
    total = TALLY.format(name) in study.dictionary
    return Figure(name, "yearly_total" if total else "year_end", year)


def readout_of(study: Study, figures: Iterable[Figure], *, alone: bool = False) -> Readout:
    """Return what runs must save for some figures.

    The outputs are those that the study usually needs and what else is wanted, so that one compiled
    model serves every command; with ``alone`` no more than the figures need.
    """
    wanted = tuple(dict.fromkeys(figures))
    usual = () if alone else (yearly(study, name, 0) for name in study.usual)
    return Readout(wanted, outputs_of([*usual, *wanted]), study.program.time_step)


def target_figures(study: Study, targets: Sequence[Target]) -> tuple[Figure, ...]:
    """Return the yearly figures that targets need, each once."""
    return tuple(
        dict.fromkeys(
            yearly(study, name, year)
            for target in targets
            for name in (target.measure.variable, *target.measure.over)
            for year in years_of(target.measure)
        )
    )
