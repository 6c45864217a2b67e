"""Statistics of a case over its members, exact: a case's members fit into memory together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.sweep.columns import Column

Array = NDArray[np.float64]

#: Quantiles that are kept, as percent.
PERCENT = (1, 5, 10, 25, 50, 75, 90, 95, 99)
#: Statistics of every column besides the quantiles.
MOMENTS = ("mean", "sd")
#: Share of the sound members that reach a target.
REACHED = "p_reached"


def statistics() -> tuple[str, ...]:
    """Return the names of the statistics, in the order in which they are kept."""
    return (*MOMENTS, *(f"p{percent:02d}" for percent in PERCENT), REACHED)


def summarise(columns: Sequence[Column], values: Array) -> dict[str, dict[str, float]]:
    """Summarise one case.

    Parameters
    ----------
    columns : sequence of Column
    values : ndarray, shape (column, member)
        NaN where a member diverged, or where a figure is undefined.

    Returns
    -------
    dict of dict
        Column to statistic to number; NaN where no member is sound.
    """
    found = {}
    for column, row in zip(columns, values, strict=True):
        sound = row[np.isfinite(row)]
        record: dict[str, Any] = dict.fromkeys(statistics(), float("nan"))
        if len(sound):
            record["mean"], record["sd"] = float(sound.mean()), float(sound.std())
            quantiles = np.quantile(sound, np.array(PERCENT) / 100)
            record |= {f"p{p:02d}": float(v) for p, v in zip(PERCENT, quantiles, strict=True)}
            if column.target is not None:
                record[REACHED] = float(column.target.is_reached(sound).mean())
        found[column.name] = record
    return found
