"""Kernels: compiled once, kept on disk, run over blocks of members by threads.

The source of a kernel is its identity. It is written to the cache under its own digest, with a
time stamp made from that digest, so that Numba's own cache of machine code stays valid whichever
process wrote the file; what is damaged is compiled anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine import cache
from qiantang.engine.codegen import WIDTH, kernel_source, rewritten
from qiantang.engine.inputs import Inputs, Row
from qiantang.engine.ir import Integrator, Program
from qiantang.engine.plan import Plan
from qiantang.engine.rewrite import plain_exponents

Floats = npt.NDArray[np.float64]
CHUNK = 8192
"""Members whose inputs are laid out at a time; bounds the memory of a large run."""

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

    Returns
    -------
    array of bool, shape (member,)
        Members whose stocks or outputs ceased to be finite.
    """
    function = _kernel_of(program, plan, inputs, integrator, on_compile)
    bad = np.zeros(inputs.members, dtype=np.uint8)
    order = np.argsort(inputs.saved, kind="stable").astype(np.int64)
    shared = _Shared(inputs)
    count = threads or os.cpu_count() or 1
    flat = out.reshape(-1)
    with ThreadPoolExecutor(count) as pool:
        for begin in range(0, inputs.members, CHUNK):
            chunk = _chunk(inputs, shared, begin, min(CHUNK, inputs.members - begin))
            blocks = chunk.lanes // WIDTH
            jobs = [
                pool.submit(
                    function,
                    first,
                    last,
                    chunk.lanes,
                    begin,
                    inputs.steps,
                    inputs.time_step,
                    shared.constants,
                    chunk.constants,
                    shared.constant_of,
                    shared.series,
                    shared.series_of,
                    chunk.knots,
                    shared.knot_of,
                    shared.left,
                    shared.share,
                    inputs.saved[order],
                    order,
                    flat,
                    inputs.members,
                    bad,
                )
                for first, last in _ranges(blocks, count)
            ]
            for job in jobs:
                job.result()
    return bad.astype(np.bool_)


def _kernel_of(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    integrator: Integrator,
    on_compile: Callable[[str], None] | None,
) -> Any:
    """Return the kernel of a plan, written only if this process has not used it yet."""
    plain = plain_exponents(plan, inputs.constants)
    key = (program.hash, plan.outputs, plan.filled, plain, integrator)
    if key not in _ready:
        lean = rewritten(plan, plain, program.slot_count)
        _ready[key] = kernel(kernel_source(lean, program.tables, integrator), on_compile)
    return _ready[key]


