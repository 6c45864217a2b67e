"""From a plan to the source of a kernel: slot numbers, row numbers, literals, nothing else.

The kernel steps a block of ``WIDTH`` members at a time. Their values stand in one flat scratch
array, a row of ``WIDTH`` floats a slot that needs memory; within a step they stay in registers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qiantang.engine.emit import literal
from qiantang.engine.ir import (
    Call,
    Expression,
    Integrator,
    Lookup,
    Number,
    Slot,
    State,
    Table,
    tables_in,
)
from qiantang.engine.lane_words import WORDS
from qiantang.engine.lanes import WIDTH
from qiantang.engine.operations import OPERATIONS
from qiantang.engine.plan import Plan
from qiantang.engine.rewrite import rewritten

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
        *(f"from qiantang.engine.{home} import {', '.join(w)}" for home, w in WORDS.items()),
        *(line for number in used for line in _table(number, tables[number])),
        *_function("start(a)", start_body(hot, rows)),
        *_function("still(a)", still_body(hot, rows)),
        "@outline",
        *_function("step(a, dt, stage)", _step(hot, rows, integrator, hot=True))[1:],
        "@outline",
        *_function("step_any(a, dt, stage)", _step(careful, rows, integrator, hot=False))[1:],
        *_frame(hot, rows, integrator),
    ]
    return "\n".join(parts) + "\n"


def _function(head: str, body: list[str]) -> list[str]:
    """Return a function that becomes part of the kernel."""
    return ["@inline", f"def {head}:", *(f"    {line}" for line in body or ["pass"])]


def _load(row: int) -> str:
    return f"load(a, {row * WIDTH})"


def _store(row: int, text: str) -> str:
    return f"store(a, {row * WIDTH}, {text})"


TEMPLATES = {name: operation.template for name, operation in OPERATIONS.items()}
TEMPLATES |= {"fused": "fused({0}, {1}, {2})", "exp_of_sum": "exp({0})"}

LATENCY = {"exp": 60, "exp_of_sum": 60, "log": 60, "pow": 130, "div": 13, "sqrt": 20, "xidz": 20}
"""Cycles, roughly, from argument to value of the dear operations, which are done once each."""

CHEAP, TABLE = 4, 40
FIRST_LINE = 1_000_000
"""Number of the first value that is no slot's."""


@dataclass(frozen=True)
class _Line:
    """One assignment: when it can begin, what it assigns to, what it computes."""

    begins: int
    target: str
    text: str
    row: int | None


class _Body:
    """Lines of one pass.

    What a pass computes stays at hand; what stands in a row is loaded where it is read.
    """

    def __init__(self, rows: Layout, hot: bool = False) -> None:
        self.rows = rows
        self.hot = hot
        self.odd: dict[str, None] = {}
        self.ready: dict[str, int] = {}
        self.known: dict[int, str] = {}
        self.shared: dict[Expression, str] = {}
        self.lines: list[_Line] = []

    def assign(self, slot: int, expression: Expression, row: int | None = None) -> None:
        """Compute a slot, and put it into a row where it is to outlive the pass."""
        self.line(f"v{slot}", expression, row)
        self.known[slot] = f"v{slot}"

    def line(self, target: str, expression: Expression, row: int | None = None) -> None:
        text, ready = self.part(expression)
        self.add(target, text, ready, ready + CHEAP, row)

    def add(self, target: str, text: str, begins: int, ready: int, row: int | None = None) -> None:
        self.lines.append(_Line(begins, target, text, row))
        self.ready[target] = ready

    def part(self, expression: Expression) -> tuple[str, int]:
        """Return the text of an expression and when its value is ready."""
        if isinstance(expression, Slot):
            name = self.known.get(expression.index)
            if name is None:
                return _load(self.rows.row[expression.index]), 0
            return name, self.ready[name]
        if isinstance(expression, Number):
            return literal(expression.value), 0
        if isinstance(expression, Lookup) or expression.operation in LATENCY:
            name = self.once(expression)
            return name, self.ready[name]
        parts = [self.part(argument) for argument in expression.arguments]
        text = TEMPLATES[expression.operation].format(*(text for text, _ in parts))
        return text, CHEAP + max((ready for _, ready in parts), default=0)

    def once(self, expression: Call | Lookup) -> str:
        """Return the name of a dear value, which is computed on a line of its own."""
        if expression not in self.shared:
            arguments: tuple[Expression, ...]
            if isinstance(expression, Lookup):
                arguments, lasts = (expression.argument,), TABLE
            else:
                arguments, lasts = expression.arguments, LATENCY[expression.operation]
            parts = [self.part(argument) for argument in arguments]
            begins = max((ready for _, ready in parts), default=0)
            name = f"v{FIRST_LINE + len(self.shared)}"
            self.add(name, self.dear(expression, [t for t, _ in parts]), begins, begins + lasts)
            self.shared[expression] = name
        return self.shared[expression]

    def dear(self, expression: Call | Lookup, texts: list[str]) -> str:
        """Return the text of a dear operation, and note arguments that may be odd."""
        if isinstance(expression, Lookup):
            return f"table_{expression.table}({texts[0]})"
        operation = expression.operation
        if operation == "exp_of_sum":
            self.odd[f"odd_exponent({texts[0]})"] = None
        if operation in ("log", "pow"):
            self.odd[f"odd({texts[0]})"] = None
            if operation == "pow" and not isinstance(expression.arguments[1], Number):
                self.odd[f"odd_exponent({texts[1]})"] = None
            if self.hot:
                return f"{'log' if operation == 'log' else 'power'}_normal({', '.join(texts)})"
        return TEMPLATES[operation].format(*texts)

    def text(self, spread: bool = False) -> list[str]:
        """Return the source, each line as soon as it can begin if they are to be spread.

        The processor looks a few hundred instructions ahead: what does not wait for one another
        is to stand together.
        """
        lines = sorted(self.lines, key=lambda line: line.begins) if spread else self.lines
        found: list[str] = []
        for line in lines:
            if spread:
                found.append("pause()")
            found.append(f"{line.target} = {line.text}")
            if line.row is not None:
                found.append(_store(line.row, line.target))
        return found


