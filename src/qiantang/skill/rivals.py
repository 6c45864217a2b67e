"""The baselines at work: each series forecast by every naive method from an origin in a setting."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.skill.baselines import BASELINES, GIVEN, SHARES, WORLDLESS
from qiantang.skill.history import history, known_figures
from qiantang.skill.settings import Draws, SeriesRecord
from qiantang.skill.world import driver_world, given_world

if TYPE_CHECKING:
    from qiantang.study import Study


@dataclass(frozen=True)
class Rivals:
    """The baselines of a study.

    Parameters
    ----------
    study : Study
    members : int
    seed : int
        Of the forecasts of the drivers.
    only : collection of str
        Methods that are made.
    """

    study: Study
    members: int
    seed: int
    only: Collection[str] = tuple(BASELINES)
    _kept: dict[Any, Draws] = field(default_factory=dict, repr=False)

    def forecast(
        self, name: str, record: SeriesRecord, origin: float, setting: str, years: tuple[int, ...]
    ) -> dict[str, Draws]:
        """Forecast one series by every method; empty where its history is too short.

        What needs no drivers is the same in every setting and made once.
        """
        past = history(known_figures(self.study.evidence, name, origin), origin)
        if past is None:
            return {}
        about, drivers = self.study.about, self.study.drivers
        ahead = tuple(range(past.last + 1, max(years) + 1))
        world = driver_world(drivers, record, origin, setting, ahead, self.members, self.seed)
        found = {}
        for method in self._methods(record, told=setting in about.settings_told):
            key = (method, past.key, years)
            if method in WORLDLESS and key in self._kept:
                found[method] = self._kept[key]
                continue
            seen = world
            if method == GIVEN:
                seen = given_world(drivers, record, origin, world, self.members, self.seed)
            logs = BASELINES[method](past, seen, years, self.members)
            found[method] = Draws(years, np.exp(logs))
            if method in WORLDLESS:
                self._kept[key] = found[method]
        return found

    def _methods(self, record: SeriesRecord, *, told: bool) -> Iterator[str]:
        """Yield the methods that the series allows, in the order of the table."""
        for method in BASELINES:
            shared = method in SHARES and not record.total
            if method in self.only and not shared and not (method == GIVEN and told):
                yield method
