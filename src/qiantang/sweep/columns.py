"""What a sweep keeps of a run: the measure of every target, and the yearly figures asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.readout import Readout, target_figures, yearly
from qiantang.model.figures import Figure
from qiantang.wording.language import phrase

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
        english, chinese = entry.name, entry.meaning_zh or entry.name
        for year in record.years:
            figure = yearly(study, record.variable, year)
            columns.append(
                Column(
                    f"{record.variable}_{year}", entry.unit,
                    phrase("variable.year", "en", name=english, year=year),
                    phrase("variable.year", "zh", name=chinese, year=year), (figure,),
                )
            )  # fmt: skip
    return tuple(columns)


def _of_target(target: Target, study: Study) -> Column:
    figures = target_figures(study, [target])
    return Column(target.id, target.unit, target.title, target.title_zh, figures, target)


def read_columns(columns: tuple[Column, ...], readout: Readout, read: Array) -> Array:
    """Take columns from the figures of a run.

    Parameters
    ----------
    columns : tuple of Column
    readout : Readout
        Of their figures.
    read : ndarray, shape (figure, member)

    Returns
    -------
    ndarray, shape (column, member)
    """
    measures = readout.measures(read, [c.target for c in columns if c.target is not None])
    return np.array(
        [measures[c.target.id] if c.target else read[readout.place[c.figures[0]]] for c in columns]
    )
