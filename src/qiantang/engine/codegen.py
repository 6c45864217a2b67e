"""From a plan to the source of a kernel: slot numbers, row numbers, literals, nothing else.

The kernel steps a block of ``WIDTH`` members at a time. Their values stand in one flat scratch
array, a row of ``WIDTH`` floats a slot that needs memory; a single loop over the lanes holds all
equations of a step, so that LLVM can do several lanes in one instruction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qiantang.engine.emit import literal, source
from qiantang.engine.ir import (
    Call,
    Expression,
    Integrator,
    Number,
    Slot,
    State,
    Table,
    slots_in,
    tables_in,
)
from qiantang.engine.lane_words import WORDS
from qiantang.engine.plan import Plan
from qiantang.engine.rewrite import divisors, merged, with_reciprocals

WIDTH = 32
"""Lanes of a block."""

LONG_TABLE = 24
"""Knots from which a table is read by index rather than by selections."""


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
    rows : int
        Number of rows.
    """

    row: dict[int, int]
    filled: int
    first: dict[int, int]
    base: dict[int, int]
    total: dict[int, int]
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
    moved = [state.slot for state in plan.states if state.rule != "hold"]
    base = more(moved) if integrator == "rk4" else {}
    total = more(moved) if integrator == "rk4" else {}
    return Layout(row, len(plan.constants), first, base, total, count)


def rewritten(plan: Plan, plain: frozenset[int], slot_count: int) -> Plan:
    """Return a plan that yields the same with fewer powers and divisions in the step."""
    step = tuple((slot, merged(expression, plain)) for slot, expression in plan.step)
    states = tuple(replace(s, expression=merged(s.expression, plain)) for s in plan.states)
    fixed = frozenset(plan.constants) | {slot for slot, _ in plan.still}
    fixed |= {state.slot for state in plan.states if state.rule == "hold"}
    found = divisors([*(e for _, e in step), *(s.expression for s in states)], fixed)
    reciprocal = {slot: slot_count + place for place, slot in enumerate(found)}
    inverses = tuple(
        (new, Call("div", (Number(1.0), Slot(slot)))) for slot, new in reciprocal.items()
    )
    return replace(
        plan,
        still=plan.still + inverses,
        step=tuple((slot, with_reciprocals(e, reciprocal)) for slot, e in step),
        states=tuple(
            replace(s, expression=with_reciprocals(s.expression, reciprocal)) for s in states
        ),
    )


