"""Kernels: compiled once, kept on disk, run over blocks of members by threads.

The source of a kernel, the code that it builds on, the versions and the processor are its
identity. Source and machine code stand in a folder of their own in the cache, with a digest of
each file: what is damaged or stale is compiled anew. A folder is built aside and moved into place
at once, so that processes do not meet half-written files.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.choice import refuse_large
from qiantang.engine.compiled.blocks import SharedInputs, aligned_rows, arguments
from qiantang.engine.compiled.codegen import kernel_source
from qiantang.engine.compiled.lanes import WIDTH
from qiantang.engine.inputs import Inputs
from qiantang.engine.ir import Integrator, Program
from qiantang.engine.plan import Plan
from qiantang.files import cache, door, put
from qiantang.files.own import own_text

Floats = npt.NDArray[np.float64]
CHUNK = 2048
"""Most members whose inputs are laid out at a time; bounds the memory of a large run."""

TURNS = 4
"""Turns that each thread takes at least, so that none waits long for another."""

_loaded: dict[str, Any] = {}
_ready: dict[Any, Any] = {}
_lock = threading.Lock()


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

    Returns
    -------
    array of bool, shape (member,)
        Members whose stocks or outputs ceased to be finite.
    """
    return _carried(
        program, plan, inputs, integrator, out, -1, early, np.empty(0), threads, on_compile
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
) -> npt.NDArray[np.bool_]:
    """Take all members to the end, or to a step at which their records are kept."""
    function = _kernel_of(program, plan, integrator, on_compile)
    bad = np.zeros(inputs.members, dtype=np.uint8)
    count = threads or os.cpu_count() or 1
    shared, flat, size = SharedInputs(inputs), out.reshape(-1), _chunk_size(inputs.members, count)
    begin, blocks = (early.step, early.blocks) if early is not None else (0, np.empty(0))

    def work(first: int) -> None:
        function(*arguments(inputs, shared, flat, first, size), bad, begin, stop, blocks, late)

    with ThreadPoolExecutor(count) as pool:
        for _ in pool.map(work, range(0, inputs.members, size)):
            pass  # raises what a thread raised
    return bad.astype(np.bool_)


def _chunk_size(members: int, threads: int) -> int:
    """Return how many members a thread takes at a time: whole blocks, several turns each."""
    blocks = -(-members // WIDTH)
    return WIDTH * max(1, min(CHUNK // WIDTH, -(-blocks // (TURNS * threads))))


def _kernel_of(
    program: Program,
    plan: Plan,
    integrator: Integrator,
    on_compile: Callable[[str], None] | None,
) -> Any:
    """Return the kernel of a plan, written only if this process has not used it yet."""
    key = (program.hash, plan.outputs, plan.filled, integrator)
    if key not in _ready:
        refuse_large(plan)
        _ready[key] = kernel(kernel_source(plan, program.tables, integrator), on_compile)
    return _ready[key]


def kernel(text: str, on_compile: Callable[[str], None] | None = None) -> Any:
    """Return the compiled function of a kernel's source, from memory, from disk, or anew."""
    key = hashlib.sha256((text + _stamp()).encode()).hexdigest()
    with _lock:
        if key not in _loaded:
            _loaded[key] = _from_disk_or_new(text, key, on_compile)
        return _loaded[key]


def _from_disk_or_new(text: str, key: str, on_compile: Callable[[str], None] | None) -> Any:
    """Return a kernel from its folder, if that is whole, or compile it into one."""
    home = cache.folder() / "kernels" / key[:32]
    name = f"k_{key[:32]}.py"
    if cache.whole(home):
        try:
            cache.used(home)
            return _compiled(_imported(home / name, key), cached=True)
        except Exception:  # whatever Numba makes of another machine's files: they are rebuilt
            put.remove(home)
    if on_compile is not None:
        on_compile("compiling the model, once; the result is kept")

    def make(private: Path) -> Any:
        _write(private / name, text, key)
        return _compiled(_imported(private / name, key), cached=True)

    try:
        return cache.build(home, make)
    except (OSError, RuntimeError):
        return _compiled(_executed(text, key), cached=False)


def _write(file: Path, text: str, key: str) -> None:
    """Write the source with a time stamp that follows from the key, as Numba looks at it."""
    put.text(file, text)
    moment = 1_000_000_000 + int(key[:7], 16)
    os.utime(file, (moment, moment))


def _imported(file: Path, key: str) -> Any:
    """Run a source file as a module, without the byte code that Python would leave beside it."""
    module = ModuleType(f"qiantang_kernel_{key[:32]}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    exec(compile(door.text(file), str(file), "exec"), module.__dict__)
    return module.kernel


def _executed(text: str, key: str) -> Any:
    scope: dict[str, Any] = {"__name__": f"qiantang_kernel_{key[:32]}"}
    exec(compile(text, "<kernel>", "exec"), scope)
    return scope["kernel"]


def _compiled(function: Any, *, cached: bool) -> Any:
    import numba

    return numba.njit(
        _signature(), nogil=True, error_model="numpy", cache=cached, boundscheck=False
    )(function)


def _signature() -> Any:
    from numba import types

    integer, number = types.int64, types.float64
    integers, numbers = types.int64[::1], types.float64[::1]
    whole: Sequence[Any] = (integer,) * 4
    return types.void(
        *whole,
        number,
        numbers,
        numbers,
        integers,
        integer,
        types.float64[:, ::1],
        integers,
        numbers,
        integers,
        integer,
        types.int64[:, ::1],
        types.float64[:, ::1],
        integers,
        integers,
        numbers,
        integer,
        types.uint8[::1],
        integer,
        integer,
        numbers,
        numbers,
    )


def _stamp() -> str:
    """Return versions and the code that kernels are built on."""
    import llvmlite
    import llvmlite.binding as machine
    import numba

    digest = hashlib.sha256(
        f"{numba.__version__} {llvmlite.__version__} {sys.version} {np.__version__} "
        f"{machine.get_host_cpu_name()} {machine.get_host_cpu_features().flatten()}".encode()
    )
    for name in (
        *("distributions", "intrinsics", "lanes", "powers", "lane_functions", "kernel_loop"),
        *("kernel", "wide"),
    ):
        digest.update(own_text("engine", "compiled", f"{name}.py").encode())
    return digest.hexdigest()
