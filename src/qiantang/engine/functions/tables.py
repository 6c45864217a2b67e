"""Functions of tables: read beyond their ends, as stairs, backwards, and the area below them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import Special, special
from qiantang.engine.ir import Expression, Lookup, Mode, Number, Slot, Table
from qiantang.engine.translation.algebra import call, chosen, settle_expression
from qiantang.engine.translation.tables import table_of
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call, Knots, Reference, Tree

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

GROUP = "Tables and data"
ZERO, HALF, NAN = Number(0.0), Number(0.5), Number(math.nan)


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


VECTOR_MODES = {0: "plain", 1: "area", 2: "backward", 3: "beyond", 4: "forward", 7: "area beyond"}
"""Modes of VECTOR LOOKUP that are compiled, as Vensim numbers them."""


def _vector(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return VECTOR LOOKUP(vector, x, least x, greatest x, mode), its knots equally far apart."""
    vector, *rest = tree.arguments
    value, low, high, how = (builder.number(argument, bindings) for argument in rest)
    builder.context.orders.append(how)
    mode = VECTOR_MODES.get(int(settle_expression(how, builder.context.equations) or 0))
    if mode is None or settle_expression(how, builder.context.equations) is None:
        raise builder.refuse("VECTOR LOOKUP with another mode than 0 to 4 and 7")
    entries = _entries(builder, vector, bindings)
    last = len(entries) - 1
    keep = builder.context.keep
    width = keep(call("div", call("sub", high, low), Number(float(last))))
    far = keep(call("div", call("sub", value, low), width))
    if mode in ("backward", "forward"):
        whole = call("floor", far if mode == "backward" else call("neg", far))
        whole = whole if mode == "backward" else call("neg", whole)
        near = call("max", ZERO, call("min", Number(float(last)), whole))
        return chosen(near, entries, NAN)
    inside = call("max", ZERO, call("min", Number(float(last)), far))
    place = keep(call("min", Number(float(last - 1)), call("floor", inside)))
    left, right = keep(chosen(place, entries, NAN)), keep(chosen(place, entries[1:], NAN))
    part = call("sub", inside if mode in ("plain", "area") else far, place)
    rise = call("mul", part, call("sub", right, left))
    if not mode.startswith("area"):
        return call("add", left, rise)
    halves = [call("mul", HALF, call("add", a, b)) for a, b in pairwise(entries)]
    sums: list[Expression] = [ZERO]
    for half in halves[:-1]:
        sums.append(keep(call("add", sums[-1], half)))
    area = call("mul", part, call("add", left, call("mul", HALF, rise)))
    area = call("add", chosen(place, sums, NAN), area)
    if mode == "area":
        end = call("if", call("lt", far, ZERO), entries[0], entries[-1])
        area = call("add", area, call("mul", call("sub", far, inside), end))
    return call("mul", width, area)


def _entries(builder: Builder, tree: Tree, bindings: Bindings) -> list[Expression]:
    """Return the elements of a vector along its last subscript, of which one is named."""
    if isinstance(tree, Reference) and tree.subscripts:
        name, here = plain(tree.name), builder.coordinates(tree, bindings)
        axis = builder.scope.axis(name, len(here) - 1)
        slots = [builder.scope.slots.get((name, (*here[:-1], last))) for last in axis]
        found: list[Expression] = [Slot(slot) for slot in slots if slot is not None]
        if len(found) == len(axis) > 1:
            return found
    raise builder.refuse("VECTOR LOOKUP of what is no vector")


ENTRIES = (
    special("WITH LOOKUP", GROUP, 2, _with_lookup),
    special("LOOKUP (XMILE)", GROUP, 2, _read_as(None)),
    special("LOOKUP EXTRAPOLATE", GROUP, 2, _read_as("extrapolate")),
    special("TABXL", GROUP, 2, _read_as("extrapolate")),
    special("LOOKUP FORWARD", GROUP, 2, _read_as("look_forward")),
    special("LOOKUP BACKWARD", GROUP, 2, _read_as("hold_backward")),
    special("LOOKUP INVERT", GROUP, 2, _inverted),
    special("LOOKUP AREA", GROUP, 3, _area),
    special("VECTOR LOOKUP", GROUP, 5, _vector, shaped=True),
)
