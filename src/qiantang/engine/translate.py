"""From PySD's abstract model to a program: names to slots, arrays to scalars, delays to stocks."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from qiantang.engine import expand
from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    TIME,
    TIME_STEP,
    Call,
    Expression,
    FixedDelay,
    Kind,
    Lookup,
    Number,
    Program,
    Slot,
    State,
    Table,
    Unsupported,
    slots_in,
)
from qiantang.engine.numpy_backend import constant_value
from qiantang.engine.operations import (
    ARITHMETIC,
    COMPARISONS,
    LOGIC,
    OPERATIONS,
    REDUCTIONS,
)
from qiantang.engine.subscripts import Bindings, Coordinates, Ranges, plain

CONTROL = {
    "time": TIME,
    "time_step": TIME_STEP,
    "initial_time": INITIAL_TIME,
    "final_time": FINAL_TIME,
}
FOLDED = {"add", "sub", "mul", "div", "neg", "pow", "square"}


@dataclass(frozen=True)
class Definition:
    """One scalar to define: an element at its coordinates."""

    slot: int
    identifier: str
    coordinates: Coordinates
    title: str
    tree: Any
    bindings: dict[str, str]
    place: tuple[int, ...]


@dataclass
class Translation:
    """What is gathered while a model is read.

    Parameters
    ----------
    ranges : Ranges
        Subscript ranges.
    identifiers : mapping of str to str
        Cleaned name of the file to identifier.
    """

    ranges: Ranges
    identifiers: Mapping[str, str]
    lines: Mapping[str, int]
    slots: dict[tuple[str, Coordinates], int] = field(default_factory=dict)
    table_of: dict[tuple[str, Coordinates], int] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    lookups: set[str] = field(default_factory=set)
    equations: dict[int, Expression] = field(default_factory=dict)
    starts: dict[int, Expression] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    delays: list[FixedDelay] = field(default_factory=list)
    orders: list[Expression] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    seen: dict[tuple[int, tuple[tuple[str, str], ...]], Expression] = field(default_factory=dict)
    count: int = 4

    def new_slot(self) -> int:
        """Return the number of a slot nobody else has."""
        self.count += 1
        return self.count - 1

    def refuse(self, function: str, title: str) -> Unsupported:
        """Return the error for a construct that is not compiled."""
        return Unsupported(function, title, self.lines.get(plain(title)))


def translate(model: Any, text: str = "") -> Program:
    """Turn an abstract model of PySD into a program.

    Parameters
    ----------
    model : pysd.translators.structures.abstract_model.AbstractModel
        The parsed file.
    text : str
        The file itself, to find the line of a construct that is not compiled.

    Returns
    -------
    Program
        With every stock, delay and smooth spelled out.

    Raises
    ------
    Unsupported
        At the first construct that the engine does not compile.
    """
    section = model.sections[0]
    macros = {plain(s.name) for s in model.sections[1:]}
    ranges = _ranges(section, Path(model.original_path).parent)
    titles, cleaned = _identifiers(section.elements)
    context = Translation(ranges, cleaned, _lines(text, titles.values()))
    definitions = _definitions(section.elements, titles, context, macros)
    # Literals first: the order of a delay may be a constant that the file defines later.
    for definition in sorted(definitions, key=lambda d: not isinstance(d.tree, (int, float))):
        _define(definition, context)
    return _program(definitions, context, str(model.original_path))


def _identifiers(elements: Iterable[Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return identifier to title, and cleaned name to identifier, as PySD forms them."""
    from pysd.builders.python.namespace import NamespaceManager

    namespace = NamespaceManager()
    for element in elements:
        namespace.add_to_namespace(element.name)
    titles = {identifier: title for title, identifier in namespace.namespace.items()}
    return titles, {**namespace.cleanspace, "time": "time"}


