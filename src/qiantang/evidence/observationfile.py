"""The files behind the evidence: observations.csv row by row, and the twin of each raw file."""

from __future__ import annotations

import hashlib
import math
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.files.csvfile import number, read_csv
from qiantang.files.yamlfile import read_yaml, validate

FORMS = ("exact", "rounded", "interval", "lower_bound", "upper_bound")
COLUMNS = (
    "series", "year", "value", "low", "high", "form", "unit", "grade",
    "source", "reference", "note", "use",
)  # fmt: skip
NEEDS = {  # columns a form fills (yes), leaves empty (no) or may fill (may): value, low, high
    "exact": ("yes", "no", "no"),
    "rounded": ("yes", "no", "no"),
    "interval": ("may", "yes", "yes"),
    "lower_bound": ("no", "yes", "no"),
    "upper_bound": ("no", "no", "yes"),
}
FILES = ("observations.csv", "drivers.csv")  # each has a twin <name>.meta.yaml


class Grade(BaseModel):
    """Measurement error of figures of one grade."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    log_sd: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)
    reason: str = Field(min_length=1)


class Definition(BaseModel):
    """One entry of series.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    title_zh: str = ""
    unit: str = Field(min_length=1)
    variable: str = Field(min_length=1)
    kind: Literal["yearly_total", "yearly_mean", "year_end", "dated"]
    role: Literal["fit", "check", "outcome"]
    basis: str = Field(min_length=1)
    breaks: tuple[str, ...] = ()


class SeriesFile(RootModel[dict[str, Definition]]):
    """The file series.yaml."""


class GradesFile(RootModel[dict[str, Grade]]):
    """The file grades.yaml."""


