"""The other engines of the bench: one process a core each, the kernel before and after it."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qiantang.benchmark.peers import (
    Rate,
    Task,
    on_all_cores,
    pysd_rate,
    sdeverywhere_rate,
    simlin_rate,
    worst,
)
from qiantang.benchmark.report import Figure, Report
from qiantang.engine import LoadedProgram

Floats = npt.NDArray[np.float64]

Progress = Callable[[str], None]

ROUNDS = 5


def _jobs_ofmeasure_others(
    program: LoadedProgram, task: Task, library: Path | None
) -> dict[str, tuple[str, Callable[[], Rate], str]]:
    """Return name, run and library of each other engine."""
    jobs: dict[str, tuple[str, Callable[[], Rate], str]] = {
        "pysd": ("PySD as shipped", lambda: on_all_cores(pysd_rate, task, 2, False), "pysd"),
        "pysd-interp": (
            "PySD, scalar tables by numpy.interp",
            lambda: on_all_cores(pysd_rate, task, 4, True),
            "pysd",
        ),
        "simlin": ("Simlin", lambda: on_all_cores(simlin_rate, task, 40), "simlin"),
    }
    if library is not None:
        saved = np.arange(program.initial_time, program.final_time, program.time_step)
        saved = np.append(saved, program.final_time)
        jobs["sdeverywhere"] = (
            "SDEverywhere's C",
            lambda: on_all_cores(sdeverywhere_rate, task, 2000, library, saved),
            "ctypes",
        )
    return jobs


def measure_others(
    report: Report,
    program: LoadedProgram,
    task: Task,
    values: Floats,
    kernel: Callable[[], float],
    peers: Sequence[str],
    library: Path | None,
    progress: Progress,
) -> None:
    """Measure the other engines, one process a core, each with the kernel before and after it."""
    cores = os.cpu_count() or 1
    jobs = _jobs_ofmeasure_others(program, task, library)
    if library is None and "sdeverywhere" in peers:
        report.missing.append("SDEverywhere: no library was given")
    for key in (peer for peer in peers if peer in jobs):
        name, job, module = jobs[key]
        if find_spec(module) is None:
            report.missing.append(f"{name}: not installed")
            continue
        progress(name)
        beside = [kernel() for _ in range(ROUNDS)]
        try:
            rate = job()
        except Exception as error:  # a peer that cannot read the model is no reason to stop
            report.missing.append(
                f"{name}: {str(error).splitlines()[0] if str(error) else error!r}"
            )
            continue
        beside += [kernel() for _ in range(ROUNDS)]
        ratio = statistics.median(beside) / rate.per_second
        off = worst(values, rate.values)
        report.figures.append(Figure(name, cores, rate.per_second, ratio, off))