def _ranges(blocks: int, threads: int) -> list[tuple[int, int]]:
    """Cut blocks into one range a thread; a block is never cut."""
    edges = [blocks * i // threads for i in range(threads + 1)]
    return [(a, b) for a, b in pairwise(edges) if b > a]


class _Shared:
    """The inputs that all members share, and where each row finds its values."""

    def __init__(self, inputs: Inputs) -> None:
        lanes = [i for i, c in enumerate(inputs.constants) if np.ndim(c) == 1]
        self.constant_of = np.full(len(inputs.constants), -1, dtype=np.int64)
        self.constant_of[lanes] = np.arange(len(lanes))
        self.constants = np.array([0.0 if np.ndim(c) == 1 else float(c) for c in inputs.constants])
        self.lane_constants = [inputs.constants[i] for i in lanes]
        count, length = len(inputs.rows), len(inputs.grid)
        self.series_of = np.full(count, -1, dtype=np.int64)
        self.knot_of = np.zeros(count, dtype=np.int64)
        self.left = np.zeros((count, length), dtype=np.int64)
        self.share = np.zeros((count, length))
        series: list[Floats] = []
        knots = 0
        self.lane_rows: list[Row] = []
        for number, row in enumerate(inputs.rows):
            if row.knots.ndim == 1:
                self.series_of[number] = len(series)
                series.append(row.whole())
            else:
                self.left[number], self.share[number] = row.left, row.share
                self.knot_of[number] = knots
                self.lane_rows.append(row)
                knots += len(row.knots)
        self.knots = knots
        self.series = np.array(series).reshape(len(series), length)


class _Chunk:
    """The inputs of some members, padded to whole blocks by repeating the last."""

    def __init__(self, constants: Floats, knots: Floats, lanes: int) -> None:
        self.constants, self.knots, self.lanes = constants, knots, lanes


def _chunk(inputs: Inputs, shared: _Shared, begin: int, count: int) -> _Chunk:
    lanes = -(-count // WIDTH) * WIDTH
    pick = np.minimum(np.arange(begin, begin + lanes), begin + count - 1)
    constants = np.empty((len(shared.lane_constants), lanes))
    for i, constant in enumerate(shared.lane_constants):
        constants[i] = np.asarray(constant)[pick]
    # One row more, as the last knot's right neighbour is read with a weight of zero.
    knots = np.zeros((shared.knots + 1, lanes))
    at = 0
    for row in shared.lane_rows:
        knots[at : at + len(row.knots)] = row.knots[:, pick]
        at += len(row.knots)
    return _Chunk(constants.reshape(-1), knots.reshape(-1), lanes)


def kernel(text: str, on_compile: Callable[[str], None] | None = None) -> Any:
    """Return the compiled function of a kernel's source, from memory, from disk, or anew."""
    key = hashlib.sha256((text + _stamp()).encode()).hexdigest()
    with _lock:
        if key not in _loaded:
            _loaded[key] = _from_disk_or_new(text, key, on_compile)
        return _loaded[key]


def _from_disk_or_new(text: str, key: str, on_compile: Callable[[str], None] | None) -> Any:
    home = cache.folder() / "kernels" / key[:32]
    file = home / f"k_{key[:32]}.py"
    try:
        _write(file, text, key)
    except OSError:
        return _compiled(_executed(text, key), cached=False, on_compile=on_compile)
    try:
        return _compiled(_imported(file, key), cached=True, on_compile=on_compile, home=home)
    except Exception:
        shutil.rmtree(home, ignore_errors=True)
        return _compiled(_executed(text, key), cached=False, on_compile=on_compile)


def _write(file: Path, text: str, key: str) -> None:
    """Write the source unless it stands there already; its time stamp follows from the key."""
    content = text.encode()
    if file.exists() and file.read_bytes() == content:
        return
    cache.put(file, content)
    moment = 1_000_000_000 + int(key[:7], 16)
    os.utime(file, (moment, moment))


def _imported(file: Path, key: str) -> Any:
    name = f"qiantang_kernel_{key[:32]}"
    specification = importlib.util.spec_from_file_location(name, file)
    if specification is None or specification.loader is None:
        raise ImportError(f"the kernel file {file.name} cannot be read")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module.kernel


def _executed(text: str, key: str) -> Any:
    scope: dict[str, Any] = {"__name__": f"qiantang_kernel_{key[:32]}"}
    exec(compile(text, "<kernel>", "exec"), scope)
    return scope["kernel"]


def _compiled(
    function: Any,
    *,
    cached: bool,
    on_compile: Callable[[str], None] | None,
    home: Path | None = None,
) -> Any:
    import numba

    known = home is not None and any(home.glob("**/*.nbc"))
    if on_compile is not None and not known:
        on_compile("compiling the model, once; the result is kept")
    return numba.njit(
        _signature(), nogil=True, error_model="numpy", cache=cached, boundscheck=False
    )(function)


def _signature() -> Any:
    from numba import types

    integer, number = types.int64, types.float64
    integers, numbers = types.int64[::1], types.float64[::1]
    whole: Sequence[Any] = (integer,) * 5
    return types.void(
        *whole,
        number,
        numbers,
        numbers,
        integers,
        types.float64[:, ::1],
        integers,
        numbers,
        integers,
        types.int64[:, ::1],
        types.float64[:, ::1],
        integers,
        integers,
        numbers,
        integer,
        types.uint8[::1],
    )


def _stamp() -> str:
    """Return versions and the code that kernels are built on."""
    import llvmlite
    import numba

    here = Path(__file__).parent
    digest = hashlib.sha256(
        f"{numba.__version__} {llvmlite.__version__} {sys.version} {np.__version__}".encode()
    )
    for name in ("intrinsics", "powers", "lane_functions", "kernel_loop", "kernel"):
        digest.update((here / f"{name}.py").read_bytes())
    return digest.hexdigest()
