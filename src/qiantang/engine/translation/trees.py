"""Walks over the structures of PySD's abstract model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def parts(tree: Any) -> Iterator[Any]:
    """Yield a tree and all structures in it."""
    if isinstance(tree, (list, tuple)):
        for item in tree:
            yield from parts(item)
    elif type(tree).__module__.startswith("pysd."):
        yield tree
        for value in vars(tree).values():
            yield from parts(value)


def kind(tree: Any) -> str:
    """Return the name of a structure, of a number or of an array."""
    return type(tree).__name__


def references(tree: Any) -> Iterator[Any]:
    """Yield the references to variables in a tree."""
    for part in parts(tree):
        if kind(part) == "ReferenceStructure":
            yield part


def subscripts_of(reference: Any) -> tuple[str, ...]:
    """Return the subscripts of a reference as written."""
    return () if reference.subscripts is None else tuple(reference.subscripts.subscripts)


def marked_subscripts(tree: Any) -> list[str]:
    """Return the subscripts marked with an exclamation mark in a tree, each once."""
    found = [s for r in references(tree) for s in subscripts_of(r) if s.endswith("!")]
    return list(dict.fromkeys(found))


def with_decimals(tree: Any) -> Any:
    """Return a tree whose whole numbers are floats; the orders of delays stay whole."""
    if isinstance(tree, int) and not isinstance(tree, bool):
        return float(tree)
    if isinstance(tree, (tuple, list)):
        return type(tree)(with_decimals(item) for item in tree)
    if type(tree).__module__.startswith("pysd."):
        for name, value in vars(tree).items():
            if name != "order":
                setattr(tree, name, with_decimals(value))
    return tree


def function_name(tree: Any) -> str:
    """Return the name of the function a call structure calls."""
    return str(tree.function.reference)
