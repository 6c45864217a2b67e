"""How a page reads its charts and targets off what its engine saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.measure import years_of
from qiantang.ensemble.readout import Readout, yearly
from qiantang.model.figures import on_grid
from qiantang.travel.pack import Rows

if TYPE_CHECKING:
    from qiantang.deck.panels import Panel
    from qiantang.engine import History
    from qiantang.model.figures import Figure
    from qiantang.study import Study

Array = NDArray[np.float64]
Place = tuple[int, int]
"""Output and time of a value that the engine saves; output -1: row of the values before."""


@dataclass
class Reading:
    """Places of values, and those that were saved before the page begins.

    Parameters
    ----------
    readout : Readout
    history : History or None
        From whose end the page goes on.
    """

    readout: Readout
    history: History | None

    def __post_init__(self) -> None:
        step = self.history.step if self.history is not None else 0
        begin = self.history.time if self.history is not None else -np.inf
        self.times = self.readout.times
        self.first = int(np.searchsorted(self.times, begin - 1e-9)) if step else 0
        self._row: dict[Place, int] = {}

    def figure(self, figure: Figure) -> tuple[Place, ...]:
        """Return where a figure stands: one value, or the two whose difference it is."""
        return tuple(self._place(figure.output, time) for time in figure.times)

    def is_early(self, figure: Figure) -> bool:
        """Return whether all of a figure was known before the page begins."""
        return all(self._time(time) < self.first for time in figure.times)

    def _time(self, time: float) -> int:
        return int(np.argmin(np.abs(self.times - on_grid(time, self.readout.time_step))))

    def _place(self, output: str, time: float) -> Place:
        place = self.readout.outputs.index(output), self._time(time)
        if place[1] >= self.first:
            return place[0], place[1] - self.first
        return -1, self._row.setdefault(place, len(self._row))

    def before(self) -> Rows:
        """Return the values saved before that are read all the same, (row, member)."""
        if self.history is None or not self._row:
            return Rows(np.zeros((0, 1)))
        values = self.history.values
        return Rows(np.array([values[output, time] for output, time in self._row]))


def read_outcomes(study: Study, years: Sequence[int], reading: Reading) -> list[list[list[Place]]]:
    """Return where the figures of every outcome stand, by outcome and year."""
    named = study.outcomes
    items = named.outcomes if named is not None and years else []
    return [[list(reading.figure(yearly(study, i.of, year))) for year in years] for i in items]


def read_panels(
    study: Study, panels: Sequence[Panel], years: Sequence[int], reading: Reading, past: Array
) -> list[dict[str, Any]]:
    """Return for each panel how the page reads it.

    Parameters
    ----------
    study : Study
    panels : sequence of Panel
    years : sequence of int
        Of the charts.
    reading : Reading
    past : ndarray, shape (panel, quantile, year)
        Quantiles of the charts, taken where all of a year was known before.
    """
    told = []
    for panel, fans, target in zip(panels, past, study.plan.targets.targets, strict=True):
        names = (panel.variable, *panel.over)
        early = [
            year for year in years
            if all(reading.is_early(yearly(study, name, year)) for name in names)
        ]  # fmt: skip
        needed = {*(year for year in years if year not in early), *years_of(target.measure)}
        told.append({
            "early": [fans[:, years.index(year)].tolist() for year in early],
            "series": [
                {year: reading.figure(yearly(study, name, year)) for year in sorted(needed)}
                for name in names
            ],
            "measured": list(years_of(target.measure)),
        })  # fmt: skip
    return told
