"""What an equation is read against: its file, and its place in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qiantang.modelfile.tree import Tree
from qiantang.modelfile.xmile.names import Dimension, Scope, Variable


@dataclass(slots=True)
class File:
    """What the whole file declares, and what reading its equations adds.

    Parameters
    ----------
    dimensions : mapping
        By plain name.
    words : mapping
        Built-in words (section 3.5.5) and what they mean, by plain name.
    macros : mapping
        Plain name to the plain names of its parameters and their defaults, as trees.
    vensim : bool
        The file was exported by Vensim, whose functions it keeps.
    known : set
        Plain names that are neither variables nor words: controls, and elements as numbers.
    tables : set
        Names of variables that are called as tables.
    ranges : dict
        Ranges that the document needs beside the dimensions: name to alias or elements.
    spent : int
        Steps taken so far; an equation of many elements is resolved for each.
    notes : dict
        What a reader must know; grows.
    hints : int
        Unknown names so far.
    full : bool
        Whether the file has more than is read.
    """

    dimensions: Mapping[str, Dimension]
    words: Mapping[str, Tree]
    macros: Mapping[str, tuple[tuple[str, Tree | None], ...]]
    vensim: bool = False
    known: frozenset[str] = frozenset()
    tables: set[str] = field(default_factory=set)
    ranges: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    spent: int = 0
    notes: dict[str, None] = field(default_factory=dict)
    hints: int = 0
    full: bool = False

    def again(self, dimension: str, turn: int) -> str:
        """Return the name of a dimension where a variable has it for the nth time, from 0."""
        name = self.dimensions[dimension].name
        if turn == 0:
            return name
        alias = f"{name}~{turn + 1}"
        self.ranges.setdefault(alias, name)
        return alias


@dataclass(frozen=True, slots=True)
class Place:
    """Where an equation stands.

    Parameters
    ----------
    scope : Scope
    owner : Variable or None
        None in the equation of a macro.
    left : tuple of (str, str)
        Each axis of the variable: plain name of the dimension, and what the left side has there.
    """

    scope: Scope
    owner: Variable | None
    left: tuple[tuple[str, str], ...] = ()
