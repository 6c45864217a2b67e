"""What the names and subscripts of one equation mean (sections 3.2.2 and 3.7.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qiantang.faults import nearest
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call, Literal, Reference, Tree
from qiantang.modelfile.xmile import functions
from qiantang.modelfile.xmile.context import File, Place
from qiantang.modelfile.xmile.expressions import AXIS, EVERY, IF, SLICE, WHOLE, NotUnderstood
from qiantang.modelfile.xmile.names import Dimension, Variable, bare, parts

MOST_HINTS = 20

Axes = frozenset[str]
Subscripts = tuple[str | Tree, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A reference whose subscripts are known; those that are trees are still to come."""

    name: str
    subscripts: Subscripts | None
    axes: Axes
    pending: tuple[Tree, ...]
    literal: Tree | None = None


class Planner:
    """Says what references in one place mean; subscripts that are values are left to be read."""

    def __init__(self, place: Place, file: File) -> None:
        self.place, self.file = place, file

    def planned(self, node: Tree, whole: bool | None) -> Plan | None:
        """Return what a reference or the call of a table means."""
        if isinstance(node, Reference):
            return self._reference(node, whole)
        if not isinstance(node, Call):
            return None
        if is_lookup(node):
            table = node.arguments[0]
            if not isinstance(table, Reference):
                raise NotUnderstood("LOOKUP needs the name of a table first")
            return self._table(table.name, table.subscripts, whole)
        if node.function in (IF, "//") or self._known(node):
            return None
        if self.place.scope.find(node.function):
            return self._table(node.function, node.subscripts, whole)
        return None

    def _known(self, node: Call) -> bool:
        """Return whether a call is of a macro or a function rather than of a table."""
        name = plain(bare(node.function))
        if name in self.file.macros:
            return True
        found = self.place.scope.find(node.function)
        if found and found.has_table:
            return False
        return functions.known(functions.spelled(name)) or found is None

    def _table(self, name: str, subscripts: Subscripts | None, whole: bool | None) -> Plan:
        variable = self._variable(name)
        if variable is None or not variable.has_table:
            raise NotUnderstood(f"{bare(name)} is called as a table, which it is not")
        self.file.tables.add(variable.name)
        return replace(self._reference(Reference(name, subscripts), whole), name=variable.table)

    def _reference(self, node: Reference, whole: bool | None) -> Plan:
        variable = self._variable(node.name)
        if variable is None:
            return self._word(node)
        subscripts = node.subscripts
        if subscripts is None:
            return self._bare(variable, whole)
        if len(subscripts) != len(variable.axes):
            raise NotUnderstood(
                f"{variable.name} has {len(subscripts)} subscripts, expected {len(variable.axes)}"
            )
        return self._subscripted(variable, subscripts, whole)

    def _variable(self, name: str) -> Variable | None:
        key = plain(bare(name))
        if key in self.place.scope.parameters:
            return None
        if key == "self" and self.place.owner:
            return self.place.owner
        return self.place.scope.find(name)

    def _word(self, node: Reference) -> Plan:
        """Return a parameter of a macro, a built-in word, a position, or a name left as it is."""
        key = plain(bare(node.name))
        parameter = self.place.scope.parameters.get(key)
        none = frozenset[str]()
        if parameter is not None:
            pending = tuple(s for s in node.subscripts or () if not isinstance(s, str))
            return Plan(parameter, node.subscripts, none, pending)
        if node.subscripts is None and key in self.file.words:
            return Plan("", None, none, (), self.file.words[key])
        path = parts(node.name)
        dimension = self.file.dimensions.get(path[0]) if path else None
        if dimension and node.subscripts is None:
            if len(path) == 2 and path[1] in dimension.places:
                return Plan("", None, none, (), Literal(dimension.places[path[1]] + 1.0))
            if len(path) == 1:
                return Plan("", None, none, (), Reference(self._bound(path[0], {})))
        if key not in self.file.known:
            raise NotUnderstood(f"{bare(node.name)} is not in the file{self._nearest(node.name)}")
        return Plan(bare(node.name), None, none, ())

    def _nearest(self, name: str) -> str:
        """Return the closest name, for the first few only: the search takes its time."""
        self.file.hints += 1
        names = self.place.scope.variables.values()
        if self.file.hints > MOST_HINTS or len(names) > MOST_HINTS * 100:
            return ""
        return nearest(bare(name), (variable.name for variable in names))

    def _bound(self, dimension: str, turns: dict[str, int]) -> str:
        """Return what the left side has on the next axis of a dimension, or the dimension."""
        here = [text for name, text in self.place.left if name == dimension]
        turn = turns.get(dimension, 0)
        turns[dimension] = turn + 1
        if here:
            return here[min(turn, len(here) - 1)]
        return self.file.dimensions[dimension].name

    def _bare(self, variable: Variable, whole: bool | None) -> Plan:
        """Return an array without brackets: all of it, or its part for this equation."""
        if not variable.axes:
            return Plan(variable.name, None, frozenset(), ())
        turns: dict[str, int] = {}
        left = {name for name, _ in self.place.left}
        absent = next((axis for axis in variable.axes if axis not in left), None)
        if whole or (whole is None and absent):
            names = [self._every(axis, turns) for axis in variable.axes]
            return Plan(variable.name, tuple(f"{n}!" for n in names), frozenset(names), ())
        if absent:
            raise NotUnderstood(
                f"{variable.name} is an array over {self.file.dimensions[absent].name}, "
                "expected a subscript"
            )
        found = tuple(self._bound(axis, turns) for axis in variable.axes)
        return Plan(variable.name, found, frozenset(), ())

    def _every(self, dimension: str, turns: dict[str, int]) -> str:
        turn = turns.get(dimension, 0)
        turns[dimension] = turn + 1
        return self.file.again(dimension, turn)

    def _subscripted(self, variable: Variable, subscripts: Subscripts, whole: bool | None) -> Plan:
        found: list[str | Tree] = []
        axes: set[str] = set()
        pending: list[Tree] = []
        bound: dict[str, int] = {}
        every: dict[str, int] = {}
        for subscript, axis in zip(subscripts, variable.axes, strict=True):
            text = self._subscript(subscript, axis, whole, bound, every)
            if text is None:
                assert not isinstance(subscript, str)
                pending.append(subscript)
                found.append(subscript)
            elif text.endswith("!"):
                axes.add(text[:-1])
                found.append(text)
            else:
                found.append(text)
        return Plan(variable.name, tuple(found), frozenset(axes), tuple(pending))

    def _subscript(
        self,
        subscript: str | Tree,
        axis: str,
        whole: bool | None,
        bound: dict[str, int],
        every: dict[str, int],
    ) -> str | None:
        """Return an element, an axis, an axis that is run over, or None where it is a value."""
        dimension = self.file.dimensions[axis]
        if subscript == WHOLE:
            return f"{self._every(axis, every)}!"
        if isinstance(subscript, Call) and subscript.function == SLICE:
            return f"{self._slice(dimension, subscript)}!"
        if isinstance(subscript, Call) and subscript.function == AXIS:
            return self._axis(subscript.arguments[0])
        if isinstance(subscript, Literal):
            return self._numbered(dimension, subscript.value)
        if isinstance(subscript, Call) and subscript.function == EVERY:
            (inner,) = subscript.arguments
            key = plain(bare(inner.name)) if isinstance(inner, Reference) else ""
            return f"{self._every(key if key in self.file.dimensions else axis, every)}!"
        if not isinstance(subscript, Reference) or subscript.subscripts is not None:
            return None
        path = parts(subscript.name)
        if path and len(path) == 2 and path[0] in self.file.dimensions:
            path = path[1:]
        key = path[0] if len(path) == 1 else ""
        if key in dimension.places:
            return dimension.elements[dimension.places[key]]
        if key in self.file.dimensions:
            if whole is not False and key not in {name for name, _ in self.place.left}:
                return f"{self._every(key, every)}!"
            return self._bound(key, bound)
        return None

    def _numbered(self, dimension: Dimension, number: float) -> str | None:
        """Return the element of a number from 1; None, for a value of 0, where there is none.

        A subscript out of range yields 0 (section 3.7.1); one that is written out is worth a note.
        """
        element = dimension.element(f"{number:.0f}") if number.is_integer() else None
        if element is None:
            user = f"{self.place.owner.name}: " if self.place.owner else ""
            what = f"{dimension.name} has no element {number:g}, so that 0 stands for it"
            self.file.notes.setdefault(f"{user}{what} (XMILE 1.0, section 3.7.1)")
        return element

    def _axis(self, number: Tree) -> str:
        """Return what the left side has on its axis of a number, from 1: ``m[@2, @1]`` is turned.

        Not in XMILE 1.0; Stella's reference calls it a dimension wildcard.
        """
        place = number.value if isinstance(number, Literal) else 0
        if not 1 <= place <= len(self.place.left):
            count = len(self.place.left)
            what = f"@{place:.0f} means a subscript of the left side, which has {count or 'none'}"
            raise NotUnderstood(what)
        return self.place.left[int(place) - 1][1]

    def _slice(self, dimension: Dimension, node: Call) -> str:
        """Return a range of the elements between two positions (section 3.7.1.2)."""
        ends = []
        for end in node.arguments:
            text = f"{end.value:.0f}" if isinstance(end, Literal) else ""
            text = bare(end.name) if isinstance(end, Reference) else text
            element = dimension.element(text)
            if element is None:
                raise NotUnderstood(
                    f"the slice of {dimension.name} does not run between two of its elements"
                )
            ends.append(dimension.places[plain(element)])
        elements = dimension.elements[ends[0] : ends[1] + 1]
        if not elements:
            raise NotUnderstood(f"the slice of {dimension.name} is empty")
        name = f"{dimension.name} {elements[0]} to {elements[-1]}"
        self.file.ranges[name] = elements
        return name


def is_lookup(node: Call) -> bool:
    """Return whether a call is ``LOOKUP(table, x)``."""
    return plain(node.function) in ("lookup", "lookup_forward") and len(node.arguments) == 2
