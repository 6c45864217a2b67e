"""A plan as C for WebAssembly: the kernel's own lines of start, constants and step, retold in C.

What is the same for every model stands in ``prelude.c`` and ``frame.c``; here are slots, rows and
literals alone, so that no text of a model file becomes code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from qiantang.engine.compiled.emit import literal
from qiantang.engine.compiled.layout import Layout, layout
from qiantang.engine.compiled.rewrite import rewritten
from qiantang.engine.compiled.step_source import full_step, start_body, still_body, still_odd
from qiantang.engine.compiled.table_source import LONG_TABLE, pieces
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.expressions import Expression, fold
from qiantang.engine.ir import Integrator, Table, tables_in
from qiantang.engine.plan import Plan
from qiantang.faults import Fault, StudyError
from qiantang.files.own import own_text

APART = frozenset(
    ("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "log10",
     "log_gamma", "normal_share", "normal_quantile", "draw")
)  # fmt: skip
"""Operations that stand in ``more.c``, which a program takes only if it needs one of them."""

REFUSED = frozenset(("share", "quantile", "inverse", "market", "ranks", "order", "entry"))
"""Operations that no page runs."""

SAID = {
    "share": "a distribution", "quantile": "draws from a distribution", "inverse": "INVERT MATRIX",
    "market": "an allocation", "ranks": "VECTOR RANK", "order": "VECTOR SORT ORDER",
    "entry": "a vector function",
}  # fmt: skip
"""What a reader knows them by."""

_RETURN = re.compile(r"return 1 if (.*) else 0")
_ASSIGNED = re.compile(r"([vrwtbn]\d*(?:_\d+)?) = ")


def c_source(plan: Plan, tables: Sequence[Table], integrator: Integrator = "euler") -> str:
    """Return a plan as C.

    Parameters
    ----------
    plan : Plan
        What to compute.
    tables : sequence of Table
        Tables of the program.
    integrator : {"euler", "rk4"}

    Raises
    ------
    StudyError
        If the plan needs an operation, or a kind of delay, that no page runs.
    """
    refuse_what_stays(plan)
    hot, careful = rewritten(plan)
    rows = layout(hot, integrator)
    given = "(double dt, I stage)"
    parts = [f"#define KERNEL_WIDTH {WIDTH}", _text("prelude.c")]
    if needs_library(plan):
        parts.append(_text("more.c"))
    parts += [f"enum {{ ROWS = {rows.rows} }};", "static V a[ROWS];"]
    parts += [_table(number, tables[number]) for number in used_tables(hot)]
    parts += [
        _function("void start(void)", start_body(hot, rows)),
        _function("void still(void)", still_body(hot, rows)),
        _function("I still_odd(void)", still_odd(hot, rows)),
        _function(f"I step{given}", full_step(hot, rows, integrator, hot=True)),
        _function(f"I step_any{given}", full_step(careful, rows, integrator, hot=False)),
        f"enum {{ STAGES = {1 if integrator == 'euler' else 4} }};",
        *frame_rows(hot, rows),
        _text("frame.c"),
    ]
    return "\n".join(parts)


def needs_library(plan: Plan) -> bool:
    """Return whether the C of a plan calls functions of the C library."""
    return bool(operations(plan) & APART)


def refuse_what_stays(plan: Plan) -> None:
    """Refuse a plan that no page runs.

    Raises
    ------
    StudyError
    """
    strange = sorted(operations(plan) & REFUSED)
    what = f"it uses {SAID.get(strange[0], strange[0])}" if strange else ""
    if any(delay.rule != "fixed" for delay in plan.delays):
        what = "it has a delay by a number of steps that varies"
    if what:
        raise StudyError([Fault("the model", None, "", f"{what}, which no page runs")])


def expressions(plan: Plan) -> list[Expression]:
    """Return every expression that a plan computes at the start or in a step."""
    parts = [expression for _, expression in (*plan.start, *plan.still, *plan.step)]
    return parts + [state.expression for state in plan.states]


def operations(plan: Plan) -> frozenset[str]:
    """Return the operations that a plan uses."""
    found: set[str] = set()

    def note(part: Expression, _: Sequence[None]) -> None:
        found.add(getattr(part, "operation", ""))

    for expression in expressions(plan):
        fold(expression, note)
    return frozenset(found)


def used_tables(plan: Plan) -> list[int]:
    """Return the numbers of the tables that a plan looks up."""
    return sorted({number for e in expressions(plan) for number in tables_in(e)})


@cache
def _text(name: str) -> str:
    return own_text("travel", "machine", name)


def _function(head: str, lines: Iterable[str]) -> str:
    body, declared = [], set()
    for line in lines:
        line, name = _statement(line.strip()), ""
        if found := _ASSIGNED.match(line):
            name = found[1]
        if name and name not in declared:
            declared.add(name)
            line = f"{'U' if name == 'w' else 'V'} {line}"
        body.append(f"  {line}")
    return "\n".join([f"static {head} {{", *body, "}"])


def _statement(line: str) -> str:
    """Retell one of the kernel's lines."""
    if line in ("pause()", "upright()"):
        return ""
    if line.startswith("if "):
        return f"if ({line[3:-1]})"
    if found := _RETURN.fullmatch(line):
        return f"return {found[1]};"
    return f"{line};"


