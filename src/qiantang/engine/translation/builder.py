"""The expression of one definition, from the tree of its equation; names become slots here.

Functions are written out with the help of a builder, so it knows none of them: it leaves calls
to :mod:`qiantang.engine.translation.calls`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from qiantang.engine.ir import Expression, Lookup, Number, Slot, Unsupported
from qiantang.engine.translation.algebra import call, chosen, numeric
from qiantang.engine.translation.marks import marked
from qiantang.engine.translation.misplaced import misplaced, unbound
from qiantang.engine.translation.operators import Step, binary, unary
from qiantang.engine.translation.scope import Definition, Scope, Translation
from qiantang.engine.translation.subscripts import Bindings, Coordinates, plain
from qiantang.engine.translation.tables import table_of
from qiantang.modelfile.document import Equation
from qiantang.modelfile.tree import (
    Binary,
    Call,
    Knots,
    Literal,
    Numbers,
    Reference,
    Text,
    Tree,
    Unary,
)


@dataclass
class _Notice:
    """Whether anything built so far has another value at the start."""

    differs: bool = False


@dataclass
class Trace:
    """Which parts of an expression stand for a name under which subscripts.

    Parameters
    ----------
    slots, tables : list of (expression, tree, bindings)
        As they are met.
    varies : bool
        Whether anything else depends on the element at hand, so that another element has an
        expression of another form.
    """

    slots: list[tuple[Slot, Reference, Bindings]] = field(default_factory=list)
    tables: list[tuple[Lookup, Call, Bindings]] = field(default_factory=list)
    varies: bool = False


@dataclass(frozen=True)
class Builder(ABC):
    """Builds the expressions of one definition; what a call means its heirs know.

    Parameters
    ----------
    definition : Definition
        What is defined.
    scope : Scope
        The names it may use.
    context : Translation
        Where slots, tables and stocks are put.
    at_start : bool
        Whether values before the run begins are wanted.
    trace : Trace, optional
        Where it is noted what stands for what.
    """

    definition: Definition
    scope: Scope
    context: Translation
    at_start: bool = False
    notice: _Notice = field(default_factory=_Notice)
    trace: Trace | None = None

    @cached_property
    def running(self) -> Builder:
        """The builder of values in a run."""
        return replace(self, at_start=False) if self.at_start else self

    @cached_property
    def starting(self) -> Builder:
        """The builder of values before the run begins."""
        return self if self.at_start else replace(self, at_start=True)

    def refuse(self, function: str, elsewhere: bool = True) -> Unsupported:
        """Return the error for a construct of this definition, which PySD may know or not."""
        title = self.scope.user or self.definition.title
        line = self.scope.line if self.scope.user else self.definition.equation.line
        return self.context.refuse(function, title, line, elsewhere)

    def number(self, tree: Tree, bindings: Bindings) -> Expression:
        """Return the expression of a tree as a number."""
        return numeric(self.build(tree, bindings))

    def pair(self, tree: Tree, bindings: Bindings) -> tuple[Expression, Expression]:
        """Return a tree's value in a run and before it; the very same object where they agree."""
        outer, self.notice.differs = self.notice.differs, False
        value = self.running.number(tree, bindings)
        differs, self.notice.differs = self.notice.differs, outer
        return value, self.starting.number(tree, bindings) if differs else value

    def kept(self, tree: Tree, bindings: Bindings) -> Slot:
        """Return a tree's value in a hidden slot of its own, so that using it twice is cheap."""
        key = "kept", id(tree), id(self.scope), tuple(sorted(bindings.items()))
        slot: Slot = self.context.once(key, lambda: self.context.keep(*self.pair(tree, bindings)))
        return slot

    def once(self, tree: Tree, bindings: Bindings, make: Callable[[], Any]) -> Any:
        """Make something once a place, whatever the stage it is read at."""
        key = id(tree), id(self.scope), tuple(sorted(bindings.items()))
        return self.context.once(key, make)

    def build(self, tree: Tree, bindings: Bindings) -> Expression:
        """Return the expression of a tree; numbers and truths keep their type.

        Operators and functions of numbers are walked without recursion, however deep.
        """
        waiting: list[Step] = []
        here = self._begun(tree, bindings)
        while True:
            if not isinstance(here, Expression):
                waiting.append(here)
                value = None
            elif not waiting:
                return here
            else:
                value = here
            try:
                part = waiting[-1].send(value)  # type: ignore[arg-type]  # None begins it
            except StopIteration as done:
                waiting.pop()
                here = done.value
            else:
                here = self._begun(part, bindings)

    def _begun(self, tree: Tree, bindings: Bindings) -> Expression | Step:
        """Return the expression of a tree without parts to wait for, or what asks for them."""
        if isinstance(tree, Literal):
            return self.context.literal(tree.value)
        if isinstance(tree, Reference):
            return self._reference(tree, bindings)
        if isinstance(tree, Binary):
            return binary(tree)
        if isinstance(tree, Unary):
            return unary(tree)
        if isinstance(tree, Call):
            return self.call(tree, bindings)
        what = {Text: "a text", Numbers: "a list of numbers"}.get(type(tree))
        raise self.refuse(what or "a table without an argument")

    def _reference(self, tree: Reference, bindings: Bindings) -> Expression:
        name = plain(tree.name)
        if name in self.scope.parameters and tree.subscripts is None:
            return self.scope.parameters[name]
        known = self.scope.coordinates.get(name)
        if known is None:
            return self._of_no_variable(tree, name, bindings)
        picked = self._picked(tree)
        if picked is not None:
            return self._by_value(tree, name, picked, bindings)
        slot = self.scope.slots.get((name, self.coordinates(tree, bindings)))
        if slot is None:
            raise self.refuse(misplaced(tree, known), elsewhere=False)
        found = Slot(slot)
        if self.trace is not None:
            self.trace.slots.append((found, tree, bindings))
        return found

    def _of_no_variable(self, tree: Reference, name: str, bindings: Bindings) -> Expression:
        """Return the slot of a part of the time grid, or the place of a subscript as a number."""
        control = self.context.grid.get(name.rstrip("$"))
        if control is not None and tree.subscripts is None:
            return Slot(control)
        if name in self.scope.tables:
            raise self.refuse(f"the table {tree.name} without an argument")
        element = self.scope.ranges.element(name, bindings)
        position = None if element is None else self.scope.ranges.position(element)
        if position is None:
            raise self.refuse(f"the unknown name {tree.name}", elsewhere=False)
        if self.trace is not None:
            self.trace.varies = True
        return Number(float(position))

    def _picked(self, tree: Reference) -> int | None:
        """Return the place of a subscript that is picked by the value of an expression."""
        for place, subscript in enumerate(tree.subscripts or ()):
            if not isinstance(subscript, str):
                return place
            name = plain(subscript)
            unknown = self.scope.ranges.members(name.removesuffix("!")) is None
            if unknown and name in self.scope.coordinates:
                return place
        return None

    def _by_value(self, tree: Reference, name: str, place: int, bindings: Bindings) -> Expression:
        """Return the element whose number, from 1, an expression gives; 0 where there is none."""
        subscripts = list(tree.subscripts or ())
        subscript = subscripts[place]
        index = Reference(subscript) if isinstance(subscript, str) else subscript
        wanted = call("sub", call("floor", self.number(index, bindings)), Number(1.0))
        cases = []
        for element in self.scope.axis(name, place):
            subscripts[place] = element
            cases.append(self.build(Reference(tree.name, tuple(subscripts)), bindings))
        return chosen(wanted, cases, Number(0.0))

    def coordinates(self, tree: Reference | Call, bindings: Bindings) -> Coordinates:
        """Return the elements a reference means here."""
        if tree.subscripts is None:
            return self._implied(tree)
        found = []
        for subscript in tree.subscripts:
            if not isinstance(subscript, str):
                raise self.refuse("a subscript that is computed")
            element = self.scope.ranges.element(subscript, bindings)
            if element is None:
                raise self.refuse(unbound(subscript), elsewhere=False)
            found.append(element)
        return tuple(found)

    def _implied(self, tree: Reference | Call) -> Coordinates:
        """Return the elements of an array named without subscripts: in XMILE, those at hand."""
        name = plain(tree.name) if isinstance(tree, Reference) else tree.function
        known = self.scope.coordinates.get(name) or self.scope.tables.get(name) or {}
        here = self.definition.coordinates
        return here if () not in known and here in known else ()

    @abstractmethod
    def call(self, tree: Call, bindings: Bindings) -> Expression | Step:
        """Return the expression of a call: a function, a macro, or a table looked up."""

    def active(self, tree: Call, bindings: Bindings) -> Expression:
        """Return ACTIVE INITIAL: one expression in a run, the other before it."""
        self.notice.differs = True
        return self.build(tree.arguments[1 if self.at_start else 0], bindings)

    @abstractmethod
    def write_out(self, equations: Iterable[Equation], scope: Scope) -> None:
        """Declare and define the equations of a macro, in a scope of their own."""

    def table_number(self, tree: Tree, bindings: Bindings) -> int:
        """Return the number of a table that is an argument."""
        if isinstance(tree, Knots):
            return self.context.new_table(table_of(tree))
        if not isinstance(tree, Reference) or plain(tree.name) not in self.scope.tables:
            what = tree.name if isinstance(tree, Reference) else "an expression"
            raise self.refuse(f"{what} in the place of a table")
        return self.numbered(plain(tree.name), self.coordinates(tree, bindings))

    def numbered(self, name: str, coordinates: Coordinates) -> int:
        """Return the number of the table of some elements."""
        number = self.scope.table_of.get((name, coordinates))
        if number is None:
            raise self.refuse(f"the table {name} for elements it is not given for")
        return number

    def marks(self, trees: Sequence[Tree]) -> list[str]:
        """Return the subscripts that a reduction of some trees runs over, each once, in order."""
        return list(dict.fromkeys(name for tree in trees for name in marked(tree)))

    def cases(self, trees: Sequence[Tree], bindings: Bindings) -> list[dict[str, str]]:
        """Return the bindings of each term of a reduction over the marked subscripts."""
        cases: list[dict[str, str]] = [dict(bindings)]
        for name in self.marks(trees):
            axis = self.scope.ranges.elements.get(name.removesuffix("!"))
            if axis is None:
                raise self.refuse(f"the subscript {name}")
            cases = [{**case, name: element} for case in cases for element in axis]
        return cases
