"""From a plan to the source of a kernel: slot numbers, row numbers, literals, nothing else.

The kernel steps a block of ``WIDTH`` members at a time. Their values stand in one flat scratch
array, a row of ``WIDTH`` floats a slot that needs memory; within a step they stay in registers.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qiantang.engine.compiled.blocks import aligned_rows
from qiantang.engine.compiled.lane_words import WORDS
from qiantang.engine.compiled.layout import Layout, layout
from qiantang.engine.compiled.parameters import PARAMETERS
from qiantang.engine.compiled.rewrite import rewritten
from qiantang.engine.compiled.step_source import full_step, start_body, still_body, still_odd
from qiantang.engine.compiled.table_source import table_source
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.expressions import Travel
from qiantang.engine.ir import Integrator, Table, tables_in
from qiantang.engine.plan import Plan

TRAVELS: tuple[Travel, ...] = ("fixed", "information", "material")
"""How inputs of a delay arrive, by the number that the kernel knows them by."""


@dataclass(frozen=True)
class Source:
    """The source of a kernel and the room that it works in.

    Parameters
    ----------
    text : str
        Python for Numba.
    rows : int
        Rows of its scratch array.
    delays, varying : int
        Fixed delays, and those among them whose number of steps varies.
    """

    text: str
    rows: int
    delays: int
    varying: int

    def room(self, steps: int) -> tuple[npt.NDArray[np.float64], ...]:
        """Return the last arguments of a call: scratch rows, what is on its way, and its steps."""
        rows = (self.rows, self.delays * (steps + 1), self.varying * (steps + 2))
        found = [aligned_rows(1, count).reshape(-1) for count in rows]
        for array in found:
            array[:] = 0.0
        return (*found, np.zeros(self.delays, dtype=np.int64))


def kernel_source(plan: Plan, tables: Sequence[Table], integrator: Integrator) -> Source:
    """Return the source of a module with a function ``kernel``.

    Parameters
    ----------
    plan : Plan
        What to compute.
    tables : sequence of Table
        Tables of the program.
    integrator : {"euler", "rk4"}
        How to integrate.

    Returns
    -------
    Source
        The same plan gives the same text.
    """
    hot, careful = rewritten(plan)
    rows = layout(hot, integrator)
    used = sorted(
        {t for _, e in (*hot.start, *hot.still, *hot.step) for t in tables_in(e)}
        | {t for state in hot.states for t in tables_in(state.expression)}
    )
    parts = [
        '"""Generated from a plan; slots, rows and literals only."""',
        "import numba",
        "import numpy as np",
        *(
            f"from qiantang.engine.compiled.{home} import {', '.join(w)}"
            for home, w in WORDS.items()
        ),
        *(line for number in used for line in table_source(number, tables[number])),
        *_function("start(a)", start_body(hot, rows)),
        *_function("still(a)", still_body(hot, rows)),
        *_function("still_odd(a)", still_odd(hot, rows)),
        "@outline",
        *_function("step(a, dt, stage)", full_step(hot, rows, integrator, hot=True))[1:],
        "@outline",
        *_function("step_any(a, dt, stage)", full_step(careful, rows, integrator, hot=False))[1:],
        *_frame(hot, rows, integrator),
    ]
    varying = sum(delay.rule != "fixed" for delay in hot.delays)
    return Source("\n".join(parts) + "\n", rows.rows, len(hot.delays), varying)


def _function(head: str, body: list[str]) -> list[str]:
    """Return a function that becomes part of the kernel."""
    return ["@inline", f"def {head}:", *(f"    {line}" for line in body or ["pass"])]


def _frame(plan: Plan, rows: Layout, integrator: Integrator) -> list[str]:
    """Return the function that takes a range of blocks through time."""
    varying = sum(delay.rule != "fixed" for delay in plan.delays)
    return [
        *_frame_constants(plan, rows),
        *_frame_beginning(len(plan.delays), varying > 0, rows),
        *_frame_steps(len(plan.delays), 1 if integrator == "euler" else 4, rows),
    ]


def _frame_constants(plan: Plan, rows: Layout) -> list[str]:
    """Return the rows of states, outputs and delays."""
    moved = [rows.row[s.slot] for s in plan.states if s.moves]
    step = {slot for slot, _ in plan.step}
    wanted = [(o, rows.row[slot], slot in step) for o, slot in enumerate(plan.outputs)]
    before = [(o, row) for o, row, late in wanted if not late]
    after = [(o, row) for o, row, late in wanted if late]
    varying = [delay for delay in plan.delays if delay.rule != "fixed"]
    places = {delay.slot: place for place, delay in enumerate(plan.delays)}
    delays = [
        (
            rows.row[d.slot],
            rows.first[d.slot],
            rows.row[d.source],
            rows.row[d.order],
            TRAVELS.index(d.rule),
            *((0, 0) if d.rule == "fixed" else (places[d.order], varying.index(d))),
        )
        for d in plan.delays
    ]
    return [
        f"MOVED = np.array({moved!r}, dtype=np.int64)",
        f"BEFORE = np.array({before!r}, dtype=np.int64).reshape(-1, 2)",
        f"AFTER = np.array({after!r}, dtype=np.int64).reshape(-1, 2)",
        f"DELAYS = np.array({delays!r}, dtype=np.int64).reshape(-1, 7)",
    ]


def _frame_beginning(delays: int, varying: bool, rows: Layout) -> list[str]:
    """Return the head of the function and what it does before the first step of a block."""
    return [
        *textwrap.wrap(f"def kernel({', '.join(PARAMETERS)}):", 100, subsequent_indent=" " * 11),
        "    for block in range(first, last):",
        f"        here = offset + block * {WIDTH}",
        f"        base = block * knot_rows * {WIDTH}",
        "        constants(a, const_shared, const_lane, const_of,",
        f"                  block * lane_constants * {WIDTH})",
        f"        fill(a, {rows.filled}, 0, series, series_of, knots, knot_of,",
        "             left, share, base)",
        "        start(a)",
        "        still(a)",
        "        common_orders(a, DELAYS, common)",
        "        p = 0",
        "        stuck = still_odd(a)",
        "        s = stuck",
        "        while p < saved.size and saved[p] < begin:",
        "            p += 1",
        "        record_size = MOVED.size + 1",
        "        if begin > 0:",
        f"            size = record_size + {delays} * begin",
        "            s = resume(a, MOVED, DELAYS, past, begin, steps, here * size, early)",
        *(["        arrivals(a, DELAYS, past, due, begin, steps)"] if varying else []),
    ]


def _frame_steps(delays: int, stages: int, rows: Layout) -> list[str]:
    """Return the loop over the steps of a block, each of one or four stages."""
    return [
        "        for k in range(begin, steps + 1):",
        "            if k == stop:",
        f"                size = record_size + {delays} * stop",
        "                keep(a, MOVED, DELAYS, past, stop, steps, s, here * size, late)",
        "                break",
        "            delayed(a, DELAYS, common, past, due, k, steps)",
        f"            for stage in range({stages}):",
        "                if k + stage > 0:",
        f"                    fill(a, {rows.filled}, {_index(stages)}, series, series_of,",
        "                         knots, knot_of, left, share, base)",
        "                now = stage == 0 and p < saved.size and saved[p] == k",
        "                q = p",
        "                while now and q < saved.size and saved[q] == k:",
        f"                    record(a, BEFORE, {WIDTH}, place[q], place.size, out, members,",
        "                           here, bad)",
        "                    q += 1",
        "                if k == steps:",
        f"                    check(a, MOVED, {WIDTH}, members, here, bad)",
        "                if s == 0:",
        "                    s = step(a, dt, stage)",
        "                if s != 0:",
        "                    s = step_any(a, dt, stage) | stuck",
        "                while now and p < q:",
        f"                    record(a, AFTER, {WIDTH}, place[p], place.size, out, members,",
        "                           here, bad)",
        "                    p += 1",
        "                if stage == 0:",
        "                    remember(a, DELAYS, past, due, k, steps)",
        "                if k == steps:",
        "                    break",
    ]


def _index(stages: int) -> str:
    """Return the place on the grid that a stage looks at."""
    return "k" if stages == 1 else "3 * k + (stage + 1) // 2"
