"""Frames: the members run once for one state of the sliders, and what a screen needs of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.reach import INTERVAL
from qiantang.ensemble.readout import Readout, readout_of, target_figures, yearly

if TYPE_CHECKING:
    from qiantang.deck.panels import Panel
    from qiantang.ensemble.ensemble import Ensemble
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
    outcomes : ndarray, shape (outcome, year, 3)
        5 %, median and 95 % of what the plan moves without a figure. [unit of the model]
    sound : int
        Members that did not diverge.
    """

    probability: Array
    interval: Array
    fans: Array
    outcomes: Array
    sound: int

    def pack(self) -> bytes:
        """Return the frame as little-endian 32-bit floats: what travels to the browser."""
        parts = (np.array([self.sound]), self.probability, self.interval, self.fans, self.outcomes)
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
    alone : bool
        Run what the charts and targets need and nothing more.

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
        *,
        alone: bool = False,
    ) -> None:
        self.alone = alone
        self.study, self.panels, self.seed, self.vintage = study, tuple(panels), seed, vintage
        self.years = tuple(range(first, last + 1))
        self.members = choose_members(study, members, seed)
        self._ensemble = ensemble_of(study, self.members, seed, self.readout)
        self._shared = self._ensemble

    @cached_property
    def readout(self) -> Readout:
        """The yearly figures that the charts and the targets read."""
        names = [n for panel in self.panels for n in (panel.variable, *panel.over)]
        charts = [yearly(self.study, name, year) for name in names for year in self.years]
        targets = target_figures(self.study, self.study.plan.targets.targets)
        told = [yearly(self.study, name, year) for name, year in self._outcomes()]
        return readout_of(self.study, [*charts, *targets, *told], alone=self.alone)

    @property
    def ensemble(self) -> Ensemble:
        """The members, knowing what they share once they were told by :meth:`share`."""
        return self._shared

    @property
    def told(self) -> tuple[int, ...]:
        """Years at which outcomes are told; alone, those that the charts reach."""
        named = self.study.outcomes
        years = () if named is None else tuple(named.years)
        return tuple(y for y in years if y <= self.years[-1]) if self.alone else years

    def _outcomes(self) -> list[tuple[str, int]]:
        """Variable and year of every outcome told, years innermost; none where none is named."""
        named = self.study.outcomes
        return [] if named is None else [(i.of, year) for i in named.outcomes for year in self.told]

    def share(self, least: Scenario, most: Scenario) -> None:
        """Run the members once up to where two scenarios part, and keep them.

        Frames that are told to go on from there then run the years after only, with the same bits.
        """
        ends = [case_of(self.study, scenario, self.vintage) for scenario in (least, most)]
        self._shared = self._ensemble.sharing(ends, rest=ends[0], eager=True)
        self._shared.run_one(ends[0])

    def frame(self, scenario: Scenario, *, shared: bool = False) -> Frame:
        """Run the members once in a scenario and return what the screen shows of them.

        Parameters
        ----------
        scenario : Scenario
        shared : bool
            Go on from the shared history, where the scenario does not part from it before its end.
        """
        ensemble = self._shared if shared else self._ensemble
        outcome = ensemble.run_one(case_of(self.study, scenario, self.vintage))
        return self._read(outcome.read[:, ~outcome.diverged])

    def _read(self, read: Array) -> Frame:
        found = self.readout.series(read)
        measures = self.readout.measures(read, self.study.plan.targets.targets)
        probability, interval = [], []
        for target in self.study.plan.targets.targets:
            values = measures[target.id]
            probability.append(target.is_reached(values).mean() if values.size else np.nan)
            interval.append(_quantiles(values, (INTERVAL[0], 0.5, INTERVAL[1])))
        yearly = {
            name: np.array([found[name][year] for year in self.years])
            for panel in self.panels for name in (panel.variable, *panel.over)
        }  # fmt: skip
        charts = np.concatenate([panel.series(yearly) for panel in self.panels])
        fans = _quantiles(charts, QUANTILES)  # (quantile, panel and year)
        fans = fans.reshape(len(QUANTILES), len(self.panels), len(self.years)).swapaxes(0, 1)
        sound = charts.shape[1]
        return Frame(np.array(probability), np.array(interval), fans, self._told(found), sound)

    def _told(self, found: Mapping[str, Mapping[int, Array]]) -> Array:
        """Return the interval of every outcome in every year it is told, (outcome, year, 3)."""
        ends = (INTERVAL[0], 0.5, INTERVAL[1])
        told = [_quantiles(found[name][year], ends) for name, year in self._outcomes()]
        return np.array(told).reshape(-1, max(1, len(self.told)), len(ends))


def _quantiles(values: Array, wanted: Sequence[float]) -> Array:
    """Return quantiles over the last axis, NaN where no member is left."""
    if not values.shape[-1]:
        return np.full((len(wanted), *values.shape[:-1]), np.nan)
    return np.asarray(np.quantile(values, wanted, axis=-1))