def _ranges(section: Any, root: Path) -> Ranges:
    from pysd.builders.python.subscripts import SubscriptManager

    if any(isinstance(r.subscripts, dict) for r in section.subscripts):
        raise Unsupported("a subscript range read from a file", section.subscripts[0].name)
    manager = SubscriptManager(list(section.subscripts), root)
    titles = {plain(n): n for n in manager.subscripts}
    for names in manager.subscripts.values():
        titles.update({plain(n): n for n in names})
    return Ranges(
        {plain(n): tuple(plain(e) for e in names) for n, names in manager.subscripts.items()},
        {plain(n): tuple(plain(m) for m in maps) for n, maps in manager.mapping.items()},
        titles,
    )


def _lines(text: str, titles: Iterable[str]) -> dict[str, int]:
    """Find, roughly, the line on which each variable is defined."""
    wanted = {plain(title) for title in titles}
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        head = plain(line.split("=")[0].split("[")[0].split("(")[0].rstrip(": "))
        if head in wanted:
            found.setdefault(head, number)
    return found


def _definitions(
    elements: Sequence[Any], titles: Mapping[str, str], context: Translation, macros: set[str]
) -> list[Definition]:
    """Give every scalar of the model a slot, every table a number; list what is to be defined."""
    of_title = {title: identifier for identifier, title in titles.items()}
    definitions: list[Definition] = []
    for element in elements:
        identifier = of_title[element.name]
        for component in element.components:
            tree = component.ast
            instances = context.ranges.instances(*component.subscripts)
            if instances is None:
                raise context.refuse("an unknown subscript", element.name)
            if component.type == "Data":
                raise context.refuse("a data variable", element.name)
            shape = _shape(component.subscripts[0], context.ranges)
            for coordinates, bindings in instances:
                key = identifier, coordinates
                if component.type == "Lookup":
                    context.lookups.add(identifier)
                    context.table_of[key] = _table(tree, element.name, context)
                    continue
                if key in context.slots:
                    continue
                context.slots[key] = (
                    CONTROL[identifier]
                    if identifier in CONTROL and not coordinates
                    else context.new_slot()
                )
                suffix = ",".join(context.ranges.titles[c] for c in coordinates)
                title = f"{element.name}[{suffix}]" if coordinates else element.name
                definitions.append(
                    Definition(
                        context.slots[key],
                        identifier,
                        coordinates,
                        title,
                        tree,
                        bindings,
                        _place(coordinates, component.subscripts[0], shape, context.ranges),
                    )
                )
    _refuse_macros(elements, macros, context)
    return definitions


def _refuse_macros(elements: Sequence[Any], macros: set[str], context: Translation) -> None:
    if not macros:
        return
    for element in elements:
        for component in element.components:
            used = sorted(set(expand.calls_in(component.ast)) & macros)
            if used:
                raise context.refuse(f"the macro {used[0]}", element.name)


def _shape(subscripts: Sequence[str], ranges: Ranges) -> tuple[int, ...]:
    return tuple(len(ranges.elements.get(plain(s), ("",))) for s in subscripts)


def _place(
    coordinates: Coordinates, subscripts: Sequence[str], shape: tuple[int, ...], ranges: Ranges
) -> tuple[int, ...]:
    """Return the position of coordinates in an array of literals."""
    return tuple(
        ranges.elements[plain(s)].index(c) if plain(s) in ranges.elements else 0
        for c, s, _ in zip(coordinates, subscripts, shape, strict=True)
    ) + (shape if coordinates else ())


def _table(tree: Any, title: str, context: Translation) -> int:
    """Store a table and return its number."""
    if type(tree).__name__ != "LookupsStructure":
        raise context.refuse("a table read from a file", title)
    x, y = tuple(map(float, tree.x)), tuple(map(float, tree.y))
    if len(set(x)) != len(x) or len(x) != len(y) or not x:
        raise ValueError(f"the table of {title} has repeated or missing values of x")
    if any(b < a for a, b in pairwise(x)):
        x, y = (tuple(column) for column in zip(*sorted(zip(x, y, strict=True)), strict=True))
    mode = {"extrapolate": "extrapolate", "hold_backward": "hold_backward"}.get(tree.type)
    table = Table(x, y, mode or "interpolate")  # type: ignore[arg-type]
    if table not in context.tables:
        context.tables.append(table)
    return context.tables.index(table)


