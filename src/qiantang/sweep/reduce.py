"""Statistics of each point of a sweep, from its runs or as they were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qiantang.sweep.summary import PERCENT, REACHED, statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qiantang.sweep.reading import Sweep

#: Points that are read at a time.
_AT_ONCE = 64


def summary(sweep: Sweep) -> pd.DataFrame:
    """Return one row a point and measure; see `Sweep.summary`."""
    points = sweep.points
    cases = np.arange(sweep.manifest["cases"])
    pieces = []
    for column in sweep.manifest["columns"]:
        tables = []
        for first in range(0, len(cases), _AT_ONCE):
            values = sweep.values(column["name"], cases[first : first + _AT_ONCE])
            tables.append(_statistics(values, column) if sweep.keeps_runs else values)
        found = np.concatenate(tables)[points["case_id"].to_numpy()]
        piece = points.drop(columns="case_id").assign(measure=column["name"], unit=column["unit"])
        pieces.append(piece.assign(**dict(zip(statistics(), found.T, strict=True))))
    whole = pd.concat(pieces, ignore_index=True)
    order = {name: place for place, name in enumerate(sweep.manifest["scenarios"])}
    place = whole["scenario"].map(order)
    return whole.iloc[np.lexsort((whole["point"], place))].reset_index(drop=True)


def _statistics(values: NDArray[np.float64], column: dict[str, Any]) -> NDArray[np.float64]:
    """Return the statistics of some cases, shape (case, statistic)."""
    found = np.full((len(values), len(statistics())), np.nan)
    for row, members in zip(found, values, strict=True):
        sound = members[np.isfinite(members)]
        if not len(sound):
            continue
        row[:2] = sound.mean(), sound.std()
        row[2 : 2 + len(PERCENT)] = np.quantile(sound, np.array(PERCENT) / 100)
        if "threshold" in column:
            limit = column["threshold"]
            reached = sound >= limit if column["sense"] == "at_least" else sound > limit
            row[statistics().index(REACHED)] = reached.mean()
    return found