def _table(number: int, table: Table) -> str:
    """Return a table as a function of lanes: by selections, or lane by lane where it is long."""
    _, parts, below = pieces(table)
    values = [below, *((x, y, s) for x, (y, s) in zip(table.x, parts, strict=True))]
    if len(table.x) > LONG_TABLE:
        return _long_table(number, table, values)
    beyond = ">" if table.mode == "look_forward" else ">="
    lines = [f"static V table_{number}(V x) {{"]
    lines.append(
        "  V " + ", ".join(f"{n} = {literal(v)}" for n, v in zip("pys", below, strict=True)) + ";"
    )
    for x, y, slope in values[1:]:
        lines.append(f"  {{ M c = x {beyond} {literal(x)};")
        lines.append(f"    p = choose(c, {literal(x)}, p); y = choose(c, {literal(y)}, y);")
        lines.append(f"    s = choose(c, {literal(slope)}, s); }}")
    if table.mode in ("hold_backward", "look_forward"):
        return "\n".join([*lines, "  return choose(x == x, y, NAN);", "}"])
    if table.mode != "extrapolate":
        low, high = literal(table.x[0]), literal(table.x[-1])
        lines.append(f"  x = choose(x < {low}, {low}, choose(x > {high}, {high}, x));")
    return "\n".join([*lines, "  return s * (x - p) + y;", "}"])


def _long_table(number: int, table: Table, values: list[tuple[float, float, float]]) -> str:
    """Return a table with many knots: the piece of each lane is found by halving."""
    rows = ", ".join("{" + ", ".join(map(literal, row)) + "}" for row in values)
    reached = "<" if table.mode == "look_forward" else "<="
    return f"""static const double T{number}[][3] = {{{rows}}};
static V table_{number}(V x) {{
  V found;
  for (I l = 0; l < LANES; l++) {{
    I low = 0, high = {len(values) - 1};
    while (low < high) {{
      I middle = (low + high + 1) / 2;
      if (T{number}[middle][0] {reached} x[l]) low = middle; else high = middle - 1;
    }}
    const double *t = T{number}[low];
    found[l] = x[l] != x[l] ? x[l] : t[1] + (t[2] == 0.0 ? 0.0 : t[2] * (x[l] - t[0]));
  }}
  return found;
}}"""


def row_places(plan: Plan, rows: Layout) -> dict[str, Any]:
    """Return how many constants and filled rows there are, and the rows that a run looks at.

    Outputs are told before a step or after it, each with its row; of a delay the rows of what it
    yields, what it yields at first, what comes in, and its number of steps.
    """
    step = {slot for slot, _ in plan.step}
    wanted = [(place, rows.row[slot], slot in step) for place, slot in enumerate(plan.outputs)]
    return {
        "constants": len(plan.constants),
        "firstFilled": rows.filled,
        "filled": len(plan.filled),
        "moved": [rows.row[state.slot] for state in plan.states if state.moves],
        "before": [(place, row) for place, row, late in wanted if not late],
        "after": [(place, row) for place, row, late in wanted if late],
        "delays": [
            (rows.row[d.slot], rows.first[d.slot], rows.row[d.source], rows.row[d.order])
            for d in plan.delays
        ],
    }


def frame_rows(plan: Plan, rows: Layout) -> list[str]:
    """Return the rows of states, outputs and delays, and how many there are of each."""
    known = row_places(plan, rows)
    counts = {
        "CONSTANTS": known["constants"], "FIRST_FILLED": known["firstFilled"],
        "FILLED": known["filled"], "DELAY_COUNT": len(known["delays"]),
        "MOVED_COUNT": len(known["moved"]), "BEFORE_COUNT": len(known["before"]),
        "AFTER_COUNT": len(known["after"]),
    }  # fmt: skip
    return [
        _array("BEFORE", known["before"], 2),
        _array("AFTER", known["after"], 2),
        _array("DELAYS", known["delays"], 4),
        f"static const I MOVED[] = {{{', '.join(map(str, known['moved'])) or '0'}}};",
        "enum { " + ", ".join(f"{name} = {count}" for name, count in counts.items()) + " };",
    ]


def _array(name: str, rows: Sequence[tuple[int, ...]], width: int) -> str:
    text = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in rows) or "{0}"
    return f"static const I {name}[][{width}] = {{{text}}};"
