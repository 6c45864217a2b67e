"""The files drivers.yaml and drivers.csv: what a driver is, and its figures with their sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qiantang.evidence.csvfile import CsvDocument, number, read_csv
from qiantang.faults import Fault, StudyError, nearest
from qiantang.yamlfile import YamlDocument

VINTAGES = ("2018", "actual")
COLUMNS = ("driver", "vintage", "year", "value", "grade", "source", "reference", "note")
GRADES = ("documented", "derived", "undocumented", "assumption")
FIRST, LAST = 1999, 2026  # years on either side of the model's 2000-2026


class Growth(BaseModel):
    """Growth of a driver over a run of years, as projected.

    Parameters
    ----------
    first, last : int
        Years the growth holds for, both included (``from`` and ``to`` in the file).
    growth : float
        Growth on the year before [1/Year].
    sd : float
        Standard deviation of that year's log growth [Dmnl].
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: int = Field(alias="from", ge=FIRST, le=LAST)
    last: int = Field(alias="to", ge=FIRST, le=LAST)
    growth: float = Field(gt=-1.0, allow_inf_nan=False)
    sd: float = Field(ge=0.0, le=2.0, allow_inf_nan=False)
    grade: Literal["documented", "extrapolation", "assumption"]
    source: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    note: str = ""


class Backcast(BaseModel):
    """Growth assumed between 2000 and the first figure known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    growth: float = Field(gt=-1.0, allow_inf_nan=False)
    grade: Literal["assumption"]
    note: str = Field(min_length=1)


class Definition(BaseModel):
    """What a driver is and how it runs on after its last figure.

    Parameters
    ----------
    between : {"mid_year", "step", "point"}
        Yearly figures kept by the path; figures that hold from their date; dated figures joined.
    cycle : float
        Share of the yearly surprise that comes from the common world cycle [Dmnl].
    jumps : tuple of int
        Years that open with a jump instead of a slope.
    scheduled : bool
        The schedule is known ahead: rows after 2017 may stand in vintage 2018, nothing is drawn.
    contained_in : tuple of str
        Drivers whose actual figures carry this one already.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    between: Literal["mid_year", "step", "point"]
    cycle: float = Field(default=0.0, ge=0.0, le=1.0, allow_inf_nan=False)
    jumps: tuple[int, ...] = ()
    scheduled: bool = False
    contained_in: tuple[str, ...] = ()
    missing: str = ""
    basis: str = ""
    before_first: Backcast | None = None
    projection_2018: tuple[Growth, ...] = ()
    projection_actual: tuple[Growth, ...] = ()

    def projection(self, vintage: str) -> tuple[Growth, ...]:
        """Return the growth that follows the last figure of a vintage."""
        return self.projection_2018 if vintage == "2018" else self.projection_actual


