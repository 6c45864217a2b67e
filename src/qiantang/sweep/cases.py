"""A case is all that a run is given besides its member; two points that ask the same share one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from qiantang.scenario import Scenario, lever_path
from qiantang.sweep.points import Move, Point

if TYPE_CHECKING:
    from qiantang.study import Study

Knots = tuple[tuple[float, ...], tuple[float, ...]]

#: Decimals of a shifted year: far finer than a step's width, far coarser than rounding.
_DECIMALS = 9


@dataclass(frozen=True)
class Case:
    """What a run is given: levers over time, parameters, and the vintage of each driver.

    Parameters
    ----------
    levers : tuple of (str, times, values)
        The levers that move, in the order of the model. [Year], [Dmnl]
    parameters : tuple of (str, float)
        Constants that are the same in every member, by name.
    vintages : tuple of (str, str)
        Vintage of every driver.
    """

    levers: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...]
    parameters: tuple[tuple[str, float], ...]
    vintages: tuple[tuple[str, str], ...]

    @cached_property
    def digest(self) -> str:
        """Digest of everything in the case."""
        text = json.dumps([self.levers, self.parameters, self.vintages])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def form(self) -> tuple[object, ...]:
        """What cases must share to run side by side: drivers, and the years of the levers."""
        years = tuple((name, times) for name, times, _ in self.levers)
        return (self.vintages, years, tuple(name for name, _ in self.parameters))


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
        self.default = {lever: study.program.constants[lever] for lever in self.order}

    def case(self, moves: tuple[Move, ...], point: Point) -> Case:
        """Apply a point: intensities first, then dates, whatever the order of the axes."""
        paths = dict(self.own)
        shifts: dict[str, float] = {}
        starts: dict[str, float] = {}
        parameters: dict[str, float] = {}
        vintages = dict(self.vintages)
        asked = [(move, value) for move, value in zip(moves, point, strict=True)
                 if value is not None]  # fmt: skip
        for move, value in asked:
            if move.kind == "intensity":
                for lever in self.shape if move.moves_all else move.names:
                    times, values = self.shape[lever]
                    paths[lever] = times, tuple(float(value) * knot for knot in values)
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
        return Case(
            levers=self._levers(paths, starts, shifts),
            parameters=tuple(sorted(parameters.items())),
            vintages=tuple(sorted(vintages.items())),
        )

    def _levers(
        self, paths: Mapping[str, Knots], starts: Mapping[str, float], shifts: Mapping[str, float]
    ) -> tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...]:
        levers = []
        for lever in self.order:
            if lever not in paths:
                continue
            times, values = paths[lever]
            if len(set(values)) == 1:  # a level path: its years say nothing
                if values[0] != self.default[lever]:
                    levers.append((lever, times[:1], values[:1]))
                continue
            shift = shifts.get(lever, 0.0)
            if lever in starts:
                shift += starts[lever] - times[0]
            if shift:
                times = tuple(float(t) for t in np.round(np.array(times) + shift, _DECIMALS))
            levers.append((lever, times, values))
        return tuple(levers)


def _paths(scenario: Scenario) -> dict[str, Knots]:
    paths: dict[str, Knots] = {}
    for lever in scenario.levers:
        times, values = lever_path(scenario, lever)
        paths[lever] = tuple(map(float, times)), tuple(map(float, values))
    return paths
