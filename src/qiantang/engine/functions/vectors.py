"""Functions over whole vectors, written out in scalar operations: select, sort, reorder, invert."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qiantang.engine.ir import Expression, Number, Slot
from qiantang.engine.translation.algebra import call, numeric, settle_expression, total, truth
from qiantang.engine.translation.subscripts import Bindings, plain
from qiantang.engine.translation.trees import (
    function_name,
    kind,
    marked_subscripts,
    references,
    subscripts_of,
)

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

LARGEST_MATRIX = 8
"""Rows up to which INVERT MATRIX is written out; the work grows with the cube."""

NAN, ONE, ZERO = Number(math.nan), Number(1.0), Number(0.0)


def reduced_subscripts(builder: Builder, tree: Any, bindings: Bindings) -> list[str]:
    """Return the marked subscripts that a reduction runs over here."""
    return [name for name in marked_subscripts(tree) if plain(name) not in bindings]


def _whole(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    """Return XMILE's MIN or MAX over all elements of an array."""
    operation = "min" if function_name(tree) == "vmin_xmile" else "max"
    argument = tree.arguments[0]
    names = [
        name
        for reference in references(argument)
        for name in subscripts_of(reference)
        if plain(name) in builder.scope.ranges.elements
    ]
    if names:
        cases: list[dict[str, str]] = [dict(bindings)]
        for name in dict.fromkeys(plain(n) for n in names):
            axis = builder.scope.ranges.elements[name]
            cases = [{**case, name: element} for case in cases for element in axis]
        return total(operation, (numeric(builder.build(argument, c, at_start)) for c in cases))
    if kind(argument) == "ReferenceStructure":
        identifier = builder.scope.identifiers.get(argument.reference, "")
        places = builder.scope.coordinates.get(identifier, [])
        if places:
            return total(operation, (Slot(builder.scope.slots[identifier, p]) for p in places))
    raise builder.refuse("MIN or MAX of one value")


