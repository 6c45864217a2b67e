"""Rows of the scratch array: which slot stands where, and how a row is read and written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.expressions import is_wide
from qiantang.engine.ir import Call, Integrator
from qiantang.engine.plan import Plan


@dataclass(frozen=True)
class Layout:
    """Rows of the scratch array.

    Parameters
    ----------
    row : dict of int to int
        Row of each slot that has one.
    filled : int
        First of the rows that are filled at each step.
    first, base, total, pending : dict of int to int
        Rows, by slot, of what a fixed delay yields at first, and of the integrator's memory.
    wide : dict of int to int
        First of the rows, by slot, of an operation that yields many numbers.
    rows : int
        Number of rows.
    """

    row: dict[int, int]
    filled: int
    first: dict[int, int]
    base: dict[int, int]
    total: dict[int, int]
    wide: dict[int, int]
    rows: int


def layout(plan: Plan, integrator: Integrator) -> Layout:
    """Give rows to the slots that outlive one pass over the lanes."""
    still = [slot for slot, _ in plan.still]
    step = {slot for slot, _ in plan.step}
    kept = [slot for slot in dict.fromkeys(plan.outputs) if slot in step]
    kept += [d.source for d in plan.delays if d.source in step and d.source not in kept]
    ordered = [
        *plan.constants,
        *plan.filled,
        *(state.slot for state in plan.states),
        *(delay.slot for delay in plan.delays),
        *still,
        *kept,
    ]
    row = {slot: place for place, slot in enumerate(ordered)}
    count = len(ordered)

    def more(slots: Iterable[int]) -> dict[int, int]:
        nonlocal count
        given = {}
        for slot in slots:
            given[slot] = count
            count += 1
        return given

    first = more(delay.slot for delay in plan.delays)
    moved = [state.slot for state in plan.states if state.moves]
    base = more(moved) if integrator == "rk4" else {}
    total = more(moved) if integrator == "rk4" else {}
    wide: dict[int, int] = {}
    for slot, expression in (*plan.start, *plan.still, *plan.step):
        if isinstance(expression, Call) and is_wide(expression) and slot not in wide:
            wide[slot] = count
            count += len(expression.arguments)
    return Layout(row, len(plan.constants), first, base, total, wide, count)


def load_text(row: int) -> str:
    """Return the source of a row's lanes."""
    return f"load(a, {row * WIDTH})"


def store_text(row: int, text: str) -> str:
    """Return the source that puts a value into a row."""
    return f"store(a, {row * WIDTH}, {text})"
