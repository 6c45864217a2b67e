"""What is gathered while a model is read: slots, equations, states, and names by scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    TIME,
    TIME_STEP,
    Expression,
    FixedDelay,
    Slot,
    State,
    Table,
    Unsupported,
)
from qiantang.engine.translation.subscripts import Coordinates, Ranges, plain

CONTROL = {
    "time": TIME,
    "time_step": TIME_STEP,
    "initial_time": INITIAL_TIME,
    "final_time": FINAL_TIME,
}
"""Names of the time grid and their slots, the same in every scope."""

FIRST_FREE = 5
"""The first slot that a model may use; those below are the time grid and the member's number."""

Key = tuple[str, Coordinates]


@dataclass(frozen=True)
class Definition:
    """One scalar to define: an element at its coordinates.

    Parameters
    ----------
    slot : int
        Where its value stands.
    identifier, title : str
        Its name for PySD, and as the file writes it.
    coordinates : tuple of str
        Elements, one a subscript.
    tree : object
        The structure of PySD.
    bindings : dict of str to str
        Range name to the element it stands for here.
    place : tuple of int
        Position in an array of literals, then the shape of that array.
    """

    slot: int
    identifier: str
    coordinates: Coordinates
    title: str
    tree: Any
    bindings: dict[str, str]
    place: tuple[int, ...]


@dataclass
class Scope:
    """Names of one section: the model, or one use of a macro.

    Parameters
    ----------
    ranges : Ranges
        Subscript ranges.
    identifiers : mapping of str to str
        Cleaned name of the file to identifier.
    parameters : mapping of str to Expression
        In a macro, what each parameter stands for in this use.
    user : str
        In a macro, the variable whose equation uses it, for messages.
    """

    ranges: Ranges
    identifiers: Mapping[str, str]
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    user: str = ""
    depth: int = 0
    slots: dict[Key, int] = field(default_factory=dict)
    table_of: dict[Key, int] = field(default_factory=dict)
    lookups: set[str] = field(default_factory=set)
    coordinates: dict[str, list[Coordinates]] = field(default_factory=dict)

    def control(self, name: str) -> Slot | None:
        """Return the slot of a name of the time grid; macros write it with a dollar sign."""
        slot = CONTROL.get(name.rstrip("$"))
        return None if slot is None else Slot(slot)


@dataclass
class Translation:
    """What the whole model comes to.

    Parameters
    ----------
    root : Path
        Folder of the model, against which its references to files are read.
    macros : mapping of str to object
        PySD's section of each macro, by cleaned name.
    lines : mapping of str to int
        Line of each variable, for messages.
    data_files : tuple of Path
        Tables of data variables that name no file themselves.
    vensim : bool
        Whether the file is Vensim's, which decides where Vensim and Stella differ.
    """

    root: Path
    macros: Mapping[str, Any]
    lines: Mapping[str, int]
    data_files: tuple[Path, ...] = ()
    vensim: bool = True
    files: dict[str, None] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    equations: dict[int, Expression] = field(default_factory=dict)
    starts: dict[int, Expression] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    delays: list[FixedDelay] = field(default_factory=list)
    orders: list[Expression] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    seen: dict[tuple[object, ...], Any] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)
    count: int = FIRST_FREE

    def new_slot(self) -> int:
        """Return the number of a slot nobody else has."""
        self.count += 1
        return self.count - 1

    def new_table(self, table: Table) -> int:
        """Store a table, once, and return its number."""
        if table not in self.tables:
            self.tables.append(table)
        return self.tables.index(table)

    def keep(self, expression: Expression, start: Expression) -> Slot:
        """Give an expression a hidden slot of its own."""
        slot = self.new_slot()
        self.equations[slot] = expression
        if start != expression:
            self.starts[slot] = start
        return Slot(slot)

    def once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return what was made for a key before, or make it."""
        if key not in self.seen:
            self.seen[key] = make()
        return self.seen[key]

    def refuse(self, function: str, title: str) -> Unsupported:
        """Return the error for a construct that is not compiled."""
        bare = plain(title.partition("[")[0])
        return Unsupported(function, title, self.lines.get(bare))


def titled(name: str, coordinates: Coordinates, titles: Mapping[str, str]) -> str:
    """Return a name with its subscripts as ``name[a,b]``."""
    suffix = ",".join(titles[c] for c in coordinates)
    return f"{name}[{suffix}]" if coordinates else name


def identified(
    names: Iterable[str], parameters: Iterable[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """Return title to identifier, and cleaned name to identifier, as PySD forms them."""
    from pysd.builders.python.namespace import NamespaceManager

    namespace = NamespaceManager(list(parameters))
    for name in names:
        namespace.add_to_namespace(name)
    return dict(namespace.namespace), {**namespace.cleanspace, "time": "time"}
