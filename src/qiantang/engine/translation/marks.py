"""Subscripts that a function runs over: those with an exclamation mark."""

from __future__ import annotations

from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call, Reference, Tree, walk


def marked(tree: Tree) -> list[str]:
    """Return the subscripts marked with an exclamation mark in a tree, in order."""
    return [
        plain(subscript)
        for part in walk(tree)
        if isinstance(part, (Reference, Call))
        for subscript in part.subscripts or ()
        if isinstance(subscript, str) and subscript.endswith("!")
    ]