def _define(definition: Definition, context: Translation) -> None:
    """Fill one slot: a stock becomes a state, anything else an equation."""
    tree, slot = definition.tree, definition.slot
    builder = Builder(definition, context)
    if type(tree).__name__ == "IntegStructure":
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
    context.equations[slot] = _folded(equation)
    start = builder.number(tree, at_start=True)
    if start != equation:
        context.starts[slot] = start


def _folded(expression: Expression) -> Expression:
    """Return the number an expression without slots stands for, or the expression."""
    if isinstance(expression, Number) or any(True for _ in slots_in(expression)):
        return expression
    value = constant_value(expression)
    return expression if value is None else Number(value)


@dataclass(frozen=True)
class Builder:
    """Builds the expression of one definition."""

    definition: Definition
    context: Translation

    def number(self, tree: Any, at_start: bool = False) -> Expression:
        """Return the expression of a tree as a number."""
        return numeric(self.build(tree, self.definition.bindings, at_start))

    def refuse(self, function: str) -> Unsupported:
        """Return the error for a construct of this definition."""
        return self.context.refuse(function, self.definition.title)

    def build(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        """Return the expression of a tree; numbers and truths keep their type."""
        if isinstance(tree, (bool, int, float)):
            return Number(float(tree))
        kind = type(tree).__name__
        if kind == "ndarray":
            return Number(expand.array_entry(tree, self.definition.place))
        if hasattr(tree, "dtype"):
            return Number(float(tree))
        if kind not in _BUILT:
            raise self.refuse(kind.removesuffix("Structure"))
        return _BUILT[kind](self, tree, bindings, at_start)

    def _arithmetic(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        arguments = [numeric(self.build(a, bindings, at_start)) for a in tree.arguments]
        if tree.operators == ["negative"]:
            return call("neg", arguments[0])
        if tree.operators[0] == "^":
            return _powers(arguments, tree.arguments)
        result = arguments[0]
        for operator, argument in zip(tree.operators, arguments[1:], strict=True):
            result = call(ARITHMETIC[operator], result, argument)
        return result

    def _logic(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        built = [self.build(a, bindings, at_start) for a in tree.arguments]
        operators = [operator.upper() for operator in tree.operators]
        if operators == [":NOT:"]:
            return call("not", truth(built[0]))
        if operators[0] in COMPARISONS:
            return call(COMPARISONS[operators[0]], numeric(built[0]), numeric(built[1]))
        # As PySD: folded from the right, all operators alike.
        result = truth(built[-1])
        for operator, argument in zip(operators[::-1], built[-2::-1], strict=True):
            result = call(LOGIC[operator], truth(argument), result)
        return result

    def _game(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        return self.build(tree.expression, bindings, at_start)

    def _reference(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        name = plain(tree.reference)
        identifier = self.context.identifiers.get(tree.reference)
        if identifier is None:
            return self._subscript_value(name, bindings)
        if identifier == "time":
            return Slot(TIME)
        slot = self.context.slots.get((identifier, self._coordinates(tree, bindings)))
        if slot is None:
            raise self.refuse(f"the reference to {tree.reference}")
        return Slot(slot)

    def _subscript_value(self, name: str, bindings: Bindings) -> Expression:
        """Return the place of a subscript as a number, as Vensim does."""
        element = self.context.ranges.element(name, bindings)
        position = None if element is None else self.context.ranges.position(element)
        if position is None:
            raise self.refuse(f"the unknown name {name}")
        return Number(float(position))

    def _coordinates(self, tree: Any, bindings: Bindings) -> Coordinates:
        if tree.subscripts is None:
            return ()
        found = []
        for subscript in tree.subscripts.subscripts:
            element = self.context.ranges.element(subscript, bindings)
            if element is None:
                raise self.refuse(f"the subscript {subscript}")
            found.append(element)
        return tuple(found)

    def _with_lookup(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        table = _table(tree.lookups, self.definition.title, self.context)
        return Lookup(table, numeric(self.build(tree.argument, bindings, at_start)))

    def _call(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        name = tree.function.reference
        identifier = self.context.identifiers.get(name)
        if identifier in self.context.lookups:
            key = identifier or "", self._coordinates(tree.function, bindings)
            if key not in self.context.table_of:
                raise self.refuse(f"the table {name}")
            argument = numeric(self.build(tree.arguments[0], bindings, at_start))
            return Lookup(self.context.table_of[key], argument)
        if name == "active_initial":
            return self.build(tree.arguments[1 if at_start else 0], bindings, at_start)
        if name in REDUCTIONS:
            return self._reduction(REDUCTIONS[name], tree.arguments[0], bindings, at_start)
        if name == "elmcount":
            axis = self.context.ranges.elements.get(plain(tree.arguments[0].reference))
            if axis is None:
                raise self.refuse("ELMCOUNT")
            return Number(float(len(axis)))
        arguments = [self.build(a, bindings, at_start) for a in tree.arguments]
        result = expand.function(name, arguments)
        if result is None:
            raise self.refuse(name.upper().replace("_", " "))
        return result

    def _reduction(
        self, operation: str, tree: Any, bindings: Bindings, at_start: bool
    ) -> Expression:
        """Write a sum, product, least or greatest over subscripts out in full."""
        names = [n for n in dict.fromkeys(expand.bound_subscripts(tree)) if n not in bindings]
        cases: list[dict[str, str]] = [dict(bindings)]
        for name in names:
            axis = self.context.ranges.elements.get(plain(name[:-1]))
            if axis is None:
                raise self.refuse(f"the subscript {name}")
            cases = [{**case, plain(name): element} for case in cases for element in axis]
        terms = [numeric(self.build(tree, case, at_start)) for case in cases]
        result = terms[0]
        for term in terms[1:]:
            result = call(operation, result, term)
        return result

    def _stateful(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        """Expand a function with memory once per place, whatever the stage it is read at."""
        key = id(tree), tuple(sorted(bindings.items()))
        if key not in self.context.seen:
            self.context.seen[key] = expand.stateful(
                tree,
                lambda part, start: numeric(self.build(part, bindings, start)),
                self.context,
                self.definition.title,
            )
        return self.context.seen[key]


_BUILT: dict[str, Callable[[Builder, Any, Bindings, bool], Expression]] = {
    "ArithmeticStructure": Builder._arithmetic,
    "LogicStructure": Builder._logic,
    "GameStructure": Builder._game,
    "ReferenceStructure": Builder._reference,
    "InlineLookupsStructure": Builder._with_lookup,
    "CallStructure": Builder._call,
    **dict.fromkeys(expand.EXPANSIONS, Builder._stateful),
}
"""What builds each structure of PySD."""


def _powers(arguments: list[Expression], trees: Sequence[Any]) -> Expression:
    """Fold powers from the right; a negative literal base keeps its sign outside, as PySD does."""
    result = arguments[-1]
    for base, tree in zip(arguments[-2::-1], trees[-2::-1], strict=True):
        if isinstance(tree, (int, float)) and math.copysign(1.0, tree) < 0:
            result = call("neg", call("pow", Number(-float(tree)), result))
        else:
            result = call("pow", base, result)
    return result


def call(operation: str, *arguments: Expression) -> Expression:
    """Return an operation on its arguments, computed already where all of them are numbers."""
    if operation == "pow" and arguments[1] == Number(2.0):
        operation, arguments = "square", arguments[:1]
    expression = Call(operation, arguments)
    if operation in FOLDED and all(isinstance(a, Number) for a in arguments):
        value = constant_value(expression)
        if value is not None and math.isfinite(value):
            return Number(value)
    return expression


def is_truth(expression: Expression) -> bool:
    """Return whether an expression is true or false rather than a number."""
    return isinstance(expression, Call) and OPERATIONS[expression.operation].truth


def numeric(expression: Expression) -> Expression:
    """Return an expression as a number; true is one."""
    return call("number", expression) if is_truth(expression) else expression


def truth(expression: Expression) -> Expression:
    """Return an expression as true or false; any number but zero is true."""
    return expression if is_truth(expression) else call("truth", expression)


def _program(definitions: list[Definition], context: Translation, source: str) -> Program:
    """Classify the variables and close the program."""
    states = {state.slot for state in context.states}
    for identifier, slot in CONTROL.items():
        if slot != TIME and slot not in context.equations:
            raise ValueError(f"the model does not define {identifier.upper().replace('_', ' ')}")
    names, titles, kinds, slots = ["time"], ["Time"], ["control"], [TIME]
    for definition in definitions:
        slot = definition.slot
        inner = definition.title.partition("[")[2]
        names.append(f"{definition.identifier}[{inner}" if inner else definition.identifier)
        titles.append(definition.title)
        kinds.append(_kind(definition.identifier, context.equations.get(slot), slot in states))
        slots.append(slot)
    for identifier, coordinates in context.table_of:
        suffix = ",".join(context.ranges.titles[c] for c in coordinates)
        names.append(f"{identifier}[{suffix}]" if coordinates else identifier)
        titles.append(names[-1])
        kinds.append("lookup")
        slots.append(-1)
    fixed = _settled(context.equations, (INITIAL_TIME, FINAL_TIME, TIME_STEP))
    structural = _behind(context.orders, context.equations)
    name_of = dict(zip(slots, names, strict=True))
    return Program(
        names=tuple(names),
        titles=tuple(titles),
        kinds=tuple(kinds),  # type: ignore[arg-type]
        slots=tuple(slots),
        equations=context.equations,
        starts=context.starts,
        states=tuple(context.states),
        delays=tuple(context.delays),
        tables=tuple(context.tables),
        slot_count=context.count,
        initial_time=fixed[INITIAL_TIME],
        final_time=fixed[FINAL_TIME],
        time_step=fixed[TIME_STEP],
        structural=tuple(sorted(name_of[slot] for slot in structural if slot in name_of)),
        source=source,
        notes=tuple(context.notes),
    )


def _behind(expressions: Iterable[Expression], equations: Mapping[int, Expression]) -> set[int]:
    """Return the slots that expressions read, directly or not."""
    found: set[int] = set()
    todo = [slot for expression in expressions for slot in slots_in(expression)]
    while todo:
        slot = todo.pop()
        if slot not in found and slot in equations:
            found.add(slot)
            todo.extend(slots_in(equations[slot]))
    return found


def _kind(identifier: str, equation: Expression | None, is_state: bool) -> Kind:
    if identifier in CONTROL or identifier == "saveper":
        return "control"
    if is_state:
        return "stock"
    if isinstance(equation, Number):
        return "constant"
    if isinstance(equation, Lookup) and equation.argument == Slot(TIME):
        return "driver"
    return "auxiliary"


def _settled(equations: Mapping[int, Expression], wanted: Iterable[int]) -> dict[int, float]:
    """Compute the time grid from the file's constants."""
    settled: dict[int, float] = {}
    for slot in wanted:
        value = expand.settle(slot, equations)
        if value is None:
            name = next(n for n, s in CONTROL.items() if s == slot)
            raise Unsupported("a time grid that changes", name.upper().replace("_", " "))
        settled[slot] = value
    return settled


def parse(path: Path) -> Any:
    """Parse a model file with PySD's translator, its known warnings kept quiet.

    Raises
    ------
    ValueError
        If the file is neither .mdl nor XMILE, or the parser cannot make sense of it.
    """
    suffix = path.suffix.lower()
    if suffix not in (".mdl", ".xmile", ".xml", ".stmx"):
        raise ValueError(f"{path} is no model file, expected .mdl, .xmile or .stmx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _parsed(path, suffix == ".mdl")
        except Exception as error:  # the parser raises errors of many kinds
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise ValueError(f"{path} cannot be parsed: {reason[0]}") from error


def _parsed(path: Path, is_vensim: bool) -> Any:
    if is_vensim:
        from pysd.translators.vensim.vensim_file import VensimFile

        file: Any = VensimFile(path)
    else:
        from pysd.translators.xmile.xmile_file import XmileFile

        file = XmileFile(path)
    file.parse()
    return file.get_abstract_model()
