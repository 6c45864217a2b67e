"""Sweeps measured beside the bare kernel: rates, memory, and the disk announced and used.

Run ``python -m qiantang.benchmark.sweep``; the kernel and the sweep take turns, so that what else
the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qiantang.files import door
from qiantang.files.outfile import put_text
from qiantang.files.put import scratch
from qiantang.session import open_study
from qiantang.study import Study
from qiantang.sweep.chunks import chunk_bytes
from qiantang.sweep.designs import read_design
from qiantang.sweep.estimate import estimate
from qiantang.sweep.local import executor
from qiantang.sweep.plan import SweepPlan, plan_sweep
from qiantang.sweep.sweeping import Quiet, run_sweep
from qiantang.sweep.world import World

#: Rounds of kernel and sweep in turn; medians are reported.
ROUNDS = 3
#: Runs of one round.
ROUND = 16_000
#: Parts of a sweep after each of which the memory is looked at.
LOOKS = 10


@dataclass(frozen=True)
class Report:
    """What was measured.

    Parameters
    ----------
    kernel : float
        Bare kernel, whole runs, one call for many members. [run/s]
    sweep_from_start : float
        Chunks to the bytes of their files, whole runs. [run/s]
    sweep : float
        The same, the shared years run once. [run/s]
    runs : int
        Of the sweep that was run to its end.
    seconds : float
    announced, used : int
        Disk as told beforehand, and as found. [byte]
    memory : list of int
        Peak after each tenth of the sweep, empty where the system does not tell. [byte]
    """

    kernel: float
    sweep_from_start: float
    sweep: float
    runs: int
    seconds: float
    announced: int
    used: int
    memory: list[int]


def bench(plan: SweepPlan, workers: int | None = None) -> Report:
    """Measure a sweep: its pieces beside the kernel, then itself in whole."""
    count = workers or os.cpu_count() or 1
    plain = replace(plan.world, ensemble=replace(plan.world.ensemble, trunk=None))
    cases = max(1, ROUND // plan.world.members.size)
    tasks: list[Callable[[], float]] = [
        lambda: _kernel(plain, plan, cases),
        lambda: _chunks(plain, plan, cases, count),
        lambda: _chunks(plan.world, plan, cases, count),
    ]
    for task in tasks:
        task()
    rates = [statistics.median(column) for column in
             zip(*([task() for task in tasks] for _ in range(ROUNDS)), strict=True)]  # fmt: skip
    announced = estimate(plan, count).size
    watch = _Memory(plan.runs)
    with scratch() as folder:
        begun = time.perf_counter()
        run_sweep(plan, folder / "sweep", executor(count), watch=watch)
        seconds = time.perf_counter() - begun
        used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    kernel, from_start, whole = rates
    return Report(kernel, from_start, whole, plan.runs, seconds, announced, used, watch.peaks)


def _kernel(world: World, plan: SweepPlan, cases: int) -> float:
    """Return the rate of one call of the kernel over as many members."""
    ensemble = world.ensemble
    batch = ensemble.batch(replace(plan.cases[0], levers={}, parameters={})).repeated(cases)
    begun = time.perf_counter()
    batch.run(ensemble.program, ensemble.readout)
    return batch.size / (time.perf_counter() - begun)


def _chunks(world: World, plan: SweepPlan, cases: int, workers: int) -> float:
    """Return the rate of as many runs a thread, each to the bytes of a file."""
    chosen = plan.cases[:cases]
    begun = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(lambda _: chunk_bytes(world, chosen, 0, plan.keep), range(workers)):
            pass
    return workers * len(chosen) * world.members.size / (time.perf_counter() - begun)


class _Memory(Quiet):
    """Notes the peak of the memory a few times during a sweep."""

    def __init__(self, runs: int) -> None:
        self.runs, self.done = runs, 0
        self.peaks: list[int] = []

    def finished(self, runs: int) -> None:
        """Count a chunk, and look at the memory after every tenth."""
        before, self.done = self.done, self.done + runs
        if self.done * LOOKS // self.runs > before * LOOKS // self.runs:
            self.peaks += peak_memory()


def peak_memory() -> list[int]:
    """Return the most memory that this process has held, nothing where it is not told. [byte]"""
    try:
        text = door.text(Path("/proc/self/status"))
    except OSError:
        return []
    rows = [line.split() for line in text.splitlines() if line.startswith("VmHWM:")]
    return [int(row[1]) * 1024 for row in rows]


def thousand_plans(study: Study, folder: Path, size: int, members: int, keep: str) -> SweepPlan:
    """Lay out plans of random strength, as `a_thousand_plans` has them, in any number."""
    path = study.folder / "scenarios" / "sweeps" / "a_thousand_plans.yaml"
    lines = []
    for line in door.text(path).splitlines():
        key = line.split(":")[0]
        given = {"size": str(size), "members": str(members), "keep": keep}
        lines.append(f"{key}: {given[key]}" if key in given else line)
    copy = folder / "plans.yaml"
    text = "\n".join([*lines, ""])
    put_text(copy, text)
    return plan_sweep(read_design(str(copy), study), study)


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=1000, help="points of the design")
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--keep", choices=["runs", "summaries"], default="runs")
    parser.add_argument("--workers", type=int)
    given = parser.parse_args(words)
    with scratch() as folder:
        plan = thousand_plans(open_study(), folder, given.plans, given.members, given.keep)
        report = bench(plan, given.workers)
    print(json.dumps(asdict(report), indent=1))


if __name__ == "__main__":
    main()
