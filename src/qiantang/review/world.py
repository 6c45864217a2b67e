"""The world outside as it was known at a date: drivers from their figures, then as foreseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.evidence.paths import JUST_BEFORE
from qiantang.evidence.releases import SLACK
from qiantang.review.settings import Settings
from qiantang.study import Study

#: Parts of a year over which the mean of a step is taken.
_PARTS = 365


@dataclass
class World:
    """Drivers of members at any date, with the same surprises at all dates.

    A driver's figure of a year is known when its year is over and the lag has passed, a step of a
    schedule on its day; what the fit saw is known at any date. What follows is as foreseen when the
    plan was made, from the last figure on: later forecasts are not in the evidence. A step that the
    figures of another driver carry already counts only as far as it goes beyond its mean in the
    last of their years.

    Parameters
    ----------
    study : Study
    settings : Settings
    members, seed : int
    rows : ndarray of int, shape (member,), optional
        Members drawn anew: whose surprises each of them has.
    """

    study: Study
    settings: Settings
    members: int
    seed: int
    rows: NDArray[np.intp] | None = None
    _drawn: dict[float, dict[str, Path]] = field(default_factory=dict, repr=False)

    def at(self, as_of: float) -> dict[str, Path]:
        """Return the path of every driver, values of shape (member, knot)."""
        names = self.study.drivers.names
        paths = {name: self._at(self._origin(name, as_of))[name] for name in names}
        for name in names:
            for other in self.study.drivers.definitions[name].contained_in:
                paths[name] = _beyond(paths[name], self._figures(other, as_of)[-1][0] + 1.0)
        return paths if self.rows is None else taken(paths, self.rows)

    def news(self, before: float, after: float) -> tuple[str, ...]:
        """Return the drivers of which more was known at the later date."""
        return tuple(
            name
            for name in self.study.drivers.names
            if self._figures(name, before) != self._figures(name, after)
        )

    def mixed(self, before: float, after: float, told: frozenset[str]) -> dict[str, Path]:
        """Return the drivers as known at the later date for those named, else at the earlier."""
        old, new = self.at(before), self.at(after)
        return {name: (new if name in told else old)[name] for name in old}

    def _figures(self, name: str, as_of: float) -> tuple[tuple[float, float], ...]:
        drivers = self.study.drivers
        history = drivers.history(name, self.study.about.known, self._origin(name, as_of))
        return tuple((figure.year, figure.value) for figure in history)

    def _origin(self, name: str, as_of: float) -> float:
        scheduled = self.study.drivers.definitions[name].between == "step"
        at = as_of + SLACK - (0.0 if scheduled else self.settings.lag)
        return max(at, min(self.study.about.origin, self.study.fit.record.sees_until))

    def _at(self, origin: float) -> Mapping[str, Path]:
        if origin not in self._drawn:
            rng = np.random.default_rng(self.seed)
            self._drawn[origin] = self.study.drivers.draw({}, self.members, rng, origin)
        return self._drawn[origin]


def taken(paths: Mapping[str, Path], rows: NDArray[np.intp]) -> dict[str, Path]:
    """Return the paths of some members; what all members share stays as it is."""
    return {
        name: Path(path.times, np.asarray(path.values)[rows]) if np.ndim(path.values) == 2 else path
        for name, path in paths.items()
    }


def _beyond(path: Path, closed: float) -> Path:
    """Return steps less their mean in the year before a date: nought until then, never below."""
    times, steps = np.asarray(path.times), np.atleast_2d(path.values)[0]
    grid = closed - 1.0 + (np.arange(_PARTS) + 0.5) / _PARTS
    mean = float(np.interp(grid, times, steps).mean())
    later = times > closed
    knots = np.concatenate([[times[0], closed, closed + JUST_BEFORE], times[later]])
    here = float(np.interp(closed + JUST_BEFORE, times, steps))
    values = np.concatenate([[0.0, 0.0, here - mean], steps[later] - mean])
    return Path(knots, np.maximum(values, 0.0))
