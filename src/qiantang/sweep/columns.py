"""What a sweep keeps of a run: the measure of every target, and the yearly figures asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.measures import TALLY, Figure, outputs_of, read_figures, times_of
from qiantang.reach import measure_of, years_of
from qiantang.study import TALLY_SUFFIX

if TYPE_CHECKING:
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.sweep.designfile import Design

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One number of a run.

    Parameters
    ----------
    name : str
        Id of the target, or variable and year.
    unit, title, title_zh : str
    figures : tuple of Figure
        What the run must save for it.
    target : Target or None
        None for a plain figure.
    """

    name: str
    unit: str
    title: str
    title_zh: str
    figures: tuple[Figure, ...]
    target: Target | None = None

    def record(self) -> dict[str, Any]:
        """Return what a reader of the result must know, ready for JSON."""
        record: dict[str, Any] = {
            "name": self.name,
            "unit": self.unit,
            "title": self.title,
            "title_zh": self.title_zh,
        }
        if self.target is not None:
            kept = {"article", "sense", "threshold", "measure"}
            record |= self.target.model_dump(mode="json", include=kept)
        return record


def columns_of(design: Design, study: Study) -> tuple[Column, ...]:
    """Return the columns of a sweep: the targets of the plan, then the design's figures."""
    columns = [_of_target(target, study) for target in study.plan.targets.targets]
    for record in design.file.figures:
        entry = study.dictionary[record.variable]
        for year in record.years:
            figure = Figure(record.variable, _kind(study, record.variable), year)
            columns.append(
                Column(
                    f"{record.variable}_{year}", entry.unit, f"{entry.name}, {year}",
                    f"{entry.meaning_zh or entry.name}，{year}年", (figure,),
                )
            )  # fmt: skip
    return tuple(columns)


def _of_target(target: Target, study: Study) -> Column:
    wanted = target.measure
    names = (wanted.variable, *wanted.over)
    figures = tuple(
        Figure(name, _kind(study, name), year) for name in names for year in years_of(wanted)
    )
    return Column(target.id, target.unit, target.title, target.title_zh, figures, target)


def _kind(study: Study, name: str) -> Any:
    return "yearly_total" if name + TALLY_SUFFIX in study.dictionary else "year_end"


@dataclass(frozen=True)
class Readout:
    """What a run must save, and how the columns are read off it.

    Parameters
    ----------
    columns : tuple of Column
    outputs : tuple of str
    times : ndarray, shape (time,)
        [Year]
    time_step : float
        [Year]
    """

    columns: tuple[Column, ...]
    outputs: tuple[str, ...]
    times: Array
    time_step: float

    def read(self, values: Array) -> Array:
        """Read the columns off the values of a run.

        Parameters
        ----------
        values : ndarray, shape (output, time, member)

        Returns
        -------
        ndarray, shape (column, member)
        """
        figures = tuple(dict.fromkeys(f for column in self.columns for f in column.figures))
        read = read_figures(figures, values, self.outputs, self.times, self.time_step)
        place = {figure: index for index, figure in enumerate(figures)}
        found = np.empty((len(self.columns), values.shape[-1]))
        for row, column in enumerate(self.columns):
            if column.target is None:
                found[row] = read[place[column.figures[0]]]
                continue
            series: dict[str, dict[int, Array]] = {}
            for figure in column.figures:
                series.setdefault(figure.variable, {})[int(figure.year)] = read[place[figure]]
            with np.errstate(divide="ignore", invalid="ignore"):
                found[row] = measure_of(series, column.target.measure)
        return found


def readout(design: Design, study: Study) -> Readout:
    """Return what the runs of a design save.

    The outputs are those of the study's headlines wherever they hold all that is wanted, so that
    the model compiled for other commands serves here, too.
    """
    columns = columns_of(design, study)
    figures = [figure for column in columns for figure in column.figures]
    usual = headline_outputs(study)
    more = [name for name in outputs_of(figures) if name not in usual]
    step = study.program.time_step
    return Readout(columns, (*usual, *more), times_of(figures, step), step)


def headline_outputs(study: Study) -> tuple[str, ...]:
    """Return the outputs of a run that saves the headlines."""
    tallied = (
        TALLY.format(name) if _kind(study, name) == "yearly_total" else name
        for name in study.headlines
    )
    return tuple(dict.fromkeys(tallied))
