"""The charts: one panel a target, its yearly series, its history, its line and its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.wording import LANGUAGES, Unit, Wording, reading_unit
from qiantang.wording.names import ASSUMED

if TYPE_CHECKING:
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.wording.language import Language

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """An observed figure of the panel's series, in the unit of the model."""

    year: int
    value: float
    grade: str


@dataclass(frozen=True)
class Panel:
    """One target, and the chart that shows it.

    Parameters
    ----------
    target : str
    title, title_zh : str
    article : int
    kind, sense : str
        Of the target's measure.
    variable : str
        Variable of the model that the chart shows.
    over : tuple of str
        Variables whose sum it is divided by; empty for most.
    years : tuple of int
        Years that the measure reads.
    threshold : float
        In the unit of the measure.
    line : tuple of (float, float, float) or None
        First year, last year and height of the line drawn, in the unit of the chart.
    words : mapping
        By language: ``article``, and of the measure and the chart ``factor`` (what a number of
        the model is multiplied by), ``short`` (unit behind a number), ``label`` (unit on an axis).
    said : str
        How its odds are told: "figure", in a "word" where the level is assumed, or "none" where no
        series tells where the city stands.
    actual : float or None
        What happened, in the unit of the measure.
    points : tuple of Point
    """

    target: str
    title: str
    title_zh: str
    article: int
    kind: str
    sense: str
    variable: str
    over: tuple[str, ...]
    years: tuple[int, ...]
    threshold: float
    line: tuple[float, float, float] | None
    words: Mapping[str, Mapping[str, Any]]
    said: str
    actual: float | None
    points: tuple[Point, ...]

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)

    def series(self, yearly: Mapping[str, Array]) -> Array:
        """Return what the chart shows.

        Parameters
        ----------
        yearly : mapping
            Variable to figures, shape (year, member).

        Returns
        -------
        ndarray, shape (year, member)
        """
        main = yearly[self.variable]
        return main / np.add.reduce([yearly[name] for name in self.over]) if self.over else main


def target_panels(study: Study, first: int, last: int) -> tuple[Panel, ...]:
    """Return the panel of every target of the plan, in the plan's order.

    Parameters
    ----------
    study : Study
    first, last : int
        Years of the charts.
    """
    return tuple(_panel(study, target, first, last) for target in study.plan.targets.targets)


def _panel(study: Study, target: Target, first: int, last: int) -> Panel:
    from qiantang.ensemble.reach import what_happened

    measure = target.measure
    return Panel(
        target=target.id,
        title=target.title,
        title_zh=target.title_zh,
        article=target.article,
        kind=measure.kind,
        sense=target.sense,
        variable=measure.variable,
        over=tuple(measure.over),
        years=tuple(measure.years),
        threshold=target.threshold,
        line=_line(target, last),
        words={lang: _words(study, target, lang) for lang in LANGUAGES},
        said=_manner(study, target),
        actual=what_happened(study, target.happened, measure),
        points=_points(study, target, first, last),
    )


def _manner(study: Study, target: Target) -> str:
    from qiantang.ensemble.reach import is_told

    if not is_told(study, target):
        return "none"
    return "word" if target.grade == ASSUMED else "figure"


def _words(study: Study, target: Target, lang: Language) -> dict[str, Any]:
    wording = Wording(study, lang)
    unit = wording.target_unit(target)
    chart = _chart_unit(target, wording) if target.measure.over else unit
    return {"article": wording.article(target.article), "factor": unit.factor,
            "short": unit.short, "label": chart.label}  # fmt: skip


def _chart_unit(target: Target, wording: Wording) -> Unit:
    """Return the unit of a ratio: per cent where both sides have one unit."""
    units = {
        wording.study.dictionary[n].unit for n in (target.measure.variable, *target.measure.over)
    }
    return reading_unit("Dmnl", wording.lang, share=len(units) == 1)


def _line(target: Target, last: int) -> tuple[float, float, float] | None:
    """Return the line of a target; a sum over years is drawn as its yearly mean."""
    years = target.measure.years
    if target.measure.kind in ("yearly_total", "year_end"):
        return (years[0] - 2.0, min(years[0] + 2.0, last), target.threshold)
    if target.measure.kind == "sum_of_years":
        return (years[0] - 0.5, years[-1] + 0.5, target.threshold / len(years))
    return None


def _points(study: Study, target: Target, first: int, last: int) -> tuple[Point, ...]:
    """Return the observed figures of a target's series, one a year."""
    names = (target.happened.series, *target.happened.over)
    known: list[dict[int, tuple[float, str]]] = []
    for name in names:
        series = study.evidence.series.get(name)
        rows = series.used if series is not None else ()
        shift = 1 if series is not None and series.kind == "dated" else 0
        known.append({_year(row.year, shift): (row.value, row.grade)
                      for row in rows if row.value is not None})  # fmt: skip
    points = []
    for year in range(first, last + 1):
        if all(year in rows for rows in known):
            value, grade = known[0][year]
            if len(known) > 1:
                value /= sum(rows[year][0] for rows in known[1:])
            points.append(Point(year, float(value), str(grade)))
    return tuple(points)


def _year(date: float, shift: int) -> int:
    """Return the year at whose end a dated figure stands nearest, or the year of a total."""
    return round(date) - shift if shift else int(date)
