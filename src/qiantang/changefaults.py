"""The faults of what a scenario changes of the world: names, units, limits, and the fitted past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qiantang.changes import SPREADS, amount
from qiantang.faults import Fault, nearest
from qiantang.files.loose import is_number
from qiantang.files.yamlfile import KeyPath, YamlDocument

#: Keys of an entry that are no years.
WORDS = ("unit", "spread", "vintage", "note")


@dataclass(frozen=True)
class Quantity:
    """A driver or a constant that a scenario may change.

    Parameters
    ----------
    unit : str
    low, high : float or None
        Limits of its value. [unit]
    chinese : str
        Its Chinese name, which a file may use as well.
    scheduled : bool
        A driver whose figures hold from their dates; a constant has dates as well.
    value : float or None
        Of a constant in the model file. [unit]
    """

    unit: str
    low: float | None = None
    high: float | None = None
    chinese: str = ""
    scheduled: bool = False
    value: float | None = None


@dataclass(frozen=True)
class Outside:
    """What a scenario may change of the world.

    Parameters
    ----------
    drivers, constants : mapping of str to Quantity
    seen : float
        Before it lie the years that the fit has seen, which no scenario rewrites. [Year]
    last : float
        Last year that may be changed. [Year]
    elsewhere : mapping of str to str
        Other names of the model, and where they belong.
    """

    drivers: Mapping[str, Quantity] = field(default_factory=dict)
    constants: Mapping[str, Quantity] = field(default_factory=dict)
    seen: float = float("-inf")
    last: float = float("inf")
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def driver(self, name: str) -> str | None:
        """Return the study's name of a driver given in English or Chinese."""
        return _named(self.drivers, name)

    def constant(self, name: str) -> str | None:
        """Return the model's name of a constant given in English or Chinese."""
        return _named(self.constants, name)


def driver_faults(
    document: YamlDocument, where: KeyPath, setting: Mapping[Any, Any], outside: Outside
) -> Iterator[Fault]:
    """Find what is wrong with the years of a driver whose name is known."""
    name = outside.driver(str(where[-1]))
    if name is None:
        return
    quantity = outside.drivers[name]
    spread = setting.get("spread")
    if spread is not None:
        if quantity.scheduled:
            yield document.fault((*where, "spread"), "a schedule has no spread")
        elif spread not in SPREADS and not (is_number(spread) and 0 <= spread <= 1):
            what = f"got {spread!r}, expected kept, none or a share from 0 to 1"
            yield document.fault((*where, "spread"), what)
        elif not _years(setting):
            yield document.fault((*where, "spread"), "no year is given whose spread it could be")
    for year, given in _years(setting).items():
        at = (*where, year)
        read = amount(given)
        if read is not None and read[0] == "growth" and quantity.scheduled:
            what = f"got {given!r}, a schedule takes a value or a factor such as x 0.9"
            yield document.fault(at, what)
        elif not quantity.scheduled and is_number(year) and year != int(year):
            yield document.fault(at, f"{year} is not a whole year; the driver is a yearly figure")
    yield from _path_faults(document, where, setting, quantity, outside)


def constant_faults(
    document: YamlDocument, where: KeyPath, setting: Mapping[Any, Any], outside: Outside
) -> Iterator[Fault]:
    """Find what is wrong with a constant that is set from a date on."""
    name = outside.constant(str(where[-1]))
    if name is None:
        elsewhere = outside.elsewhere.get(str(where[-1]))
        known = [*outside.constants, *(q.chinese for q in outside.constants.values())]
        what = elsewhere or f"no constant of the model{nearest(str(where[-1]), known)}"
        yield document.fault(where, what)
        return
    for key in ("spread", "vintage"):
        if key in setting:
            yield document.fault((*where, key), f"a constant has no {key}")
    if not _years(setting):
        yield document.fault(where, "no date is given from which it holds")
    yield from _path_faults(document, where, setting, outside.constants[name], outside)


def _path_faults(
    document: YamlDocument,
    where: KeyPath,
    setting: Mapping[Any, Any],
    quantity: Quantity,
    outside: Outside,
) -> Iterator[Fault]:
    """Find a wrong unit, numbers that are none or out of limits, and years out of place."""
    unit = setting.get("unit")
    if unit is not None and unit != quantity.unit:
        what = f"unit is {unit!r}, the model's is {quantity.unit!r}"
        yield document.fault((*where, "unit"), what)
    path = _years(setting)
    for year, given in path.items():
        if not outside.seen <= year <= outside.last:
            what = f"year {year} is outside {outside.seen:g} to {outside.last:g}"
            if year < outside.seen:
                what = f"year {year} lies in the past that the fit has seen, expected " \
                       f"{outside.seen:g} or later"  # fmt: skip
            yield document.fault((*where, year), what)
        yield from _amount_faults(document, (*where, year), given, quantity)
    for before, year in pairwise(path):
        if year <= before:
            what = f"year {year} stands after {before}, expected years that increase"
            yield document.fault((*where, year), what)


def _amount_faults(
    document: YamlDocument, where: KeyPath, given: Any, quantity: Quantity
) -> Iterator[Fault]:
    read = amount(given)
    if read is None or (isinstance(given, float) and abs(given) == float("inf")):
        what = f"got {given!r}, expected a value, a change such as -5 % or a factor such as x 0.9"
        yield document.fault(where, what)
        return
    kind, number = read
    if kind == "growth" and number <= -1:
        yield document.fault(where, f"got {given!r}, nothing falls by all or more")
        return
    if kind != "value":
        if quantity.value is None:
            if number == 0 and kind == "factor" and not quantity.scheduled:
                yield document.fault(where, f"got {given!r}, a yearly figure stays above 0")
            return
        number = quantity.value * (1 + number if kind == "growth" else number)
    low, high = quantity.low, quantity.high
    if quantity.value is None and not quantity.scheduled and number <= 0:
        yield document.fault(where, f"{given} is not above 0; the driver is drawn in logs")
    elif (low is not None and number < low) or (high is not None and number > high):
        ends = [f"at least {low}"] * (high is None) or [f"at most {high}"] * (low is None)
        said = ends[0] if ends else f"{low} to {high}"
        what = f"{number:g} is outside the limits, {said} {quantity.unit}"
        yield document.fault(where, what)


def _years(setting: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the entries whose key is a number: years and what holds in them."""
    return {key: value for key, value in setting.items() if is_number(key)}


def _named(known: Mapping[str, Quantity], name: str) -> str | None:
    if name in known:
        return name
    return next((key for key, quantity in known.items() if quantity.chinese == name), None)
