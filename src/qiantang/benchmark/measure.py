"""The bench: the same model, outputs and members through every engine at hand, in one run.

What runs within this process is taken in rounds of A B C, A B C, ..., and by medians; what runs in
processes of its own has the kernel measured before and after it. Each is reported as a ratio. What
is not installed is left out and named.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from qiantang.benchmark.others import ROUNDS, Floats, Progress, measure_others
from qiantang.benchmark.peers import (
    Task,
    worst,
)
from qiantang.benchmark.report import Figure, Report
from qiantang.benchmark.streamed import streamed
from qiantang.engine import LoadedProgram, load_model
from qiantang.engine.pysd_oracle import read_by_delays
from qiantang.files.put import scratch

PEERS = ("numpy", "c", "pysd", "pysd-interp", "simlin", "sdeverywhere")
"""What the kernel is measured against."""

SPREAD = 0.05
"""Relative width of the draws of the constants."""

DRAWN = 8
"""Constants that are drawn."""


def bench(
    model: Path,
    outputs: Sequence[str] = (),
    times: Sequence[float] = (),
    *,
    members: int = 4096,
    peers: Sequence[str] = PEERS,
    library: Path | None = None,
    sizes: Sequence[int] = (),
    progress: Progress = lambda _: None,
) -> Report:
    """Measure a model.

    Parameters
    ----------
    model : Path
        The model file.
    outputs, times : sequence, optional
        What to save; all stocks, at 101 times, when left out.
    members : int
        Members of the kernel's rounds.
    peers : sequence of str
        Out of :data:`PEERS`.
    library : Path, optional
        SDEverywhere's C of this model, see :func:`~qiantang.benchmark.peers.sdeverywhere_rate`.
    sizes : sequence of int
        Numbers of members for the cost and memory of a streamed run.
    progress : callable
        Told a line before each engine.
    """
    program = load_model(model)
    task = request(program, model, outputs, times, members)
    steps = round((task.times[-1] - program.initial_time) / program.time_step)
    report = Report(
        model.name, steps, members, list(task.titles), list(task.parameter_titles),
        made_with=surroundings(),
    )  # fmt: skip
    values = _own(report, program, task, members, peers, progress)

    def kernel() -> float:
        begun = time.perf_counter()
        program.run(task.outputs, task.times, parameters=task.parameters, members=members)
        return members / (time.perf_counter() - begun)

    measure_others(report, program, task, values, kernel, peers, library, progress)
    for size in sizes:
        progress(f"{size} members, streamed")
        report.cost.append((size, *streamed(model, task, size)))
    return report


def request(
    program: LoadedProgram,
    model: Path,
    outputs: Sequence[str],
    times: Sequence[float],
    members: int,
) -> Task:
    """Return a task: some constants drawn about the file's own values, the same each time."""
    named = [n for n, k in zip(program.names, program.kinds, strict=True) if k == "stock"]
    wanted = tuple(outputs or named)
    last = round((program.final_time - program.initial_time) / program.time_step)
    grid = program.initial_time + program.time_step * np.unique(
        np.linspace(0, last, 101).round().astype(int)
    )
    random = np.random.default_rng(1)
    fit = [
        n for n, v in program.constants.items()
        if v != 0.0 and v != round(v) and n not in program.structural
    ]  # fmt: skip
    chosen = sorted(random.choice(fit, min(DRAWN, len(fit)), replace=False)) if fit else []
    parameters = {
        str(n): program.constants[n] * random.uniform(1 - SPREAD, 1 + SPREAD, members)
        for n in chosen
    }
    title = dict(zip(program.names, program.titles, strict=True))
    return Task(
        model, wanted, tuple(title[n] for n in wanted), np.asarray(times or grid, dtype=float),
        parameters, tuple(title[n] for n in parameters),
        read_by_delays(program),
    )  # fmt: skip


