"""Functions that look at data variables at other times than the present."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import Special, refused, special
from qiantang.engine.ir import TIME, Expression, Lookup, Mode, Number, Slot, Table
from qiantang.engine.translation.algebra import call, settle_expression
from qiantang.modelfile.tree import NA, Call, Reference, Tree

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

GROUP = "Tables and data"
MODES: dict[float, Mode] = {0.0: "interpolate", 1.0: "look_forward", -1.0: "hold_backward"}
"""Third argument of GET DATA BETWEEN TIMES."""


def _table(builder: Builder, tree: Tree, bindings: Bindings) -> Table:
    """Return the points of a data variable."""
    if isinstance(tree, Reference):
        slot = builder.build(tree, bindings)
        equation = builder.context.equations.get(slot.index) if isinstance(slot, Slot) else None
        if isinstance(equation, Lookup) and equation.argument == Slot(TIME):
            return builder.context.tables[equation.table]
    raise builder.refuse("a function of data, of what is no data variable,")


def _at_time(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    table = _table(builder, tree.arguments[0], bindings)
    if table.mode == "raw":
        raise builder.refuse("GET DATA AT TIME of data marked :RAW:")
    return Lookup(builder.context.new_table(table), builder.number(tree.arguments[1], bindings))


def _between(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return GET DATA BETWEEN TIMES; before the first point and after the last it is :NA:."""
    table = _table(builder, tree.arguments[0], bindings)
    how = settle_expression(builder.number(tree.arguments[2], bindings), builder.context.equations)
    if how not in MODES:
        raise builder.refuse("GET DATA BETWEEN TIMES with a mode other than -1, 0 and 1")
    number = builder.context.new_table(replace(table, mode=MODES[how]))
    time = builder.number(tree.arguments[1], bindings)
    outside = call(
        "or", call("lt", time, Number(table.x[0])), call("gt", time, Number(table.x[-1]))
    )
    return call("if", outside, Number(NA), Lookup(number, time))


def _end(place: int) -> Special:
    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        return Number(_table(builder, tree.arguments[0], bindings).x[place])

    return written


ENTRIES = (
    special("GET DATA AT TIME", GROUP, 2, _at_time, shaped=True),
    special("GET DATA BETWEEN TIMES", GROUP, 3, _between, shaped=True),
    special("GET DATA FIRST TIME", GROUP, 1, _end(0), shaped=True),
    special("GET DATA LAST TIME", GROUP, 1, _end(-1), shaped=True),
    refused("TIME SHIFT", "it moves a data variable in time"),
    refused("GET VDF DATA", "it reads a run of Vensim"),
    refused("GET DATA MEAN", "it averages data by their points"),
)
