"""Functions of tables: read beyond their ends, as stairs, backwards, and the area below them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import Special, special
from qiantang.engine.ir import Expression, Lookup, Mode, Number, Table
from qiantang.engine.translation.algebra import call
from qiantang.engine.translation.tables import table_of
from qiantang.modelfile.tree import Call, Knots

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

GROUP = "Tables and data"


def _with_lookup(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    argument, table = tree.arguments
    value = builder.number(argument, bindings)
    if isinstance(table, Knots):
        return Lookup(builder.context.new_table(table_of(table)), value)
    return Lookup(builder.table_number(table, bindings), value)


def _read_as(mode: Mode | None) -> Special:
    """Return how a table is read at a value, in a way of its own where the function says so."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        number = builder.table_number(tree.arguments[0], bindings)
        if mode is not None:
            number = builder.context.new_table(replace(builder.context.tables[number], mode=mode))
        return Lookup(number, builder.number(tree.arguments[1], bindings))

    return written


def _inverted(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return LOOKUP INVERT: the x at which a table that only rises or only falls has a value."""
    table = builder.context.tables[builder.table_number(tree.arguments[0], bindings)]
    x, y = table.x, table.y
    if y[0] > y[-1]:
        x, y = x[::-1], y[::-1]
    if any(after <= before for before, after in pairwise(y)):
        raise builder.refuse("LOOKUP INVERT of a table that neither rises nor falls throughout")
    number = builder.context.new_table(Table(y, x, "interpolate"))
    return Lookup(number, builder.number(tree.arguments[1], bindings))


def _area(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return LOOKUP AREA: the area below a table between two values of x."""
    context = builder.context
    number = builder.table_number(tree.arguments[0], bindings)
    table = context.tables[number]
    sums = [0.0]
    for (x, y), (x_next, y_next) in pairwise(zip(table.x, table.y, strict=True)):
        sums.append(sums[-1] + 0.5 * (x_next - x) * (y + y_next))
    until = context.new_table(Table(table.x, tuple(sums), "hold_backward"))
    knot = context.new_table(Table(table.x, table.x, "hold_backward"))
    height = context.new_table(Table(table.x, table.y, "hold_backward"))

    def up_to(value: Expression) -> Expression:
        inside = call("max", Number(table.x[0]), call("min", Number(table.x[-1]), value))
        mean = call("mul", Number(0.5), call("add", Lookup(height, inside), Lookup(number, inside)))
        part = call("mul", mean, call("sub", inside, Lookup(knot, inside)))
        outside = call("mul", Lookup(number, value), call("sub", value, inside))
        return call("add", call("add", Lookup(until, inside), part), outside)

    first, last = (builder.number(argument, bindings) for argument in tree.arguments[1:])
    return call("sub", up_to(last), up_to(first))


ENTRIES = (
    special("WITH LOOKUP", GROUP, 2, _with_lookup),
    special("LOOKUP (XMILE)", GROUP, 2, _read_as(None)),
    special("LOOKUP EXTRAPOLATE", GROUP, 2, _read_as("extrapolate")),
    special("TABXL", GROUP, 2, _read_as("extrapolate")),
    special("LOOKUP FORWARD", GROUP, 2, _read_as("look_forward")),
    special("LOOKUP BACKWARD", GROUP, 2, _read_as("hold_backward")),
    special("LOOKUP INVERT", GROUP, 2, _inverted),
    special("LOOKUP AREA", GROUP, 3, _area),
)