class Register(BaseModel):
    """The file drivers.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drivers: dict[str, Definition]


@dataclass(frozen=True)
class Figure:
    """One row of drivers.csv: a figure, where it comes from, and its line in the file."""

    driver: str
    vintage: str
    year: float
    value: float
    grade: str
    source: str
    reference: str
    note: str
    line: int


def register_faults(document: YamlDocument, register: Register) -> list[Fault]:
    """Check what a single field cannot tell: years in a row, names that exist."""
    faults = []
    for name, definition in register.drivers.items():
        for other in definition.contained_in:
            if other not in register.drivers:
                what = f"unknown driver {other}{nearest(other, register.drivers)}"
                faults.append(document.fault(("drivers", name, "contained_in"), what))
        if definition.scheduled != (definition.between == "step"):
            what = "a schedule has between: step, and a step is a schedule"
            faults.append(document.fault(("drivers", name, "between"), what))
        for key in ("projection_2018", "projection_actual"):
            faults += _run_faults(document, definition, ("drivers", name, key))
    return faults


def _run_faults(
    document: YamlDocument, definition: Definition, where: tuple[str, str, str]
) -> list[Fault]:
    """Check that the runs of a projection follow one another."""
    runs: tuple[Growth, ...] = getattr(definition, where[2])
    if definition.scheduled:
        what = "a schedule takes no projection; put the dates into drivers.csv"
        return [document.fault(where, what)] if runs else []
    if not runs:
        return [document.fault(where, "the projection is missing, expected growth to 2025")]
    faults = []
    for index, run in enumerate(runs):
        if run.last < run.first:
            what = f"the run ends in {run.last}, before it begins in {run.first}"
            faults.append(document.fault((*where, index, "to"), what))
        if index and run.first != runs[index - 1].last + 1:
            what = f"the run begins in {run.first}, expected {runs[index - 1].last + 1}"
            faults.append(document.fault((*where, index, "from"), what))
    if runs[-1].last < LAST - 1:
        what = f"the projection ends in {runs[-1].last}, expected {LAST - 1}"
        faults.append(document.fault((*where, len(runs) - 1, "to"), what))
    return faults


def read_figures(path: Path, register: Register, faults: list[Fault]) -> tuple[Figure, ...]:
    """Read drivers.csv and note every fault.

    Parameters
    ----------
    path : Path
    register : Register
    faults : list of Fault
        Grows by what is found.

    Returns
    -------
    tuple of Figure
        The rows without a fault.
    """
    try:
        document: CsvDocument = read_csv(path, COLUMNS)
    except StudyError as error:
        faults += error.faults
        return ()
    faults += document.faults
    figures: list[Figure] = []
    seen: dict[tuple[str, str, float], int] = {}
    for line, row in document.rows:
        found = _row_faults(path, line, row, register)
        faults += found
        if found:
            continue
        texts = {key: row[key] for key in COLUMNS if key not in ("year", "value")}
        figure = Figure(**texts, year=float(row["year"]), value=float(row["value"]), line=line)
        key = (figure.driver, figure.vintage, figure.year)
        if key in seen:
            what = f"the same driver, vintage and year as line {seen[key]}"
            faults.append(Fault(path, line, figure.driver, what))
        seen.setdefault(key, line)
        figures.append(figure)
    return tuple(figures)


def _row_faults(path: Path, line: int, row: dict[str, str], register: Register) -> list[Fault]:
    """Check one row of drivers.csv."""
    name = row["driver"]
    faults = []
    definition = register.drivers.get(name)
    if definition is None:
        what = f"unknown driver {name}{nearest(name, register.drivers)}"
        faults.append(Fault(path, line, "driver", what))
    if row["vintage"] not in VINTAGES:
        what = f"unknown vintage {row['vintage']!r}, expected 2018 or actual"
        faults.append(Fault(path, line, f"{name}.vintage", what))
    if row["grade"] not in GRADES:
        what = f"unknown grade {row['grade']!r}, expected one of {', '.join(GRADES)}"
        faults.append(Fault(path, line, f"{name}.grade", what))
    faults += [
        Fault(path, line, f"{name}.{column}", "is empty, expected where the figure comes from")
        for column in ("source", "reference")
        if not row[column]
    ]
    year, value = number(row["year"]), number(row["value"])
    if year is None or not FIRST <= year <= LAST:
        what = f"{row['year']!r} is not a year from {FIRST} to {LAST}"
        faults.append(Fault(path, line, f"{name}.year", what))
    elif definition is not None and definition.between == "mid_year" and year != math.floor(year):
        what = f"{row['year']} is not a whole year; the driver is a yearly figure"
        faults.append(Fault(path, line, f"{name}.year", what))
    if value is None:
        faults.append(Fault(path, line, f"{name}.value", f"{row['value']!r} is not a number"))
    elif definition is not None and value <= 0 and not (definition.scheduled and value == 0):
        what = f"{row['value']} is not above 0; the driver is drawn in logs"
        faults.append(Fault(path, line, f"{name}.value", what))
    return faults
