"""Frames: the members run once for one state of the sliders, and what a screen needs of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble import (
    choose_members,
    driver_paths,
    innovation_paths,
    lever_paths,
)
from qiantang.measures import Figure, outputs_of, read_figures, times_of
from qiantang.reach import INTERVAL, measure_of, years_of
from qiantang.study import TALLY_SUFFIX

if TYPE_CHECKING:
    from qiantang.deck.panels import Panel
    from qiantang.engine import History
    from qiantang.engine import Path as EnginePath
    from qiantang.scenario import Scenario
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Quantiles of a fan: ends of the 90 and 50 per cent bands, and the median between them.
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Frame:
    """What one state of the sliders gives.

    Parameters
    ----------
    probability : ndarray, shape (target,)
        Share of the sound members that reach each target.
    interval : ndarray, shape (target, 3)
        5 %, median and 95 % of each measure. [unit of the target]
    fans : ndarray, shape (target, quantile, year)
        Quantiles of each panel's series. [unit of the chart]
    sound : int
        Members that did not diverge.
    """

    probability: Array
    interval: Array
    fans: Array
    sound: int

    def pack(self) -> bytes:
        """Return the frame as little-endian 32-bit floats: what travels to the browser."""
        parts = (np.array([self.sound]), self.probability, self.interval, self.fans)
        return np.concatenate([part.ravel() for part in parts]).astype("<f4").tobytes()


class Frames:
    """Runs the same members again and again; only the levers differ (common random numbers).

    Parameters
    ----------
    study : Study
    panels : sequence of Panel
    first, last : int
        Years of the charts.
    members, seed : int
    vintage : str, optional
        Vintage of the drivers in place of the scenarios' own.

    Raises
    ------
    StudyError
        If the fit holds fewer members, or was made with another model file.
    """

    def __init__(
        self,
        study: Study,
        panels: Sequence[Panel],
        first: int,
        last: int,
        members: int,
        seed: int,
        vintage: str | None = None,
    ) -> None:
        self.study, self.panels, self.seed, self.vintage = study, tuple(panels), seed, vintage
        self.years = tuple(range(first, last + 1))
        self.members = choose_members(study, members, seed)
        self._surprises = innovation_paths(self.members)
        self._drivers: dict[tuple[str, ...], dict[str, EnginePath]] = {}
        self._history: History | None = None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The yearly figures that the charts and the targets read."""
        wanted: dict[Figure, None] = {}
        for panel in self.panels:
            for name in (panel.variable, *panel.over):
                wanted |= dict.fromkeys(self._figure(name, year) for year in self.years)
        for target in self.study.plan.targets.targets:
            for name in (target.measure.variable, *target.measure.over):
                years = years_of(target.measure)
                wanted |= dict.fromkeys(self._figure(name, year) for year in years)
        return tuple(wanted)

    def share(self, least: Scenario, most: Scenario) -> None:
        """Run the members once up to where two scenarios part, and keep them.

        Frames that are told to go on from there then run the years after only, with the same bits.
        """
        self._history = self.study.program.history(
            **self._request(least), beside=[self._paths(most)]
        )

    def frame(self, scenario: Scenario, *, shared: bool = False) -> Frame:
        """Run the members once in a scenario and return what the screen shows of them.

        Parameters
        ----------
        scenario : Scenario
        shared : bool
            Go on from the shared history; the scenario must not part from it before its end.

        Raises
        ------
        ValueError
            If the scenario does not share the history.
        """
        return self._read(self._run(scenario, self._history if shared else None))

    def _request(self, scenario: Scenario) -> dict[str, Any]:
        return {
            "outputs": self._outputs,
            "times": self._times,
            "parameters": self.members.parameters,
            "paths": self._paths(scenario),
            "members": self.members.size,
        }

    def _paths(self, scenario: Scenario) -> dict[str, EnginePath]:
        return self._surprises | self._drivers_of(scenario) | lever_paths(self.study, scenario)

    def _run(self, scenario: Scenario, history: History | None) -> dict[tuple[str, int], Array]:
        """Return every figure by variable and year, shape (member,), diverged members left out."""
        program = self.study.program
        result = program.run(**self._request(scenario), history=history)
        values = read_figures(
            self.figures, result.values, result.names, result.times, program.time_step
        )
        if result.diverged.any():
            values = values[:, ~result.diverged]
        return {
            (figure.variable, int(figure.year)): row
            for figure, row in zip(self.figures, values, strict=True)
        }

    @cached_property
    def _outputs(self) -> list[str]:
        """What the kernel saves: the headlines with the rest, so that `run` shares the kernel."""
        headlines = [self._figure(name, self.years[0]) for name in self.study.headlines]
        return list(outputs_of((*headlines, *self.figures)))

    @cached_property
    def _times(self) -> Array:
        return times_of(self.figures, self.study.program.time_step)

    def _drivers_of(self, scenario: Scenario) -> dict[str, EnginePath]:
        """Return the drawn drivers of a scenario; those of the same vintages are drawn once."""
        names = self.study.drivers.names
        key = tuple(self.vintage or scenario.driver_vintage(name) for name in names)
        if key not in self._drivers:
            self._drivers[key] = driver_paths(
                self.study, scenario, self.members.size, self.seed, self.vintage
            )
        return self._drivers[key]

    def _figure(self, name: str, year: int) -> Figure:
        total = name + TALLY_SUFFIX in self.study.dictionary
        return Figure(name, "yearly_total" if total else "year_end", year)

    def _read(self, found: Mapping[tuple[str, int], Array]) -> Frame:
        probability, interval = [], []
        for target in self.study.plan.targets.targets:
            names = (target.measure.variable, *target.measure.over)
            series = {n: {y: found[n, y] for y in years_of(target.measure)} for n in names}
            values = measure_of(series, target.measure)
            probability.append(target.is_reached(values).mean() if values.size else np.nan)
            interval.append(_quantiles(values, (INTERVAL[0], 0.5, INTERVAL[1])))
        yearly = {
            name: np.array([found[name, year] for year in self.years])
            for panel in self.panels for name in (panel.variable, *panel.over)
        }  # fmt: skip
        charts = np.concatenate([panel.series(yearly) for panel in self.panels])
        fans = _quantiles(charts, QUANTILES)  # (quantile, panel and year)
        fans = fans.reshape(len(QUANTILES), len(self.panels), len(self.years)).swapaxes(0, 1)
        return Frame(np.array(probability), np.array(interval), fans, charts.shape[1])


def _quantiles(values: Array, wanted: Sequence[float]) -> Array:
    """Return quantiles over the last axis, NaN where no member is left."""
    if not values.shape[-1]:
        return np.full((len(wanted), *values.shape[:-1]), np.nan)
    return np.asarray(np.quantile(values, wanted, axis=-1))
