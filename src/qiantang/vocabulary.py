"""What a scenario may speak of, and the faults of one that speaks of anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qiantang.changefaults import Outside, constant_faults, driver_faults
from qiantang.faults import Fault, nearest
from qiantang.files.loose import is_number, mapping
from qiantang.files.yamlfile import KeyPath, YamlDocument
from qiantang.whenfaults import Watched, when_faults


@dataclass(frozen=True)
class Vocabulary:
    """What a scenario may speak of, as the model and the study know it.

    Parameters
    ----------
    levers : mapping of str to (str, float, float)
        Unit, lowest and highest value of each lever.
    drivers : set of str
    vintages : set of str
    articles : set of int
        Numbers of the plan's articles.
    time : tuple of float
        First and last time of the model. [Year]
    chinese : mapping of str to str
        Chinese name of each lever, which a file may use as well.
    vintage : str
        Of a scenario in whose files none is given.
    outside : callable
        Tells what of the world a scenario may change; read where one does.
    watched : Watched
        What a rule may watch, and when.
    """

    levers: Mapping[str, tuple[str, float, float]]
    drivers: AbstractSet[str]
    vintages: AbstractSet[str]
    articles: AbstractSet[int]
    time: tuple[float, float]
    chinese: Mapping[str, str] = field(default_factory=dict)
    vintage: str = ""
    outside: Callable[[], Outside] = Outside
    watched: Watched = field(default_factory=Watched)

    def lever(self, name: str) -> str | None:
        """Return the model's name of a lever given in English or Chinese, None if there is none."""
        if name in self.levers:
            return name
        return next((lever for lever, text in self.chinese.items() if text == name), None)

    def hint(self, name: str) -> str:
        """Return `` (did you mean X?)`` with the nearest lever, in the language of the name."""
        return nearest(name, [*self.levers, *self.chinese.values()])


def vintage_text(value: object) -> object:
    """Read a vintage named by its year as text, because YAML reads it as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def content_faults(document: YamlDocument, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Find what the form of the file cannot show; works on files whose form is wrong, too."""
    data = document.data if isinstance(document.data, dict) else {}
    seen: dict[str, Any] = {}
    for name, setting in mapping(data.get("levers")).items():
        yield from _lever_faults(document, ("levers", name), mapping(setting), vocabulary)
        lever = vocabulary.lever(str(name))
        if lever in seen:
            yield document.fault(("levers", name), f"the same lever as {seen[lever]}")
        elif lever is not None:
            seen[lever] = name
    if data.get("drivers") or data.get("constants"):
        yield from _world_faults(document, data, vocabulary)
    yield from when_faults(document, data, vocabulary.watched)
    if data.get("vintage") is not None:
        yield from _vintage_faults(document, ("vintage",), data["vintage"], vocabulary)


def _world_faults(
    document: YamlDocument, data: Mapping[Any, Any], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Find what is wrong with the drivers and constants that a scenario speaks of."""
    outside = vocabulary.outside()
    seen: dict[str, Any] = {}
    for name, setting in mapping(data.get("drivers")).items():
        where, driver = ("drivers", name), outside.driver(str(name))
        if driver is None and name not in vocabulary.drivers:
            what = f"unknown driver{nearest(str(name), vocabulary.drivers)}"
            yield document.fault(where, what)
        elif driver in seen:
            yield document.fault(where, f"the same driver as {seen[driver]}")
        elif driver is not None:
            seen[driver] = name
        entry = mapping(setting)
        vintage = entry.get("vintage") if entry else setting
        yield from _vintage_faults(document, where, vintage, vocabulary)
        yield from driver_faults(document, where, entry, outside)
    for name, setting in mapping(data.get("constants")).items():
        yield from constant_faults(document, ("constants", name), mapping(setting), outside)


def _vintage_faults(
    document: YamlDocument, where: KeyPath, vintage: Any, vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Find a vintage that the study does not have."""
    text = vintage_text(vintage)
    if isinstance(text, str) and text not in vocabulary.vintages:
        known = " or ".join(sorted(vocabulary.vintages))
        yield document.fault(where, f"unknown vintage {text!r}, expected {known}")


def _lever_faults(
    document: YamlDocument, where: KeyPath, setting: Mapping[Any, Any], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Find what a lever says against the model's vocabulary."""
    name = str(where[-1])
    path = mapping(setting.get("path"))
    lever = vocabulary.lever(name)
    if lever is not None:
        unit, low, high = vocabulary.levers[lever]
        given = setting.get("unit")
        if isinstance(given, str) and given and given != unit:
            yield document.fault((*where, "unit"), f"unit is {given!r}, the model's is {unit!r}")
        for year, value in path.items():
            if is_number(value) and not low <= value <= high:
                what = f"{value} is outside the model's limits, {low} to {high} {unit}"
                yield document.fault((*where, "path", year), what)
    else:
        yield document.fault(where, f"unknown lever{vocabulary.hint(name)}")
    yield from _year_faults(document, (*where, "path"), list(path), vocabulary)
    cites = setting.get("cites")
    for index, number in enumerate(cites if isinstance(cites, list) else []):
        if isinstance(number, int) and number not in vocabulary.articles:
            what = f"the plan has no article {number}"
            yield document.fault((*where, "cites", index), what)


def _year_faults(
    document: YamlDocument, where: KeyPath, years: list[Any], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Find years out of order or outside the model's time."""
    start, end = vocabulary.time
    numbers = [year for year in years if is_number(year)]
    for year in numbers:
        if not start <= year <= end:
            what = f"year {year} is outside the model's time, {start} to {end}"
            yield document.fault((*where, year), what)
    for before, year in pairwise(numbers):
        if year <= before:
            what = f"year {year} stands after {before}, expected years that increase"
            yield document.fault((*where, year), what)
