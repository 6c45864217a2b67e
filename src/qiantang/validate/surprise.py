"""Surprise behaviour, family member and system improvement: a person must read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qiantang.validate import names
from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, open_question, table
from qiantang.wording.told import Row, Told, word

Array = NDArray[np.float64]

#: Fall from a peak, and change of a year, that a reader should see. [part of the size]
FALL, JUMP = 0.05, 0.25
#: Turns of direction that make an oscillation, each of this part of the size.
TURNS, SWING = 3, 0.01
#: Gap between two scenarios that counts. [part of the size]
GAP = 5e-3


def surprise(ground: Ground) -> list[Finding]:
    """Scan the medians of the ensemble for what a reader should have explained."""
    asks = Told("scan.asks")
    found = gathered(_scan(ground))
    if not found:
        nothing, none = Told("scan.nothing"), Told("limit.none")
        return [judged("scan", asks, True, figure=nothing, limit=none)]
    kinds = [row[0] for row in found]
    figure = Row(Told("graded", count=kinds.count(kind), grade=word(kind))
                 for kind in dict.fromkeys(kinds))  # fmt: skip
    rows = [(word(kind), names.variable(ground, name), many, names.scenario(ground, first), what)
            for kind, name, many, first, what in found]  # fmt: skip
    heads = ("kind", "variable", "scenarios", "first of them", "what")
    shown = table(heads, rows, Told("scan.note"))
    return [open_question("scan", asks, Told("scan.reason"), figure=figure, table=shown)]


def gathered(
    found: Iterable[tuple[str, str, str, str]],
) -> list[tuple[str, str, int, str, str]]:
    """Gather what several scenarios share: kind, variable, number of scenarios, the first, what."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for kind, variable, scenario, what in found:
        groups.setdefault((kind, variable), []).append((scenario, what))
    return [(*key, len({s for s, _ in rows}), *rows[0]) for key, rows in groups.items()]


def family(ground: Ground) -> list[Finding]:
    """Say what a second member of the family would need."""
    units = sorted({item.unit for item in ground.study.evidence.series.values()})
    return [
        open_question(
            "second_member",
            Told("second_member.asks"),
            Told(
                "second_member.reason",
                series=len(ground.study.evidence.series),
                units=len(units),
                drivers=len(ground.study.drivers.names),
            ),
        )
    ]


def improvement(ground: Ground) -> list[Finding]:
    """Report the regret of each scenario; whether the system improved, only its users can tell."""
    asks, reason = Told("use.asks"), Told("use.reason")
    try:
        rows = regrets(ground)
    except KeyError:
        return [open_question("use", asks, reason)]
    least = min(rows, key=lambda row: float(row[1]), default=None)
    figure = ""
    if least:
        best = names.scenario(ground, least[0])
        figure = Told("use.figure", scenario=best, regret=least[1])
    shown = table(
        ("scenario", "mean regret %", "largest regret %", "on target"),
        [(names.scenario(ground, name), mean, most, names.target_of(ground, on))
         for name, mean, most, on in rows], Told("use.note"),
    )  # fmt: skip
    return [open_question("use", asks, reason, figure=figure, table=shown)]


def regrets(ground: Ground) -> list[tuple[str, float, float, str]]:
    """Return mean and largest regret of every scenario that shares the base's world. [%]"""
    world = ground.base.world
    same = [s.name for s in ground.scenarios if s.world == world]
    data = ground.ensemble.dataset.sel(scenario=same)
    short = []
    for target in ground.targets:
        values = np.nanmedian(target_values(data, [target])[target.id], axis=1)
        scale = float(np.nanmedian(target_scale(data, target))) or 1.0
        short.append(100 * (values.max() - values) / scale)
    losses = np.array(short).reshape(len(short), len(same))
    ids = [target.id for target in ground.targets]
    if not ids:
        return []
    return sorted(
        (
            (name, round(float(losses[:, place].mean()), 3),
             round(float(losses[:, place].max()), 3), ids[int(losses[:, place].argmax())])
            for place, name in enumerate(same)
        ),
        key=lambda row: row[1],
    )  # fmt: skip


def _scan(ground: Ground) -> Iterator[tuple[str, str, str, str]]:
    data = ground.ensemble.dataset
    first = int(ground.study.fit.record.sees_until) - 1
    years = [int(year) for year in data.time.values if year >= first]
    medians = {
        name: np.nanmedian(data[name].sel(time=years).to_numpy(), axis=1) for name in ground.saved
    }
    scenarios = [str(name) for name in data.scenario.values]
    for name, block in medians.items():
        for place, scenario in enumerate(scenarios):
            for kind, what in unusual(block[place], years):
                yield kind, name, scenario, what
    wanted = {target.measure.variable for target in ground.targets}
    worlds = {s.name: s.world for s in ground.scenarios}
    for name in sorted(wanted):
        for one, two in combinations(range(len(scenarios)), 2):
            if worlds[scenarios[one]] == worlds[scenarios[two]]:
                yield from _crossing(ground, name, medians[name], scenarios, one, two, years)


def unusual(course: Array, years: list[int]) -> Iterator[tuple[str, str]]:
    """Yield each feature of a course of yearly figures that a reader should have explained."""
    size = float(np.nanmax(np.abs(course)))
    if not size > 0 or not np.isfinite(course).all():
        return
    steps = np.diff(course)
    turns = np.sign(steps[np.abs(steps) > SWING * size])
    peak = int(course.argmax())
    if (turns[1:] != turns[:-1]).sum() >= TURNS:
        yield "oscillation", Told("scan.turns", times=int((turns[1:] != turns[:-1]).sum()))
    elif course[peak] - course[peak:].min() > FALL * size and 0 < peak < len(course) - 1:
        low = years[peak + int(course[peak:].argmin())]
        fall = 1 - course[peak:].min() / course[peak]
        yield "overshoot", Told("scan.peaks", year=years[peak], fall=fall, low=low)
    jump = int(np.abs(steps).argmax())
    if abs(steps[jump]) > JUMP * size:
        yield "jump", Told("scan.jumps", by=steps[jump] / size, year=years[jump + 1])


def _crossing(
    ground: Ground, name: str, block: Array, scenarios: list[str], one: int, two: int,
    years: list[int],
) -> Iterator[tuple[str, str, str, str]]:  # fmt: skip
    gap = (block[one] - block[two]) / max(float(np.abs(block).max()), 1e-30)
    clear = np.sign(gap) * (np.abs(gap) > GAP)
    ahead, behind = np.flatnonzero(clear > 0), np.flatnonzero(clear < 0)
    if ahead.size and behind.size:
        first, then = (one, two) if ahead[0] < behind[0] else (two, one)
        year = years[int(max(ahead[0], behind[0]))]
        other = names.scenario(ground, scenarios[then])
        yield "crossing", name, scenarios[first], Told("scan.crosses", other=other, year=year)
