"""Chunks on the cores of one machine: a thread each, as the kernel leaves the interpreter free."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

from qiantang.sweep.chunks import chunk_bytes
from qiantang.sweep.plan import Chunk, SweepPlan
from qiantang.sweep.sweeping import Computed, Executor

#: Seconds between two looks at the keyboard.
_BLINK = 0.2


def executor(
    workers: int | None = None, on_compile: Callable[[str], None] | None = None
) -> Executor:
    """Return what computes chunks on this machine.

    Parameters
    ----------
    workers : int, optional
        Threads; all cores when left out. Changes no byte of the result.
    on_compile : callable, optional
        Told before the model is compiled for the first time.
    """
    count = workers or os.cpu_count() or 1

    def execute(plan: SweepPlan, todo: list[Chunk]) -> Iterator[Computed]:
        warm(plan, todo[0], on_compile)
        waiting = deque(todo)
        pool, stop = ThreadPoolExecutor(count), Event()
        under_way: dict[Future[tuple[bytes, int]], Chunk] = {}
        try:
            while waiting or under_way:
                while waiting and len(under_way) <= count:
                    chunk = waiting.popleft()
                    under_way[pool.submit(_compute, plan, chunk, stop)] = chunk
                done, _ = wait(under_way, timeout=_BLINK, return_when=FIRST_COMPLETED)
                for future in done:
                    chunk = under_way.pop(future)
                    yield (chunk, *future.result())
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    return execute


def warm(plan: SweepPlan, chunk: Chunk, on_compile: Callable[[str], None] | None = None) -> None:
    """Compile the model before many threads ask for it at once."""
    for _ in plan.world.run(chunk.cases[:1], on_compile=on_compile):
        pass


def _compute(plan: SweepPlan, chunk: Chunk, stop: Event) -> tuple[bytes, int]:
    return chunk_bytes(plan.world, chunk.cases, chunk.first, plan.keep, stopped=stop.is_set)
