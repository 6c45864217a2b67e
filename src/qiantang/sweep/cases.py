"""The points of a sweep as cases; two points that ask the same share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qiantang.engine.path import Path
from qiantang.ensemble.case import Case, replies_of
from qiantang.evidence.changed import refuse_doubles
from qiantang.scenario import Scenario
from qiantang.sweep.points import Move, Point

if TYPE_CHECKING:
    from qiantang.study import Study

#: Decimals of a shifted year: far finer than a step's width, far coarser than rounding.
_DECIMALS = 9


def cases_of(
    study: Study,
    scenarios: Sequence[Scenario],
    shape: Scenario | None,
    moves: tuple[Move, ...],
    points: Sequence[Point],
) -> tuple[list[Case], list[int]]:
    """Turn points into cases, each once.

    Returns
    -------
    cases : list of Case
        In order of first use.
    case_of : list of int
        Case of each point, scenarios in the outer loop.
    """
    order: dict[Case, int] = {}
    case_of = []
    for scenario in scenarios:
        maker = _Maker(study, scenario, shape)
        for point in points:
            case = maker.case(moves, point)
            case_of.append(order.setdefault(case, len(order)))
    return list(order), case_of


class _Maker:
    """Turns points of one scenario into cases; keeps what the points share."""

    def __init__(self, study: Study, scenario: Scenario, shape: Scenario | None) -> None:
        self.order = tuple(study.vocabulary.levers)
        self.own = _paths(scenario)
        self.shape = self.own if shape is None else _paths(shape)
        self.vintages = {name: scenario.driver_vintage(name) for name in study.drivers.names}
        self.changes, self.study, self.replies = scenario.changes, study, replies_of(scenario)
        self.default = {lever: study.program.constants[lever] for lever in self.order}

    def case(self, moves: tuple[Move, ...], point: Point) -> Case:
        """Apply a point: intensities first, then dates, whatever the order of the axes."""
        paths, replies = dict(self.own), self.replies
        shifts: dict[str, float] = {}
        starts: dict[str, float] = {}
        parameters: dict[str, float] = {}
        vintages = dict(self.vintages)
        asked = [(move, value) for move, value in zip(moves, point, strict=True)
                 if value is not None]  # fmt: skip
        for move, value in asked:
            if move.kind == "intensity":
                for lever in self.shape if move.moves_all else move.names:
                    if lever in self.shape:
                        paths[lever] = self.shape[lever].scaled(float(value))
                named = None if move.moves_all else move.names
                replies = tuple(reply.scaled(float(value), named) for reply in replies)
        for move, value in asked:
            levers = paths if move.moves_all else move.names
            if move.kind == "start":
                starts |= dict.fromkeys(levers, float(value))
            elif move.kind == "delay":
                shifts |= {lever: shifts.get(lever, 0.0) + float(value) for lever in levers}
            elif move.kind == "uncertainty":
                parameters[move.names[0]] = float(value)
            elif move.kind == "vintage":
                vintages |= dict.fromkeys(vintages if move.moves_all else move.names, str(value))
        known, about = self.study.drivers.definitions, self.study.about
        refuse_doubles(known, about, vintages, self.changes.drivers)
        return Case(
            levers=self._levers(paths, starts, shifts),
            parameters=dict(sorted(parameters.items())),
            vintages=tuple(sorted(vintages.items())),
            changes=self.changes,
            replies=replies,
        )

    def _levers(
        self, paths: Mapping[str, Path], starts: Mapping[str, float], shifts: Mapping[str, float]
    ) -> dict[str, Path]:
        levers = {}
        for lever in self.order:
            if lever not in paths:
                continue
            times, values = np.asarray(paths[lever].times), np.asarray(paths[lever].values)
            if (values == values[0]).all():  # a level path: its years say nothing
                if values[0] != self.default[lever]:
                    levers[lever] = Path(times[:1], values[:1])
                continue
            shift = shifts.get(lever, 0.0)
            if lever in starts:
                shift += starts[lever] - times[0]
            if shift:
                times = np.round(times + shift, _DECIMALS)
            levers[lever] = Path(times, values)
        return levers


def _paths(scenario: Scenario) -> dict[str, Path]:
    return {lever: scenario.path(lever) for lever in scenario.levers}
