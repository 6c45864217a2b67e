"""The equations of a model as trees, by identifier, with their references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qiantang.faults import Fault
from qiantang.model.functions import is_known
from qiantang.model.mdl import TIME, Dictionary, dictionary_of, names_of
from qiantang.modelfile.document import Document
from qiantang.modelfile.names import identifier, plain
from qiantang.modelfile.read import read_document
from qiantang.modelfile.tree import (
    NA,
    Binary,
    Call,
    Knots,
    Literal,
    Numbers,
    Reference,
    Text,
    Tree,
    Unary,
    walk,
)

_STRENGTH = {":OR:": 1, ":AND:": 2, "+": 4, "-": 4, "*": 5, "/": 5, "mod": 5, "^": 7}
"""How tightly an operator binds; comparisons bind with 3, an operand with 8."""


@dataclass(frozen=True)
class Syntax:
    """The equations of a model.

    Parameters
    ----------
    dictionary : Dictionary
    trees : mapping of str to tuple of Tree
        Identifier to trees, several only where a variable is written by subscript.
    tables : frozenset of str
        Identifiers of lookup variables.
    ranges : frozenset of str
        Identifiers of subscript ranges and their elements.
    macros : frozenset of str
        Plain names of the macros of the file.
    names : mapping of str to str
        Plain name to identifier, of every variable.
    """

    dictionary: Dictionary
    trees: Mapping[str, tuple[Tree, ...]]
    tables: frozenset[str]
    ranges: frozenset[str] = frozenset()
    macros: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    def name(self, written: str) -> str:
        """Return the identifier of a name as an equation writes it."""
        return self.names.get(plain(written)) or identifier(written)

    def references(self, tree: Tree) -> Iterator[str]:
        """Yield the identifier of every variable a tree refers to, tables included."""
        for node in walk(tree):
            if isinstance(node, Reference):
                yield self.name(node.name)
            elif isinstance(node, Call) and not self.is_function(node.function):
                yield self.name(node.function)

    def is_function(self, name: str) -> bool:
        """Tell whether a call is of a function or a macro, not of a table."""
        return name not in self.names and (is_known(name) or name in self.macros)


def parse(path: Path) -> tuple[Syntax, list[Fault]]:
    """Parse every equation of a model file; one that cannot be parsed becomes a fault.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of (Syntax, list of Fault)
        The faults are those of reading; those of the dictionary come from ``mdl.scan``.
    """
    document, faults = read_document(Path(path))
    return syntax_of(document), faults


def syntax_of(document: Document) -> Syntax:
    """Return the equations of a document."""
    names = names_of(document)
    trees: dict[str, list[Tree]] = {}
    for equation in document.equations:
        if equation.tree is not None:
            trees.setdefault(names[plain(equation.name)], []).append(equation.tree)
    tables = (names[plain(item.name)] for item in document.equations if item.operator == "(")
    ranges = (name for item in document.ranges for name in (item.name, *item.elements))
    return Syntax(
        dictionary_of(document)[0],
        {name: tuple(items) for name, items in trees.items()},
        frozenset(tables),
        frozenset(identifier(name) for name in ranges),
        frozenset(plain(macro.name) for macro in document.macros),
        names,
    )


def undefined(syntax: Syntax) -> list[Fault]:
    """List references to variables the model does not define."""
    faults = []
    dictionary = syntax.dictionary
    known = {TIME, *dictionary, *syntax.ranges}
    for name, trees in syntax.trees.items():
        used = dict.fromkeys(used for tree in trees for used in syntax.references(tree))
        for missing in used:
            if missing not in known:
                what = f"uses {missing}, which the model does not define"
                what += dictionary.nearest(missing)
                faults.append(_at(dictionary, name, what))
    return faults


def outside_limits(syntax: Syntax) -> list[Fault]:
    """List constants whose value lies outside their own limits."""
    faults = []
    for name, trees in syntax.trees.items():
        tree = trees[0]
        if not isinstance(tree, Literal) or tree.value == NA:
            continue
        low, high = syntax.dictionary[name].limits
        if (low is not None and tree.value < low) or (high is not None and tree.value > high):
            what = (
                f"the value {tree.value:g} is outside the limits, {_bound(low)} to {_bound(high)}"
            )
            faults.append(_at(syntax.dictionary, name, what))
    return faults


def _bound(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def _at(dictionary: Dictionary, name: str, what: str) -> Fault:
    item = dictionary[name]
    return Fault(dictionary.path, item.line, item.name, what)


def chain(tree: Tree, operators: str) -> list[tuple[str, Tree]]:
    """Return the operands of a chain of operators that bind alike, each with its own.

    Parameters
    ----------
    tree : Tree
    operators : str
        ``"+-"`` or ``"*/"``.

    Returns
    -------
    list of (str, Tree)
        ``a - b + c`` gives + a, - b, + c; a tree that is no such chain is its one operand.
    """
    found: list[tuple[str, Tree]] = []
    while isinstance(tree, Binary) and tree.operator in operators:
        found.append((tree.operator, tree.right))
        tree = tree.left
    return [(operators[0], tree), *reversed(found)]


def shown(tree: Tree, limit: int = 60) -> str:
    """Write a tree back as short text for a message."""
    text = _text(tree)[0]
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _text(tree: Tree) -> tuple[str, int]:
    """Return a tree as text, and how tightly its outermost operator binds."""
    return _TEXT[type(tree)](tree)


def _name(written: str) -> str:
    return plain(written).removesuffix("_xmile").replace("_", " ")


def _call(tree: Call) -> tuple[str, int]:
    return f"{_name(tree.function)}({', '.join(_text(item)[0] for item in tree.arguments)})", 8


def _reference(tree: Reference) -> tuple[str, int]:
    listed = ", ".join(
        item if isinstance(item, str) else _text(item)[0] for item in tree.subscripts or ()
    )
    return f"{_name(tree.name)}[{listed}]" if listed else _name(tree.name), 8


def _unary(tree: Unary) -> tuple[str, int]:
    text, strength = _text(tree.operand)
    mark = ":NOT: " if tree.operator == ":NOT:" else tree.operator
    return f"{mark}{text if strength > 5 else f'({text})'}", 6


def _binary(tree: Binary) -> tuple[str, int]:
    own = _STRENGTH.get(tree.operator, 3)
    (left, before), (right, after) = _text(tree.left), _text(tree.right)
    left = left if before >= own else f"({left})"
    right = right if after > own else f"({right})"
    return f"{left} {tree.operator} {right}", own


def _number(tree: Literal) -> tuple[str, int]:
    return ":NA:" if tree.value == NA else f"{tree.value:g}", 8 if tree.value >= 0 else 6


_TEXT: dict[type[Tree], Callable[..., tuple[str, int]]] = {
    Literal: _number,
    Text: lambda tree: (f"'{tree.value}'", 8),
    Reference: _reference,
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Knots: lambda tree: (f"a table of {len(tree.x)} points", 8),
    Numbers: lambda tree: (f"an array of {sum(map(len, tree.rows))} numbers", 8),
}
