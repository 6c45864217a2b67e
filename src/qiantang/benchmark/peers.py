"""Other engines on the same request: how many runs a second, and the same results.

Each is used in the way that costs it least: loaded once, outputs and times named, no analysis.
What reports a rate on all cores is measured with one process a core at the same time.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.files.put import scratch

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """What a peer is to run.

    Parameters
    ----------
    model : Path
        The model file.
    outputs, titles : tuple of str
        Variables wanted, as identifiers and as the file names them.
    times : array of shape (time,)
        Times wanted.
    parameters : mapping of str to array of shape (members,)
        Constants replaced, by identifier.
    parameter_titles : tuple of str
        The same as the file names them.
    watched : tuple of str
        Variables that PySD is to compute at each step for its answer to be its own.
    """

    model: Path
    outputs: tuple[str, ...]
    titles: tuple[str, ...]
    times: Floats
    parameters: Mapping[str, Floats]
    parameter_titles: tuple[str, ...]
    watched: tuple[str, ...] = ()

    def member(self, number: int) -> dict[str, float]:
        """Return the constants of a member."""
        return {name: float(values[number]) for name, values in self.parameters.items()}


@dataclass(frozen=True)
class Rate:
    """Runs a second, and the values of the first members, shape (output, time, member)."""

    per_second: float
    values: Floats


def on_all_cores(job: Any, task: Task, runs: int, *options: Any) -> Rate:
    """Do the runs in as many processes as there are cores, at the same time."""
    count = os.cpu_count() or 1
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_call, [(job, task, runs, *options)] * count))
    return Rate(sum(rate.per_second for rate in found), found[0].values)


def _call(given: tuple[Any, ...]) -> Rate:
    rate: Rate = given[0](*given[1:])
    return rate


def pysd_rate(task: Task, runs: int, plain_lookups: bool) -> Rate:
    """Run members through PySD, loaded once.

    Parameters
    ----------
    task : Task
        The request.
    runs : int
        Members to run.
    plain_lookups : bool
        Whether scalar tables are read by ``numpy.interp`` in place of xarray.
    """
    import warnings

    import pysd

    from qiantang.engine.pysd_oracle import translated_model

    warnings.simplefilter("ignore")
    if plain_lookups:
        _plain_lookups()
    with scratch() as folder:
        model = pysd.load(str(translated_model(task.model, folder)))
        # An input of a DELAY FIXED that is not asked for PySD computes between two steps.
        frame = model.run(
            params=task.member(0),
            return_columns=list(dict.fromkeys((*task.outputs, *task.watched))),
            progress=False,
        )
        at = [int(np.argmin(np.abs(frame.index.to_numpy() - moment))) for moment in task.times]
        values = frame[list(task.outputs)].to_numpy(dtype=np.float64)[at].T
        seconds = 0.0
        for number in range(runs):
            begun = time.perf_counter()
            model.run(
                params=task.member(number),
                return_columns=list(task.outputs),
                return_timestamps=task.times,
                progress=False,
            )
            seconds += time.perf_counter() - begun
    return Rate(runs / seconds, values[:, :, None])


def _plain_lookups() -> None:
    """Read scalar tables by ``numpy.interp``: the one change that makes PySD usable for sweeps."""
    import xarray as xr
    from pysd.py_backend import lookups

    shipped = lookups.Lookups._call

    def call(self: Any, data: Any, x: Any, final_subs: Any = None) -> Any:
        if not self.is_float or self.interp != "interpolate" or isinstance(x, xr.DataArray):
            return shipped(self, data, x, final_subs)
        knots = self.__dict__.get("_knots")
        if knots is None or knots[0] is not data:
            axis = np.asarray(data["lookup_dim"].values, dtype=float)
            knots = self.__dict__["_knots"] = (data, axis, np.asarray(data.values, dtype=float))
        return float(np.interp(x, knots[1], knots[2]))

    lookups.Lookups._call = call


def simlin_rate(task: Task, runs: int) -> Rate:
    """Run members through Simlin's own simulation object."""
    import simlin

    model = simlin.load(task.model)
    values = []
    begun = time.perf_counter()
    for number in range(runs):
        with model.simulate() as simulation:
            for title, value in zip(
                task.parameter_titles, task.member(number).values(), strict=True
            ):
                simulation.set_value(title, value)
            simulation.run_to_end()
            values.append([np.asarray(simulation.get_series(title)) for title in task.titles])
    seconds = time.perf_counter() - begun
    series = np.moveaxis(np.array(values), 0, 2)
    grid = np.linspace(*_span(model), series.shape[1])
    at = [int(np.argmin(np.abs(grid - moment))) for moment in task.times]
    return Rate(runs / seconds, np.ascontiguousarray(series[:, at]))


def _span(model: Any) -> tuple[float, float]:
    spec = model.time_spec
    return float(spec.start), float(spec.stop)


def sdeverywhere_rate(task: Task, runs: int, library: Path, saved: Floats) -> Rate:
    """Run members through a shared library of SDEverywhere's C.

    Parameters
    ----------
    task : Task
        The request.
    runs : int
        Members to run.
    library : Path
        Built from the C that SDEverywhere makes of the model, with the constants of the request as
        inputs and its outputs as outputs, in this order.
    saved : array
        The times that the library saves.
    """
    run = ctypes.CDLL(str(library)).runModel
    run.restype = None
    found = np.empty((len(task.outputs), len(saved)))
    at = [int(np.argmin(np.abs(saved - moment))) for moment in task.times]
    values, seconds = [], 0.0
    for number in range(runs):
        inputs = np.array(list(task.member(number).values()))
        begun = time.perf_counter()
        run(ctypes.c_void_p(inputs.ctypes.data), ctypes.c_void_p(found.ctypes.data))
        seconds += time.perf_counter() - begun
        values.append(found[:, at].copy())
    return Rate(runs / seconds, np.moveaxis(np.array(values), 0, 2))


def worst(ours: Floats, theirs: Floats) -> float:
    """Return the largest difference, relative to the range of each output."""
    count = min(ours.shape[2], theirs.shape[2])
    ours, theirs = ours[:, :, :count], theirs[:, :, :count]
    size = np.maximum(np.ptp(ours, axis=(1, 2), keepdims=True), np.abs(ours).max() * 1e-300)
    size = np.where(
        size > 0, size, np.maximum(np.abs(ours).max(axis=(1, 2), keepdims=True), 1e-300)
    )
    return float(np.max(np.abs(ours - theirs) / size))
