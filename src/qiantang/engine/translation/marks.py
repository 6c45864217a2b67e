"""Subscripts that a function runs over: those with an exclamation mark."""

from __future__ import annotations

from collections.abc import Iterator

from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call, Reference, Tree, children

ALONG: dict[str, tuple[int, ...]] = {
    "sum": (0,),
    "prod": (0,),
    "vmin": (0,),
    "vmax": (0,),
    "mean_xmile": (0,),
    "stddev_xmile": (0,),
    "rank_xmile": (0, 2),
    "vector_select": (0, 1),
}
"""Functions that run over marked subscripts: the places of the arguments whose marks are theirs."""


def marked(tree: Tree) -> Iterator[str]:
    """Yield the subscripts marked with an exclamation mark in a tree, in order.

    A mark belongs to the innermost function that runs over it: those inside a sum within the tree
    are that sum's own.
    """
    todo = [tree]
    while todo:
        part = todo.pop()
        if isinstance(part, (Reference, Call)):
            for subscript in part.subscripts or ():
                if isinstance(subscript, str) and subscript.endswith("!"):
                    yield plain(subscript)
        inner = {id(argument) for argument in ran_over(part)}
        todo.extend(child for child in reversed(children(part)) if id(child) not in inner)


def ran_over(tree: Tree) -> tuple[Tree, ...]:
    """Return the arguments over whose marked subscripts a function runs; none of other trees."""
    if not isinstance(tree, Call):
        return ()
    places = ALONG.get(tree.function, ())
    return tuple(tree.arguments[place] for place in places if place < len(tree.arguments))
