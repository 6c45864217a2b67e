"""Surprise behaviour, family member and system improvement: a person must read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, open_question, table

Array = NDArray[np.float64]

#: Fall from a peak, and change of a year, that a reader should see. [part of the size]
FALL, JUMP = 0.05, 0.25
#: Turns of direction that make an oscillation, each of this part of the size.
TURNS, SWING = 3, 0.01
#: Gap between two scenarios that counts. [part of the size]
GAP = 5e-3


def surprise(ground: Ground) -> list[Finding]:
    """Scan the medians of the ensemble for what a reader should have explained."""
    asks = "The ensemble shows no overshoot, oscillation, jump or crossing that nobody expected."
    found = gathered(_scan(ground))
    if not found:
        return [judged("scan", asks, True, figure="nothing found in any scenario", limit="none")]
    kinds = [row[0] for row in found]
    figure = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    shown = table(("kind", "variable", "scenarios", "first of them", "what"), found,
                  "Median over draws, by year, from the year before the plan.")  # fmt: skip
    reason = "each must be read and explained by a person; the table lists them"
    return [open_question("scan", asks, reason, figure=figure, table=shown)]


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
            "The same equations, with the data of another place, reproduce its history as well.",
            f"the evidence covers one place: {len(ground.study.evidence.series)} series in "
            f"{len(units)} units and {len(ground.study.drivers.names)} outside series would be "
            "needed for another, with starting values and references of its own; national totals "
            "will not do, as the model explains shares of them",
        )
    ]


def improvement(ground: Ground) -> list[Finding]:
    """Report the regret of each scenario; whether the system improved, only its users can tell."""
    asks = "Those who used the model changed what they do, and the system improved."
    reason = "the program cannot see what its users did; regret is shown for reading"
    try:
        rows = regrets(ground)
    except KeyError:
        return [open_question("use", asks, reason)]
    least = min(rows, key=lambda row: float(row[1]), default=None)
    figure = f"least regret: {least[0]}, {least[1]:.2f} % of a target on average" if least else ""
    shown = table(
        ("scenario", "mean regret %", "largest regret %", "on target"), rows,
        "How far a scenario's median falls short of the best scenario in the same world, in per "
        "cent of each target's size.",
    )  # fmt: skip
    return [open_question("use", asks, reason, figure=figure, table=shown)]


def regrets(ground: Ground) -> list[tuple[str, float, float, str]]:
    """Return mean and largest regret of every scenario that shares the base's world. [%]"""
    world = ground.base.world
    names = [s.name for s in ground.scenarios if s.world == world]
    data = ground.ensemble.dataset.sel(scenario=names)
    short = []
    for target in ground.targets:
        values = np.nanmedian(target_values(data, [target])[target.id], axis=1)
        scale = float(np.nanmedian(target_scale(data, target))) or 1.0
        short.append(100 * (values.max() - values) / scale)
    losses = np.array(short).reshape(len(short), len(names))
    ids = [target.id for target in ground.targets]
    if not ids:
        return []
    return sorted(
        (
            (name, round(float(losses[:, place].mean()), 3),
             round(float(losses[:, place].max()), 3), ids[int(losses[:, place].argmax())])
            for place, name in enumerate(names)
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
                yield from _crossing(name, medians[name], scenarios, one, two, years)


def unusual(course: Array, years: list[int]) -> Iterator[tuple[str, str]]:
    """Yield each feature of a course of yearly figures that a reader should have explained."""
    size = float(np.nanmax(np.abs(course)))
    if not size > 0 or not np.isfinite(course).all():
        return
    steps = np.diff(course)
    turns = np.sign(steps[np.abs(steps) > SWING * size])
    peak = int(course.argmax())
    if (turns[1:] != turns[:-1]).sum() >= TURNS:
        yield "oscillation", f"turns {int((turns[1:] != turns[:-1]).sum())} times"
    elif course[peak] - course[peak:].min() > FALL * size and 0 < peak < len(course) - 1:
        low = years[peak + int(course[peak:].argmin())]
        fall = 1 - course[peak:].min() / course[peak]
        yield "overshoot", f"peaks in {years[peak]}, {fall:.0%} lower in {low}"
    jump = int(np.abs(steps).argmax())
    if abs(steps[jump]) > JUMP * size:
        yield "jump", f"{steps[jump] / size:+.0%} of its size in {years[jump + 1]}"


def _crossing(
    name: str, block: Array, scenarios: list[str], one: int, two: int, years: list[int]
) -> Iterator[tuple[str, str, str, str]]:
    gap = (block[one] - block[two]) / max(float(np.abs(block).max()), 1e-30)
    clear = np.sign(gap) * (np.abs(gap) > GAP)
    ahead, behind = np.flatnonzero(clear > 0), np.flatnonzero(clear < 0)
    if ahead.size and behind.size:
        first, then = (one, two) if ahead[0] < behind[0] else (two, one)
        year = years[int(max(ahead[0], behind[0]))]
        yield ("crossing", name, scenarios[first],
               f"ahead of {scenarios[then]} at first, behind it in {year}")  # fmt: skip
