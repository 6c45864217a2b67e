"""The expression of one definition, from PySD's structures; names become slots here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from qiantang.engine.ir import TIME, Expression, Lookup, Number, Slot, Unsupported
from qiantang.engine.operations import ARITHMETIC, COMPARISONS, LOGIC, REDUCTIONS
from qiantang.engine.random_draws import RANDOM, draw
from qiantang.engine.translation import allocations, expand, external, vectors
from qiantang.engine.translation.algebra import call, numeric, total, truth
from qiantang.engine.translation.functions import function
from qiantang.engine.translation.scope import Definition, Scope, Translation
from qiantang.engine.translation.subscripts import Bindings, Coordinates, plain
from qiantang.engine.translation.tables import table_number
from qiantang.engine.translation.trees import function_name, kind, subscripts_of


@dataclass(frozen=True)
class Builder:
    """Builds the expression of one definition."""

    definition: Definition
    scope: Scope
    context: Translation

    def number(self, tree: Any, at_start: bool = False) -> Expression:
        """Return the expression of a tree as a number."""
        return numeric(self.build(tree, self.definition.bindings, at_start))

    def refuse(self, function: str) -> Unsupported:
        """Return the error for a construct of this definition."""
        return self.context.refuse(function, self.scope.user or self.definition.title)

    def build(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        """Return the expression of a tree; numbers and truths keep their type."""
        if isinstance(tree, (bool, int, float)):
            return Number(float(tree))
        name = kind(tree)
        if name == "ndarray":
            return Number(expand.array_entry(tree, self.definition.place))
        if hasattr(tree, "dtype"):
            return Number(float(tree))
        if name not in _BUILT:
            raise self.refuse(name.removesuffix("Structure"))
        return _BUILT[name](self, tree, bindings, at_start)

    def once(self, tree: Any, bindings: Bindings, make: Callable[[], Any]) -> Any:
        """Make something once a place, whatever the stage it is read at."""
        key = id(tree), id(self.scope), tuple(sorted(bindings.items()))
        return self.context.once(key, make)

    def kept(self, tree: Any, bindings: Bindings) -> Slot:
        """Return a tree's value in a hidden slot of its own, so that using it twice is cheap."""

        def make() -> Slot:
            return self.context.keep(
                numeric(self.build(tree, bindings, False)),
                numeric(self.build(tree, bindings, True)),
            )

        key = "kept", id(tree), id(self.scope), tuple(sorted(bindings.items()))
        slot: Slot = self.context.once(key, make)
        return slot

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
        if tree.reference in self.scope.parameters:
            return self.scope.parameters[tree.reference]
        identifier = self.scope.identifiers.get(tree.reference)
        if identifier == "time":
            return Slot(TIME)
        if identifier is None:
            control = self.scope.control(plain(tree.reference))
            return control or self._subscript_value(plain(tree.reference), bindings)
        slot = self.scope.slots.get((identifier, self.coordinates(tree, bindings)))
        if slot is None:
            raise self.refuse(f"the reference to {tree.reference}")
        return Slot(slot)

    def _subscript_value(self, name: str, bindings: Bindings) -> Expression:
        """Return the place of a subscript as a number, as Vensim does."""
        element = self.scope.ranges.element(name, bindings)
        position = None if element is None else self.scope.ranges.position(element)
        if position is None:
            raise self.refuse(f"the unknown name {name}")
        return Number(float(position))

    def coordinates(self, tree: Any, bindings: Bindings) -> Coordinates:
        """Return the elements a reference means here."""
        if tree.subscripts is None:
            return self._implied(tree)
        found = []
        for subscript in subscripts_of(tree):
            element = self.scope.ranges.element(subscript, bindings)
            if element is None:
                raise self.refuse(f"the subscript {subscript}")
            found.append(element)
        return tuple(found)

    def _implied(self, tree: Any) -> Coordinates:
        """Return the elements of an array named without subscripts: in XMILE, those at hand."""
        identifier = self.scope.identifiers.get(tree.reference, "")
        known = self.scope.coordinates.get(identifier, [])
        here = self.definition.coordinates
        return here if () not in known and here in known else ()

    def _with_lookup(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        table = table_number(tree.lookups, self.definition.title, self.context)
        return Lookup(table, numeric(self.build(tree.argument, bindings, at_start)))

    def _call(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        name = function_name(tree)
        identifier = self.scope.identifiers.get(name)
        if identifier in self.scope.lookups:
            return self._table_call(tree, identifier or "", bindings, at_start)
        if plain(name) in self.context.macros:
            from qiantang.engine.translation.macros import used

            slot: Slot = self.once(tree, bindings, lambda: used(self, tree, bindings))
            return slot
        if name == "active_initial":
            return self.build(tree.arguments[1 if at_start else 0], bindings, at_start)
        if name in REDUCTIONS:
            return self._reduction(REDUCTIONS[name], tree.arguments[0], bindings, at_start)
        if name in vectors.VECTORS:
            return vectors.VECTORS[name](self, tree, bindings, at_start)
        if name in RANDOM:
            return draw(self, tree, bindings, at_start)
        if name == "elmcount":
            return self._count(tree)
        if name == "get_time_value":
            return self._time_value(tree, bindings, at_start)
        arguments = [self.build(a, bindings, at_start) for a in tree.arguments]
        result = function(name, arguments)
        if result is None:
            raise self.refuse(name.upper().replace("_", " "))
        return result

    def _table_call(
        self, tree: Any, identifier: str, bindings: Bindings, at_start: bool
    ) -> Expression:
        key = identifier, self.coordinates(tree.function, bindings)
        if key not in self.scope.table_of:
            raise self.refuse(f"the table {function_name(tree)}")
        argument = numeric(self.build(tree.arguments[0], bindings, at_start))
        return Lookup(self.scope.table_of[key], argument)

    def _count(self, tree: Any) -> Expression:
        axis = self.scope.ranges.elements.get(plain(tree.arguments[0].reference))
        if axis is None:
            raise self.refuse("ELMCOUNT")
        return Number(float(len(axis)))

    def _time_value(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        """Return GET TIME VALUE relative to the run, in its time unit; a clock is refused."""
        relative, offset, measure = tree.arguments
        if (relative, measure) != (0, 0):
            what = "a clock or calendar" if relative == 2 or measure else "the initial time"
            raise self.refuse(f"GET TIME VALUE of {what}")
        return call("add", Slot(TIME), numeric(self.build(offset, bindings, at_start)))

    def _reduction(
        self, operation: str, tree: Any, bindings: Bindings, at_start: bool
    ) -> Expression:
        """Write a sum, product, least or greatest over subscripts out in full."""
        cases = self.cases(tree, bindings)
        return total(operation, (numeric(self.build(tree, case, at_start)) for case in cases))

    def cases(self, tree: Any, bindings: Bindings) -> list[dict[str, str]]:
        """Return the bindings of each term of a reduction."""
        cases: list[dict[str, str]] = [dict(bindings)]
        for name in vectors.reduced_subscripts(self, tree, bindings):
            axis = self.scope.ranges.elements.get(plain(name).removesuffix("!"))
            if axis is None:
                raise self.refuse(f"the subscript {name}")
            cases = [{**case, plain(name): element} for case in cases for element in axis]
        return cases

    def _stateful(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        """Expand a function with memory once per place, whatever the stage it is read at."""
        expression: Expression = self.once(
            tree,
            bindings,
            lambda: expand.stateful(
                tree,
                lambda part, start: numeric(self.build(part, bindings, start)),
                self.context,
                self.definition.title,
            ),
        )
        return expression

    def _constants(self, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
        here = self.definition
        shape = here.place[len(here.place) // 2 :]
        axes = tuple(tuple(str(k) for k in range(size)) for size in shape)
        array = self.context.once(
            ("constants", id(tree)),
            lambda: external.constants(tree, axes, here.title, self.context),
        )
        return Number(expand.array_entry(array, self.definition.place))


_BUILT: dict[str, Callable[[Builder, Any, Bindings, bool], Expression]] = {
    "ArithmeticStructure": Builder._arithmetic,
    "LogicStructure": Builder._logic,
    "GameStructure": Builder._game,
    "ReferenceStructure": Builder._reference,
    "InlineLookupsStructure": Builder._with_lookup,
    "CallStructure": Builder._call,
    "GetConstantsStructure": Builder._constants,
    **allocations.ALLOCATIONS,
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
