"""The files drivers.yaml and drivers.csv: what a driver is, and its figures with their sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.csvfile import CsvDocument, number, read_csv
from qiantang.files.yamlfile import YamlDocument, validate
from qiantang.known import KnownDate
from qiantang.studyfile import Span, StudyFile

COLUMNS = ("driver", "vintage", "year", "value", "grade", "source", "reference", "note")
GRADES = ("documented", "derived", "undocumented", "assumption")


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

    first: int
    last: int
    growth: float = Field(gt=-1.0, allow_inf_nan=False)
    sd: float = Field(ge=0.0, le=2.0, allow_inf_nan=False)
    grade: Literal["documented", "extrapolation", "assumption"]
    source: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    note: str = ""


class Backcast(BaseModel):
    """Growth assumed between the start of the model and the first figure known."""

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
        Correlation of the yearly surprise with the common world cycle; below zero where the driver
        falls when the others rise [Dmnl].
    jumps : tuple of int
        Years that open with a jump instead of a slope.
    scheduled : bool
        The schedule is known ahead: rows after the plan may stand in its vintage, none is drawn.
    known : str or None
        Latest date of what the rows of a schedule rest on that stand in the vintage known.
    contained_in : tuple of str
        Drivers whose actual figures carry this one already.
    projection_known, projection_actual : tuple of Growth
        What follows the last figure of each vintage; in the file ``projection_`` and its name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    title_zh: str = ""
    unit: str = Field(min_length=1)
    between: Literal["mid_year", "step", "point"]
    cycle: float = Field(default=0.0, ge=-1.0, le=1.0, allow_inf_nan=False)
    jumps: tuple[int, ...] = ()
    scheduled: bool = False
    known: KnownDate | None = None
    contained_in: tuple[str, ...] = ()
    missing: str = ""
    basis: str = ""
    before_first: Backcast | None = None
    projection_known: tuple[Growth, ...] = ()
    projection_actual: tuple[Growth, ...] = ()


class Register(BaseModel):
    """The file drivers.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drivers: dict[str, Definition]


def read_register(document: YamlDocument, about: StudyFile) -> Register:
    """Read drivers.yaml in the words of a study: its vintages as keys, its years as limits.

    Raises
    ------
    StudyError
    """
    found = validate(document, _register_of(about.vintage_names, about.drivers))
    return Register.model_validate(found.model_dump())  # of classes that can travel


@lru_cache(maxsize=4)
def _register_of(names: tuple[str, str], span: Span) -> type[Register]:
    """Return the record of drivers.yaml with the keys and the limits of a study."""
    limits: dict[str, Any] = {"ge": span.first, "le": span.last}
    years: dict[str, Any] = {
        "first": (int, Field(alias="from", **limits)),
        "last": (int, Field(alias="to", **limits)),
    }
    growth: Any = create_model("Growth", __base__=Growth, **years)
    projections: dict[str, Any] = {
        f"projection_{role}": (tuple[growth, ...], Field(default=(), alias=f"projection_{name}"))
        for role, name in zip(("known", "actual"), names, strict=True)
    }
    definition: Any = create_model("Definition", __base__=Definition, **projections)
    return create_model("Register", __base__=Register, drivers=(dict[str, definition], ...))


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


def register_faults(document: YamlDocument, register: Register, about: StudyFile) -> list[Fault]:
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
        if definition.scheduled and definition.known is None:
            what = "required key is missing: the date when the schedule was known"
            faults.append(document.fault(("drivers", name, "known"), what))
        for vintage, runs in projections(definition, about).items():
            where = ("drivers", name, f"projection_{vintage}")
            faults += _run_faults(document, definition, where, runs, about.drivers.last)
    return faults


def projections(definition: Definition, about: StudyFile) -> dict[str, tuple[Growth, ...]]:
    """Return the growth that follows the last figure, by vintage."""
    return {
        about.known: definition.projection_known,
        about.actual: definition.projection_actual,
    }


def _run_faults(
    document: YamlDocument,
    definition: Definition,
    where: tuple[str, str, str],
    runs: tuple[Growth, ...],
    end: int,
) -> list[Fault]:
    """Check that the runs of a projection follow one another to the year before the end."""
    if definition.scheduled:
        what = "a schedule takes no projection; put the dates into drivers.csv"
        return [document.fault(where, what)] if runs else []
    if not runs:
        return [document.fault(where, f"the projection is missing, expected growth to {end - 1}")]
    faults = []
    for index, run in enumerate(runs):
        if run.last < run.first:
            what = f"the run ends in {run.last}, before it begins in {run.first}"
            faults.append(document.fault((*where, index, "to"), what))
        if index and run.first != runs[index - 1].last + 1:
            what = f"the run begins in {run.first}, expected {runs[index - 1].last + 1}"
            faults.append(document.fault((*where, index, "from"), what))
    if runs[-1].last < end - 1:
        what = f"the projection ends in {runs[-1].last}, expected {end - 1}"
        faults.append(document.fault((*where, len(runs) - 1, "to"), what))
    return faults


def read_figures(
    path: Path, register: Register, about: StudyFile, faults: list[Fault]
) -> tuple[Figure, ...]:
    """Read drivers.csv and note every fault.

    Parameters
    ----------
    path : Path
    register : Register
    about : StudyFile
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
        found = _row_faults(path, line, row, register, about)
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


def _row_faults(
    path: Path, line: int, row: dict[str, str], register: Register, about: StudyFile
) -> list[Fault]:
    """Check one row of drivers.csv."""
    name = row["driver"]
    faults = []
    definition = register.drivers.get(name)
    if definition is None:
        what = f"unknown driver {name}{nearest(name, register.drivers)}"
        faults.append(Fault(path, line, "driver", what))
    if row["vintage"] not in about.vintage_names:
        what = f"unknown vintage {row['vintage']!r}, expected {about.either_vintage}"
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
    span = about.drivers
    if year is None or not span.first <= year <= span.last:
        what = f"{row['year']!r} is not a year from {span.first} to {span.last}"
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
