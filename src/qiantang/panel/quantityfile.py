"""The file quantities.yaml: what is estimated from the panel, over which years, against what."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.panel.panelfile import PanelSeries


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Total(_Record):
    """National total: the sum of drivers, times another that turns it into the figures' unit."""

    drivers: tuple[str, ...] = Field(min_length=1)
    times: str | None = None


class Compared(_Record):
    """Where the study holds an estimate's counterpart: a prior, or a series' deviation."""

    parameter: str | None = None
    series: str | None = None
    of: Literal["yearly_sd", "persistence"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Compared:
        if (self.parameter is None) == (self.series is None):
            raise ValueError("expected either parameter, or series and of")
        if (self.series is None) != (self.of is None):
            raise ValueError("series and of belong together")
        return self


class Own(_Record):
    """A member that is this study's city.

    Parameters
    ----------
    observed : str or None
        Series of the study that holds its figures; None where they stand in the panel.
    total : Total or None
        Its own national total, where it differs.
    compare : dict of str to Compared
        Counterpart in the study by estimate.
    """

    observed: str | None = None
    total: Total | None = None
    compare: dict[str, Compared] = {}


class Quantity(_Record):
    """One quantity.

    Parameters
    ----------
    years : (int, int)
        First and last year read; the study's last known year may end them earlier.
    knee : float or None
        Traffic over design at which the slope of crowding may change. [Dmnl]
    draws : int
        Of each chain; more where parts of the model are hard to tell apart.
    """

    title: str = Field(min_length=1)
    kind: Literal["share", "crowding", "signing"]
    series: str
    years: tuple[int, int]
    total: Total | None = None
    capacity: str | None = None
    knee: float | None = Field(default=None, gt=0)
    draws: int = Field(default=600, ge=100, le=10_000)
    own: dict[str, Own] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Quantity:
        if self.years[0] >= self.years[1]:
            raise ValueError("years must be two rising numbers")
        if (self.kind == "crowding") != (self.capacity is not None):
            raise ValueError("capacity belongs to kind crowding, which needs it")
        if self.knee is not None and self.kind != "crowding":
            raise ValueError("knee belongs to kind crowding")
        return self

    def drivers(self) -> set[str]:
        """Return the drivers that the quantity needs."""
        totals = [self.total, *(own.total for own in self.own.values())]
        return {
            name for one in totals if one for name in (*one.drivers, one.times) if name is not None
        }


class QuantityFile(_Record):
    """The whole file: the series of the panel, and what is estimated from them."""

    series: dict[str, PanelSeries]
    quantities: dict[str, Quantity]


def read_quantities(
    path: Path, drivers: Collection[str], observed: Collection[str]
) -> QuantityFile:
    """Read quantities.yaml.

    Parameters
    ----------
    path : Path
    drivers, observed : collection of str
        Names that exist in the study.

    Raises
    ------
    StudyError
    """
    document = read_yaml(path)
    found = validate(document, QuantityFile)
    faults: list[Fault] = []
    for name, quantity in found.quantities.items():
        key = ("quantities", name)
        for series in filter(None, (quantity.series, quantity.capacity)):
            if series not in found.series:
                what = f"unknown series {series}{nearest(series, found.series)}"
                faults.append(document.fault(key, what))
        for driver in sorted(quantity.drivers() - set(drivers)):
            what = f"unknown driver {driver}{nearest(driver, drivers)}"
            faults.append(document.fault(key, what))
        for member, own in quantity.own.items():
            if own.observed is not None and own.observed not in observed:
                what = f"unknown series {own.observed}{nearest(own.observed, observed)}"
                faults.append(document.fault((*key, "own", member), what))
    if faults:
        raise StudyError(faults)
    return found
