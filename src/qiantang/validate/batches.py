"""Members ready to run, how they are run, and how a target's figure is read off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qiantang.engine import Path as EnginePath
from qiantang.engine import Program, RunResult
from qiantang.measures import Figure, outputs_of, times_of
from qiantang.plan.targets import Target
from qiantang.reach import measure

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """Members ready to run: parameters of shape (member,), paths over time, and their number."""

    parameters: dict[str, Array]
    paths: dict[str, EnginePath]
    size: int


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


def run_figures(
    program: Program,
    batch: Batch,
    figures: Sequence[Figure],
    step: float,
    progress: Callable[[str], None] = lambda _: None,
    **options: Any,
) -> RunResult:
    """Run a batch and save what the figures need."""
    return program.run(
        outputs=list(outputs_of(figures)), times=times_of(figures, step),
        parameters=dict(batch.parameters), paths=batch.paths, members=batch.size,
        on_compile=progress, **options,
    )  # fmt: skip


def repeated(batch: Batch, times: int) -> Batch:
    """Return a batch several times over, block after block."""
    paths = {name: _rows(path, times) for name, path in batch.paths.items()}
    parameters = {name: np.tile(values, times) for name, values in batch.parameters.items()}
    return Batch(parameters, paths, batch.size * times)


def _rows(path: EnginePath, times: int) -> EnginePath:
    values = np.asarray(path.values)
    return path if values.ndim == 1 else EnginePath(path.times, np.tile(values, (times, 1)))


def own_rows(path: EnginePath, size: int) -> Array:
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