def _select(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    """Return VECTOR SELECT; an action that changes over time is chosen among all of them."""
    selection, value, missing, action, fault = tree.arguments
    cases = builder.cases((selection, value), bindings)
    chosen = [numeric(builder.build(selection, c, at_start)) for c in cases]
    values = [numeric(builder.build(value, c, at_start)) for c in cases]
    otherwise = numeric(builder.build(missing, bindings, at_start))
    what = numeric(builder.build(action, bindings, at_start))
    code = settle_expression(what, builder.context.equations)
    if code is not None:
        result = _selected(int(code), chosen, values) if code in range(11) else NAN
    else:
        result = NAN
        for number in range(11):
            here = _selected(number, chosen, values)
            result = call("if", call("eq", what, Number(float(number))), here, result)
    count = _sum(_flag(c) for c in chosen)
    result = call("if", call("eq", count, ZERO), otherwise, result)
    error = settle_expression(
        numeric(builder.build(fault, bindings, at_start)), builder.context.equations
    )
    if error in (1, 3):
        result = call("if", call("eq", count, ZERO), NAN, result)
    if error in (2, 3):
        result = call("if", call("gt", count, ONE), NAN, result)
    return result


def _flag(selection: Expression) -> Expression:
    return numeric(call("ne", selection, ZERO))


def _sum(terms: Any) -> Expression:
    return total("add", terms)


def _selected(
    action: int, chosen: Sequence[Expression], values: Sequence[Expression]
) -> Expression:
    """Return one numerical action of VECTOR SELECT, as Vensim numbers them."""
    pairs = list(zip(chosen, values, strict=True))
    if action < 5:
        terms = [call("mul", c, v) for c, v in pairs]
    elif action == 5:
        terms = [call("pow", v, c) for c, v in pairs]
    else:
        terms = list(values)
    operation, neutral = {
        **dict.fromkeys((0, 6, 4, 10), ("add", ZERO)),
        **dict.fromkeys((1, 5, 7), ("mul", ONE)),
        **dict.fromkeys((2, 8), ("min", Number(math.inf))),
        **dict.fromkeys((3, 9), ("max", Number(-math.inf))),
    }[action]
    kept = [
        call("if", call("ne", c, ZERO), term, neutral)
        for c, term in zip(chosen, terms, strict=True)
    ]
    result = total(operation, kept)
    return call("div", result, _sum(_flag(c) for c in chosen)) if action in (4, 10) else result


def _last(builder: Builder, tree: Any) -> str:
    """Return the last subscript of the array that a vector function works along."""
    for reference in references(tree):
        names = subscripts_of(reference)
        if names and plain(names[-1]) in builder.scope.ranges.elements:
            return plain(names[-1])
    raise builder.refuse(f"{kind(tree)} as the argument of a vector function")


def _along(builder: Builder, tree: Any, bindings: Bindings) -> tuple[list[Slot], int]:
    """Return the entries of a vector along its last subscript, and the place at hand."""
    name = _last(builder, tree)
    axis = builder.scope.ranges.elements[name]
    here = builder.scope.ranges.element(name, bindings)
    if here is None or here not in axis:
        raise builder.refuse(f"a vector function along {name}")
    return [builder.kept(tree, {**bindings, name: e}) for e in axis], axis.index(here)


def _ranks(entries: Sequence[Slot], upwards: Expression) -> list[Expression]:
    """Return the place of each entry in sorted order, from 0; equals keep their order.

    Downwards is upwards reversed, equals included, as in PySD.
    """
    result = []
    for i, entry in enumerate(entries):
        below = [
            numeric(call("le" if j < i else "lt", other, entry))
            for j, other in enumerate(entries)
            if j != i
        ]
        rank = _sum(below) if below else ZERO
        turned = call("sub", Number(float(len(entries) - 1)), rank)
        result.append(call("if", call("gt", upwards, ZERO), rank, turned))
    return result


def _rank(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    vector, direction = tree.arguments
    entries, place = _along(builder, vector, bindings)
    upwards = numeric(builder.build(direction, bindings, at_start))
    return call("add", _ranks(entries, upwards)[place], ONE)


def _sort_order(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    vector, direction = tree.arguments
    entries, place = _along(builder, vector, bindings)
    ranks = _ranks(entries, numeric(builder.build(direction, bindings, at_start)))
    at = Number(float(place))
    return _sum(
        call("if", call("eq", rank, at), Number(float(i)), ZERO) for i, rank in enumerate(ranks)
    )


def _reorder(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    vector, order = tree.arguments
    entries, _ = _along(builder, vector, bindings)
    wanted = call("trunc", builder.kept(order, bindings))
    result: Expression = NAN
    for i, entry in enumerate(entries):
        result = call("if", call("eq", wanted, Number(float(i))), entry, result)
    return result


def _invert(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    """Return one entry of an inverse matrix; all entries are found together, once."""
    matrix = tree.arguments[0]
    names = [subscripts_of(r) for r in references(matrix)]
    if kind(matrix) != "ReferenceStructure" or len(names[0]) < 2:
        raise builder.refuse("INVERT MATRIX of an expression")
    row, column = (plain(name) for name in names[0][-2:])
    ranges = builder.scope.ranges
    if row not in ranges.elements or column not in ranges.elements or row == column:
        raise builder.refuse("INVERT MATRIX of a part of a matrix")
    rows, columns = ranges.elements[row], ranges.elements[column]
    at = ranges.element(row, bindings), ranges.element(column, bindings)
    if len(rows) != len(columns) or None in at:
        raise builder.refuse("INVERT MATRIX of a matrix that is not square")
    if len(rows) > LARGEST_MATRIX:
        raise builder.refuse(f"INVERT MATRIX of more than {LARGEST_MATRIX} rows")
    entries = [
        [builder.kept(matrix, {**bindings, row: r, column: c}) for c in columns] for r in rows
    ]
    key = "inverse", tuple(slot.index for line in entries for slot in line)
    inverse = builder.context.once(key, lambda: _inverse(builder, entries))
    result: Expression = inverse[rows.index(at[0] or "")][columns.index(at[1] or "")]
    return result


def _inverse(builder: Builder, entries: Sequence[Sequence[Slot]]) -> list[list[Expression]]:
    """Return the inverse by Gauss and Jordan, the largest pivot of each column brought up."""
    size = len(entries)

    def keep(expression: Expression) -> Expression:
        return builder.context.keep(expression, expression)

    work: list[list[Expression]] = [
        [*line, *(ONE if i == j else ZERO for j in range(size))] for i, line in enumerate(entries)
    ]
    for column in range(size):
        for row in range(column + 1, size):
            upper, lower = work[column], work[row]
            larger = call("gt", call("abs", lower[column]), call("abs", upper[column]))
            flag = truth(keep(numeric(larger)))
            for k in range(column, 2 * size):
                a, b = upper[k], lower[k]
                if a != b:
                    upper[k] = keep(call("if", flag, b, a))
                    lower[k] = keep(call("if", flag, a, b))
        pivot = work[column][column]
        work[column] = [keep(call("div", value, pivot)) for value in work[column]]
        for row in range(size):
            if row == column:
                continue
            factor = work[row][column]
            work[row] = [
                keep(call("sub", value, call("mul", factor, top)))
                for value, top in zip(work[row], work[column], strict=True)
            ]
    return [line[size:] for line in work]


Vector = Callable[["Builder", Any, Bindings, bool], Expression]

VECTORS: dict[str, Vector] = {
    "vector_select": _select,
    "vector_rank": _rank,
    "vector_sort_order": _sort_order,
    "vector_reorder": _reorder,
    "invert_matrix": _invert,
    "vmin_xmile": _whole,
    "vmax_xmile": _whole,
}
"""Functions of the file over vectors."""