def surroundings() -> dict[str, str]:
    """Return what the figures depend on."""
    packages = {}
    for name in ("qiantang", "numba", "llvmlite", "numpy", "pysd", "xarray", "pysimlin"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cores": str(os.cpu_count()),
        **packages,
    }


Jobs = dict[tuple[str, int], tuple[Callable[[], Any], int]]
"""What runs and how many members it takes, by name and cores."""


def _own(
    report: Report,
    program: LoadedProgram,
    task: Task,
    members: int,
    peers: Sequence[str],
    progress: Progress,
) -> Floats:
    """Measure the kernel on one core and on all, the C lanes and NumPy, side by side."""
    out = np.empty((len(task.outputs), len(task.times), members))

    def run(engine: Any = "kernel", threads: int | None = None, count: int = members) -> Any:
        given = {name: values[:count] for name, values in task.parameters.items()}
        return program.run(
            task.outputs, task.times, parameters=given, members=count, engine=engine,
            threads=threads, out=out if count == members else None,
        )  # fmt: skip

    progress("kernel")
    first = _seconds(partial(run, threads=1))
    report.seconds["first result of this process, compiled or from the cache"] = first
    cores = os.cpu_count() or 1
    jobs: Jobs = {("kernel", n): (partial(run, threads=n), members) for n in (1, cores)}
    with scratch() as folder:
        limit = _limit(program, task, folder, report, progress) if "c" in peers else None
        if limit is not None:
            jobs["C lanes, gcc -O3 -march=native -ffast-math", 1] = (limit[0], members)
        if "numpy" in peers:
            few = min(members, 1024)
            jobs["NumPy over members", 1] = (partial(run, "numpy", count=few), few)
        rates = _in_turn(jobs)
        values: Floats = run(threads=1).values.copy()
        for (name, used), rate in rates.items():
            off = None
            if name.startswith("C lanes") and limit is not None:
                off = worst(values, limit[1])
            elif name.startswith("NumPy"):
                off = worst(values, run("numpy", count=min(64, members)).values)
            base = rates["kernel", min(used, cores)]
            report.figures.append(Figure(name, used, rate, base / rate, off))
    thousand = partial(run, count=1000) if members >= 1000 else run
    report.seconds["1,000 members, warm"] = min(_seconds(thousand) for _ in range(1 + ROUNDS))
    return values


def _in_turn(jobs: Jobs) -> dict[tuple[str, int], float]:
    """Run jobs in turn, round after round, and return the members a second of each."""
    seconds: dict[tuple[str, int], list[float]] = {key: [] for key in jobs}
    for _ in range(ROUNDS):
        for key, (job, _) in jobs.items():
            seconds[key].append(_seconds(job))
    return {key: jobs[key][1] / statistics.median(s) for key, s in seconds.items()}


def _seconds(job: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def _limit(
    program: LoadedProgram, task: Task, folder: Path, report: Report, progress: Progress
) -> tuple[Callable[[], None], Floats] | None:
    """Return a run of the C lanes on one core, and where its values go."""
    from qiantang.benchmark.limit import compiled
    from qiantang.engine.compiled.blocks import Laid
    from qiantang.engine.compiled.kernel import CHUNK
    from qiantang.engine.compiled.rewrite import rewritten
    from qiantang.engine.request import checked, planned, prepared

    progress("C lanes")
    members = len(next(iter(task.parameters.values())))
    asked = checked(program, task.outputs, task.times, task.parameters, {}, members, "euler", None)
    plan = planned(asked)
    run = compiled(program, rewritten(plan)[0], folder)
    if run is None:
        report.missing.append("C lanes: no gcc, or an operation it does not cover")
        return None
    inputs = prepared(asked, plan)
    out = np.empty((len(task.outputs), len(task.times), members))

    def job() -> None:
        laid = Laid(inputs, CHUNK)
        for begin in laid.begins():
            run(laid.arguments(out.reshape(-1), begin))

    return job, out
