"""Where the elements of a variable stand: whole blocks of slots, found by their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qiantang.engine.translation.subscripts import Coordinates

Index = Mapping[Coordinates, int]
"""Coordinates that one entry of the file covers, in order, and their place, from 0; shared by all
entries with the same subscripts."""

FEW = 16
"""Elements up to which a block is looked up together with all other small ones."""


class Placed(Mapping[Coordinates, int]):
    """The slots of a variable by coordinates, in the order of the file.

    A block of elements has slots in a row, so that its first one and a shared index are all that
    is kept of it.
    """

    __slots__ = ("_blocks", "_small", "_wide")

    def __init__(self) -> None:
        self._blocks: list[tuple[Index, int]] = []
        self._wide: list[tuple[Index, int]] = []
        self._small: dict[Coordinates, int] = {}

    def add(self, index: Index, first: int) -> None:
        """Give a block of elements the slots from a first one on."""
        self._blocks.append((index, first))
        if len(index) > FEW:
            self._wide.append((index, first))
        else:
            self._small.update((coordinates, first + place) for coordinates, place in index.items())

    def __getitem__(self, coordinates: Coordinates) -> int:
        for index, first in self._wide:
            place = index.get(coordinates)
            if place is not None:
                return first + place
        return self._small[coordinates]

    def __iter__(self) -> Iterator[Coordinates]:
        for index, _ in self._blocks:
            yield from index

    def __len__(self) -> int:
        return sum(len(index) for index, _ in self._blocks)

    def slots(self, where: Iterable[Coordinates]) -> list[int] | None:
        """Return the slots of several elements, None if one of them has none."""
        try:
            if len(self._blocks) == 1:
                ((index, first),) = self._blocks
                return [first + index[coordinates] for coordinates in where]
            return [self[coordinates] for coordinates in where]
        except KeyError:
            return None

    def blocks(self) -> Iterator[tuple[Index, int]]:
        """Yield the blocks, each with the slot of its first element."""
        yield from self._blocks


class Slots:
    """The slots of all variables of a section by plain name and coordinates."""

    def __init__(self, variables: Mapping[str, Placed]) -> None:
        self._variables = variables

    def get(self, key: tuple[str, Coordinates], otherwise: int | None = None) -> int | None:
        """Return a slot, or something else where there is none."""
        known = self._variables.get(key[0])
        return otherwise if known is None else known.get(key[1], otherwise)

    def __getitem__(self, key: tuple[str, Coordinates]) -> int:
        return self._variables[key[0]][key[1]]

    def __contains__(self, key: tuple[str, Coordinates]) -> bool:
        return self.get(key) is not None
