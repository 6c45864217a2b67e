"""A driver that a scenario changes: up to the first year named it is that of its vintage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qiantang.evidence.paths import JUST_BEFORE, Yearly, path_of
from qiantang.faults import Fault, StudyError

if TYPE_CHECKING:
    from qiantang.changes import Change, Step
    from qiantang.evidence.driverfile import Definition
    from qiantang.studyfile import Span, StudyFile

Array = NDArray[np.float64]


def changed_path(
    definition: Definition,
    jumps: tuple[int, ...],
    yearly: Yearly,
    shocks: Array,
    change: Change,
    span: Span,
) -> tuple[Array, Array]:
    """Return the path of a driver that a scenario changes.

    A year that is not named grows as in the vintage; between two values the gap is filled in logs.
    Before the first year named the path is that of the vintage, bit for bit: what a user thinks of
    later years changes nothing that was there before, so the first of them opens with a jump.

    Parameters
    ----------
    definition : Definition
    jumps : tuple of int
        Years of the vintage that open with a jump.
    yearly : Yearly
        Figures of the vintage.
    shocks : ndarray, shape (members, N)
        Surprises of the members by date, as logarithms.
    change : Change
    span : Span
        Years of the drivers.

    Returns
    -------
    times : ndarray, shape (K,)
        [Year]
    values : ndarray, shape (members, K)
        [unit of the driver]
    """
    dates, values = yearly.dates, yearly.values
    if definition.between == "step":
        own_dates, own = _schedule(dates, values, change)
        return path_of(definition, (), own_dates, np.tile(own, (len(shocks), 1)), span)
    late = 1.0 if definition.between == "point" else 0.0
    base = path_of(definition, jumps, dates, values * np.exp(np.cumsum(shocks, axis=1)), span)
    dates, values, shocks = _with_dates(dates, values, shocks, change, late)
    named = {step.time + late: step for step in change.steps}
    steps = [named.get(float(date)) for date in dates]
    central, deviation = _walk(np.log(values), shocks, steps, change.spread)
    begins = change.first
    new = path_of(
        definition, (*jumps, int(begins)), dates, np.exp(central + deviation), span
    )  # fmt: skip
    return _joined(base, new, begins, begins if late else begins - JUST_BEFORE)


def _with_dates(
    dates: Array, values: Array, shocks: Array, change: Change, late: float
) -> tuple[Array, Array, Array]:
    """Add the dates that are named and have no figure, filled in logs; nothing surprises there."""
    missing = np.setdiff1d([step.time + late for step in change.steps], dates)
    at = np.searchsorted(dates, missing)
    filled = np.exp(np.interp(missing, dates, np.log(values)))
    return np.insert(dates, at, missing), np.insert(values, at, filled), np.insert(
        shocks, at, 0.0, axis=1
    )  # fmt: skip


def _walk(
    logs: Array, shocks: Array, steps: list[Step | None], spread: float
) -> tuple[Array, Array]:
    """Return the central path (N,) and the members' deviations from it (members, N), in logs."""
    central, own = logs.copy(), np.cumsum(shocks, axis=1)
    deviation = own.copy()
    places = [place for place, step in enumerate(steps) if step is not None]
    for place in range(places[0], len(logs)):
        step, before = steps[place], max(place - 1, 0)
        central[place] = central[before] + logs[place] - logs[before]
        share = 1.0 if step is None else spread
        deviation[:, place] = deviation[:, before] + share * shocks[:, place]
        if step is None:
            continue
        if step.kind == "value":
            central[place], deviation[:, place] = np.log(step.number), spread * own[:, place]
        elif step.kind == "growth":
            central[place] = central[before] + np.log1p(step.number)
        else:
            central[place] = logs[place] + np.log(step.number)
    for first, last in pairwise(places):
        ends = steps[first], steps[last]
        if all(end is not None and end.kind == "value" for end in ends):
            between = np.arange(first, last + 1)
            central[between] = np.interp(between, [first, last], central[[first, last]])
            deviation[:, between] = spread * own[:, between]
    return central, deviation


def _schedule(dates: Array, values: Array, change: Change) -> tuple[Array, Array]:
    """Return a schedule in which a value holds until the next one named, a factor as long."""
    begins = np.array([step.time for step in change.steps])
    every = np.union1d(dates, begins)
    own = values[np.clip(np.searchsorted(dates, every, side="right") - 1, 0, None)]
    for place, time in enumerate(every):
        since = int(np.searchsorted(begins, time, side="right")) - 1
        if since >= 0:
            step = change.steps[since]
            own[place] = step.number * (own[place] if step.kind == "factor" else 1.0)
    return every, own


def _joined(
    base: tuple[Array, Array], new: tuple[Array, Array], begins: float, until: float
) -> tuple[Array, Array]:
    """Return one path up to a time and another from there on."""
    before, after = base[0] < until, new[0] >= begins
    if begins == until:
        after = new[0] > begins
    times = np.concatenate([base[0][before], [until], new[0][after]])
    return times, np.concatenate(
        [base[1][:, before], _at(base, until)[:, None], new[1][:, after]], axis=1
    )


def _at(path: tuple[Array, Array], time: float) -> Array:
    """Return the values of members' paths at a time, shape (member,)."""
    times, values = path
    right = int(np.clip(np.searchsorted(times, time), 1, len(times) - 1))
    part = np.clip((time - times[right - 1]) / (times[right] - times[right - 1]), 0.0, 1.0)
    found: Array = values[:, right - 1] + part * (values[:, right] - values[:, right - 1])
    return found


def refuse_doubles(
    definitions: Mapping[str, Definition],
    about: StudyFile,
    vintages: Mapping[str, str],
    changes: Sequence[tuple[str, Change]],
) -> None:
    """Refuse changes of drivers that others, as they happened, carry already.

    Raises
    ------
    StudyError
    """
    faults = [
        Fault("drivers", None, name, f"{other} as it happened carries it already; give {other} "
              f"the vintage {about.known}, or change {other} itself")
        for name, _ in changes
        for other in definitions[name].contained_in
        if vintages.get(other) == about.actual
    ]  # fmt: skip
    if faults:
        raise StudyError(faults)
