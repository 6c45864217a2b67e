"""What the reading of external data needs to know of the model, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from qiantang.engine.translation.subscripts import Ranges, plain

DATA = frozenset({"get_direct_data", "get_xls_data"})
TABLES = frozenset({"get_direct_lookups", "get_xls_lookups"})
CONSTANTS = frozenset({"get_direct_constants", "get_xls_constants"})
SUBSCRIPTS = frozenset({"get_direct_subscript", "get_xls_subscript"})
"""Functions that read files, as :attr:`qiantang.modelfile.tree.Call.function` names them."""


class Sources(Protocol):
    """Where the files of a model are found, and where it is noted which of them it reads."""

    @property
    def root(self) -> Path:
        """Folder of the model."""

    @property
    def data_files(self) -> Sequence[Path]:
        """Tables given with the model."""

    @property
    def files(self) -> dict[str, None]:
        """Names of the files that the model reads; grows."""

    @property
    def notes(self) -> dict[str, None]:
        """What a reader must know; grows."""

    def once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return what was made for a key before, or make it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One subscript of a definition.

    Parameters
    ----------
    labels : tuple of str
        Its elements, as the file spells them.
    fixed : bool
        Whether the definition names one element, not a range, so that no cells run along it.
    """

    labels: tuple[str, ...]
    fixed: bool


Axes = tuple[Axis, ...]


def axes_of(subscripts: Sequence[str], ranges: Ranges) -> Axes:
    """Return the axes of one definition, one a subscript."""
    axes = []
    for subscript in subscripts:
        name = plain(subscript)
        labels = ranges.elements.get(name, (name,))
        titles = tuple(ranges.titles.get(label, label) for label in labels)
        axes.append(Axis(titles, name not in ranges.elements))
    return tuple(axes)


def sizes(axes: Axes) -> tuple[int, ...]:
    """Return the number of elements of each axis."""
    return tuple(len(axis.labels) for axis in axes)
