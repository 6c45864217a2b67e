"""Sobol indices of a Saltelli sweep: which axis the spread between points comes from.

References
----------
Saltelli et al. (2010), Computer Physics Communications 181(2), Table 2: first-order indices by
formula (b), total indices by Jansen's formula (f).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.ensemble.reach import INTERVAL
from qiantang.faults import Fault, StudyError

if TYPE_CHECKING:
    from qiantang.sweep.reading import Sweep

Array = NDArray[np.float64]

#: Resamples of the points behind an interval.
_RESAMPLES = 500


def sobol_indices(sweep: Sweep, measure: str) -> pd.DataFrame:
    """Return indices of the mean over members; see `OpenSweep.sobol_indices`.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and axis: first, total, and the ends of their 90 % intervals over
        resampled points.

    Raises
    ------
    StudyError
        If the sweep is of another kind, or knows no such measure.
    """
    record = sweep.manifest
    if record["kind"] != "saltelli":
        what = f"indices need a sweep of kind saltelli, this is {record['kind']}"
        raise StudyError([Fault(sweep.folder, None, "", what)])
    sweep._known([measure])
    axes = sweep.axes
    rows = []
    for scenario in record["scenarios"]:
        cases = sweep.points.loc[sweep.points["scenario"] == scenario, "case_id"].to_numpy()
        values = sweep.values(measure, cases)
        means = np.nanmean(values, axis=1) if sweep.keeps_runs else values[:, 0]
        blocks = means.reshape(len(axes) + 2, -1)
        rng = np.random.default_rng(record["seed"])
        draws = [np.arange(blocks.shape[1])]
        draws += list(rng.integers(0, blocks.shape[1], (_RESAMPLES, blocks.shape[1])))
        found = np.array([_indices(blocks[:, draw]) for draw in draws])
        low, high = np.nanquantile(found, INTERVAL, axis=0)
        for place, axis in enumerate(axes):
            rows.append({
                "scenario": scenario, "axis": axis,
                "first": found[0, 0, place], "first_p05": low[0, place],
                "first_p95": high[0, place], "total": found[0, 1, place],
                "total_p05": low[1, place], "total_p95": high[1, place],
            })  # fmt: skip
    return pd.DataFrame(rows)


def _indices(blocks: Array) -> Array:
    """Return first-order and total indices, shape (2, axis).

    The mean is taken off first: it moves no variance, but where it is large the products of
    formula (b) would be sums of large numbers that hardly cancel.
    """
    first, second, mixed = blocks[0], blocks[-1], blocks[1:-1]
    both = np.concatenate([first, second])
    spread, middle = np.var(both), both.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = ((second - middle) * (mixed - first)).mean(axis=1) / spread
        whole = ((first - mixed) ** 2).mean(axis=1) / (2 * spread)
    return np.array([alone, whole])
