"""What a forecast is asked: from which origin, how far ahead, and with which world known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, RootModel

from qiantang.evidence.drivers import Drivers
from qiantang.evidence.observations import Evidence
from qiantang.faults import Fault, StudyError, nearest
from qiantang.yamlfile import read_yaml, validate

if TYPE_CHECKING:
    from qiantang.study import Study
    from qiantang.wording import Language

Array = NDArray[np.float64]
Setting = Literal["ex_ante", "conditional", "pandemic_unknown", "pandemic_known"]

#: Settings in the order of the table.
SETTINGS: tuple[Setting, ...] = ("ex_ante", "conditional", "pandemic_unknown", "pandemic_known")
#: Settings in which the drivers are the true ones.
TRUE_DRIVERS: tuple[Setting, ...] = ("conditional", "pandemic_known")
#: Settings of the last origin alone, which include the first year of the pandemic.
PANDEMIC: tuple[Setting, ...] = ("pandemic_unknown", "pandemic_known")
#: Origins: a forecast from origin o has seen the figures of the years before o. [Year]
ORIGINS: tuple[float, ...] = tuple(float(year) for year in range(2009, 2019))
#: Years ahead; 1 is the year that begins at the origin. [Year]
HORIZONS: tuple[int, ...] = (1, 2, 3)
#: First year that only the settings of the pandemic score.
PANDEMIC_YEAR = 2020


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

    def __call__(self, origin: float, setting: Setting) -> Mapping[str, Draws]:
        """Return draws by series; a series that it cannot forecast is left out."""
        ...


class SeriesRecord(BaseModel):
    """One series of the scoreboard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    headline: bool = False
    drivers: tuple[str, ...] = Field(min_length=1)
    times: tuple[str, ...] = ()


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


def asked_years(origin: float, setting: Setting) -> tuple[int, ...]:
    """Return the years that are forecast from an origin in a setting.

    The year 2020 is scored apart: without the pandemic it says little of skill, and one year must
    not decide a table of ten origins.
    """
    years = tuple(int(origin) - 1 + horizon for horizon in HORIZONS)
    if setting in PANDEMIC:
        return years if origin == ORIGINS[-1] else ()
    return tuple(year for year in years if year < PANDEMIC_YEAR)


def titles_of(
    study: Study, series: Mapping[str, SeriesRecord], language: Language
) -> dict[str, str]:
    """Return the title of each series in a language."""
    found = {name: study.evidence.series[name] for name in series}
    return {name: item.title_zh if language == "zh" else item.title for name, item in found.items()}
