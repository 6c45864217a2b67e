"""What the tests read off runs beside an ordinary command, and how large a change counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.ensemble.reach import measure
from qiantang.model.figures import Figure
from qiantang.plan.targets import Target

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Integral(Figure):
    """A yearly total read off the stock that sums the flow up, for a run by Runge-Kutta.

    The tally of a flow adds half a step of today, which makes Euler's sum a trapezoid; on a sum
    that is already exact the same half step would be an error.
    """

    stock: str = ""

    @property
    def output(self) -> str:
        """Variable that the run must save."""
        return self.stock


def own_rows(path: Path, size: int) -> Array:
    """Return the values of a path with one row a member, free to be changed."""
    values = np.asarray(path.values, dtype=np.float64)
    return np.array(np.broadcast_to(values, (size, values.shape[-1])))


def target_values(dataset: xr.Dataset, targets: Iterable[Target]) -> dict[str, Array]:
    """Return each target's measure, shape (scenario, member)."""
    return {target.id: measure(dataset, target.measure) for target in targets}


def target_scale(dataset: xr.Dataset, target: Target) -> Array:
    """Return the size against which a change of a target is held, shape (scenario, member).

    A rise is a difference near nought; it is held against the level from which it is taken.
    """
    wanted = target.measure
    last = wanted.years[-1]
    if wanted.kind == "ratio_rise":
        under = sum(dataset[name].sel(time=last).to_numpy() for name in wanted.over)
        return np.asarray(np.abs(dataset[wanted.variable].sel(time=last).to_numpy() / under))
    if wanted.kind == "rises_each_year":
        return np.asarray(np.abs(dataset[wanted.variable].sel(time=last).to_numpy()))
    return np.abs(measure(dataset, wanted))
