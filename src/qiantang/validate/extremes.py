"""Extreme conditions by rule: every lever, driver, starting value and parameter at its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path as TimePath
from qiantang.ensemble.batch import Batch
from qiantang.validate import names
from qiantang.validate.batches import own_rows
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, listed, open_question, table
from qiantang.validate.structure import checked
from qiantang.wording.told import Told

Array = NDArray[np.float64]

#: How far an outside series, or a starting value without limits, is pulled down and up.
PULLS = (0.5, 2.0)
#: Rounding that a limit is given. [part of the value]
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Case:
    """One extreme: a parameter or a lever set, or a driver multiplied."""

    label: str
    name: str
    value: float
    multiplies: bool = False


def extremes(ground: Ground) -> list[Finding]:
    """Judge extreme conditions."""
    groups = {
        "levers": list(_levers(ground)),
        "drivers": list(_drivers(ground)),
        "starts": list(_starts(ground)),
        "parameters": list(_parameters(ground)),
    }
    findings = [checked(ground, "extreme")]
    cases = [case for several in groups.values() for case in several]
    breaches = _breaches(ground, cases)
    for id, several in groups.items():
        asks = Told(f"{id}.asks")
        if not several:
            findings.append(open_question(id, asks, Told("none")))
            continue
        found = [(case.label, breaches[case.label]) for case in several if breaches[case.label]]
        findings.append(
            judged(
                id, asks, not found,
                figure=Told("extreme.figure", held=len(several) - len(found), runs=len(several)),
                limit=Told("limit.all"),
                reason=listed([Told("extreme.breach", case=label, breach=texts[0])
                               for label, texts in found], 3),
                table=table(("run", "breach"), [(a, b) for a, t in found for b in t])
                if found else None,
            )
        )  # fmt: skip
    return findings


def _levers(ground: Ground) -> Iterator[Case]:
    for name, (_, low, high) in ground.study.vocabulary.levers.items():
        yield _at(ground, name, low)
        yield _at(ground, name, high)


def _drivers(ground: Ground) -> Iterator[Case]:
    for name in ground.study.drivers.names:
        for pull in PULLS:
            label = Told("extreme.times", name=names.variable(ground, name), value=pull)
            yield Case(label, name, pull, multiplies=True)


def _starts(ground: Ground) -> Iterator[Case]:
    """Yield both ends of every constant that a stock starts from."""
    program, dictionary = ground.program, ground.study.dictionary
    levers = set(ground.study.vocabulary.levers)
    used_first = {
        used: None
        for name, kind in zip(program.names, program.kinds, strict=True)
        if kind == "stock"
        for used in program.initial_dependencies(name)
        if used in program.constants and used not in levers
    }
    for name in used_first:
        value = program.constants[name]
        for limit, pull in zip(dictionary[name].limits, PULLS, strict=True):
            end = value * pull if limit is None else limit
            yield _at(ground, name, end)


def _parameters(ground: Ground) -> Iterator[Case]:
    priors = ground.study.priors
    for name, record in zip(priors.names, priors.records, strict=True):
        for end in (record.p05, record.p95):
            yield _at(ground, name, end)


def _at(ground: Ground, name: str, value: float) -> Case:
    label = Told("extreme.at", name=names.variable(ground, name), value=value)
    return Case(label, name, value)


def _breaches(ground: Ground, cases: list[Case]) -> dict[str, list[str]]:
    """Run every case beside one run without any and return what each breaks."""
    members = ground.median if ground.study.has_fit() else ground.few
    batch = ground.batch(ground.full, members).repeated(len(cases) + 1)
    for place, case in enumerate(cases, start=1):
        _apply(ground, batch, case, place)
    watched = _watched(ground)
    years = np.arange(int(ground.program.initial_time), int(ground.program.final_time) + 1.0)
    result = ground.program.run(
        watched, years, parameters=batch.parameters, paths=batch.paths, members=batch.size,
        engine="numpy",
    )  # fmt: skip
    found: dict[str, list[str]] = {case.label: [] for case in cases}
    for name, values in zip(result.names, result.values, strict=True):
        low, high = ground.study.dictionary[name].limits
        own = values[:, 0]
        if low is None and ground.program.kind(name) == "stock" and own.min() >= 0:
            low = 0.0
        if low is not None and own.min() < low:
            low = None  # the run itself passes it: not an extreme's doing
        if high is not None and own.max() > high:
            high = None
        _note(found, cases, names.variable(ground, name), values, low, high)
    return found


def _note(
    found: dict[str, list[str]],
    cases: list[Case],
    name: str,
    values: Array,
    low: float | None,
    high: float | None,
) -> None:
    """Note each case in which a variable leaves its bounds, at its worst year."""
    for place, case in enumerate(cases, start=1):
        course = values[:, place]
        if not np.isfinite(course).all():
            found[case.label].append(Told("breach.finite", name=name))
        elif low is not None and course.min() < low - _ROUNDING * max(1.0, abs(low)):
            told = Told("breach.falls", name=name, value=course.min(), limit=low)
            found[case.label].append(told)
        elif high is not None and course.max() > high + _ROUNDING * max(1.0, abs(high)):
            told = Told("breach.rises", name=name, value=course.max(), limit=high)
            found[case.label].append(told)


def _apply(ground: Ground, batch: Batch, case: Case, place: int) -> None:
    if case.name in batch.paths:
        path = batch.paths[case.name]
        values = own_rows(path, batch.size)
        values[place] = values[place] * case.value if case.multiplies else case.value
        batch.paths[case.name] = TimePath(path.times, values)
        return
    own = ground.program.constants[case.name]
    values = np.array(batch.parameters.get(case.name, np.full(batch.size, own)))
    values[place] = case.value
    batch.parameters[case.name] = values


def _watched(ground: Ground) -> list[str]:
    """Return the stocks, and the variables that the model computes and gives limits."""
    dictionary, program = ground.study.dictionary, ground.program
    return [
        name
        for name, kind in zip(program.names, program.kinds, strict=True)
        if kind == "stock" or (kind == "auxiliary" and dictionary[name].limits != (None, None))
    ]