def kernel_source(plan: Plan, tables: Sequence[Table], integrator: Integrator) -> str:
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
    str
        Python for Numba; the same plan gives the same text.
    """
    rows = layout(plan, integrator)
    used = sorted(
        {t for _, e in (*plan.start, *plan.still, *plan.step) for t in tables_in(e)}
        | {t for state in plan.states for t in tables_in(state.expression)}
    )
    parts = [
        '"""Generated from a plan; slots, rows and literals only."""',
        "import numba",
        "import numpy as np",
        *(f"from qiantang.engine.{home} import {', '.join(w)}" for home, w in WORDS.items()),
        *(line for number in used for line in _table(number, tables[number])),
        *_lanes("start", _start(plan, rows)),
        *_lanes("still", _still(plan, rows)),
        *_lanes("step", _step(plan, rows, integrator), "dt, stage"),
        *_frame(plan, rows, integrator),
    ]
    return "\n".join(parts) + "\n"


def _lanes(name: str, body: list[str], extra: str = "") -> list[str]:
    """Return a function that runs a body for each lane."""
    arguments = "a, " + extra if extra else "a"
    return [
        "@inline",
        f"def {name}({arguments}):",
        f"    for l in range({WIDTH}):",
        *(f"        {line}" for line in body or ["pass"]),
    ]


def _load(row: int) -> str:
    return f"a[{row * WIDTH} + l]"


class _Body:
    """Lines of one pass, with the slots already at hand in it."""

    def __init__(self, rows: Layout) -> None:
        self.rows = rows
        self.known: dict[int, str] = {}
        self.lines: list[str] = []

    def text(self, expression: Expression) -> str:
        for slot in slots_in(expression):
            self.value(slot)
        return source(expression, self.value, "table_{}({})".format)

    def value(self, slot: int) -> str:
        if slot not in self.known:
            self.lines.append(f"v{slot} = {_load(self.rows.row[slot])}")
            self.known[slot] = f"v{slot}"
        return self.known[slot]

    def assign(self, slot: int, expression: Expression) -> None:
        text = self.text(expression)
        self.lines.append(f"v{slot} = {text}")
        self.known[slot] = f"v{slot}"

    def store(self, row: int, text: str) -> None:
        self.lines.append(f"{_load(row)} = {text}")


def _start(plan: Plan, rows: Layout) -> list[str]:
    body = _Body(rows)
    states = {state.slot: state for state in plan.states}
    for slot, expression in plan.start:
        body.assign(slot, expression)
        if slot in states:
            body.store(rows.row[slot], f"v{slot}")
        if slot in rows.first:
            body.store(rows.first[slot], f"v{slot}")
            body.store(rows.row[slot], f"v{slot}")
    return body.lines


def _still(plan: Plan, rows: Layout) -> list[str]:
    body = _Body(rows)
    for slot, expression in plan.still:
        body.assign(slot, expression)
        body.store(rows.row[slot], f"v{slot}")
    return body.lines


def _step(plan: Plan, rows: Layout, integrator: Integrator) -> list[str]:
    """Return all equations of a step, then the rates, then the new states."""
    body = _Body(rows)
    for slot, expression in plan.step:
        body.assign(slot, expression)
        if slot in rows.row:
            body.store(rows.row[slot], f"v{slot}")
    moved = [state for state in plan.states if state.rule != "hold"]
    for number, state in enumerate(moved):
        body.value(state.slot)
        text = body.text(state.expression)
        body.lines.append(f"r{number} = {text}")
    advance = _euler if integrator == "euler" else _runge_kutta
    for number, state in enumerate(moved):
        body.lines.extend(advance(state, number, rows))
    return body.lines


def _euler(state: State, number: int, rows: Layout) -> list[str]:
    new = f"r{number}" if state.rule == "assign" else f"v{state.slot} + r{number} * dt"
    return [f"{_load(rows.row[state.slot])} = {_kept(state, new)}"]


def _kept(state: State, text: str) -> str:
    return f"greater({text}, 0.0)" if state.non_negative else text


def _runge_kutta(state: State, number: int, rows: Layout) -> list[str]:
    """Return the lines that move one state through the four stages.

    At stage 0 the state is remembered; at stages 0 to 2 it goes to the next trial point; at
    stage 3 it takes the weighted sum. An assigned state moves at the end only.
    """
    here, base = _load(rows.row[state.slot]), _load(rows.base[state.slot])
    total, rate = _load(rows.total[state.slot]), f"r{number}"
    if state.rule == "assign":
        return [
            f"t{number} = choose(stage == 0, {rate}, {total})",
            f"{total} = t{number}",
            f"{here} = choose(stage == 3, t{number}, v{state.slot})",
        ]
    trial = f"b{number} + {rate} * (choose(stage == 2, 1.0, 0.5) * dt)"
    return [
        f"b{number} = choose(stage == 0, v{state.slot}, {base})",
        f"{base} = b{number}",
        f"t{number} = choose(stage == 0, {rate}, {total} + choose(stage == 3, 1.0, 2.0) * {rate})",
        f"{total} = t{number}",
        f"n{number} = choose(stage == 3, b{number} + t{number} / 6.0 * dt, {trial})",
        f"{here} = {_kept(state, f'n{number}')}",
    ]


def _table(number: int, table: Table) -> list[str]:
    """Return a table as a function of one lane."""
    if table.mode == "hold_backward":
        pieces = [(y, 0.0) for y in table.y]
    else:
        pieces = [
            (table.y[i], (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]))
            for i in range(len(table.x) - 1)
        ]
        pieces.append((table.y[-1], 0.0))
    below = (table.x[0], table.y[0], 0.0)
    if table.mode == "extrapolate" and len(table.x) > 1:
        below = (table.x[0], table.y[0], pieces[0][1])
        pieces[-1] = (table.y[-1], pieces[-2][1])
    if len(table.x) > LONG_TABLE:
        return _long_table(number, table.x, pieces, below)
    lines = ["@inline", f"def table_{number}(x):"]
    lines += [f"    {n} = {literal(v)}" for n, v in zip("pys", below, strict=True)]
    for x, (y, slope) in zip(table.x, pieces, strict=True):
        lines.append(f"    c = x >= {literal(x)}")
        lines.append(f"    p = choose(c, {literal(x)}, p)")
        lines.append(f"    y = choose(c, {literal(y)}, y)")
        lines.append(f"    s = choose(c, {literal(slope)}, s)")
    return [*lines, *_reading(table)]


def _reading(table: Table) -> list[str]:
    """Return the last lines of a table function: the straight piece, and NaN for NaN."""
    if table.mode == "hold_backward":
        return ["    return choose(x == x, y, NAN)"]
    if table.mode == "extrapolate":
        return ["    return s * (x - p) + y"]
    low, high = literal(table.x[0]), literal(table.x[-1])
    return [
        f"    x = choose(x < {low}, {low}, choose(x > {high}, {high}, x))",
        "    return s * (x - p) + y",
    ]


def _long_table(
    number: int,
    xs: Sequence[float],
    pieces: Sequence[tuple[float, float]],
    below: tuple[float, float, float],
) -> list[str]:
    """Return a table with many knots: the piece is found by halving."""
    names = {
        f"X{number}": [literal(x) for x in xs],
        f"P{number}": [literal(below[0]), *(literal(x) for x in xs)],
        f"Y{number}": [literal(below[1]), *(literal(y) for y, _ in pieces)],
        f"S{number}": [literal(below[2]), *(literal(slope) for _, slope in pieces)],
    }
    lines = [f"{name} = np.array([{', '.join(values)}])" for name, values in names.items()]
    return [
        *(line.replace("NAN", "np.nan").replace("INF", "np.inf") for line in lines),
        "@inline",
        f"def table_{number}(x):",
        f"    i = np.searchsorted(X{number}, x, side='right')",
        f"    s = S{number}[i]",
        f"    rise = choose(s == 0.0, 0.0, s * (x - P{number}[i]))",
        f"    return choose(x == x, Y{number}[i] + rise, x)",
    ]


def _frame(plan: Plan, rows: Layout, integrator: Integrator) -> list[str]:
    """Return the function that takes a range of blocks through time."""
    moved = [rows.row[s.slot] for s in plan.states if s.rule != "hold"]
    step = {slot for slot, _ in plan.step}
    wanted = [(o, rows.row[slot], slot in step) for o, slot in enumerate(plan.outputs)]
    before = [(o, row) for o, row, late in wanted if not late]
    after = [(o, row) for o, row, late in wanted if late]
    delays = [
        (rows.row[d.slot], rows.first[d.slot], rows.row[d.source], rows.row[d.order])
        for d in plan.delays
    ]
    stages = 1 if integrator == "euler" else 4
    return [
        f"MOVED = np.array({moved!r}, dtype=np.int64)",
        f"BEFORE = np.array({before!r}, dtype=np.int64).reshape(-1, 2)",
        f"AFTER = np.array({after!r}, dtype=np.int64).reshape(-1, 2)",
        f"DELAYS = np.array({delays!r}, dtype=np.int64).reshape(-1, 4)",
        "def kernel(first, last, lanes, offset, steps, dt, const_shared, const_lane, const_of,",
        "           series, series_of, knots, knot_of, left, share, saved, place,",
        "           out, members, bad):",
        f"    a = np.zeros({rows.rows * WIDTH})",
        f"    past = np.zeros({len(delays)} * (steps + 1) * {WIDTH})",
        "    for block in range(first, last):",
        f"        here = block * {WIDTH}",
        "        for r in range(const_of.size):",
        f"            for l in range({WIDTH}):",
        "                if const_of[r] < 0:",
        f"                    a[r * {WIDTH} + l] = const_shared[r]",
        "                else:",
        f"                    a[r * {WIDTH} + l] = const_lane[const_of[r] * lanes + here + l]",
        f"        fill(a, {rows.filled}, {WIDTH}, 0, series, series_of, knots, knot_of,",
        "             left, share, lanes, here)",
        "        start(a)",
        "        still(a)",
        "        p = 0",
        "        for k in range(steps + 1):",
        f"            delayed(a, DELAYS, past, k, steps, {WIDTH})",
        f"            for stage in range({stages}):",
        "                if k + stage > 0:",
        f"                    fill(a, {rows.filled}, {WIDTH}, {_index(stages)}, series, series_of,",
        "                         knots, knot_of, left, share, lanes, here)",
        "                keep = stage == 0 and p < saved.size and saved[p] == k",
        "                q = p",
        "                while keep and q < saved.size and saved[q] == k:",
        f"                    record(a, BEFORE, {WIDTH}, place[q], place.size, out, members,",
        "                           offset + here, bad)",
        "                    q += 1",
        "                if k == steps:",
        f"                    check(a, MOVED, {WIDTH}, members, offset + here, bad)",
        "                step(a, dt, stage)",
        "                while keep and p < q:",
        f"                    record(a, AFTER, {WIDTH}, place[p], place.size, out, members,",
        "                           offset + here, bad)",
        "                    p += 1",
        "                if stage == 0:",
        f"                    remember(a, DELAYS, past, k, steps, {WIDTH})",
        "                if k == steps:",
        "                    break",
    ]


def _index(stages: int) -> str:
    """Return the place on the grid that a stage looks at."""
    return "k" if stages == 1 else "2 * k + (stage + 1) // 2"
