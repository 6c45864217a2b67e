"""What a study says of itself in `study.yaml`: its plan, what was known then, the years it shows.

No place, date or scenario of any one study stands in the program; they all come from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import YamlDocument, read_yaml, validate
from qiantang.wording.units import UnitEntry

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^\w+$")]
Year = Annotated[int, Field(strict=True)]
#: Years that a hindcast looks ahead.
HORIZON = 3
#: What a world is to the study: what the plan's makers could know, what came, one that a user
#: changed, or some drivers as they came.
Role = Literal["known", "actual", "own", "mixed"]


class Part(BaseModel):
    """A part of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanRecord(Part):
    """When the plan was made and how it is called."""

    base_year: Year = Field(description="last full year known when the plan was made")
    date: float = Field(
        strict=True, allow_inf_nan=False, description="decimal year; half past a year is its July"
    )
    when: Text = Field(description="the date as a sentence says it: month and year")
    when_zh: str = ""
    called: Text = Field(default="plan", description="what a sentence calls the plan")
    called_zh: Text = "规划"
    issued: Text = Field(default="issue", description="what was done on that date: issue, draft")
    issued_zh: Text = "印发"


class Vintage(Part):
    """One state of knowledge of the drivers; its titles follow `the world`."""

    name: Name = Field(description="what files and commands call it")
    title: Text = Field(description="what follows `the world`: as it happened")
    title_zh: str = ""
    short: Text = Field(description="a word for tables")
    short_zh: str = ""


class KnownVintage(Vintage):
    """What could be known when the plan was made."""

    without: str = Field(default="", description="what came later: the storm")
    without_zh: str = ""
    note: str = Field(default="", description="the same as a clause: with no storm")
    note_zh: str = ""


class Vintages(Part):
    """The two vintages of the drivers."""

    known: KnownVintage
    actual: Vintage


class Scenarios(Part):
    """Names of the scenarios that all others are held between."""

    base: Text = Field(description="no lever moves")
    full: Text = Field(description="every lever as the plan has it")

    @property
    def main(self) -> tuple[str, ...]:
        """The scenarios of the main job: the base, and the plan in full."""
        return tuple(dict.fromkeys((self.base, self.full)))


class Span(Part):
    """First and last year, both included."""

    first: Year
    last: Year


class Charts(Span):
    """Years that charts show, and the year that one of them speaks of."""

    year: Year


class Shock(Part):
    """A year that hindcasts score apart, with and without knowledge of what came."""

    name: Name
    title: Text
    title_zh: str = ""
    year: Year

    @property
    def settings(self) -> tuple[str, str]:
        """The settings that include it: not known, and known."""
        return f"{self.name}_unknown", f"{self.name}_known"


class Hindcasts(Span):
    """Origins of the hindcasts: a forecast from a year has seen the figures of those before it."""

    shock: Shock | None = None

    @property
    def origins(self) -> tuple[float, ...]:
        """Every origin. [Year]"""
        return tuple(float(year) for year in range(self.first, self.last + 1))


