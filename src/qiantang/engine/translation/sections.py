"""The equations of the model or of a macro: first each gets its slots, then its expressions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from math import prod

from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.ir import TIME, Lookup, Number, Slot, State
from qiantang.engine.translation import external
from qiantang.engine.translation.algebra import folded
from qiantang.engine.translation.builder import Builder
from qiantang.engine.translation.scope import (
    Definition,
    Scope,
    Translation,
    titled,
)
from qiantang.engine.translation.subscripts import Coordinates, plain
from qiantang.engine.translation.tables import table_of
from qiantang.modelfile.clashes import twice
from qiantang.modelfile.document import Equation
from qiantang.modelfile.tree import Call, Knots, Literal, Numbers, Tree, walk

Instances = list[tuple[Coordinates, dict[str, str]]]


def declare(equations: Iterable[Equation], scope: Scope, context: Translation) -> list[Definition]:
    """Give every scalar a slot, every table a number; return what is to be defined.

    Parameters
    ----------
    equations : iterable of Equation
        Of one section.
    scope : Scope
        Filled with slots and tables.
    context : Translation
        Filled with tables, the equations of data variables, and faults.
    """
    definitions: list[Definition] = []
    lines: dict[tuple[str, Coordinates], int] = {}
    for equation in equations:
        unknown = scope.ranges.unknown(equation.subscripts, equation.exceptions)
        if unknown:
            context.fault(equation, f"{unknown} is no subscript range and no element of one")
            continue
        instances = scope.ranges.instances(equation.subscripts, equation.exceptions)
        name = plain(equation.name)
        again = next((c for c, _ in instances if (name, c) in lines), None)
        if again is not None:
            element = (scope.ranges.titles[c] for c in again)
            context.fault(equation, twice(element, lines[name, again]))
            continue
        lines.update(((name, c), equation.line) for c, _ in instances)
        definitions += _declared(equation, name, instances, scope, context)
        _declare_outputs(equation, instances, scope, context)
    return definitions


def _declared(
    equation: Equation, name: str, instances: Instances, scope: Scope, context: Translation
) -> list[Definition]:
    """Declare one entry: a table, data, constants from a file, or scalars to define."""
    tree = equation.tree
    again = scope.ranges.again(equation.subscripts)
    if again and _is_laid_out(tree):
        context.fault(equation, f"{again}, so that it is unclear where its numbers belong")
        return []
    if isinstance(tree, Knots):
        number = context.new_table(table_of(tree))
        for coordinates, _ in instances:
            _add_table(name, coordinates, number, scope)
        return []
    source = tree.function if isinstance(tree, Call) else ""
    if tree is None or source in external.DATA or source in external.TABLES:
        _read(equation, name, instances, scope, context)
        return []
    if source in external.CONSTANTS:
        _read_constants(equation, name, instances, scope, context)
        return []
    if isinstance(tree, Numbers):
        _put_numbers(equation, name, tree, instances, scope, context)
        return []
    titles = scope.ranges.titles
    return [
        Definition(
            _new_slot(name, coordinates, scope, context),
            equation,
            coordinates,
            titled(equation.name, coordinates, titles),
            bindings,
            tree,
        )
        for coordinates, bindings in instances
    ]


def _is_laid_out(tree: Tree | None) -> bool:
    """Return whether values come place by place, from a list or a file."""
    source = tree.function if isinstance(tree, Call) else ""
    return (
        tree is None
        or isinstance(tree, Numbers)
        or source in external.DATA | external.TABLES | external.CONSTANTS
    )


def _declare_outputs(
    equation: Equation, instances: Instances, scope: Scope, context: Translation
) -> None:
    """Give the variables after the colon of a macro's call their slots."""
    if equation.tree is None:
        return
    for part in walk(equation.tree):
        for target in part.outputs if isinstance(part, Call) else ():
            for coordinates, _ in instances:
                here = coordinates if target.subscripts else ()
                if (plain(target.name), here) not in scope.slots:
                    _new_slot(plain(target.name), here, scope, context)


