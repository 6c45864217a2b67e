"""Subscript ranges of a model, and which element a reference means inside an equation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Coordinates = tuple[str, ...]
Bindings = Mapping[str, str]
"""Range name to the element it stands for in the equation at hand."""


def plain(name: str) -> str:
    """Return a subscript name in the form in which two spellings of it are equal."""
    return re.sub(r"[\s_]+", "_", name.strip()).lower()


@dataclass(frozen=True)
class Ranges:
    """Subscript ranges of one model.

    Parameters
    ----------
    elements : mapping of str to tuple of str
        Elements of each range.
    mappings : mapping of str to tuple of str
        Ranges that a range maps to, position by position.
    titles : mapping of str to str
        Spelling of the file.
    listed : mapping of (str, str) to sequence of frozenset of str
        Mappings written out in the file, by range and target: for each element of the range, in
        order, the elements of the target that it stands for.
    """

    elements: Mapping[str, tuple[str, ...]]
    mappings: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    listed: Mapping[tuple[str, str], Sequence[frozenset[str]]] = field(default_factory=dict)

    def members(self, subscript: str) -> tuple[str, ...] | None:
        """Return the elements a subscript stands for, or None if it is unknown."""
        if subscript in self.elements:
            return self.elements[subscript]
        if any(subscript in elements for elements in self.elements.values()):
            return (subscript,)
        return None

    def position(self, element: str) -> int | None:
        """Return the place, from 1, of an element in the largest range that has it."""
        homes = [names for names in self.elements.values() if element in names]
        return max(homes, key=len).index(element) + 1 if homes else None

    def instances(
        self, subscripts: Sequence[str], exceptions: Sequence[Sequence[str]]
    ) -> list[tuple[Coordinates, dict[str, str]]] | None:
        """List the coordinates one definition covers, each with its bindings.

        Returns None if a subscript is unknown.
        """
        names = [plain(subscript) for subscript in subscripts]
        axes = [self.members(name) for name in names]
        holes = [[self.members(plain(name)) for name in hole] for hole in exceptions]
        if any(axis is None for axis in axes) or any(None in hole for hole in holes):
            return None
        found = []
        for coordinates in itertools.product(*[axis or () for axis in axes]):
            if any(
                len(hole) == len(coordinates)
                and all(c in (axis or ()) for c, axis in zip(coordinates, hole, strict=True))
                for hole in holes
            ):
                continue
            bindings = {
                name: element
                for name, element in zip(names, coordinates, strict=True)
                if name in self.elements
            }
            found.append((coordinates, bindings))
        return found

    def element(self, subscript: str, bindings: Bindings) -> str | None:
        """Return the element that a subscript means under some bindings, or None if unclear."""
        name = plain(subscript)
        if name in bindings:
            return bindings[name]
        if name not in self.elements:
            return name if self.members(name) else None
        found = {
            element
            for bound, value in bindings.items()
            if not bound.endswith("!")
            for element in self._through(name, bound, value)
        }
        return found.pop() if len(found) == 1 else None

    def _through(self, name: str, bound: str, value: str) -> tuple[str, ...]:
        """Carry a bound element over to another range, by a mapping or by being a member."""
        here, there = self.elements.get(bound, ()), self.elements[name]
        if (bound, name) in self.listed and value in here:
            return tuple(self.listed[bound, name][here.index(value)])
        if (name, bound) in self.listed:
            pairs = zip(there, self.listed[name, bound], strict=True)
            return tuple(element for element, stands_for in pairs if value in stands_for)
        mapped = name in self.mappings.get(bound, ()) or bound in self.mappings.get(name, ())
        if mapped and len(here) == len(there) and value in here:
            return (there[here.index(value)],)
        if value in there:
            return (value,)
        return ()
