"""Expressions as the file writes them: names stay names, functions stay functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from qiantang.modelfile.names import plain

NA = -(2.0**109)
"""Vensim's :NA:, a finite number that is tested by equality."""

TableMode = OneOf["interpolate", "extrapolate", "hold_backward"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number; always a float, :NA: included."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text in single quotes, such as the name of a file."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable, a table, or a subscript used as a number.

    Parameters
    ----------
    name : str
        As written, blanks folded, the quotes of a quoted name kept.
    subscripts : tuple of (str or Tree), optional
        One an axis, as written: an element, a range, ``range!`` where a function runs over it,
        ``*`` in XMILE; a tree where XMILE picks an element by the value of an expression.
        None where the file writes no brackets.
    """

    name: str
    subscripts: tuple[str | Tree, ...] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function, a macro or a table on its arguments.

    Parameters
    ----------
    function : str
        In the form of :func:`qiantang.modelfile.names.plain`: ``if_then_else``, ``integ``. Where
        XMILE's function of the same name differs from Vensim's, the reader of XMILE gives it a
        name of its own that ends in ``_xmile``.
    arguments : tuple of Tree
    subscripts : tuple of str, optional
        Of a table that has them, ``table[region](x)``.
    outputs : tuple of Reference, optional
        Variables after the colon of a call, ``NAME(x : second, third)``, which the call defines.
    """

    function: str
    arguments: tuple[Tree, ...]
    subscripts: tuple[str | Tree, ...] | None = None
    outputs: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary:
    """``-``, ``+`` or ``:NOT:`` before an operand."""

    operator: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands: ``+ - * / ^ < <= > >= = <> :AND: :OR:``, and ``mod`` of XMILE.

    Parentheses are gone: the tree is the order in which things are computed.
    """

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Knots:
    """A table written in the file, its points in the order of the file."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    mode: TableMode = "interpolate"


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array of numbers, ``1,2,3;4,5,6;``, in the order of the file.

    Parameters
    ----------
    rows : tuple of tuple of float
        What stands between semicolons; one row where there is none.
    """

    rows: tuple[tuple[float, ...], ...]


Tree = Literal | Text | Reference | Call | Unary | Binary | Knots | Numbers


def children(tree: Tree) -> tuple[Tree, ...]:
    """Return the trees directly below one, subscripts that are trees included."""
    if isinstance(tree, Binary):
        return tree.left, tree.right
    if isinstance(tree, Unary):
        return (tree.operand,)
    if isinstance(tree, Call):
        return (*tree.arguments, *_picked(tree.subscripts))
    if isinstance(tree, Reference):
        return _picked(tree.subscripts)
    return ()


def spelled_out(tree: Tree) -> str:
    """Return a text that two trees share if and only if they are equal, without recursion."""
    return " ".join(_head(part) for part in walk(tree))


def _head(tree: Tree) -> str:
    """Return what a tree says itself, with the number of trees below it."""
    own: tuple[object, ...] = ()
    if isinstance(tree, (Reference, Call)):
        name = tree.name if isinstance(tree, Reference) else tree.function
        written = tree.subscripts or ()
        own = plain(name), tuple(plain(s) if isinstance(s, str) else "" for s in written)
        if isinstance(tree, Call):
            own = *own, tuple(plain(output.name) for output in tree.outputs)
    elif isinstance(tree, (Unary, Binary)):
        own = (tree.operator,)
    elif isinstance(tree, Knots):
        own = tree.x, tree.y, tree.mode
    elif isinstance(tree, Numbers):
        own = (tree.rows,)
    else:
        own = (tree.value,)
    return f"{type(tree).__name__}{own}{len(children(tree))}"


def _picked(subscripts: tuple[str | Tree, ...] | None) -> tuple[Tree, ...]:
    return tuple(s for s in subscripts or () if not isinstance(s, str))


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield a tree and all trees in it, from the left, without recursion."""
    todo = [tree]
    while todo:
        here = todo.pop()
        yield here
        todo.extend(reversed(children(here)))
