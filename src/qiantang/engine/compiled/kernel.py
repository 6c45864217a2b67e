"""Kernels run over blocks of members by threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.choice import refuse_large
from qiantang.engine.compiled.blocks import Laid, aligned_rows
from qiantang.engine.compiled.codegen import Source, kernel_source
from qiantang.engine.compiled.kept import kernel, key_of
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.inputs import Inputs
from qiantang.engine.ir import Integrator, Program
from qiantang.engine.plan import Plan
from qiantang.files import cache
from qiantang.files.code import ENGINE, code_digest

Floats = npt.NDArray[np.float64]
CHUNK = 2048
"""Most members whose inputs are laid out at a time; bounds the memory of a large run."""

TURNS = 4
"""Turns that each thread takes at least, so that none waits long for another."""

_rooms = local()
_sources: dict[Any, Source] = {}
_ready: dict[Any, tuple[Any, Source]] = {}


def simulate_members(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    integrator: Integrator,
    out: Floats,
    *,
    threads: int | None = None,
    on_compile: Callable[[str], None] | None = None,
    early: Checkpoint | None = None,
    laid: Laid | None = None,
) -> npt.NDArray[np.bool_]:
    """Run all members of the inputs through a kernel.

    Parameters
    ----------
    program : Program
        The model.
    plan : Plan
        What to compute.
    inputs : Inputs
        Constants, filled slots and times.
    integrator : {"euler", "rk4"}
        How to integrate.
    out : array of shape (output, time, member)
        Where the values go.
    threads : int, optional
        All cores when left out.
    on_compile : callable, optional
        Told before a kernel is compiled that is not in the cache.
    early : Checkpoint, optional
        Where to go on from.
    laid : Laid, optional
        The inputs, laid out before.

    Returns
    -------
    array of bool, shape (member,)
        Members whose stocks or outputs ceased to be finite.
    """
    return _carried(
        program, plan, inputs, integrator, out, -1, early, np.empty(0), threads, on_compile, laid
    )


def checkpoint_members(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    integrator: Integrator,
    out: Floats,
    step: int,
    early: Checkpoint | None = None,
    *,
    threads: int | None = None,
    on_compile: Callable[[str], None] | None = None,
) -> Checkpoint:
    """Run members for some steps and return where they stand; see :func:`simulate_members`."""
    moved = sum(state.moves for state in plan.states)
    rows = moved + 1 + len(plan.delays) * step
    late = aligned_rows(-(-inputs.members // WIDTH), rows).reshape(-1)
    _carried(program, plan, inputs, integrator, out, step, early, late, threads, on_compile)
    return Checkpoint(step, blocks=late)


def _carried(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    integrator: Integrator,
    out: Floats,
    stop: int,
    early: Checkpoint | None,
    late: Floats,
    threads: int | None,
    on_compile: Callable[[str], None] | None,
    laid: Laid | None = None,
) -> npt.NDArray[np.bool_]:
    """Take all members to the end, or to a step at which their records are kept."""
    function, source = _kernel_of(program, plan, integrator, on_compile)
    bad = np.zeros(inputs.members, dtype=np.uint8)
    count = threads or os.cpu_count() or 1
    size = inputs.members if count == 1 else chunk_size(inputs.members, count)
    ready = laid or Laid(inputs, chunk_size(inputs.members, count))
    flat = out.reshape(-1)
    begin, blocks = (early.step, early.blocks) if early is not None else (0, np.empty(0))

    def work(first: int) -> None:
        function(*ready.arguments(flat, first, size), bad, begin, stop, blocks, late,
                 *_room(source, inputs.steps))  # fmt: skip

    if count == 1:  # a thread of its own costs more than it gives
        for first in ready.begins(size):
            work(first)
        return bad.astype(np.bool_)
    with ThreadPoolExecutor(count) as pool:
        for _ in pool.map(work, ready.begins(size)):
            pass  # raises what a thread raised
    return bad.astype(np.bool_)


def _room(source: Source, steps: int) -> tuple[Any, ...]:
    """Return the room of a call, that of this thread's last one where it was the same."""
    key = source.rows, source.delays, source.varying, steps
    if getattr(_rooms, "key", None) != key:
        _rooms.key, _rooms.room = key, source.room(steps)
    for array in _rooms.room:
        array[:] = 0
    room: tuple[Any, ...] = _rooms.room
    return room


def chunk_size(members: int, threads: int) -> int:
    """Return how many members a thread takes at a time: whole blocks, several turns each."""
    blocks = -(-members // WIDTH)
    return WIDTH * max(1, min(CHUNK // WIDTH, -(-blocks // (TURNS * threads))))


def identity(program: Program, plan: Plan, integrator: Integrator) -> str:
    """Return what tells the kernel of a plan from every other: source, code and processor."""
    return key_of(_source_of(program, plan, integrator).text)


def _source_of(program: Program, plan: Plan, integrator: Integrator) -> Source:
    key = (program.hash, plan.outputs, plan.filled, integrator)
    if key not in _sources:
        _sources[key] = cache.prepared(
            "kernel source",
            [repr(key).encode(), code_digest(*ENGINE).encode()],
            (Source.__module__,),
            lambda: kernel_source(plan, program.tables, integrator),
        )
    return _sources[key]


def _kernel_of(
    program: Program,
    plan: Plan,
    integrator: Integrator,
    on_compile: Callable[[str], None] | None,
) -> tuple[Any, Source]:
    """Return the kernel of a plan, written only if this process has not used it yet."""
    key = (program.hash, plan.outputs, plan.filled, integrator)
    if key not in _ready:
        refuse_large(plan)
        source = _source_of(program, plan, integrator)
        _ready[key] = kernel(source.text, on_compile), source
    return _ready[key]
