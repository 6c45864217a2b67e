"""The measure of a target, taken from yearly figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qiantang.plan.targets import Measure

Array = NDArray[np.float64]


def measure_of(series: Mapping[str, Mapping[int, Array]], wanted: Measure) -> Array:
    """Take a target's measure from figures by variable and year, in the figures' shape."""
    return combine(series, wanted.kind, wanted.variable, wanted.over, wanted.years)


def years_of(wanted: Measure) -> Sequence[int]:
    """Return the years whose figures a measure reads."""
    first = wanted.years[0] - (wanted.kind == "rises_each_year")
    return range(first, wanted.years[-1] + 1)


def combine(
    series: Mapping[str, Mapping[int, Array]],
    kind: str,
    variable: str,
    over: Sequence[str],
    years: Sequence[int],
) -> Array:
    """Combine yearly figures as the measure's kind says."""
    main = series[variable]
    if kind == "sum_of_years":
        return np.asarray(sum(main[year] for year in years))
    if kind == "rises_each_year":
        return np.asarray(np.min([main[year] - main[year - 1] for year in years], axis=0))
    if kind == "ratio_rise":
        before, after = (
            main[year] / sum(series[name][year] for name in over) for year in (years[0], years[-1])
        )
        return np.asarray(after - before)
    return main[years[-1]]
