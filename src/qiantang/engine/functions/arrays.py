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


def _joined(operation: str) -> Special:
    """Return a reduction: sum, product, least or greatest over the marked subscripts."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        (argument,) = tree.arguments
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


ENTRIES = (
    special("SUM", GROUP, 1, _joined("add")),
    special("PROD", GROUP, 1, _joined("mul")),
    special("VMIN", GROUP, 1, _joined("min")),
    special("VMAX", GROUP, 1, _joined("max")),
    special("MEAN (XMILE)", GROUP, 1, _mean),
    special("STDDEV (XMILE)", GROUP, 1, _deviation),
    special("ELMCOUNT", GROUP, 1, _count),
)