def _axes(equation: Equation, scope: Scope) -> list[tuple[str, ...]]:
    return [scope.ranges.members(plain(s)) or () for s in equation.subscripts]


def _new_slot(name: str, coordinates: Coordinates, scope: Scope, context: Translation) -> int:
    grid = name in context.grid and not coordinates and not scope.depth
    slot = context.grid[name] if grid else context.new_slot()
    scope.slots[name, coordinates] = slot
    scope.coordinates.setdefault(name, {})[coordinates] = slot
    return slot


def _add_table(name: str, coordinates: Coordinates, number: int, scope: Scope) -> None:
    scope.table_of[name, coordinates] = number
    scope.tables.setdefault(name, {})[coordinates] = number


def _places(
    equation: Equation, instances: Instances, scope: Scope
) -> Iterable[tuple[Coordinates, tuple[int, ...]]]:
    """Yield the coordinates of an entry, and their place in an array along its axes."""
    places = [{e: i for i, e in enumerate(axis)} for axis in _axes(equation, scope)]
    for coordinates, _ in instances:
        yield coordinates, tuple(p[c] for p, c in zip(places, coordinates, strict=True))


def _read(
    equation: Equation, name: str, instances: Instances, scope: Scope, context: Translation
) -> None:
    """Read a table, or a variable given over time, from a file."""
    tree = equation.tree if isinstance(equation.tree, Call) else None
    axes = external.axes_of(equation.subscripts, scope.ranges)
    try:
        found = external.tables(tree, equation.keyword, axes, equation.name, context)
    except ValueError as error:
        context.fault(equation, _bare(error, equation))
        return
    knots, values, mode = found
    is_table = tree is not None and tree.function in external.TABLES
    for coordinates, place in _places(equation, instances, scope):
        number = context.new_table(external.table_at(knots, values, place, mode))
        if is_table:
            _add_table(name, coordinates, number, scope)
        else:
            slot = _new_slot(name, coordinates, scope, context)
            context.equations[slot] = Lookup(number, Slot(TIME))


def _read_constants(
    equation: Equation, name: str, instances: Instances, scope: Scope, context: Translation
) -> None:
    axes = external.axes_of(equation.subscripts, scope.ranges)
    assert isinstance(equation.tree, Call)
    try:
        array = external.constants(equation.tree, axes, equation.name, context)
    except ValueError as error:
        context.fault(equation, _bare(error, equation))
        return
    for coordinates, place in _places(equation, instances, scope):
        slot = _new_slot(name, coordinates, scope, context)
        context.equations[slot] = Number(float(array[place]))


def _put_numbers(
    equation: Equation,
    name: str,
    tree: Numbers,
    instances: Instances,
    scope: Scope,
    context: Translation,
) -> None:
    """Give the elements of an array their numbers, the last subscript fastest."""
    sizes = [len(axis) for axis in _axes(equation, scope)]
    numbers = list(chain.from_iterable(tree.rows))
    if len(numbers) != prod(sizes):
        context.fault(equation, f"has {len(numbers)} numbers, expected {prod(sizes)}")
        return
    strides = [prod(sizes[place + 1 :]) for place in range(len(sizes))]
    for coordinates, place in _places(equation, instances, scope):
        slot = _new_slot(name, coordinates, scope, context)
        number = numbers[sum(p * s for p, s in zip(place, strides, strict=True))]
        context.equations[slot] = context.literal(number)


def _bare(error: ValueError, equation: Equation) -> str:
    """Return what is wrong without the name, which a fault states before it."""
    return str(error).removeprefix(equation.name).strip()


def define_all(definitions: Sequence[Definition], scope: Scope, context: Translation) -> None:
    """Fill the slots.

    Literals come first, and last what is shaped by constants that the file may define later, as a
    delay is by its order.
    """
    turns: dict[int, int] = {}
    for definition in definitions:
        if id(definition.equation) not in turns:
            turns[id(definition.equation)] = _turn(definition.tree, context)
    for definition in sorted(definitions, key=lambda d: turns[id(d.equation)]):
        define(definition, scope, context)


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
    builder = Builder(definition, scope, context)
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
