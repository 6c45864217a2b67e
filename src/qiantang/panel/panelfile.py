"""The file panel.csv: figures of peer cities, each with its source and grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qiantang.evidence.observationfile import Grade
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.csvfile import number, read_csv

COLUMNS = ("city", "series", "year", "value", "unit", "grade", "source", "reference", "note", "use")


class PanelSeries(BaseModel):
    """What a series of the panel is: its unit, and whether its rows are yearly, counts or dated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str = Field(min_length=1)
    kind: Literal["yearly", "count", "dated"]


@dataclass(frozen=True)
class PanelFigure:
    """One row in use.

    Parameters
    ----------
    year : float
        Year of a yearly figure; decimal date from which a capacity is in force. [Year]
    value : float or None
        In the unit of the series; None where a capacity is not known from that date on.
    """

    city: str
    series: str
    year: float
    value: float | None
    grade: str
    line: int


def read_panel(
    path: Path, series: Mapping[str, PanelSeries], grades: Mapping[str, Grade]
) -> tuple[PanelFigure, ...]:
    """Read panel.csv; refuse every fault at once.

    Parameters
    ----------
    path : Path
    series : Mapping of str to PanelSeries
    grades : Mapping of str to Grade
        Measurement error by grade.

    Returns
    -------
    tuple of PanelFigure
        The rows with ``use: yes``.

    Raises
    ------
    StudyError
    """
    document = read_csv(path, COLUMNS)
    faults = list(document.faults)
    rows: list[PanelFigure] = []
    seen: dict[tuple[str, str, float], int] = {}
    for line, row in document.rows:
        found = _row_faults(row, series, grades)
        faults += [Fault(path, line, where, what) for where, what in found]
        if found or row["use"] == "no":
            continue
        figure = PanelFigure(
            row["city"], row["series"], float(row["year"]), number(row["value"]), row["grade"], line
        )
        key = (figure.city, figure.series, figure.year)
        if key in seen:
            what = f"{figure.year:g} is in use twice, first on line {seen[key]}; set one to use: no"
            faults.append(Fault(path, line, f"{figure.city}.{figure.series}", what))
        seen.setdefault(key, line)
        rows.append(figure)
    if faults:
        raise StudyError(faults)
    return tuple(rows)


def _row_faults(
    row: Mapping[str, str], series: Mapping[str, PanelSeries], grades: Mapping[str, Grade]
) -> list[tuple[str, str]]:
    """Return what is wrong with a row: where, and one sentence."""
    name = row["series"]
    if name not in series:
        return [("series", f"unknown series {name}{nearest(name, series)}")]
    found = []
    if row["unit"] != series[name].unit:
        what = f"{row['unit']!r} is not the unit of the series, expected {series[name].unit}"
        found.append(("unit", what))
    if row["grade"] not in grades:
        what = f"unknown grade {row['grade']!r}, expected one of {', '.join(grades)}"
        found.append(("grade", what))
    if row["use"] not in ("yes", "no"):
        found.append(("use", f"{row['use']!r} is neither yes nor no"))
    if row["use"] == "no" and not row["note"]:
        found.append(("note", "is empty, expected why the row is not used"))
    found += [
        (column, "is empty, expected " + meant)
        for column, meant in _TEXTS.items()
        if not row[column]
    ]
    found += _number_faults(row, series[name].kind)
    return [(f"{name}.{where}", what) for where, what in found]


_TEXTS = {
    "city": "the name of a city, airport or province",
    "source": "where the figure comes from",
    "reference": "where the figure comes from",
}


def _number_faults(row: Mapping[str, str], kind: str) -> list[tuple[str, str]]:
    """Check year and value: the kind of the series decides what they may be."""
    found = []
    year, value = number(row["year"]), number(row["value"])
    if year is None:
        found.append(("year", f"{row['year']!r} is not a number"))
    elif kind != "dated" and year != int(year):
        found.append(("year", f"{row['year']} is not a whole year; the series is not dated"))
    if not row["value"] and kind == "dated":
        if not row["note"]:
            found.append(("note", "is empty, expected why the value is not known from then on"))
    elif value is None:
        found.append(("value", f"{row['value']!r} is not a number"))
    elif kind == "count" and (value < 0 or value != int(value)):
        found.append(("value", f"{row['value']} is no count, expected 0, 1, 2 ..."))
    elif kind != "count" and value <= 0:
        found.append(("value", f"{row['value']} is not above 0; changes are in logs"))
    return found
