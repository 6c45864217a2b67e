"""Yearly figures of a driver as a path: the mean of each year kept, jumps where they were."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qiantang.evidence.driverfile import Definition
from qiantang.studyfile import Span

Array = NDArray[np.float64]

JUST_BEFORE = 1e-6  # [Year] left side of a jump
RECENT = 5.0  # [Year] span of the growth that an earlier origin carries on
LEAST_SD = 0.01  # least sd of a year's log growth at an earlier origin
STEEPEST = 1.5  # an edge of a year lies at most this far above the year's mean, see _edges


def stream_of(entropy: list[int], name: str) -> np.random.Generator:
    """Return the random stream that belongs to a name."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.default_rng(np.random.SeedSequence([*entropy, key]))


def was_known(date: float, definition: Definition, origin: float) -> bool:
    """Say whether an actual figure was known at the origin: yearly ones once the year closed."""
    if definition.between == "mid_year":
        return date + 1 <= origin
    return date <= origin if definition.between == "point" else date < origin


class Knots(NamedTuple):
    """A driver's central path: times (K,) [Year], values (K,) and the sd of that year's log growth.

    ``log_sd_increment`` is zero where the figure is history.
    """

    times: Array
    values: Array
    log_sd_increment: Array


class Yearly(NamedTuple):
    """Figures by date with what follows them: growth is drawn where ``sd`` is above zero."""

    dates: Array
    values: Array
    sd: Array


def recent_growth(dates: Array, values: Array) -> tuple[float, float]:
    """Return mean and sd of the yearly log growth of the last years known.

    An earlier origin has no published forecasts in the evidence: the growth of the last five years
    is carried on and damped, which at the earlier origins of the bundled study missed the drivers
    by less than the undamped mean did.

    References
    ----------
    Gardner and McKenzie (1985), Forecasting trends in time series, Management Science 31.
    """
    recent = dates >= min(dates[-1] - RECENT, dates[-2]) - 1e-9
    spans = np.diff(dates[recent])
    growth = np.diff(np.log(values[recent]))
    yearly = growth / spans
    trend = float(growth.sum() / spans.sum())
    return trend, max(float(yearly.std(ddof=1)) if len(yearly) > 1 else 0.0, LEAST_SD)


def surprises(
    definitions: Mapping[str, Definition],
    figures: Mapping[str, Yearly],
    members: int,
    rng: np.random.Generator,
    span: Span,
) -> dict[str, Array]:
    """Return the surprises of members in each driver, (members, date), as logarithms.

    Each driver has its own stream, and a share of the cycle that all of them have in common.
    """
    entropy = [int(word) for word in rng.integers(0, 2**32, size=4)]
    years = span.last - span.first + 1
    world = stream_of(entropy, "world cycle").standard_normal((members, years))
    found = {}
    for name, definition in definitions.items():
        dates, sd = figures[name].dates, figures[name].sd
        own = stream_of(entropy, name).standard_normal(world.shape)
        surprise = definition.cycle * world + math.sqrt(1.0 - definition.cycle**2) * own
        year_end = 1.0 if definition.between == "point" else 0.0
        columns = np.clip(np.floor(dates - year_end).astype(int) - span.first, 0, None)
        found[name] = sd * surprise[:, columns]
    return found


def path_of(
    definition: Definition, jumps: tuple[int, ...], dates: Array, values: Array, span: Span
) -> tuple[Array, Array]:
    """Turn figures (members, N) into knots; the path stays level before the first knot."""
    if definition.between == "mid_year":
        return _mean_keeping(dates, values, jumps)
    if definition.between == "point":
        return dates, values
    ends = np.append(dates[1:], span.last + 0.5)
    times = np.column_stack([dates, ends - JUST_BEFORE]).ravel()
    times[0], times[-1] = span.first + 0.5, span.last + 0.5
    return times, np.repeat(values, 2, axis=1)


def _mean_keeping(years: Array, values: Array, jumps: tuple[int, ...]) -> tuple[Array, Array]:
    """Join yearly figures by a piecewise linear path whose mean over each year is the figure.

    Three knots a year: the edges lie between the neighbours, the middle makes up the difference.
    Joining the figures at mid-year instead would miss a year of a deep fall by several percent.
    """
    left, right = _edges(values, set(np.searchsorted(years, jumps).tolist()))
    middle = 2.0 * values - (left + right) / 2.0
    times = np.column_stack([years, years + 0.5, years + 1 - JUST_BEFORE]).ravel()
    knots = np.stack([left, middle, right], axis=2).reshape(len(values), -1)
    keep = np.ones(times.size, dtype=bool)
    keep[2:-1:3] = [int(year) in jumps for year in years[1:]]  # one knot serves both years
    keep[-1] = False
    return times[keep], knots[:, keep]


def _edges(values: Array, jumps: set[int]) -> tuple[Array, Array]:
    """Return the value at each year's start and end, (members, N) each.

    An edge is the geometric mean of the years beside it, capped so that the middle stays positive.
    At a jump each side carries its own year's slope on.
    """
    ratio = np.sqrt(values[:, 1:] / values[:, :-1])
    between = np.minimum(
        values[:, :-1] * ratio, STEEPEST * np.minimum(values[:, 1:], values[:, :-1])
    )
    left = np.concatenate([values[:, :1] / ratio[:, :1], between], axis=1)
    right = np.concatenate([between, values[:, -1:] * ratio[:, -1:]], axis=1)
    for index in jumps:
        if 0 < index < values.shape[1]:
            before, after = values[:, index - 1], values[:, index]
            right[:, index - 1] = np.minimum(before**2 / left[:, index - 1], STEEPEST * before)
            left[:, index] = np.minimum(after**2 / right[:, index], STEEPEST * after)
    return left, right
