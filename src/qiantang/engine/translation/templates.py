"""An equation over many elements, translated once.

The expressions of the elements differ by the slots and tables that they read, and by nothing else.
So that of the first is made as always, with a note of what each slot in it stands for; the others
are made from it, part by part for all elements at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat

from qiantang.engine.expressions import arguments_of
from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.ir import Call as Operation
from qiantang.engine.ir import Expression, Lookup, State
from qiantang.engine.translation.algebra import folded
from qiantang.engine.translation.builder import Builder, Trace
from qiantang.engine.translation.layout import Index
from qiantang.engine.translation.scope import Scope, Translation
from qiantang.engine.translation.subscripts import Bindings, Coordinates, Ranges, plain
from qiantang.modelfile.tree import Binary, Call, Literal, Reference, Tree, Unary, walk

REDUCTIONS = frozenset({"sum", "prod", "vmin", "vmax", "mean_xmile"})
"""Functions that look at more than their arguments and yet have one form for all elements."""

Column = Sequence[Expression]
"""One expression an element."""


def at_once(builder: Builder, index: Index) -> bool:
    """Fill the slots of all elements of an equation, if their expressions have one form.

    Parameters
    ----------
    builder : Builder
        Of the first element; equations, or states, are filled into its context.
    index : mapping of Coordinates to int
        All elements.

    Returns
    -------
    bool
        False where they have not, or where one of them is to be refused; nothing is filled then.
    """
    first, scope, context = builder.definition, builder.scope, builder.context
    tree = first.tree
    stock = isinstance(tree, Call) and tree.function == "integ" and len(tree.arguments) == 2
    parts = tree.arguments if stock and isinstance(tree, Call) else (tree,)
    if not all(_has_one_form(part, scope, context) for part in parts):
        return False
    elements = Elements(first.equation.subscripts, index, scope.ranges)
    columns = []
    for part in parts:
        trace = Trace()
        made = folded(replace(builder, trace=trace).number(part, first.bindings))
        column = None if trace.varies else _column(made, trace, elements, scope, context)
        if column is None:
            return False
        columns.append(column)
    slots = range(first.slot, first.slot + len(index))
    if stock:
        kept = first.equation.non_negative
        context.states.extend(
            State(slot, start, "integrate", rate, kept)
            for slot, rate, start in zip(slots, *columns, strict=True)
        )
    else:
        context.equations.update(zip(slots, columns[0], strict=True))
    return True


def _has_one_form(tree: Tree, scope: Scope, context: Translation) -> bool:
    """Return whether all functions of an expression are written out alike for all elements."""
    for part in walk(tree):
        if isinstance(part, Call) and part.function not in scope.tables:
            entry = FUNCTIONS.get(part.function)
            if part.function in context.macros or part.outputs or entry is None:
                return False
            if entry.shaped or not (entry.plain or part.function in REDUCTIONS):
                return False
        elif not isinstance(part, (Call, Literal, Reference, Binary, Unary)):
            return False
    return True


@dataclass(frozen=True)
class Elements:
    """The elements of one equation, and what subscripts mean for each of them.

    Parameters
    ----------
    subscripts : tuple of str
        Of the left side.
    index : mapping of Coordinates to int
    ranges : Ranges
    """

    subscripts: tuple[str, ...]
    index: Index
    ranges: Ranges

    @cached_property
    def columns(self) -> list[tuple[str, ...]]:
        """Elements along each subscript of the left side."""
        return list(zip(*self.index, strict=True))

    @cached_property
    def axes(self) -> dict[str, int]:
        """Place on the left side of each range there."""
        names = enumerate(map(plain, self.subscripts))
        return {name: place for place, name in names if name in self.ranges.elements}

    def coordinates(
        self, subscripts: Iterable[object], bindings: Bindings
    ) -> list[Coordinates] | None:
        """Return what the subscripts of a reference mean for each element, None if unclear."""
        found: list[Iterable[str]] = []
        for subscript in subscripts:
            column = self._column(plain(str(subscript)), bindings)
            if column is None:
                return None
            found.append(column)
        return list(zip(*found, strict=False)) if found else [()] * len(self.index)

    def _column(self, name: str, bindings: Bindings) -> Iterable[str] | None:
        if name in self.axes:
            return self.columns[self.axes[name]]
        if name in bindings:
            return [bindings[name]] * len(self.index)
        if name not in self.ranges.elements:
            return [name] * len(self.index) if self.ranges.members(name) else None
        return self._carried(name)

    def _carried(self, name: str) -> list[str] | None:
        """Return what a range that the left side does not have means, by mappings."""
        ways: list[tuple[int, Mapping[str, tuple[str, ...]]]] = []
        for bound, place in self.axes.items():
            if not bound.endswith("!"):
                values = set(self.columns[place])
                way = {value: self.ranges.through(name, bound, value) for value in values}
                ways.extend([(place, way)] if any(way.values()) else [])
        if not ways:
            return None
        found: list[str] = []
        for here in zip(*(self.columns[place] for place, _ in ways), strict=True):
            meant = {e for (_, way), value in zip(ways, here, strict=True) for e in way[value]}
            if len(meant) != 1:
                return None
            found.append(meant.pop())
        return found


def _column(
    first: Expression, trace: Trace, elements: Elements, scope: Scope, context: Translation
) -> Column | None:
    """Return the expression of each element, from that of the first."""
    columns: dict[int, Column] = {}
    for slot, tree, bindings in trace.slots:
        column = _slots(tree, bindings, elements, scope, context)
        if column is None:
            return None
        columns[id(slot)] = column
    numbers: dict[int, Iterable[int]] = {}
    for lookup, call, bindings in trace.tables:
        tables = _tables(call, bindings, elements, scope)
        if tables is None:
            return None
        numbers[id(lookup)] = tables
    return _composed(first, columns, numbers, len(elements.index))


def _slots(
    tree: Reference, bindings: Bindings, elements: Elements, scope: Scope, context: Translation
) -> Column | None:
    placed = scope.coordinates[plain(tree.name)]
    where = _where(tree, bindings, elements, () in placed)
    slots = None if where is None else placed.slots(where)
    return None if slots is None else list(map(context.read, slots))


def _tables(tree: Call, bindings: Bindings, elements: Elements, scope: Scope) -> list[int] | None:
    known = scope.tables[tree.function]
    where = _where(tree, bindings, elements, () in known)
    if where is None or not all(coordinates in known for coordinates in where):
        return None
    return [known[coordinates] for coordinates in where]


def _where(
    tree: Reference | Call, bindings: Bindings, elements: Elements, scalar: bool
) -> Iterable[Coordinates] | None:
    """Return the coordinates that a reference means for each element."""
    if tree.subscripts is not None:
        return elements.coordinates(tree.subscripts, bindings)
    return [()] * len(elements.index) if scalar else elements.index


def _composed(
    first: Expression,
    columns: dict[int, Column],
    numbers: Mapping[int, Iterable[int]],
    count: int,
) -> Column:
    """Put the parts together, without recursion; a part that does not differ is shared."""
    same: dict[int, Expression] = {}
    todo = [first]
    while todo:
        part = todo[-1]
        arguments = arguments_of(part)
        waiting = [a for a in arguments if id(a) not in columns and id(a) not in same]
        if waiting:
            todo.extend(reversed(waiting))
            continue
        todo.pop()
        if id(part) in columns or id(part) in same:
            continue
        if id(part) not in numbers and all(id(a) in same for a in arguments):
            same[id(part)] = part
            continue
        given = [columns.get(id(a)) or repeat(same[id(a)], count) for a in arguments]
        if isinstance(part, Operation):
            name = part.operation
            columns[id(part)] = [Operation(name, pair) for pair in zip(*given, strict=True)]
        elif isinstance(part, Lookup):
            tables = numbers[id(part)]
            columns[id(part)] = list(map(Lookup, tables, given[0]))
    return columns.get(id(first)) or [first] * count
