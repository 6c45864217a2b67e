"""The equations of the model or of a macro, declared: each gets its slots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from qiantang.engine.ir import TIME, Lookup, Number, Slot
from qiantang.engine.translation import external
from qiantang.engine.translation.layout import Index
from qiantang.engine.translation.scope import Scope, Translation
from qiantang.engine.translation.subscripts import Coordinates, plain
from qiantang.engine.translation.tables import table_of
from qiantang.faults import StudyError
from qiantang.modelfile.clashes import twice
from qiantang.modelfile.document import Equation
from qiantang.modelfile.tree import Call, Knots, Numbers, Tree, walk

ONE: Index = {(): 0}
"""The coordinates of a variable without subscripts."""


@dataclass(frozen=True, slots=True)
class Block:
    """One entry of the file whose expressions are to be made.

    Parameters
    ----------
    equation : Equation
    tree : Tree
        Its right side.
    index : mapping of Coordinates to int
        What it covers.
    first : int
        Slot of the first element; the others follow.
    """

    equation: Equation
    tree: Tree
    index: Index
    first: int


def declare(equations: Iterable[Equation], scope: Scope, context: Translation) -> list[Block]:
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
    blocks: list[Block] = []
    earlier: dict[str, list[Equation]] = {}
    for equation in equations:
        unknown = scope.ranges.unknown(equation.subscripts, equation.exceptions)
        if unknown:
            context.fault(equation, f"{unknown} is no subscript range and no element of one")
            continue
        large = context.sizes.too_large(equation, scope.ranges)
        if large:
            context.fault(equation, large)
            raise StudyError(context.faults)
        index = scope.ranges.index(equation.subscripts, equation.exceptions)
        name = plain(equation.name)
        again = _again(name, index, scope, earlier.get(name, ()))
        if again:
            context.fault(equation, again)
            continue
        earlier.setdefault(name, []).append(equation)
        blocks += _declared(equation, name, index, scope, context)
        _declare_outputs(equation, index, scope, context)
    return blocks


def _again(name: str, index: Index, scope: Scope, earlier: Iterable[Equation]) -> str:
    """Say where an element is defined already, if one is."""
    for known in (scope.coordinates.get(name, {}), scope.tables.get(name, {})):
        if not known:
            continue
        here = next((c for c in index if c in known), None)
        for equation in earlier if here is not None else ():
            if here in scope.ranges.index(equation.subscripts, equation.exceptions):
                return twice((scope.ranges.titles[c] for c in here or ()), equation.line)
    return ""


def _declared(
    equation: Equation, name: str, index: Index, scope: Scope, context: Translation
) -> list[Block]:
    """Declare one entry: a table, data, constants from a file, or scalars to define."""
    tree = equation.tree
    again = scope.ranges.again(equation.subscripts)
    if again and _is_laid_out(tree):
        context.fault(equation, f"{again}, so that it is unclear where its numbers belong")
        return []
    if isinstance(tree, Knots):
        number = context.new_table(table_of(tree))
        for coordinates in index:
            _add_table(name, coordinates, number, scope)
        return []
    source = tree.function if isinstance(tree, Call) else ""
    if tree is None or source in external.DATA or source in external.TABLES:
        _read(equation, name, index, scope, context)
        return []
    if source in external.CONSTANTS:
        _read_constants(equation, name, index, scope, context)
        return []
    if isinstance(tree, Numbers):
        _put_numbers(equation, name, tree, index, scope, context)
        return []
    return [Block(equation, tree, index, _new_slots(name, index, scope, context))]


def _is_laid_out(tree: Tree | None) -> bool:
    """Return whether values come place by place, from a list or a file."""
    source = tree.function if isinstance(tree, Call) else ""
    return (
        tree is None
        or isinstance(tree, Numbers)
        or source in external.DATA | external.TABLES | external.CONSTANTS
    )


def _declare_outputs(equation: Equation, index: Index, scope: Scope, context: Translation) -> None:
    """Give the variables after the colon of a macro's call their slots."""
    if equation.tree is None:
        return
    for part in walk(equation.tree):
        for target in part.outputs if isinstance(part, Call) else ():
            here = index if target.subscripts else ONE
            name = plain(target.name)
            for coordinates in [c for c in here if (name, c) not in scope.slots]:
                _new_slots(name, {coordinates: 0}, scope, context)


def _new_slots(name: str, index: Index, scope: Scope, context: Translation) -> int:
    """Give a variable slots for some of its elements, and return the first."""
    grid = name in context.grid and () in index and not scope.depth
    first = context.grid[name] if grid else context.new_slots(len(index))
    scope.place(name, index, first)
    return first


def _add_table(name: str, coordinates: Coordinates, number: int, scope: Scope) -> None:
    scope.table_of[name, coordinates] = number
    scope.tables.setdefault(name, {})[coordinates] = number


def _places(equation: Equation, index: Index, scope: Scope) -> Iterable[int]:
    """Return the place of each element of an entry in an array along its axes."""
    whole = scope.ranges.index(equation.subscripts)
    return range(len(whole)) if len(whole) == len(index) else (whole[c] for c in index)


def _read(equation: Equation, name: str, index: Index, scope: Scope, context: Translation) -> None:
    """Read a table, or a variable given over time, from a file."""
    tree = equation.tree if isinstance(equation.tree, Call) else None
    axes = external.axes_of(equation.subscripts, scope.ranges)
    try:
        found = external.tables(tree, equation.keyword, axes, equation.name, context)
    except ValueError as error:
        context.fault(equation, _bare(error, equation))
        return
    knots, values, mode = found
    columns = values.reshape(len(knots), -1).T
    numbers = [
        context.new_table(external.table_at(knots, columns[place], mode))
        for place in _places(equation, index, scope)
    ]
    if tree is not None and tree.function in external.TABLES:
        for coordinates, number in zip(index, numbers, strict=True):
            _add_table(name, coordinates, number, scope)
        return
    first = _new_slots(name, index, scope, context)
    for slot, number in enumerate(numbers, first):
        context.equations[slot] = Lookup(number, Slot(TIME))


def _read_constants(
    equation: Equation, name: str, index: Index, scope: Scope, context: Translation
) -> None:
    axes = external.axes_of(equation.subscripts, scope.ranges)
    assert isinstance(equation.tree, Call)
    try:
        array = external.constants(equation.tree, axes, equation.name, context)
    except ValueError as error:
        context.fault(equation, _bare(error, equation))
        return
    values = array.ravel().tolist()
    first = _new_slots(name, index, scope, context)
    for slot, place in enumerate(_places(equation, index, scope), first):
        context.equations[slot] = Number(values[place])


def _put_numbers(
    equation: Equation,
    name: str,
    tree: Numbers,
    index: Index,
    scope: Scope,
    context: Translation,
) -> None:
    """Give the elements of an array their numbers, the last subscript fastest."""
    numbers = list(chain.from_iterable(tree.rows))
    count = len(scope.ranges.index(equation.subscripts))
    if len(numbers) != count:
        context.fault(equation, f"has {len(numbers)} numbers, expected {count}")
        return
    first = _new_slots(name, index, scope, context)
    for slot, place in enumerate(_places(equation, index, scope), first):
        context.equations[slot] = context.literal(numbers[place])


def _bare(error: ValueError, equation: Equation) -> str:
    """Return what is wrong without the name, which a fault states before it."""
    return str(error).removeprefix(f"{equation.name} ").strip()
