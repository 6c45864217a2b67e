"""What a forecast is asked: from which origin, how far ahead, and with which world known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, RootModel

from qiantang.evidence.drivers import Drivers
from qiantang.evidence.observations import Evidence
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.studyfile import HORIZON
from qiantang.wording.language import Sentences

if TYPE_CHECKING:
    from qiantang.study import Study
    from qiantang.studyfile import StudyFile
    from qiantang.wording import Language

Array = NDArray[np.float64]

#: Years ahead; 1 is the year that begins at the origin. [Year]
HORIZONS: tuple[int, ...] = tuple(range(1, HORIZON + 1))


@dataclass(frozen=True)
class Draws:
    """A forecast of one series as members.

    Parameters
    ----------
    years : tuple of int, length k
        Years of the figures. A total of year Y runs over [Y, Y+1); a stock of year Y stands at Y+1.
    values : ndarray, shape (member, k)
        In the unit of the series. A member is one world: its years belong together. They foresee
        the figure as published, so measurement error belongs in them.
    """

    years: tuple[int, ...]
    values: Array

    def of(self, year: int) -> Array:
        """Return the finite values of a year, shape (member,)."""
        values = self.values[:, self.years.index(year)]
        return np.asarray(values[np.isfinite(values)], dtype=np.float64)


class Forecaster(Protocol):
    """Anything that forecasts series from an origin in a setting."""

    def __call__(self, origin: float, setting: str) -> Mapping[str, Draws]:
        """Return draws by series; a series that it cannot forecast is left out."""
        ...


class SeriesRecord(BaseModel):
    """One series of the scoreboard.

    Parameters
    ----------
    headline : bool
        Counts for the verdict.
    drivers, times : tuple of str
        The regressions explain it with the sum of the one times the product of the other.
    total : bool
        That is the national total of the same thing, so that the series has a share of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    headline: bool = False
    drivers: tuple[str, ...] = Field(min_length=1)
    times: tuple[str, ...] = ()
    total: bool = False


class SeriesTable(RootModel[dict[str, SeriesRecord]]):
    """The file series.yaml of the scoreboard."""


def read_series(path: Path, evidence: Evidence, drivers: Drivers) -> dict[str, SeriesRecord]:
    """Read which series are scored and by which drivers the regressions explain them.

    Raises
    ------
    StudyError
        With every unknown series and driver.
    """
    document = read_yaml(path)
    table = validate(document, SeriesTable).root
    faults: list[Fault] = []
    for name, record in table.items():
        if name not in evidence.series:
            what = f"no series of the evidence{nearest(name, evidence.series)}"
            faults.append(document.fault((name,), what))
        for key, names in (("drivers", record.drivers), ("times", record.times)):
            faults += [
                document.fault(
                    (name, key, place), f"unknown driver{nearest(driver, drivers.names)}"
                )
                for place, driver in enumerate(names)
                if driver not in drivers.names
            ]
    if faults:
        raise StudyError(faults)
    return table


def asked_years(about: StudyFile, origin: float, setting: str) -> tuple[int, ...]:
    """Return the years that are forecast from an origin in a setting.

    The year of a shock is scored apart, from the last origin alone: not knowing the shock it says
    little of skill, and one year must not decide a table of many origins.
    """
    shock, last = about.hindcasts.shock, float(about.hindcasts.last)
    years = tuple(int(origin) - 1 + horizon for horizon in HORIZONS)
    if shock is None:
        return years
    if setting in shock.settings:
        return years if origin == last else ()
    return tuple(year for year in years if year < shock.year)


def last_scored(about: StudyFile) -> int:
    """Return the last year that the settings without the shock score."""
    years = (asked_years(about, origin, "conditional") for origin in about.hindcasts.origins)
    return max(max(asked, default=0) for asked in years)


def setting_words(about: StudyFile, language: Language) -> dict[str, str]:
    """Return every setting in words, in the order of the table."""
    told = Sentences(language)
    words = {name: told.phrase(f"skill.setting.{name}") for name in ("ex_ante", "conditional")}
    shock, first = about.hindcasts.shock, about.hindcasts.last
    if shock is not None:
        title = told.choose(shock.title, shock.title_zh)
        span = {"first": first, "last": first - 1 + HORIZONS[-1], "shock": title}
        for setting, key in zip(shock.settings, ("unknown", "known"), strict=True):
            words[setting] = told.phrase(f"skill.shock.{key}", **span)
    return words


def titles_of(
    study: Study, series: Mapping[str, SeriesRecord], language: Language
) -> dict[str, str]:
    """Return the title of each series in a language."""
    words, found = Sentences(language), study.evidence.series
    return {name: words.choose(found[name].title, found[name].title_zh) for name in series}
