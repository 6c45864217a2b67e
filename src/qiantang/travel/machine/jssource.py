"""A plan as JavaScript, for browsers that refuse WebAssembly: one member at a time, the plain step.

The same lines as of the kernel's careful step; powers are as the file has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from qiantang.engine.compiled.emit import literal
from qiantang.engine.compiled.layout import layout
from qiantang.engine.compiled.rewrite import rewritten
from qiantang.engine.compiled.step_source import full_step, start_body, still_body
from qiantang.engine.compiled.table_source import pieces
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.ir import Integrator, Table
from qiantang.engine.plan import Plan
from qiantang.travel.machine.csource import operations, row_places, used_tables

_LOAD = re.compile(r"load\(a, (\d+)\)")
_STORE = re.compile(r"store\(a, (\d+), (.*)\)")
_ASSIGNED = re.compile(r"([vrtbn]\d+) = ")
ABSENT = frozenset(("log_gamma", "normal_share", "normal_quantile", "draw"))
"""Operations that JavaScript does not have."""

_LEFT_OUT = ("pause()", "upright()", "return ")


def js_source(plan: Plan, tables: Sequence[Table], integrator: Integrator = "euler") -> str:
    """Return a plan as JavaScript; nothing where JavaScript lacks a function that it needs.

    Parameters
    ----------
    plan : Plan
        What to compute.
    tables : sequence of Table
        Tables of the program.
    integrator : {"euler", "rk4"}
    """
    if operations(plan) & ABSENT:
        return ""
    hot, careful = rewritten(plan)
    rows = layout(hot, integrator)
    known = {
        "rows": rows.rows, "stages": 1 if integrator == "euler" else 4, **row_places(hot, rows),
    }  # fmt: skip
    return "\n".join(
        [
            f"const PROGRAM = {json.dumps(known)};",
            *(_table(number, tables[number]) for number in used_tables(careful)),
            _function("start(a)", start_body(hot, rows)),
            _function("still(a)", still_body(hot, rows)),
            _function("step(a, dt, stage)", full_step(careful, rows, integrator, hot=False)),
        ]
    )


def _function(head: str, lines: Iterable[str]) -> str:
    body: list[str] = []
    declared: set[str] = set()
    for line in lines:
        if line.startswith(_LEFT_OUT):
            continue
        text = _LOAD.sub(_row, line)
        if found := _STORE.fullmatch(text):
            text = f"a[{int(found[1]) // WIDTH}] = {found[2]}"
        elif (found := _ASSIGNED.match(text)) and found[1] not in declared:
            declared.add(found[1])
            text = f"let {text}"
        body.append(f"  {text};")
    return "\n".join([f"function {head} {{", *body, "}"])


def _row(found: re.Match[str]) -> str:
    return f"a[{int(found[1]) // WIDTH}]"


def _table(number: int, table: Table) -> str:
    """Return a table: its knots with the piece behind each, and the piece before the first."""
    _, parts, below = pieces(table)
    values = [below, *((x, y, s) for x, (y, s) in zip(table.x, parts, strict=True))]
    written = ", ".join(f"[{', '.join(map(literal, row))}]" for row in values)
    return f"const table_{number} = tableOf([{written}], {json.dumps(table.mode)});"