class Twin(BaseModel):
    """The file that stands beside a raw file and says what it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    producer: str = Field(min_length=1)
    date_compiled: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    license: str = Field(min_length=1)
    note: str = ""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class Observation:
    """One figure of a series.

    Parameters
    ----------
    year : float
        Year of a total, a mean or a year's end; decimal date of a dated state [Year].
    value, low, high : float or None
        As ``form`` asks, in the unit of the series.
    form : str
        exact, rounded, interval, lower_bound or upper_bound.
    use : bool
        False where another row stands for that year; the note says why.
    half_unit : float
        Half a unit of the last significant digit of a rounded value, else 0.
    line : int
        Line in observations.csv.
    """

    series: str
    year: float
    value: float | None
    low: float | None
    high: float | None
    form: str
    unit: str
    grade: str
    source: str
    reference: str
    note: str
    use: bool
    half_unit: float
    line: int

    @property
    def central(self) -> float:
        """The value; without one the middle of the interval in logs, or the bound."""
        if self.value is not None:
            return self.value
        if self.low is not None and self.high is not None:
            return math.sqrt(self.low * self.high)
        bound = self.low if self.low is not None else self.high
        assert bound is not None  # the reader refuses a row without any of the three
        return bound

    def log_sd(self, grades: Mapping[str, Grade]) -> float:
        """Return the measurement error in logs [Dmnl]; rounding adds to the error of the grade.

        An interval or a bound has the error of its ends.
        """
        error = grades[self.grade].log_sd
        if self.half_unit == 0.0:
            return error
        rounding = self.half_unit / math.sqrt(3.0) / abs(self.central)  # sd of an even spread
        return math.hypot(error, rounding)


def digest(path: Path) -> str:
    """Return the sha256 of a text file, the same with either line ending and without a mark."""
    content = door.content(path, door.DATA_LIMIT).removeprefix(BOM_UTF8)
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def twin_faults(path: Path) -> list[Fault]:
    """Check a raw file against its twin ``<name>.meta.yaml``."""
    try:
        document = read_yaml(path.with_name(path.name + ".meta.yaml"))
        twin = validate(document, Twin)
    except StudyError as error:
        return list(error.faults)
    if not path.is_file():
        return [Fault(path, None, "", "file not found")]
    found = digest(path)
    if twin.sha256 == found:
        return []
    what = f"is not the digest of {path.name}, expected {found}"
    return [document.fault(("sha256",), what)]


def read_observations(
    path: Path,
    series: Mapping[str, Definition],
    grades: Mapping[str, Grade],
    faults: list[Fault],
) -> tuple[Observation, ...]:
    """Read observations.csv and note every fault.

    Parameters
    ----------
    path : Path
    series : Mapping of str to Definition
    grades : Mapping of str to Grade
    faults : list of Fault
        Grows by what is found.

    Returns
    -------
    tuple of Observation
        The rows without a fault.
    """
    try:
        document = read_csv(path, COLUMNS)
    except StudyError as error:
        faults += error.faults
        return ()
    faults += document.faults
    rows: list[Observation] = []
    seen: dict[tuple[str, float], int] = {}
    for line, row in document.rows:
        found = _row_faults(row, series, grades)
        faults += [Fault(path, line, where, what) for where, what in found]
        if found:
            continue
        observation = _observation(row, line)
        key = (observation.series, observation.year)
        if observation.use and key in seen:
            what = f"{observation.year:g} is in use twice, first on line {seen[key]}"
            faults.append(Fault(path, line, observation.series, f"{what}; set one to use: no"))
        if observation.use:
            seen.setdefault(key, line)
        rows.append(observation)
    return tuple(rows)


def _row_faults(
    row: Mapping[str, str], series: Mapping[str, Definition], grades: Mapping[str, Grade]
) -> list[tuple[str, str]]:
    """Return what is wrong with a row: where, and one sentence."""
    name = row["series"]
    found: list[tuple[str, str]] = []
    definition = series.get(name)
    if definition is None:
        found.append(("series", f"unknown series {name}{nearest(name, series)}"))
    elif row["unit"] != definition.unit:
        what = f"{row['unit']!r} is not the unit of the series, expected {definition.unit}"
        found.append((f"{name}.unit", what))
    if row["grade"] not in grades:
        what = f"unknown grade {row['grade']!r}, expected one of {', '.join(grades)}"
        found.append((f"{name}.grade", what))
    if row["use"] not in ("yes", "no"):
        found.append((f"{name}.use", f"{row['use']!r} is neither yes nor no"))
    if row["use"] == "no" and not row["note"]:
        found.append((f"{name}.note", "is empty, expected why the row is not used"))
    found += [
        (f"{name}.{column}", "is empty, expected where the figure comes from")
        for column in ("source", "reference")
        if not row[column]
    ]
    return found + _year_faults(row, definition) + _number_faults(row)


def _year_faults(row: Mapping[str, str], definition: Definition | None) -> list[tuple[str, str]]:
    """Check the year: a number, and whole unless the series is dated or the row is not used."""
    where = f"{row['series']}.year"
    year = number(row["year"])
    if year is None:
        return [(where, f"{row['year']!r} is not a number")]
    whole = definition is None or definition.kind == "dated" or row["use"] == "no"
    if not whole and year != math.floor(year):
        return [(where, f"{row['year']} is not a whole year; the series is not dated")]
    return []


def _number_faults(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Check value, low and high against the form."""
    name, form = row["series"], row["form"]
    if form not in FORMS:
        return [(f"{name}.form", f"unknown form {form!r}, expected one of {', '.join(FORMS)}")]
    found = []
    for column, need in zip(("value", "low", "high"), NEEDS[form], strict=True):
        text = row[column]
        given = number(text)
        if text and given is None:
            found.append((f"{name}.{column}", f"{text!r} is not a number"))
        elif given is not None and given <= 0:
            found.append((f"{name}.{column}", f"{text} is not above 0; errors are in logs"))
        elif need == "yes" and not text:
            found.append((f"{name}.{column}", f"is empty, expected a number for form {form}"))
        elif need == "no" and text:
            found.append((f"{name}.{column}", f"is given, expected empty for form {form}"))
    if not found and form == "interval":
        low, high, value = float(row["low"]), float(row["high"]), number(row["value"])
        if low >= high:
            found.append((f"{name}.low", f"{row['low']} is not below high, {row['high']}"))
        elif value is not None and not low <= value <= high:
            found.append((f"{name}.value", f"{row['value']} lies outside its interval"))
    return found


def _observation(row: Mapping[str, str], line: int) -> Observation:
    """Turn a checked row into a record."""
    return Observation(
        series=row["series"],
        year=float(row["year"]),
        value=number(row["value"]),
        low=number(row["low"]),
        high=number(row["high"]),
        form=row["form"],
        unit=row["unit"],
        grade=row["grade"],
        source=row["source"],
        reference=row["reference"],
        note=row["note"],
        use=row["use"] == "yes",
        half_unit=_half_unit(row["value"]) if row["form"] == "rounded" else 0.0,
        line=line,
    )


def _half_unit(text: str) -> float:
    """Return half a unit of the last significant digit; trailing zeros of 160 do not count."""
    exponent = Decimal(text).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # the text is a finite number
    return 0.5 * 10.0**exponent
