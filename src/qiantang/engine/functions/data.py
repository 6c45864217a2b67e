"""Functions that look at data variables at other times than the present."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
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


def _shifted(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return TIME SHIFT: a data variable that is, at each time, what another is so much later."""
    table = _table(builder, tree.arguments[0], bindings)
    shift = builder.number(tree.arguments[1], bindings)
    builder.context.orders.append(shift)
    settled = settle_expression(shift, builder.context.equations)
    if settled is None:
        raise builder.refuse("TIME SHIFT by what is no constant", elsewhere=False)
    moved = replace(table, x=tuple(x - settled for x in table.x))
    return Lookup(builder.context.new_table(moved), Slot(TIME))


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


def _within(
    builder: Builder, tree: Call, bindings: Bindings
) -> tuple[Table, Expression, Expression]:
    """Return the points of a data variable, and the first and last time that count."""
    table = _table(builder, tree.arguments[0], bindings)
    first, last = (builder.number(argument, bindings) for argument in tree.arguments[1:])
    return table, first, last


def _points(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return how many points lie within two times, these included."""
    table, first, last = _within(builder, tree, bindings)
    return _sum_within(builder, table, [1.0] * len(table.x), first, last)


def _sum_within(
    builder: Builder, table: Table, values: Sequence[float], first: Expression, last: Expression
) -> Expression:
    """Return the sum of values of the points within two times."""
    sums = (0.0, *accumulate(values))
    upto = builder.context.new_table(Table(table.x, sums[1:], "hold_backward"))
    through = call("if", call("lt", last, Number(table.x[0])), Number(0.0), Lookup(upto, last))
    # One knot more stands for all times after the last point.
    knots = (*table.x, math.nextafter(table.x[-1], math.inf))
    below = builder.context.new_table(Table(knots, sums, "look_forward"))
    before = Lookup(below, first)
    return call("if", call("lt", last, first), Number(0.0), call("sub", through, before))


def _mean(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return the mean of the points within two times; :NA: where there are none."""
    table, first, last = _within(builder, tree, bindings)
    count = _sum_within(builder, table, [1.0] * len(table.x), first, last)
    summed = _sum_within(builder, table, table.y, first, last)
    return call("if", call("gt", count, Number(0.0)), call("div", summed, count), Number(NA))


def _extreme(operation: str, neutral: float) -> Special:
    """Return the least or greatest of the points within two times; :NA: where there are none."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        table, first, last = _within(builder, tree, bindings)
        found: Expression = Number(neutral)
        for x, y in zip(table.x, table.y, strict=True):
            inside = call("and", call("ge", Number(x), first), call("le", Number(x), last))
            here = call("if", inside, Number(y), Number(neutral))
            found = call(operation, found, here)
        result = builder.context.keep(found)
        return call("if", call("eq", result, Number(neutral)), Number(NA), result)

    return written


ENTRIES = (
    special("GET DATA AT TIME", GROUP, 2, _at_time, shaped=True),
    special("GET DATA BETWEEN TIMES", GROUP, 3, _between, shaped=True),
    special("GET DATA FIRST TIME", GROUP, 1, _end(0), shaped=True),
    special("GET DATA LAST TIME", GROUP, 1, _end(-1), shaped=True),
    special("GET DATA MAX", GROUP, 3, _extreme("max", -math.inf), shaped=True),
    special("GET DATA MIN", GROUP, 3, _extreme("min", math.inf), shaped=True),
    special("GET DATA MEAN", GROUP, 3, _mean, shaped=True),
    special("GET DATA TOTAL POINTS", GROUP, 3, _points, shaped=True),
    special("TIME SHIFT", GROUP, 2, _shifted, shaped=True),
    refused("GET VDF DATA", "it reads a run of Vensim"),
    refused("GET DATA MEDIAN", "it sorts data by their points"),
    refused("GET DATA STDV", "its manual does not say by which number it divides"),
)
