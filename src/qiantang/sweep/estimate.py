"""What a sweep will cost, measured: a short piece of it is run and weighed."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from qiantang.sweep.chunks import chunk_bytes
from qiantang.sweep.local import warm
from qiantang.sweep.plan import SweepPlan

#: Runs that are timed.
SAMPLE = 4096
#: Times that the sample is run on each core, the fastest counts.
_ROUNDS = 2
#: The sample of a core is at most one part in so many of a small sweep: a look costs less than it.
SHARE = 8
#: Cases below which a table is too short to be weighed.
LEAST = 48


@dataclass(frozen=True)
class Estimate:
    """What a sweep will cost.

    Parameters
    ----------
    points, cases, members, runs, chunks : int
        Points with scenarios, cases after those that ask the same are put together, and runs.
    rate : float
        [run/s]
    seconds : float
    size : int
        Of the folder. [byte]
    free : int
        On the disk. [byte]
    workers : int
    """

    points: int
    cases: int
    members: int
    runs: int
    chunks: int
    rate: float
    seconds: float
    size: int
    free: int
    workers: int


def estimate(plan: SweepPlan, workers: int | None = None, folder: Path | None = None) -> Estimate:
    """Time and weigh a sample of a sweep's own runs; nothing is written."""
    count = workers or os.cpu_count() or 1
    size = plan.world.members.size
    share = -(-len(plan.cases) // (count * SHARE))
    enough = max(1, min(SAMPLE // size, max(share, LEAST)))
    few = min(enough, len(plan.cases))
    sample = [plan.cases[place * len(plan.cases) // few] for place in range(few)]
    rounds = _ROUNDS if plan.runs > _ROUNDS * SHARE * count * enough * size else 1
    warm(plan, plan.chunks[0])

    def once(_: int) -> bytes:
        return chunk_bytes(plan.world, sample, 0, plan.keep)[0]

    best = float("inf")
    with ThreadPoolExecutor(count) as pool:
        for _ in range(rounds):
            begun = time.perf_counter()
            contents = list(pool.map(once, range(count)))
            best = min(best, time.perf_counter() - begun)
    rate = count * len(sample) * size / best
    single = len(chunk_bytes(plan.world, sample[:1], 0, plan.keep)[0])
    each = (len(contents[0]) - single) / (len(sample) - 1) if len(sample) > 1 else single
    weight = len(plan.chunks) * (single - each) + len(plan.cases) * each
    place = next((p for p in (folder, *(folder or Path()).absolute().parents) if p and p.is_dir()),
                 Path())  # fmt: skip
    return Estimate(
        points=len(plan.case_of),
        cases=len(plan.cases),
        members=size,
        runs=plan.runs,
        chunks=len(plan.chunks),
        rate=rate,
        seconds=plan.runs / rate,
        size=round(weight) + len(plan.points_table()) + len(plan.manifest()),
        free=shutil.disk_usage(place).free,
        workers=count,
    )
