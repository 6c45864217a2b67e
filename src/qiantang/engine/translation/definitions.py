"""The equations of the model or of a macro, defined: their slots get expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.ir import State
from qiantang.engine.translation.algebra import folded
from qiantang.engine.translation.calls import CallingBuilder
from qiantang.engine.translation.dataequations import data_equations
from qiantang.engine.translation.scope import Definition, Scope, Translation
from qiantang.engine.translation.sections import Block, declare
from qiantang.engine.translation.subscripts import Ranges
from qiantang.engine.translation.templates import at_once
from qiantang.modelfile.document import Equation
from qiantang.modelfile.tree import Call, Literal, Tree, walk

FEWEST = 3
"""Elements from which an entry is written out once for all of them."""


@dataclass(frozen=True)
class SectionBuilder(CallingBuilder):
    """Builds the expressions of one definition, macros written out."""

    def write_out(self, equations: Iterable[Equation], scope: Scope) -> None:
        """Declare and define the equations of a macro, in a scope of their own."""
        define_all(declare(equations, scope, self.context), scope, self.context)


def define_all(blocks: Sequence[Block], scope: Scope, context: Translation) -> None:
    """Fill the slots.

    Literals come first, and last what is shaped by constants that the file may define later, as a
    delay is by its order.
    """
    for block in sorted(blocks, key=lambda block: _turn(block.tree, context)):
        _define_block(block, scope, context)
    of_data = [block for block in blocks if block.equation.operator == ":="]
    data_equations(
        (
            (block.first + place, block.equation.keyword or "interpolate")
            for block in of_data
            for place in block.index.values()
        ),
        context,
    )


def _define_block(block: Block, scope: Scope, context: Translation) -> None:
    """Fill the slots of one entry, of many elements at once where they differ by slots only."""
    if isinstance(block.tree, Literal):
        number = context.literal(block.tree.value)
        slots = range(block.first, block.first + len(block.index))
        context.equations.update(dict.fromkeys(slots, number))
        return
    if len(block.index) >= FEWEST and _at_once(block, scope, context):
        return
    for definition in _definitions(block, scope.ranges):
        define(definition, scope, context)


def _at_once(block: Block, scope: Scope, context: Translation) -> bool:
    first = next(_definitions(block, scope.ranges))
    return at_once(SectionBuilder(first, scope, context), block.index)


def _definitions(block: Block, ranges: Ranges) -> Iterator[Definition]:
    """Yield the elements of an entry."""
    subscripts = block.equation.subscripts
    for coordinates, place in block.index.items():
        yield Definition(
            block.first + place,
            block.equation,
            coordinates,
            ranges.bound(subscripts, coordinates),
            block.tree,
            ranges.titles,
        )


def _turn(tree: Tree, context: Translation) -> int:
    if isinstance(tree, Literal):
        return 0
    for part in walk(tree):
        if isinstance(part, Call):
            entry = FUNCTIONS.get(part.function)
            if part.function in context.macros or (entry is not None and entry.shaped):
                return 2
    return 1


def define(definition: Definition, scope: Scope, context: Translation) -> None:
    """Fill one slot: a stock becomes a state, anything else an equation."""
    tree, slot = definition.tree, definition.slot
    builder = SectionBuilder(definition, scope, context)
    if isinstance(tree, Call) and tree.function == "integ" and len(tree.arguments) == 2:
        rate, start = tree.arguments
        context.states.append(
            State(
                slot,
                start=builder.pair(start, definition.bindings)[1],
                rule="integrate",
                expression=builder.pair(rate, definition.bindings)[0],
                non_negative=definition.equation.non_negative,
            )
        )
        return
    value, begins = builder.pair(tree, definition.bindings)
    context.equations[slot] = folded(value)
    if begins is not value:
        context.starts[slot] = folded(begins)
