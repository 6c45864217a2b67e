"""The observed figures of a variable, with their evidence grade in the mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiantang.charts.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.evidence.observations import Observation, Series
    from qiantang.study import Study
    from qiantang.wording import Unit, Wording

#: Mark of a figure of which an end alone is known, or both.
BOUNDS = {"interval": "_", "at_least": "^", "at_most": "v"}
#: Face of the mark by grade: filled is documented, grey computed from documents, open has none.
FACES = {"documented": INK, "derived": "#A6A6A6", "undocumented": "white"}


def observed(study: Study, variable: str, first: float, last: float) -> list[dict[str, Any]]:
    """Return the observed figures in use as plain rows: year, value, low, high, grade, series.

    Parameters
    ----------
    study : Study
    variable : str
    first, last : float
        Years shown, both included.

    Returns
    -------
    list of dict
        In the model's unit; a dated state sits where the year that ended then would.
    """
    rows = []
    for series in study.evidence.series.values():
        if series.variable != variable:
            continue
        for row in series.used:
            at = _place(series, row)
            if first <= at <= last:
                rows.append(
                    {
                        "year": at,
                        "value": row.value,
                        "low": row.low,
                        "high": row.high,
                        "grade": row.grade,
                        "series": series.name,
                    }
                )
    return rows


def _place(series: Series, row: Observation) -> float:
    return row.year - 1 if series.kind == "dated" else row.year


def draw_observed(
    axes: Axes, rows: list[dict[str, Any]], unit: Unit, words: Wording, size: float = 4.4
) -> list[tuple[Any, str]]:
    """Draw observed figures and return the entries of the legend."""
    legend = []
    for grade, face in FACES.items():
        mine = [row for row in rows if row["grade"] == grade and row["value"] is not None]
        if mine:
            (mark,) = axes.plot(
                [row["year"] for row in mine],
                [row["value"] * unit.factor for row in mine],
                "o",
                ms=size,
                mec=INK,
                mew=0.9,
                mfc=face,
                zorder=5,
            )
            legend.append((mark, words.phrase(f"grade.{grade}")))
    marks = {}
    for row in rows:
        if row["value"] is not None:
            continue
        low, high = row["low"], row["high"]
        ends = [end * unit.factor for end in (low, high) if end is not None]
        kind = "interval" if len(ends) > 1 else "at_least" if high is None else "at_most"
        at = [row["year"]] * len(ends)
        (marks[kind],) = axes.plot(
            at, ends, color=INK, lw=1.0, ls="-" if kind == "interval" else "", zorder=5,
            marker=BOUNDS[kind], ms=size, mew=1.0,
        )  # fmt: skip
    return legend + [(mark, words.phrase(f"grade.{kind}")) for kind, mark in marks.items()]