class StudyFile(Part):
    """The file study.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Qiantang study")

    title: Text
    title_zh: str = ""
    plan: PlanRecord
    vintages: Vintages
    scenarios: Scenarios
    units: dict[Text, UnitEntry] = Field(
        default={}, description="units of the model that the program cannot say by itself"
    )
    drivers: Span = Field(description="years of the drivers, on either side of the model's")
    charts: Charts
    deck: Span
    hindcasts: Hindcasts
    outside: dict[Name, tuple[float, float]] = Field(
        default={},
        description="sliders of the world outside on the page of `export simulator`: points of "
        "yearly growth of a driver, the value of a schedule, a factor of a constant",
    )

    @property
    def origin(self) -> float:
        """The time up to which the plan's makers knew every figure. [Year]"""
        return self.plan.base_year + 1.0

    @property
    def known(self) -> str:
        """Name of the vintage that could be known when the plan was made."""
        return self.vintages.known.name

    @property
    def actual(self) -> str:
        """Name of the vintage that came."""
        return self.vintages.actual.name

    @property
    def vintage_names(self) -> tuple[str, str]:
        """Both names."""
        return self.known, self.actual

    @property
    def either_vintage(self) -> str:
        """Both names, as a fault says what was expected."""
        return f"{self.known} or {self.actual}"

    def vintage_faults(self, vintage: str | None) -> list[Fault]:
        """Return what is wrong with a vintage that was asked for: nothing, or that it is none."""
        if vintage is None or vintage in self.vintage_names:
            return []
        what = f"unknown vintage, expected {self.either_vintage}"
        return [Fault("vintage", None, vintage, what)]

    @property
    def settings(self) -> tuple[str, ...]:
        """Settings of the hindcasts: drivers as known then, or told; each with the shock."""
        shock = self.hindcasts.shock
        return ("ex_ante", "conditional", *(() if shock is None else shock.settings))

    @property
    def settings_told(self) -> tuple[str, ...]:
        """Settings in which the drivers are the true ones."""
        return self.settings[1::2]

    def role(self, vintage: str) -> Role:
        """Return what a vintage of the drivers is to the study."""
        return "known" if vintage == self.known else "actual"


def study_path(folder: Path) -> Path:
    """Return where a study says what it is."""
    return folder / "study.yaml"


def read_study(folder: Path) -> StudyFile:
    """Read `study.yaml` of a study's folder.

    Raises
    ------
    StudyError
        With every fault of the file; where it is missing, with what it should tell.
    """
    path = study_path(folder)
    if not path.is_file():
        what = f"file not found, expected what the study is about: {', '.join(_REQUIRED)}"
        raise StudyError([Fault(path, None, "", what)])
    document = read_yaml(path)
    record = validate(document, StudyFile)
    faults = list(_order_faults(document, record))
    if faults:
        raise StudyError(faults)
    return record


_REQUIRED = tuple(name for name, item in StudyFile.model_fields.items() if item.is_required())


def _order_faults(document: YamlDocument, record: StudyFile) -> Iterator[Fault]:
    """Find years out of order, and two vintages of one name."""
    for key in ("drivers", "charts", "deck", "hindcasts"):
        span: Span = getattr(record, key)
        if span.last < span.first:
            what = f"{span.last} lies before the first, {span.first}"
            yield document.fault((key, "last"), what)
    if record.known == record.actual:
        what = f"both vintages are called {record.known!r}, expected two names"
        yield document.fault(("vintages", "actual", "name"), what)
    base, first, last = record.plan.base_year, record.drivers.first, record.drivers.last
    if not first < base < last:
        what = f"{base} is not a year between those of the drivers, {first} and {last}"
        yield document.fault(("plan", "base_year"), what)
    if not base < record.plan.date < last:
        what = f"{record.plan.date:g} is not a date between {base} and {last}"
        yield document.fault(("plan", "date"), what)
    if record.hindcasts.last > record.origin:
        what = f"the last origin is {record.hindcasts.last}, expected {record.origin:g} or earlier"
        yield document.fault(("hindcasts", "last"), what)
    shock, ahead = record.hindcasts.shock, record.hindcasts.last
    if shock is not None and not ahead <= shock.year < ahead + HORIZON:
        what = f"{shock.year} is not one of the {HORIZON} years after the last origin, {ahead}"
        yield document.fault(("hindcasts", "shock", "year"), what)
    if not record.charts.first <= record.charts.year <= record.charts.last:
        what = f"{record.charts.year} is not one of the years shown"
        yield document.fault(("charts", "year"), what)


def scenario_faults(folder: Path, record: StudyFile, names: list[str]) -> Iterator[Fault]:
    """Find named scenarios that the study does not have."""
    document = read_yaml(study_path(folder))
    for key in ("base", "full"):
        name = getattr(record.scenarios, key)
        if name not in names:
            what = f"no such scenario{nearest(name, names)}"
            yield document.fault(("scenarios", key), what)
