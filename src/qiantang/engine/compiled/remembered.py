"""Histories of a kernel kept from one process to the next, under the digest of all they rest on.

The years that a plan cannot change are the same in every run of the same members. What they come
to is kept beside the kernels: where the members stand, and what was saved of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.compiled.blocks import aligned_rows
from qiantang.engine.compiled.kernel import identity
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.inputs import Inputs
from qiantang.engine.plan import Plan
from qiantang.engine.request import Request
from qiantang.files import cache

Floats = npt.NDArray[np.float64]
Made = tuple[Checkpoint, Floats]

WORTH = 200_000
"""Members times steps from which on reading is quicker than running."""

HISTORIES = "histories"
LIMIT = 128 * 2**20
"""Bytes of histories that are kept, the newest ones."""


def remembered(
    request: Request, plan: Plan, inputs: Inputs, step: int, make: Callable[[], Made]
) -> Made:
    """Return where members stand after some steps and what was saved, run before or now.

    Parameters
    ----------
    request, plan, inputs
        All that is run.
    step : int
    make : callable
        Runs it.
    """
    if inputs.members * step < WORTH:
        return make()

    def arrays() -> list[Floats]:
        state, values = make()
        assert state.blocks is not None
        return [state.blocks, values]

    parts = [identity(request.program, plan, request.integrator).encode(), _digest(inputs, step)]
    blocks, values = cache.prepared_arrays(HISTORIES, parts, arrays, HISTORIES, LIMIT)
    late = aligned_rows(1, len(blocks) // WIDTH).reshape(-1)
    late[:] = blocks
    return Checkpoint(step, blocks=late), values


def _digest(inputs: Inputs, step: int) -> bytes:
    """Return a digest of all that members are given, to the bit."""
    digest = hashlib.sha256()
    numbers = step, inputs.steps, inputs.stride, inputs.members, float(inputs.time_step).hex()
    digest.update(repr(numbers).encode())
    arrays = [inputs.grid, inputs.saved, *inputs.constants]
    arrays += [part for row in inputs.rows for part in (row.knots, row.left, row.share)]
    for array in map(np.ascontiguousarray, arrays):
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.digest()
