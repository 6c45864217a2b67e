"""The plainest rival with a world: the city's last share of the national total, times the total.

`kept` holds the share where it stands. `damped` carries its recent trend on and lets it fade: the
mean yearly change of the log share over the last five years, of which a part `DAMPING` is left
after each year (the damped trend of Gardner and McKenzie, on the share in place of the series).
Both take their intervals from the yearly changes of the share in those five years, about nought or
about their mean, as a random walk. Older changes are left out: city figures change their scope, and
a jump of long ago would make a rival look less sure than anyone would be. With an uncertain world
each member is one path of it with one error.

References
----------
Gardner, E. S. and McKenzie, E. (1985). Forecasting trends in time series. Management Science
31(10), eq. 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qiantang.evidence.drivers import DAMPING
from qiantang.skill.history import History
from qiantang.skill.world import World

Array = NDArray[np.float64]

#: Years from which the trend of the share and its spread are taken.
RECENT = 5


class Predictive(NamedTuple):
    """Location (path, year), scale (year,) and degrees of freedom, in logs."""

    location: Array
    scale: Array
    free: int


def kept(past: History, world: World, years: Sequence[int]) -> Predictive | None:
    """Carry the last share on; None where the total of its year is not known."""
    found = _changes(past, world)
    if found is None:
        return None
    share, changes, gaps = found
    ahead = np.array(years, dtype=np.float64) - past.last
    variance = float(np.mean(changes**2 / gaps))
    return Predictive(_total(world, years) + share, np.sqrt(ahead * variance), len(changes))


def damped(past: History, world: World, years: Sequence[int]) -> Predictive | None:
    """Let the recent trend of the share fade; None where the total of its year is not known."""
    found = _changes(past, world)
    if found is None:
        return None
    share, changes, gaps = found
    span = float(gaps.sum())
    trend = float(changes.sum()) / span
    ahead = np.array(years) - past.last
    grown = np.array([np.sum(DAMPING ** np.arange(1, steps + 1)) for steps in ahead])
    free = max(len(changes) - 1, 1)
    variance = float(np.sum((changes - trend * gaps) ** 2 / gaps)) / free
    scale = np.sqrt(variance * (ahead + grown**2 / span))
    return Predictive(_total(world, years) + share + trend * grown, scale, free)


def _changes(past: History, world: World) -> tuple[float, Array, Array] | None:
    """Return the last log share, its recent changes from figure to figure, and their years."""
    seen = [i for i, year in enumerate(past.years) if past.known[i] and int(year) in world.past]
    if len(seen) < 2 or past.last not in world.past:
        return None
    shares = past.logs[seen] - np.array([world.past[int(past.years[i])] for i in seen])
    gaps = np.diff(past.years[seen]).astype(np.float64)
    recent = np.cumsum(gaps[::-1])[::-1] <= RECENT
    return float(shares[-1]), np.diff(shares)[recent], gaps[recent]


def _total(world: World, years: Sequence[int]) -> Array:
    return np.stack([world.future[year] for year in years], axis=1)