def start_body(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines that find the states at the initial time."""
    body = _Body(rows)
    kept = {state.slot for state in plan.states} | set(rows.first)
    for slot, expression in plan.start:
        body.assign(slot, expression, rows.row[slot] if slot in kept else None)
    first = [_store(row, f"v{slot}") for slot, row in rows.first.items()]
    return [*body.text(), *first]


def still_body(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines of what does not change during a run."""
    body = _Body(rows)
    for slot, expression in plan.still:
        body.assign(slot, expression, rows.row[slot])
    return body.text()


def _step(plan: Plan, rows: Layout, integrator: Integrator, hot: bool) -> list[str]:
    """Return all equations of a step, then the rates, then the new states.

    It returns whether the argument of a logarithm or power was odd. The hot kind does not know
    what to do then, and leaves the states as they are.
    """
    body = _Body(rows, hot)
    for slot, expression in plan.step:
        body.assign(slot, expression, rows.row.get(slot))
    _rates(plan, body)
    lines = ["upright()", *body.text(spread=True)]
    found = " | ".join(body.odd)
    if hot and found:
        lines += [f"if some({found}):", "    return 1"]
    lines += _advanced(plan, rows, _euler if integrator == "euler" else _runge_kutta)
    return [*lines, f"return some({found})" if found and not hot else "return 0"]


def _rates(plan: Plan, body: _Body) -> None:
    for number, state in enumerate(s for s in plan.states if s.rule != "hold"):
        body.line(f"r{number}", state.expression)


def step_body(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines of an Euler step in the order of the equations, nothing looked out for."""
    body = _Body(rows, hot=True)
    for slot, expression in plan.step:
        body.assign(slot, expression, rows.row.get(slot))
    _rates(plan, body)
    return [*body.text(), *_advanced(plan, rows, _euler)]


def _advanced(plan: Plan, rows: Layout, advance: Callable[..., list[str]]) -> list[str]:
    lines = []
    for number, state in enumerate(s for s in plan.states if s.rule != "hold"):
        lines.append(f"v{state.slot} = {_load(rows.row[state.slot])}")
        lines.extend(advance(state, number, rows))
    return lines


def _euler(state: State, number: int, rows: Layout) -> list[str]:
    new = f"r{number}" if state.rule == "assign" else f"v{state.slot} + r{number} * dt"
    return [_store(rows.row[state.slot], _kept(state, new))]


def _kept(state: State, text: str) -> str:
    return f"greater({text}, 0.0)" if state.non_negative else text


def _runge_kutta(state: State, number: int, rows: Layout) -> list[str]:
    """Return the lines that move one state through the four stages.

    At stage 0 the state is remembered; at stages 0 to 2 it goes to the next trial point; at
    stage 3 it takes the weighted sum. An assigned state moves at the end only.
    """
    here, rate = rows.row[state.slot], f"r{number}"
    base, total = _load(rows.base[state.slot]), _load(rows.total[state.slot])
    if state.rule == "assign":
        return [
            f"t{number} = choose(stage == 0, {rate}, {total})",
            _store(rows.total[state.slot], f"t{number}"),
            _store(here, f"choose(stage == 3, t{number}, v{state.slot})"),
        ]
    trial = f"b{number} + {rate} * (choose(stage == 2, 1.0, 0.5) * dt)"
    return [
        f"b{number} = choose(stage == 0, v{state.slot}, {base})",
        _store(rows.base[state.slot], f"b{number}"),
        f"t{number} = choose(stage == 0, {rate}, {total} + choose(stage == 3, 1.0, 2.0) * {rate})",
        _store(rows.total[state.slot], f"t{number}"),
        f"n{number} = choose(stage == 3, b{number} + t{number} / 6.0 * dt, {trial})",
        _store(here, _kept(state, f"n{number}")),
    ]


def pieces(
    table: Table,
) -> tuple[Sequence[float], list[tuple[float, float]], tuple[float, float, float]]:
    """Return the knots of a table, value and slope from each on, and the piece below the first."""
    if table.mode == "hold_backward":
        parts = [(y, 0.0) for y in table.y]
    else:
        parts = [
            (table.y[i], (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]))
            for i in range(len(table.x) - 1)
        ]
        parts.append((table.y[-1], 0.0))
    below = (table.x[0], table.y[0], 0.0)
    if table.mode == "extrapolate" and len(table.x) > 1:
        below = (table.x[0], table.y[0], parts[0][1])
        parts[-1] = (table.y[-1], parts[-2][1])
    return table.x, parts, below


def _table(number: int, table: Table) -> list[str]:
    """Return a table as a function of lanes."""
    _, parts, below = pieces(table)
    if len(table.x) > LONG_TABLE:
        return _long_table(number, table.x, parts, below)
    lines = ["@inline", f"def table_{number}(x):"]
    lines += [f"    {n} = {literal(v)}" for n, v in zip("pys", below, strict=True)]
    for x, (y, slope) in zip(table.x, parts, strict=True):
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
    parts: Sequence[tuple[float, float]],
    below: tuple[float, float, float],
) -> list[str]:
    """Return a table with many knots: the piece is found by halving."""
    names = {
        f"X{number}": [literal(x) for x in xs],
        f"P{number}": [literal(below[0]), *(literal(x) for x in xs)],
        f"Y{number}": [literal(below[1]), *(literal(y) for y, _ in parts)],
        f"S{number}": [literal(below[2]), *(literal(slope) for _, slope in parts)],
    }
    lines = [f"{name} = np.array([{', '.join(values)}])" for name, values in names.items()]
    return [
        *(line.replace("NAN", "np.nan").replace("INF", "np.inf") for line in lines),
        "@inline",
        f"def single_{number}(x):",
        f"    i = np.searchsorted(X{number}, x, side='right')",
        f"    s = S{number}[i]",
        f"    rise = choose(s == 0.0, 0.0, s * (x - P{number}[i]))",
        f"    return choose(x == x, Y{number}[i] + rise, x)",
        "@inline",
        f"def table_{number}(x):",
        f"    return each(single_{number}, x)",
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
        "def kernel(first, last, offset, steps, dt, const_shared, const_lane, const_of,",
        "           lane_constants, series, series_of, knots, knot_of, knot_rows, left, share,",
        "           saved, place, out, members, bad):",
        f"    a = aligned({rows.rows * WIDTH})",
        f"    past = aligned({len(delays)} * (steps + 1) * {WIDTH})",
        f"    common = np.zeros({len(delays)}, dtype=np.int64)",
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
        "        s = 0",
        "        for k in range(steps + 1):",
        "            delayed(a, DELAYS, common, past, k, steps)",
        f"            for stage in range({stages}):",
        "                if k + stage > 0:",
        f"                    fill(a, {rows.filled}, {_index(stages)}, series, series_of,",
        "                         knots, knot_of, left, share, base)",
        "                keep = stage == 0 and p < saved.size and saved[p] == k",
        "                q = p",
        "                while keep and q < saved.size and saved[q] == k:",
        f"                    record(a, BEFORE, {WIDTH}, place[q], place.size, out, members,",
        "                           here, bad)",
        "                    q += 1",
        "                if k == steps:",
        f"                    check(a, MOVED, {WIDTH}, members, here, bad)",
        "                if s == 0:",
        "                    s = step(a, dt, stage)",
        "                if s != 0:",
        "                    s = step_any(a, dt, stage)",
        "                while keep and p < q:",
        f"                    record(a, AFTER, {WIDTH}, place[p], place.size, out, members,",
        "                           here, bad)",
        "                    p += 1",
        "                if stage == 0:",
        "                    remember(a, DELAYS, past, k, steps)",
        "                if k == steps:",
        "                    break",
    ]


def _index(stages: int) -> str:
    """Return the place on the grid that a stage looks at."""
    return "k" if stages == 1 else "2 * k + (stage + 1) // 2"
