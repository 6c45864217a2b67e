"""What is told of a name whose subscripts do not fit what it was defined with."""

from __future__ import annotations

from collections.abc import Collection

from qiantang.engine.translation.subscripts import Coordinates
from qiantang.modelfile.tree import Reference


def misplaced(tree: Reference, known: Collection[Coordinates]) -> str:
    """Return what is wrong with a reference that means no element of a variable.

    Parameters
    ----------
    tree : Reference
    known : collection of tuple of str
        The elements that the variable is defined for.
    """
    found, expected = len(tree.subscripts or ()), len(next(iter(known), ()))
    if found != expected:
        many = f"{found or 'no'} subscript{'s' * (found != 1)}"
        return f"{tree.name} with {many}, expected {expected or 'none'},"
    inside = ",".join(str(subscript) for subscript in tree.subscripts or ())
    return f"{tree.name}[{inside}], for which {tree.name} is not defined,"


def unbound(subscript: str) -> str:
    """Return what is wrong with a range of which no element is at hand."""
    if subscript.endswith("!"):
        return f"the subscript {subscript} outside a function of whole arrays"
    return f"the range {subscript} as a subscript, of which no one element is at hand,"
