"""Subscript ranges of a model, and which element a reference means inside an equation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from qiantang.modelfile.names import plain

__all__ = ["Bindings", "Coordinates", "Ranges", "plain"]

Coordinates = tuple[str, ...]
Bindings = Mapping[str, str]
"""Range name to the element it stands for in the equation at hand."""

Instance = tuple[Coordinates, dict[str, str]]
"""Coordinates that a definition covers, and what its ranges stand for there."""


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
    repeated : mapping of str to tuple of str
        Elements, repeats included, of each range that names an element more than once. Such a
        range has it once as an array has it; where it maps to another, every place counts.
    """

    elements: Mapping[str, tuple[str, ...]]
    mappings: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    listed: Mapping[tuple[str, str], Sequence[frozenset[str]]] = field(default_factory=dict)
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ways: dict[tuple[str, str], dict[str, tuple[str, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    indices: dict[tuple[object, ...], dict[Coordinates, int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def places(self) -> dict[str, dict[str, int]]:
        """Place, from 0, of each element in each range."""
        return {
            name: {element: place for place, element in enumerate(elements)}
            for name, elements in self.elements.items()
        }

    @cached_property
    def families(self) -> dict[str, str]:
        """The largest range of each element."""
        found: dict[str, str] = {}
        for name in sorted(self.elements, key=lambda name: -len(self.elements[name])):
            for element in self.elements[name]:
                found.setdefault(element, name)
        return found

    def members(self, subscript: str) -> tuple[str, ...] | None:
        """Return the elements a subscript stands for, or None if it is unknown."""
        if subscript in self.elements:
            return self.elements[subscript]
        return (subscript,) if subscript in self.families else None

    def position(self, element: str) -> int | None:
        """Return the place, from 1, of an element in the largest range that has it."""
        family = self.families.get(element)
        return None if family is None else self.places[family][element] + 1

    def unknown(self, subscripts: Sequence[str], exceptions: Sequence[Sequence[str]]) -> str:
        """Return the first of some subscripts that no range knows, as written, or nothing."""
        every = [*subscripts, *itertools.chain.from_iterable(exceptions)]
        return next((s for s in every if self.members(plain(s)) is None), "")

    def again(self, subscripts: Sequence[str]) -> str:
        """Say which of some subscripts is a range that names an element twice, if any."""
        for subscript in subscripts:
            elements = self.repeated.get(plain(subscript), ())
            for place, element in enumerate(elements):
                if element in elements[:place]:
                    return f"{subscript} names {self.titles.get(element, element)} more than once"
        return ""

    def index(
        self, subscripts: Sequence[str], exceptions: Sequence[Sequence[str]] = ()
    ) -> dict[Coordinates, int]:
        """Return the coordinates one definition covers, in order, and their places, from 0.

        Definitions with the same subscripts share one index.
        """
        key = tuple(map(plain, subscripts)), tuple(tuple(map(plain, hole)) for hole in exceptions)
        if key not in self.indices:
            self.indices[key] = {c: place for place, c in enumerate(self._covered(*key))}
        return self.indices[key]

    def _covered(
        self, names: Sequence[str], exceptions: Sequence[Sequence[str]]
    ) -> Iterator[Coordinates]:
        covered = itertools.product(*(self.members(name) or () for name in names))
        holes = [[set(self.members(name) or ()) for name in hole] for hole in exceptions]
        holes = [hole for hole in holes if len(hole) == len(names)]
        if not holes:
            return covered
        return (
            coordinates
            for coordinates in covered
            if not any(
                all(c in axis for c, axis in zip(coordinates, hole, strict=True)) for hole in holes
            )
        )

    def bound(self, subscripts: Sequence[str], coordinates: Coordinates) -> dict[str, str]:
        """Return what the ranges among some subscripts stand for at coordinates."""
        names = map(plain, subscripts)
        pairs = zip(names, coordinates, strict=True)
        return {name: element for name, element in pairs if name in self.elements}

    def instances(
        self, subscripts: Sequence[str], exceptions: Sequence[Sequence[str]]
    ) -> list[Instance]:
        """List the coordinates one definition covers, each with its bindings."""
        return [(c, self.bound(subscripts, c)) for c in self.index(subscripts, exceptions)]

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
            for element in self.through(name, bound, value)
        }
        return found.pop() if len(found) == 1 else None

    def through(self, name: str, bound: str, value: str) -> tuple[str, ...]:
        """Carry a bound element over to another range, by a mapping or by being a member."""
        ways = self.ways.get((bound, name))
        if ways is None:
            ways = self.ways[bound, name] = self._ways(bound, name)
        return ways.get(value) or ((value,) if value in self.places[name] else ())

    def _ways(self, bound: str, name: str) -> dict[str, tuple[str, ...]]:
        """Return what each element of a range becomes in another, as far as a mapping says."""
        here, there = self.elements.get(bound, ()), self.elements[name]
        if (bound, name) in self.listed:
            pairs = zip(here, self.listed[bound, name], strict=True)
            return {value: tuple(sorted(stands_for)) for value, stands_for in pairs}
        found: dict[str, tuple[str, ...]] = {}
        if (name, bound) in self.listed:
            for element, stands_for in zip(there, self.listed[name, bound], strict=True):
                found |= {value: (*found.get(value, ()), element) for value in stands_for}
        elif name in self.mappings.get(bound, ()) or bound in self.mappings.get(name, ()):
            first, second = self.repeated.get(bound, here), self.repeated.get(name, there)
            for value, element in zip(first, second, strict=False):
                if len(first) == len(second):
                    found[value] = (*found.get(value, ()), element)
        return found
