"""Names, subscripts and functions of one equation, resolved without recursion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Binary, Call, Literal, Reference, Tree, Unary
from qiantang.modelfile.xmile import functions
from qiantang.modelfile.xmile.expressions import IF, SLICE, WHOLE, NotUnderstood
from qiantang.modelfile.xmile.names import Dimension, Scope, Variable, bare, parts

Axes = frozenset[str]
Subscripts = tuple[str | Tree, ...]


@dataclass(slots=True)
class File:
    """What the whole file declares, and what reading its equations adds.

    Parameters
    ----------
    dimensions : mapping
        By plain name.
    words : mapping
        Built-in words (section 3.5.5) and what they mean, by plain name.
    macros : mapping
        Plain name to the plain names of its parameters and their defaults, as trees.
    vensim : bool
        The file was exported by Vensim, whose functions it keeps.
    tables : set
        Names of variables that are called as tables.
    ranges : dict
        Ranges that the document needs beside the dimensions: name to alias or elements.
    """

    dimensions: Mapping[str, Dimension]
    words: Mapping[str, Tree]
    macros: Mapping[str, tuple[tuple[str, Tree | None], ...]]
    vensim: bool = False
    tables: set[str] = field(default_factory=set)
    ranges: dict[str, str | tuple[str, ...]] = field(default_factory=dict)

    def again(self, dimension: str, turn: int) -> str:
        """Return the name of a dimension where a variable has it for the nth time, from 0."""
        name = self.dimensions[dimension].name
        if turn == 0:
            return name
        alias = f"{name}~{turn + 1}"
        self.ranges.setdefault(alias, name)
        return alias


@dataclass(frozen=True, slots=True)
class Place:
    """Where an equation stands.

    Parameters
    ----------
    scope : Scope
    owner : Variable or None
        None in the equation of a macro.
    left : tuple of (str, str)
        Each axis of the variable: plain name of the dimension, and what the left side has there.
    """

    scope: Scope
    owner: Variable | None
    left: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """A reference whose subscripts are known; those that are trees are still to come."""

    name: str
    subscripts: Subscripts | None
    axes: Axes
    pending: tuple[Tree, ...]
    literal: Tree | None = None


def resolve(raw: Tree, place: Place, file: File) -> Tree:
    """Return a parsed equation in the terms of the document.

    Raises
    ------
    NotUnderstood
        With one sentence.
    """
    tree, axes = _Resolver(place, file).run(raw)
    if axes:
        name = sorted(axes)[0]
        raise NotUnderstood(
            f"an array runs over {name} outside a function of arrays, expected a subscript"
        )
    return tree


class _Resolver:
    """A walk down and up one tree on a stack of its own."""

    def __init__(self, place: Place, file: File) -> None:
        self.place, self.file = place, file

    def run(self, raw: Tree) -> tuple[Tree, Axes]:
        todo: list[tuple[Tree, bool, _Plan | None, bool]] = [(raw, False, None, False)]
        done: list[tuple[Tree, Axes]] = []
        while todo:
            node, whole, plan, ready = todo.pop()
            if ready:
                count = len(self._below(node, plan))
                values = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self._built(node, plan, values))
                continue
            plan = self._planned(node, whole)
            todo.append((node, whole, plan, True))
            inside = self._runs_over(node, whole)
            todo.extend((t, inside, None, False) for t in reversed(self._below(node, plan)))
        return done[0]

    def _below(self, node: Tree, plan: _Plan | None) -> tuple[Tree, ...]:
        if plan is not None:
            arguments = ()
            if isinstance(node, Call):
                arguments = node.arguments[1:] if self._is_lookup(node) else node.arguments
            return plan.pending + arguments
        if isinstance(node, Binary):
            return node.left, node.right
        if isinstance(node, Unary):
            return (node.operand,)
        if isinstance(node, Call):
            return node.arguments
        return ()

    def _runs_over(self, node: Tree, whole: bool) -> bool:
        """Return whether a bare array below a node means all its elements."""
        if isinstance(node, Reference):
            return False
        if not isinstance(node, Call) or node.function in (IF, "//"):
            return whole
        name = plain(node.function)
        return name in functions.ARRAY or (name in functions.FOLDED and len(node.arguments) == 1)

    def _is_lookup(self, node: Call) -> bool:
        return plain(node.function) in ("lookup", "lookup_forward") and len(node.arguments) == 2

    # -- on the way down -------------------------------------------------------------------------

    def _planned(self, node: Tree, whole: bool) -> _Plan | None:
        """Return what a reference or the call of a table means."""
        if isinstance(node, Reference):
            return self._reference(node, whole)
        if not isinstance(node, Call):
            return None
        if self._is_lookup(node):
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
        if found and (found.kind == "gf" or found.node.first("gf") or _gf_below(found)):
            return False
        return functions.known(_spelled(name)) or found is None

    def _table(self, name: str, subscripts: Subscripts | None, whole: bool) -> _Plan:
        plan = self._reference(Reference(name, subscripts), whole)
        if plan.literal is not None:
            raise NotUnderstood(f"{bare(name)} is called as a table, which it is not")
        self.file.tables.add(plan.name)
        return plan

    def _reference(self, node: Reference, whole: bool) -> _Plan:
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

    def _word(self, node: Reference) -> _Plan:
        """Return a parameter of a macro, a built-in word, a position, or a name left as it is."""
        key = plain(bare(node.name))
        parameter = self.place.scope.parameters.get(key)
        none = frozenset[str]()
        if parameter is not None:
            pending = tuple(s for s in node.subscripts or () if not isinstance(s, str))
            return _Plan(parameter, node.subscripts, none, pending)
        if node.subscripts is None and key in self.file.words:
            return _Plan("", None, none, (), self.file.words[key])
        path = parts(node.name)
        dimension = self.file.dimensions.get(path[0]) if path else None
        if dimension and node.subscripts is None:
            if len(path) == 2 and path[1] in dimension.places:
                return _Plan("", None, none, (), Literal(dimension.places[path[1]] + 1.0))
            if len(path) == 1:
                return _Plan("", None, none, (), Reference(self._bound(path[0], {})))
        pending = tuple(s for s in node.subscripts or () if not isinstance(s, str))
        return _Plan(bare(node.name), node.subscripts, none, pending)

    def _bound(self, dimension: str, turns: dict[str, int]) -> str:
        """Return what the left side has on the next axis of a dimension, or the dimension."""
        here = [text for name, text in self.place.left if name == dimension]
        turn = turns.get(dimension, 0)
        turns[dimension] = turn + 1
        if here:
            return here[min(turn, len(here) - 1)]
        return self.file.dimensions[dimension].name

    def _bare(self, variable: Variable, whole: bool) -> _Plan:
        """Return an array without brackets: all of it, or its part for this equation."""
        if not variable.axes:
            return _Plan(variable.name, None, frozenset(), ())
        turns: dict[str, int] = {}
        if whole:
            names = [self._every(axis, turns) for axis in variable.axes]
            return _Plan(variable.name, tuple(f"{n}!" for n in names), frozenset(names), ())
        left = {name for name, _ in self.place.left}
        absent = next((axis for axis in variable.axes if axis not in left), None)
        if absent:
            raise NotUnderstood(
                f"{variable.name} is an array over {self.file.dimensions[absent].name}, "
                "expected a subscript"
            )
        found = tuple(self._bound(axis, turns) for axis in variable.axes)
        return _Plan(variable.name, found, frozenset(), ())

    def _every(self, dimension: str, turns: dict[str, int]) -> str:
        turn = turns.get(dimension, 0)
        turns[dimension] = turn + 1
        return self.file.again(dimension, turn)

    def _subscripted(self, variable: Variable, subscripts: Subscripts, whole: bool) -> _Plan:
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
        return _Plan(variable.name, tuple(found), frozenset(axes), tuple(pending))

    def _subscript(
        self,
        subscript: str | Tree,
        axis: str,
        whole: bool,
        bound: dict[str, int],
        every: dict[str, int],
    ) -> str | None:
        """Return an element, an axis, an axis that is run over, or None where it is a value."""
        dimension = self.file.dimensions[axis]
        if subscript == WHOLE:
            return f"{self._every(axis, every)}!"
        if isinstance(subscript, Call) and subscript.function == SLICE:
            return f"{self._slice(dimension, subscript)}!"
        if isinstance(subscript, Literal):
            number = subscript.value
            element = dimension.element(f"{number:.0f}") if number == int(number) else None
            return element
        if not isinstance(subscript, Reference) or subscript.subscripts is not None:
            return None
        path = parts(subscript.name)
        if path and len(path) == 2 and path[0] in self.file.dimensions:
            path = path[1:]
        key = path[0] if len(path) == 1 else ""
        if key in dimension.places:
            return dimension.elements[dimension.places[key]]
        if key in self.file.dimensions and not self._variable(subscript.name):
            if whole and key not in {name for name, _ in self.place.left}:
                return f"{self._every(key, every)}!"
            return self._bound(key, bound)
        return None

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

    # -- on the way up ---------------------------------------------------------------------------

    def _built(
        self, node: Tree, plan: _Plan | None, values: list[tuple[Tree, Axes]]
    ) -> tuple[Tree, Axes]:
        trees = tuple(tree for tree, _ in values)
        axes: Axes = frozenset().union(*(axes for _, axes in values))
        if plan is not None:
            return self._referred(node, plan, trees, axes)
        if isinstance(node, Binary):
            return Binary(node.operator, trees[0], trees[1]), axes
        if isinstance(node, Unary):
            return Unary(node.operator, trees[0]), axes
        if not isinstance(node, Call):
            return node, axes
        if node.function == IF:
            return Call("if_then_else", trees), axes
        return self._called(node, trees, axes, values)

    def _referred(
        self, node: Tree, plan: _Plan, trees: tuple[Tree, ...], axes: Axes
    ) -> tuple[Tree, Axes]:
        if plan.literal is not None:
            return plan.literal, axes
        picked = iter(trees[: len(plan.pending)])
        subscripts = plan.subscripts
        if subscripts is not None and plan.pending:
            subscripts = tuple(s if isinstance(s, str) else next(picked) for s in subscripts)
        if isinstance(node, Call):
            arguments = trees[len(plan.pending) :]
            if len(arguments) != 1:
                raise NotUnderstood(f"the table {plan.name} is called with {len(arguments)} values")
            return Call(plain(plan.name), arguments, subscripts), axes | plan.axes
        return Reference(plan.name, subscripts), axes | plan.axes

    def _called(
        self, node: Call, trees: tuple[Tree, ...], axes: Axes, values: list[tuple[Tree, Axes]]
    ) -> tuple[Tree, Axes]:
        name = _spelled(plain(bare(node.function)))
        macro = self.file.macros.get(plain(bare(node.function)))
        if macro is not None:
            return self._macro(node, macro, trees), axes
        if name in functions.ARRAY or (name in functions.FOLDED and len(trees) == 1 and axes):
            return self._over_arrays(name, trees, axes), frozenset()
        if name in functions.FOLDED and axes:
            reduced = tuple(Call(f"v{name}", (t,)) if a else t for t, a in values)
            return functions.FOLDED[name](reduced), frozenset()
        if self.file.vensim:
            return Call(name, trees), axes
        result = functions.arranged(name, trees)
        if result is not None:
            return result, axes
        shown = bare(node.function)
        if not functions.known(name):
            raise NotUnderstood(f"{shown} is not a function, a macro or a table that is read")
        expected = " or ".join(str(count) for count in functions.counts(name)) or "at least 1"
        raise NotUnderstood(f"{shown.upper()} has {len(trees)} arguments, expected {expected}")

    def _macro(
        self, node: Call, macro: tuple[tuple[str, Tree | None], ...], trees: tuple[Tree, ...]
    ) -> Tree:
        defaults = [default for _, default in macro[len(trees) :]]
        if len(trees) > len(macro) or None in defaults:
            raise NotUnderstood(
                f"the macro {bare(node.function)} has {len(trees)} arguments, "
                f"expected {len(macro)}"
            )
        given = dict(zip((name for name, _ in macro), trees, strict=False))
        for parameter, default in macro[len(trees) :]:
            stands_for = isinstance(default, Reference) and plain(bare(default.name))
            given[parameter] = given.get(stands_for or "", default)  # type: ignore[assignment]
        return Call(plain(bare(node.function)), tuple(given.values()))

    def _over_arrays(self, name: str, trees: tuple[Tree, ...], axes: Axes) -> Tree:
        """Return a function of arrays; SIZE and MEAN count what is run over."""
        if not axes:
            raise NotUnderstood(f"{name.upper()} needs an array, expected m or m[*]")
        count = 1
        for axis in axes:
            count *= self._extent(axis)
        if name == "size":
            return Literal(float(count))
        if name == "mean":
            return Binary("/", Call("sum", trees), Literal(float(count)))
        if name == "rank" and len(trees) not in (2, 3):
            raise NotUnderstood(f"RANK has {len(trees)} arguments, expected 2 or 3")
        if name != "rank" and len(trees) != 1:
            raise NotUnderstood(f"{name.upper()} has {len(trees)} arguments, expected 1")
        renamed = {"min": "vmin", "max": "vmax", "stddev": "stddev_xmile", "rank": "rank_xmile"}
        return Call(renamed.get(name, name), trees)

    def _extent(self, axis: str) -> int:
        made = self.file.ranges.get(axis)
        if isinstance(made, tuple):
            return len(made)
        return len(self.file.dimensions[plain(made or axis)].elements)


def _gf_below(variable: Variable) -> bool:
    return any(element.first("gf") for element in variable.node.all("element"))


def _spelled(name: str) -> str:
    """Return a function's name without the standard's or a vendor's namespace."""
    for prefix in ("std.", "isee.", "vensim."):
        name = name.removeprefix(prefix)
    return name
