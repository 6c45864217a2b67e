"""Functions that run over the elements of arrays and yield one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import Special, special
from qiantang.engine.ir import Expression, Number
from qiantang.engine.translation.algebra import call, total
from qiantang.engine.translation.subscripts import plain
from qiantang.modelfile.tree import Call, Reference

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

GROUP = "Arrays"
ZERO, ONE = Number(0.0), Number(1.0)


def _joined(operation: str) -> Special:
    """Return a reduction: sum, product, least or greatest over the marked subscripts."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        (argument,) = tree.arguments
        if builder.context.vensim and not builder.marks((argument,)):
            raise builder.refuse(f"{tree.function.upper()} over no subscript marked with !", False)
        cases = builder.cases((argument,), bindings)
        return total(operation, [builder.number(argument, case) for case in cases])

    return written


def _mean(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    cases = builder.cases(tree.arguments, bindings)
    terms = [builder.number(tree.arguments[0], case) for case in cases]
    return call("div", total("add", terms), Number(float(len(terms))))


def _deviation(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return XMILE's STDDEV, of a sample: divided by one less than the number (3.7.1.3)."""
    cases = builder.cases(tree.arguments, bindings)
    terms = [builder.kept(tree.arguments[0], case) for case in cases]
    count = float(len(terms))
    mean = builder.context.keep(call("div", total("add", terms), Number(count)))
    squares = [call("square", call("sub", term, mean)) for term in terms]
    return call("sqrt", call("div", total("add", squares), Number(max(count - 1.0, 1.0))))


def _count(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    (argument,) = tree.arguments
    axis = None
    if isinstance(argument, Reference):
        axis = builder.scope.ranges.elements.get(plain(argument.name))
    if axis is None:
        raise builder.refuse("ELMCOUNT of what is no range")
    return Number(float(len(axis)))


def _rank(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return XMILE's RANK: the position of the element of a rank, from the least (3.7.1.3).

    A second array decides between equals, then the order of the elements; 0 where there is no
    element of that rank.
    """
    array, wanted, *second = tree.arguments
    cases = builder.cases((array,), bindings)
    entries = [builder.kept(array, case) for case in cases]
    ties = [
        builder.kept(tree, case) for tree in second for case in builder.cases((tree,), bindings)
    ]
    rank = builder.number(wanted, bindings)
    terms = []
    for i, entry in enumerate(entries):
        before: list[Expression] = [ONE]
        for j, other in enumerate(entries):
            if j == i:
                continue
            tied = call("eq", other, entry)
            first = call("eq", ZERO, ZERO) if j < i else call("ne", ZERO, ZERO)
            if ties:
                alike = call("and", call("eq", ties[j], ties[i]), first)
                first = call("or", call("lt", ties[j], ties[i]), alike)
            less = call("or", call("lt", other, entry), call("and", tied, first))
            before.append(call("number", less))
        here = call("eq", total("add", before), rank)
        terms.append(call("if", here, Number(float(i + 1)), ZERO))
    return total("add", terms)


ENTRIES = (
    special("SUM", GROUP, 1, _joined("add")),
    special("PROD", GROUP, 1, _joined("mul")),
    special("VMIN", GROUP, 1, _joined("min")),
    special("VMAX", GROUP, 1, _joined("max")),
    special("MEAN (XMILE)", GROUP, 1, _mean),
    special("STDDEV (XMILE)", GROUP, 1, _deviation),
    special("RANK (XMILE)", GROUP, (2, 3), _rank),
    special("ELMCOUNT", GROUP, 1, _count),
)
