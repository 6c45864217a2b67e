"""The elements of the model or of a macro: first each gets its slots, then its equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qiantang.engine.ir import TIME, Lookup, Slot, State
from qiantang.engine.translation import external
from qiantang.engine.translation.algebra import folded
from qiantang.engine.translation.allocations import ALLOCATIONS
from qiantang.engine.translation.builder import Builder
from qiantang.engine.translation.scope import CONTROL, Definition, Scope, Translation, titled
from qiantang.engine.translation.subscripts import Coordinates, Ranges, plain
from qiantang.engine.translation.tables import table_number
from qiantang.engine.translation.trees import function_name, kind, parts

FROM_FILES = {"GetLookupsStructure", "GetDataStructure", "DataStructure"}
SHAPED = {*ALLOCATIONS, "DelayNStructure", "SmoothNStructure", "vector_select"}
"""What is written out differently for other values of its constants."""

Instances = list[tuple[Coordinates, dict[str, str]]]


def declare(
    elements: Sequence[Any], titles: Mapping[str, str], scope: Scope, context: Translation
) -> list[Definition]:
    """Give every scalar a slot, every table a number; return what is to be defined.

    Parameters
    ----------
    elements : sequence of AbstractElement
        Of one section.
    titles : mapping of str to str
        Identifier of each name.
    scope : Scope
        Filled with slots and tables.
    context : Translation
        Filled with tables, and the equations of data variables.
    """
    definitions: list[Definition] = []
    for element in elements:
        identifier = titles[element.name]
        for component in element.components:
            instances = scope.ranges.instances(*component.subscripts)
            if instances is None:
                raise context.refuse("an unknown subscript", element.name)
            if kind(component.ast) in FROM_FILES:
                _read(element, identifier, component, instances, scope, context)
            elif component.type == "Lookup":
                scope.lookups.add(identifier)
                table = table_number(component.ast, element.name, context)
                scope.table_of.update({(identifier, c): table for c, _ in instances})
            else:
                definitions += _slots(element, identifier, component, instances, scope, context)
    return definitions


def _slots(
    element: Any,
    identifier: str,
    component: Any,
    instances: Instances,
    scope: Scope,
    context: Translation,
) -> list[Definition]:
    """Give the scalars of one component their slots; the first definition of a scalar counts."""
    found = []
    subscripts = component.subscripts[0]
    for coordinates, bindings in instances:
        slot = _new_slot(identifier, coordinates, scope, context)
        if slot is None:
            continue
        found.append(
            Definition(
                slot,
                identifier,
                coordinates,
                titled(element.name, coordinates, scope.ranges.titles),
                component.ast,
                bindings,
                place_of(coordinates, subscripts, scope.ranges),
            )
        )
    return found


def _new_slot(
    identifier: str, coordinates: Coordinates, scope: Scope, context: Translation
) -> int | None:
    key = identifier, coordinates
    if key in scope.slots:
        return None
    grid = identifier in CONTROL and not coordinates and not scope.depth
    scope.slots[key] = CONTROL[identifier] if grid else context.new_slot()
    scope.coordinates.setdefault(identifier, []).append(coordinates)
    return scope.slots[key]


def place_of(
    coordinates: Coordinates, subscripts: Sequence[str], ranges: Ranges
) -> tuple[int, ...]:
    """Return the position of coordinates in an array of literals, then the array's shape."""
    axes = [ranges.elements.get(plain(s)) for s in subscripts]
    position = tuple(
        0 if axis is None else axis.index(c) for c, axis in zip(coordinates, axes, strict=True)
    )
    return position + tuple(1 if axis is None else len(axis) for axis in axes)


def _read(
    element: Any,
    identifier: str,
    component: Any,
    instances: Instances,
    scope: Scope,
    context: Translation,
) -> None:
    """Read a table, or a variable given over time, from a file."""
    subscripts = component.subscripts[0]
    is_table = kind(component.ast) == "GetLookupsStructure"
    if is_table:
        scope.lookups.add(identifier)
    knots, values, mode = external.tables(
        component.ast,
        getattr(component, "keyword", None),
        external.axes_of(subscripts, scope.ranges),
        element.name,
        context,
    )
    for coordinates, _ in instances:
        place = place_of(coordinates, subscripts, scope.ranges)
        table = external.table_at(knots, values, place[: len(place) // 2], mode)
        number = context.new_table(table)
        if is_table:
            scope.table_of[identifier, coordinates] = number
            continue
        slot = _new_slot(identifier, coordinates, scope, context)
        if slot is not None:
            context.equations[slot] = Lookup(number, Slot(TIME))


def define_all(definitions: Sequence[Definition], scope: Scope, context: Translation) -> None:
    """Fill the slots.

    Literals come first, and last what is shaped by constants that the file may define later, as a
    delay is by its order.
    """
    for definition in sorted(definitions, key=lambda d: _turn(d.tree)):
        define(definition, scope, context)


def _turn(tree: Any) -> int:
    if isinstance(tree, (int, float)) or hasattr(tree, "dtype"):
        return 0
    shaped = any(
        kind(part) in SHAPED or (kind(part) == "CallStructure" and function_name(part) in SHAPED)
        for part in parts(tree)
    )
    return 2 if shaped else 1


def define(definition: Definition, scope: Scope, context: Translation) -> None:
    """Fill one slot: a stock becomes a state, anything else an equation."""
    tree, slot = definition.tree, definition.slot
    builder = Builder(definition, scope, context)
    if kind(tree) == "IntegStructure":
        context.states.append(
            State(
                slot,
                start=builder.number(tree.initial, at_start=True),
                rule="integrate",
                expression=builder.number(tree.flow),
                non_negative=bool(tree.non_negative),
            )
        )
        return
    equation = builder.number(tree)
    context.equations[slot] = folded(equation)
    start = builder.number(tree, at_start=True)
    if start != equation:
        context.starts[slot] = start
