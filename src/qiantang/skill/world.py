"""The drivers that the regression baselines see: known figures, true ones, and forecasts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.evidence.drivers import Drivers
from qiantang.skill.settings import SeriesRecord

Array = NDArray[np.float64]

#: Years of growth from which a driver is extrapolated before the plan.
RECENT = 5
#: Quarter points of a year: the paths are straight between them.
_QUARTERS = (0.0, 0.5, 1.0)
_WEIGHTS = (0.25, 0.5, 0.25)


@dataclass(frozen=True)
class World:
    """A series' main driver at an origin, in logs.

    Parameters
    ----------
    past : mapping of int to float
        Log of the driver in the years known at the origin.
    future : mapping of int to ndarray
        Log of the driver in each year asked, shape (member,); one member where it is known.
    """

    past: Mapping[int, float]
    future: Mapping[int, Array]


def driver_world(
    drivers: Drivers,
    record: SeriesRecord,
    origin: float,
    setting: str,
    years: tuple[int, ...],
    members: int,
    seed: int,
) -> World:
    """Return what is known of a series' driver at an origin in a setting.

    With true drivers the years ahead are their figures. Ex ante they are forecast: from the
    origin of the plan as the evidence has them (published forecasts first), before it by a random
    walk whose drift and spread are those of the last five years, parameter error included. What
    was published by the plan would be hindsight at an earlier origin.

    Parameters
    ----------
    drivers : Drivers
    record : SeriesRecord
    origin : float
        [Year]
    setting : str
    years : tuple of int
        Years asked.
    members : int
    seed : int
    """
    names = _names(record)
    actual = _combined({name: _figures(drivers, name) for name in names}, record)
    known = _combined({name: _figures(drivers, name, origin) for name in names}, record)
    past = {year: float(np.log(value)) for year, value in known.items()}
    between = tuple(range(max(past) + 1, max(years) + 1))
    if setting in drivers.about.settings_told:
        return World(past, {year: np.log([actual[year]]) for year in between})
    rng = np.random.default_rng([seed, int(origin), *_key("+".join(names))])
    if origin >= drivers.about.origin:
        return World(past, _as_given(drivers, record, None, between, members, rng))
    return World(past, _extrapolated(past, between, members, rng))


def given_world(
    drivers: Drivers, record: SeriesRecord, origin: float, world: World, members: int, seed: int
) -> World:
    """Return a world with the driver ahead as the model itself is given it at an origin.

    There recent growth fades, which is a forecast of another kind than that of `driver_world`; a
    rival that sees it differs from the model in nothing but the city.

    Parameters
    ----------
    drivers : Drivers
    record : SeriesRecord
    origin : float
        [Year]
    world : World
        Of that origin as `driver_world` has it.
    members, seed : int
    """
    rng = np.random.default_rng([seed, int(origin), *_key("+".join(_names(record)))])
    years = tuple(world.future)
    return World(world.past, _as_given(drivers, record, origin, years, members, rng))


def _names(record: SeriesRecord) -> tuple[str, ...]:
    return (*record.drivers, *record.times)


def _figures(drivers: Drivers, name: str, origin: float = np.inf) -> dict[int, float]:
    """Return the yearly figures known at an origin, missing years between interpolated in logs."""
    rows = [row for row in drivers.history(name, drivers.about.actual) if row.year + 1 <= origin]
    dates = [row.year for row in rows]
    years = range(int(np.ceil(dates[0])), int(dates[-1]) + 1)
    logs = np.interp(list(years), dates, np.log([row.value for row in rows]))
    return dict(zip(years, np.exp(logs).tolist(), strict=True))


def _combined(figures: Mapping[str, Mapping[int, float]], record: SeriesRecord) -> dict[int, float]:
    years = set.intersection(*(set(part) for part in figures.values()))
    return {
        year: float(
            sum(figures[name][year] for name in record.drivers)
            * np.prod([figures[name][year] for name in record.times])
        )
        for year in sorted(years)
    }


def _extrapolated(
    past: Mapping[int, float], years: tuple[int, ...], members: int, rng: np.random.Generator
) -> dict[int, Array]:
    last = max(past)
    logs = np.array([past[year] for year in sorted(past)][-RECENT - 1 :])
    growth = np.diff(logs)
    free = len(growth) - 1
    sd = growth.std(ddof=1) * np.sqrt(free / rng.chisquare(free, members))
    drift = growth.mean() + sd / np.sqrt(len(growth)) * rng.standard_normal(members)
    walk = np.zeros(members)
    future = {}
    for year in range(last + 1, max(years) + 1):
        walk = walk + drift + sd * rng.standard_normal(members)
        future[year] = logs[-1] + walk
    return future


def _as_given(
    drivers: Drivers,
    record: SeriesRecord,
    origin: float | None,
    years: tuple[int, ...],
    members: int,
    rng: np.random.Generator,
) -> dict[int, Array]:
    paths = drivers.draw({}, members, rng, origin)
    future = {}
    for year in years:
        at = year + np.array(_QUARTERS)
        means = {
            name: np.array(
                [np.interp(at, paths[name].times, row) @ _WEIGHTS for row in paths[name].values]
            )
            for name in _names(record)
        }
        total = np.sum([means[name] for name in record.drivers], axis=0)
        future[year] = np.log(total * np.prod([means[name] for name in record.times], axis=0))
    return future


def _key(name: str) -> list[int]:
    digest = hashlib.sha256(name.encode()).digest()
    return [int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")]
