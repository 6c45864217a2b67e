"""Which engine runs a request: by the work there is, and what it costs to begin.

The figures are seconds of one core of an ordinary processor; they need be right within a factor
of two only. Plain floats begin at once, at some 100 ns an operation. Arrays begin at once, at
some 600 ns an operation and a nanosecond for each member. A kernel costs seconds to compile,
more the larger the model, and then next to nothing.
"""

from __future__ import annotations

from qiantang.engine.expressions import Engine, Integrator
from qiantang.engine.plan import Plan

FLOAT = 1e-7
"""Seconds of an operation on plain floats."""

ARRAY, ARRAY_MEMBER = 6e-7, 1e-9
"""Seconds of an operation on arrays, and for each member in them."""

COMPILING, COMPILING_EACH = 5.0, 0.02
"""Seconds in which a kernel is compiled, and for each operation."""

KERNEL_MOST = 10_000
"""Operations of a step up to which a kernel is compiled at all; that takes minutes."""


def chosen(plan: Plan, steps: int, members: int, integrator: Integrator) -> Engine:
    """Return the engine that is done first."""
    passes = plan.operations * steps * (1 if integrator == "euler" else 4)
    seconds = passes * (FLOAT if members == 1 else ARRAY + ARRAY_MEMBER * members)
    if plan.operations <= KERNEL_MOST and seconds > COMPILING + COMPILING_EACH * plan.operations:
        return "kernel"
    return "scalar" if members == 1 else "numpy"


def refuse_large(plan: Plan) -> None:
    """Refuse to compile a kernel that takes too long.

    Raises
    ------
    ValueError
        If a step has more than :data:`KERNEL_MOST` operations.
    """
    if plan.operations > KERNEL_MOST:
        raise ValueError(
            f"a step of the model has {plan.operations:,} operations, and the kernel is compiled "
            f"for at most {KERNEL_MOST:,}; engine auto, scalar or numpy runs it, or a run with "
            "fewer variables saved"
        )
