"""The faults of a rule: what it watches, the dates at which it looks, which levers answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qiantang.faults import Fault, nearest
from qiantang.files.loose import is_number
from qiantang.files.yamlfile import KeyPath, YamlDocument

#: Parts of a step by which a date may miss it: rounding.
_SLACK = 1e-6


@dataclass(frozen=True)
class Watched:
    """What a rule may watch, and when.

    Parameters
    ----------
    variables : mapping of str to (str, str)
        Unit and Chinese name of each variable.
    time : tuple of float
        First and last time of the model. [Year]
    time_step : float
        A rule looks at whole steps. [Year]
    """

    variables: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    time: tuple[float, float] = (float("-inf"), float("inf"))
    time_step: float = 0.0

    def variable(self, name: str) -> str | None:
        """Return the model's name of a variable, None if there is none."""
        if name in self.variables:
            return name
        return next((one for one, (_, text) in self.variables.items() if text == name), None)


def when_faults(
    document: YamlDocument, data: Mapping[Any, Any], watched: Watched
) -> Iterator[Fault]:
    """Find what is wrong with the rule of a scenario file; works where its form is wrong, too."""
    when = data.get("when")
    if not isinstance(when, dict):
        return
    if not data.get("levers"):
        yield document.fault(("when",), "no lever answers, expected levers in the same file")
    yield from _variable_faults(document, when, watched)
    given = when.get("at")
    dates = given if isinstance(given, list) else [given]
    places: list[KeyPath] = [("when", "at")]
    if isinstance(given, list):
        places = [("when", "at", place) for place in range(len(given))]
    delay = when.get("delay", 0)
    late = float(delay) if is_number(delay) else 0.0
    for where, date in zip(places, dates, strict=True):
        if is_number(date):
            yield from _date_faults(document, where, float(date), late, watched)
    for place, (before, date) in enumerate(pairwise(dates), start=1):
        if is_number(before) and is_number(date) and date <= before:
            what = f"{date} stands after {before}, expected dates that increase"
            yield document.fault(places[place], what)
    step = watched.time_step
    if late > 0 and (near := _off(late, 0.0, step)) is not None:
        what = (
            f"{delay} is no whole number of steps, expected a multiple of {step:.10g}, "
            f"the nearest is {near:.10g}"
        )
        yield document.fault(("when", "delay"), what)


def _variable_faults(
    document: YamlDocument, when: Mapping[Any, Any], watched: Watched
) -> Iterator[Fault]:
    name, unit = when.get("variable"), when.get("unit")
    if not isinstance(name, str) or not name:
        return
    found = watched.variable(name)
    if found is None:
        known = [*watched.variables, *(zh for _, zh in watched.variables.values() if zh)]
        yield document.fault(("when", "variable"), f"unknown variable{nearest(name, known)}")
    elif isinstance(unit, str) and unit and unit != watched.variables[found][0]:
        expected = watched.variables[found][0]
        yield document.fault(("when", "unit"), f"unit is {unit!r}, the model's is {expected!r}")


def _date_faults(
    document: YamlDocument, where: KeyPath, date: float, delay: float, watched: Watched
) -> Iterator[Fault]:
    (start, end), step = watched.time, watched.time_step
    if not start < date < end:
        yield document.fault(where, f"{date:g} is outside the model's time, {start} to {end}")
    elif (near := _off(date, start, step)) is not None:
        what = (
            f"{date:.10g} is no step of the model, expected a multiple of {step:.10g}, "
            f"the nearest is {near:.10g}"
        )
        yield document.fault(where, what)
    elif delay > 0 and (late := date + delay) >= end:
        what = f"levers would answer in {late:g}, outside the model's time, {start} to {end}"
        yield document.fault(where, what)


def _off(value: float, start: float, step: float) -> float | None:
    """Return the nearest step to a time that none hits; None where one does."""
    if not step:
        return None
    steps = (value - start) / step
    return None if abs(steps - round(steps)) < _SLACK else start + round(steps) * step
