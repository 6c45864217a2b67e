"""Draws that follow from a table, or from the draws before.

Source: Vensim's reference manual, RANDOM Number Functions and RANDOM PINK NOISE.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from qiantang.engine.functions.draws import GROUP, ONE, ZERO, between, drawn_at, normal
from qiantang.engine.functions.entry import special
from qiantang.engine.ir import TIME_STEP, Expression, Lookup, Number, Slot, State, Table
from qiantang.engine.translation.algebra import call

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.scope import Translation
    from qiantang.engine.translation.subscripts import Bindings
    from qiantang.modelfile.tree import Call


def _pink_noise(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return pink noise: normal noise of every step, smoothed over the correlation time.

    The noise is as much larger as its smoothing takes away, so that the deviation is the one
    asked for whatever the time step; it begins with a draw of that deviation.
    """
    mean, deviation, time = (builder.kept(part, bindings) for part in tree.arguments[:3])
    seed = builder.number(tree.arguments[3], bindings)

    def white() -> Expression:
        place = Number(float(builder.context.new_slot()))
        return normal(drawn_at(builder, seed, place), Number(-6.0), Number(6.0), ZERO, ONE)

    share = call("div", Slot(TIME_STEP), time)
    gain = call("sqrt", call("div", call("max", ZERO, call("sub", Number(2.0), share)), share))
    aim = call("add", mean, call("mul", white(), call("mul", deviation, gain)))
    state = Slot(builder.context.new_slot())
    rate = call("div", call("sub", aim, state), time)
    start = call("add", mean, call("mul", deviation, white()))
    builder.context.states.append(State(state.index, start, "integrate", rate))
    return state


def _pink_once(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    made: Expression = builder.once(tree, bindings, lambda: _pink_noise(builder, tree, bindings))
    return made


class _Density:
    """A density that is linear between the points of a table, and its distribution function."""

    def __init__(self, table: Table, context: Translation) -> None:
        self.x, self.y, self.new_table = table.x, table.y, context.new_table
        self.sums, slopes = [0.0], []
        for (x, y), (right, after) in pairwise(zip(table.x, table.y, strict=True)):
            self.sums.append(self.sums[-1] + 0.5 * (right - x) * (y + after))
            slopes.append((after - y) / (right - x) if right > x else 0.0)
        self.columns = table.x, table.y, (*slopes, 0.0), tuple(self.sums)

    def before(self, keys: tuple[float, ...], value: Expression) -> list[Expression]:
        """Return of the knot before a value: x, density, the slope after it, the share there."""
        tables = [self.new_table(Table(keys, column, "hold_backward")) for column in self.columns]
        return [Lookup(number, value) for number in tables]

    def share(self, value: Expression) -> Expression:
        """Return the area below the density up to a value."""
        inside = call("max", Number(self.x[0]), call("min", Number(self.x[-1]), value))
        x, density, slope, area = self.before(self.x, inside)
        gone = call("sub", inside, x)
        rise = call("mul", Number(0.5), call("mul", slope, gone))
        return call("add", area, call("mul", gone, call("add", density, rise)))

    def quantile(self, share: Expression) -> Expression:
        """Return the value up to which there is an area, by the root of a quadratic equation."""
        x, density, slope, area = self.before(tuple(self.sums), share)
        twice = call("mul", Number(2.0), call("sub", share, area))
        inside = call("add", call("square", density), call("mul", slope, twice))
        root = call("sqrt", call("max", ZERO, inside))
        step = call("div", twice, call("add", density, root))
        return call("add", x, call("if", call("gt", twice, ZERO), step, ZERO))


def _from_table(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return RANDOM LOOKUP, whose table is a density."""
    place = builder.once(tree, bindings, lambda: Number(float(builder.context.new_slot())))
    table = builder.context.tables[builder.table_number(tree.arguments[0], bindings)]
    density = _Density(table, builder.context)
    if min(table.y) < 0.0 or density.sums[-1] <= 0.0:
        raise builder.refuse("RANDOM LOOKUP of a table that is no density")
    values = [builder.number(argument, bindings) for argument in tree.arguments[1:]]
    seed = values.pop() if len(values) == 5 else ZERO
    low, high, shift, stretch = values
    one, other = (call("div", call("sub", end, shift), stretch) for end in (low, high))
    below, above = density.share(call("min", one, other)), density.share(call("max", one, other))
    part = builder.context.keep(between(below, drawn_at(builder, seed, place), above))
    value = call("add", shift, call("mul", stretch, density.quantile(part)))
    return call("max", low, call("min", high, value))


ENTRIES = (
    special("RANDOM LOOKUP", GROUP, (5, 6), _from_table),
    special("RANDOM PINK NOISE", GROUP, 4, _pink_once),
)
