"""The arguments of a function with memory: in a run, at its start, once a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import FunctionEntry, Special, special
from qiantang.engine.ir import (
    Expression,
    Number,
    Slot,
)
from qiantang.engine.translation.algebra import settle_expression
from qiantang.modelfile.tree import Call

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings

GROUP = "Memory"
MOST_STAGES = 100


class Parts:
    """The arguments of one call: in a run, at the start, or at hand so that twice costs once.

    Parameters
    ----------
    builder : Builder
    tree : Call
    bindings : mapping of str to str
    """

    def __init__(self, builder: Builder, tree: Call, bindings: Bindings) -> None:
        self.builder, self.trees, self.bindings = builder, tree.arguments, bindings
        self.context = builder.context

    def run(self, place: int) -> Expression:
        """Return the value of an argument in a run."""
        return self.builder.pair(self.trees[place], self.bindings)[0]

    def start(self, place: int) -> Expression:
        """Return the value of an argument before the run begins."""
        return self.builder.pair(self.trees[place], self.bindings)[1]

    def hidden(self, place: int) -> Expression:
        """Return an argument as a slot or a number."""
        value, start = self.builder.pair(self.trees[place], self.bindings)
        if isinstance(value, (Slot, Number)) and value is start:
            return value
        return self.context.keep(value, start)

    def order(self, place: int) -> int:
        """Return the order of a delay; it shapes the program, so it must be a constant."""
        expression = self.run(place)
        self.context.orders.append(expression)
        value = settle_expression(expression, self.context.equations, at_start=True)
        if value is None:
            raise self.builder.refuse("a delay of an order that is not known beforehand")
        if not 1 <= value <= MOST_STAGES:
            what = f"a delay of order {value:.15g}, expected 1 to {MOST_STAGES},"
            raise self.builder.refuse(what, elsewhere=False)
        return int(value)


def stateful(title: str, count: int, form: Special, *, shaped: bool = False) -> FunctionEntry:
    """Return the entry of a function that gets its hidden stocks once a place.

    Parameters
    ----------
    title : str
    count : int
        Number of arguments.
    form : callable
        How it is written out.
    shaped : bool
        As in :class:`qiantang.engine.functions.entry.FunctionEntry`.
    """

    def once(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        made: Expression = builder.once(tree, bindings, lambda: form(builder, tree, bindings))
        return made

    return special(title, GROUP, count, once, shaped=shaped)
