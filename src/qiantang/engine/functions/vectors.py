"""Functions over whole vectors, written out in scalar operations: select, sort, reorder."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import special
from qiantang.engine.ir import Expression, Number, Slot
from qiantang.engine.translation.algebra import (
    call,
    chosen,
    numeric,
    settle_expression,
    total,
)
from qiantang.engine.translation.misplaced import misplaced
from qiantang.engine.translation.subscripts import Bindings, Coordinates, plain
from qiantang.modelfile.tree import NA, Call, Reference, Tree, walk

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

GROUP = "Arrays"

NAN, ONE, ZERO = Number(math.nan), Number(1.0), Number(0.0)


def _select(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return VECTOR SELECT; an action that changes over time is chosen among all of them."""
    selection, value, missing, action, fault = tree.arguments
    cases = builder.cases((selection, value), bindings)
    picked = [builder.number(selection, c) for c in cases]
    values = [builder.number(value, c) for c in cases]
    otherwise = builder.number(missing, bindings)
    what = builder.number(action, bindings)
    code = settle_expression(what, builder.context.equations)
    if code is not None:
        result = _selected(int(code), picked, values) if code in range(11) else NAN
    else:
        result = NAN
        for number in range(11):
            here = _selected(number, picked, values)
            result = call("if", call("eq", what, Number(float(number))), here, result)
    count = _sum(_flag(c) for c in picked)
    result = call("if", call("eq", count, ZERO), otherwise, result)
    error = settle_expression(builder.number(fault, bindings), builder.context.equations)
    if error in (1, 3):
        result = call("if", call("eq", count, ZERO), NAN, result)
    if error in (2, 3):
        result = call("if", call("gt", count, ONE), NAN, result)
    return result


def _flag(selection: Expression) -> Expression:
    return numeric(call("ne", selection, ZERO))


def _sum(terms: Iterable[Expression]) -> Expression:
    return total("add", terms)


def _selected(
    action: int, picked: Sequence[Expression], values: Sequence[Expression]
) -> Expression:
    """Return one numerical action of VECTOR SELECT, as Vensim numbers them."""
    pairs = list(zip(picked, values, strict=True))
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
        for c, term in zip(picked, terms, strict=True)
    ]
    result = total(operation, kept)
    return call("div", result, _sum(_flag(c) for c in picked)) if action in (4, 10) else result


def _last(builder: Builder, tree: Tree) -> str:
    """Return the last subscript of the array that a vector function works along."""
    for part in walk(tree):
        if isinstance(part, Reference) and part.subscripts:
            name = part.subscripts[-1]
            if isinstance(name, str) and plain(name) in builder.scope.ranges.elements:
                return plain(name)
    raise builder.refuse("an argument of a vector function that is no array")


def _along(builder: Builder, tree: Tree, bindings: Bindings) -> tuple[list[Slot], int]:
    """Return the entries of a vector along its last subscript, and the place at hand."""
    name = _last(builder, tree)
    axis = builder.scope.ranges.elements[name]
    here = builder.scope.ranges.element(name, bindings)
    if here is None or here not in axis:
        raise builder.refuse(f"a vector function along {name}")
    others = tuple(sorted((n, e) for n, e in bindings.items() if n != name))
    entries = builder.context.once(
        ("along", id(tree), id(builder.scope), name, others),
        lambda: [builder.kept(tree, {**bindings, name: e}) for e in axis],
    )
    return entries, axis.index(here)


def _upwards(builder: Builder, tree: Tree, bindings: Bindings) -> Slot:
    """Return a direction in a slot, the same for every element where it is the same."""
    value = builder.number(tree, bindings)
    if isinstance(value, Slot):
        return value
    if isinstance(value, Number):
        made: Slot = builder.context.once(
            ("direction", value.value), lambda: builder.context.keep(value)
        )
        return made
    return builder.kept(tree, bindings)


def _sorted(
    builder: Builder, tree: Call, bindings: Bindings, operation: str
) -> tuple[Slot, Expression]:
    """Return a sorted vector in a slot of its own, made once, and the place at hand."""
    vector, direction = tree.arguments
    entries, place = _along(builder, vector, bindings)
    upwards = _upwards(builder, direction, bindings)
    key = operation, tuple(slot.index for slot in entries), upwards.index
    made = builder.context.once(
        key, lambda: builder.context.keep(call(operation, upwards, *entries))
    )
    return made, Number(float(place))


def _rank(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    return call("add", call("entry", *_sorted(builder, tree, bindings, "ranks")), ONE)


def _sort_order(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    return call("entry", *_sorted(builder, tree, bindings, "order"))


def _reorder(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    vector, order = tree.arguments
    entries, _ = _along(builder, vector, bindings)
    return chosen(call("trunc", builder.kept(order, bindings)), entries, NAN)


def _element(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return VECTOR ELM MAP: the element some places after the one named, or :NA: beyond the end.

    Elements are counted in the order of the whole variable, the last subscript fastest.
    """
    vector, offset = tree.arguments
    if not isinstance(vector, Reference):
        raise builder.refuse("VECTOR ELM MAP of an expression")
    name = plain(vector.name)
    places = [*builder.scope.coordinates.get(name, {})]
    here = builder.coordinates(vector, bindings)
    if here not in builder.scope.coordinates.get(name, {}):
        raise builder.refuse(misplaced(vector, builder.scope.coordinates.get(name, {})))
    places.sort(key=_order(builder, name))
    entries = [Slot(builder.scope.slots[name, place]) for place in places]
    first = entries.index(Slot(builder.scope.slots[name, here]))
    by = builder.number(offset, bindings)
    settled = settle_expression(by, builder.context.equations)
    wanted = Number(settled) if settled is not None else call("trunc", by)
    builder.context.orders.extend([by] if settled is not None else [])
    return chosen(call("add", Number(float(first)), wanted), entries, Number(NA))


def _order(builder: Builder, name: str) -> Callable[[Coordinates], tuple[int, ...]]:
    """Return the key that sorts the elements of a variable, the last subscript fastest."""
    some = next(iter(builder.scope.coordinates[name]))
    ranks = [
        {e: builder.scope.ranges.position(e) or 0 for e in builder.scope.axis(name, place)}
        for place in range(len(some))
    ]
    return lambda place: tuple(rank[e] for rank, e in zip(ranks, place, strict=True))


ENTRIES = (
    special("VECTOR SELECT", GROUP, 5, _select, shaped=True),
    special("VECTOR RANK", GROUP, 2, _rank),
    special("VECTOR SORT ORDER", GROUP, 2, _sort_order),
    special("VECTOR REORDER", GROUP, 2, _reorder),
    special("VECTOR ELM MAP", GROUP, 2, _element, shaped=True),
)
