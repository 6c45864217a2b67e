"""INVERT MATRIX: all entries of the inverse are found together, by one operation.

Source: Vensim's reference manual, INVERT MATRIX.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import special
from qiantang.engine.ir import Expression, Number, Slot
from qiantang.engine.translation.algebra import call, settle_expression
from qiantang.engine.translation.subscripts import Bindings, Coordinates, plain
from qiantang.modelfile.tree import Call, Reference

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

Axes = tuple[tuple[str, ...], tuple[str, ...]]
"""Elements of the rows and of the columns."""


def _invert(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return one entry of an inverse matrix."""
    matrix = tree.arguments[0]
    if not isinstance(matrix, Reference) or len(matrix.subscripts or ()) < 2:
        raise builder.refuse("INVERT MATRIX of an expression")
    leading, rows, columns = _of(builder, matrix, bindings)
    if len(tree.arguments) > 1:
        size = builder.number(tree.arguments[1], bindings)
        if settle_expression(size, builder.context.equations) not in (None, float(len(rows))):
            raise builder.refuse(f"INVERT MATRIX of a part of a matrix of {len(rows)} rows")
        builder.context.orders.append(size)
    row, column = _here(builder, matrix, (rows, columns), bindings)
    key = "inverse", id(builder.scope), plain(matrix.name), leading, rows, columns

    def make() -> Slot:
        entries = [
            builder.number(Reference(matrix.name, (*leading, r, c)), bindings)
            for r in rows
            for c in columns
        ]
        found: Slot = builder.context.keep(call("inverse", *entries))
        return found

    inverse: Slot = builder.context.once(key, make)
    return call("entry", inverse, Number(float(row * len(columns) + column)))


def _of(builder: Builder, matrix: Reference, bindings: Bindings) -> tuple[Coordinates, ...]:
    """Return where a matrix stands in its variable, and the elements of its rows and columns."""
    *outer, row, column = (str(name) for name in matrix.subscripts or ())
    elements = builder.scope.ranges.elements
    if plain(row) not in elements or plain(column) not in elements:
        raise builder.refuse("INVERT MATRIX of a part of a matrix")
    rows, columns = elements[plain(row)], elements[plain(column)]
    if len(rows) != len(columns):
        raise builder.refuse("INVERT MATRIX of a matrix that is not square")
    leading = builder.coordinates(Reference(matrix.name, tuple(outer)), bindings)
    return leading, rows, columns


def _here(builder: Builder, matrix: Reference, axes: Axes, bindings: Bindings) -> tuple[int, int]:
    """Return the place of the entry at hand.

    A matrix over one range both ways is written ``m[range, range]``; the last two subscripts of
    the left side then say which entry is meant.
    """
    ranges = builder.scope.ranges
    names = [plain(str(name)) for name in (matrix.subscripts or ())[-2:]]
    if names[0] != names[1]:
        found = [ranges.element(name, bindings) for name in names]
        places = [axis.index(e) for e, axis in zip(found, axes, strict=True) if e in axis]
        if len(places) == 2:
            return places[0], places[1]
    left = [plain(name) for name in builder.definition.equation.subscripts[-2:]]
    here = builder.definition.coordinates[-2:]
    places = [
        ranges.places[name][element]
        for name, element, axis in zip(left, here, axes, strict=False)
        if len(ranges.elements.get(name, ())) == len(axis)
    ]
    if len(places) != 2:
        raise builder.refuse("INVERT MATRIX that is not one of the left side")
    return places[0], places[1]


ENTRIES = (special("INVERT MATRIX", "Arrays", (1, 2), _invert, shaped=True),)
