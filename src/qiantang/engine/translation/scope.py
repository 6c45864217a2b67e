"""What is gathered while a model is read: slots, equations, states, and names by scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    STEP_TIME,
    TIME,
    TIME_STEP,
    Expression,
    FixedDelay,
    Number,
    Slot,
    State,
    Table,
    Unsupported,
)
from qiantang.engine.translation.layout import Index, Placed, Slots
from qiantang.engine.translation.sizes import Sizes
from qiantang.engine.translation.subscripts import Coordinates, Ranges
from qiantang.faults import Fault
from qiantang.modelfile.document import Equation, Macro
from qiantang.modelfile.tree import NA, Tree

CONTROL = {
    "time": TIME,
    "time_step": TIME_STEP,
    "initial_time": INITIAL_TIME,
    "final_time": FINAL_TIME,
}
"""Usual names of the time grid and their slots."""

FIRST_FREE = STEP_TIME + 1
"""The first slot that a model may use; those below are the time grid and the member's number."""

NA_NOTE = ":NA: is the number -2^109, as in Vensim, and is equal to itself alone"

Key = tuple[str, Coordinates]
"""A variable by its plain name, and the element."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One scalar to define: an element at its coordinates.

    Parameters
    ----------
    slot : int
        Where its value stands.
    equation : Equation
        The entry of the file.
    coordinates : tuple of str
        Elements, one a subscript.
    bindings : dict of str to str
        Range name to the element it stands for here.
    tree : Tree
        Its right side.
    titles : mapping of str to str
        Spelling of elements in the file.
    """

    slot: int
    equation: Equation
    coordinates: Coordinates
    bindings: dict[str, str]
    tree: Tree
    titles: Mapping[str, str]

    @property
    def title(self) -> str:
        """Its name as the file writes it, with its elements."""
        return titled(self.equation.name, self.coordinates, self.titles)


@dataclass
class Scope:
    """Names of one section: the model, or one use of a macro.

    Parameters
    ----------
    ranges : Ranges
        Subscript ranges.
    parameters : mapping of str to Expression
        In a macro, what each parameter stands for in this use.
    borrowed : mapping of str to table numbers by coordinates
        In a macro, tables given as parameters.
    user : str
        In a macro, the variable whose equation uses it, for messages.
    line : int
        The line of that variable.
    depth : int
        Macros around this one.
    table_of : dict of (str, coordinates) to int
        Number of each table.
    coordinates : dict of str to Placed
        Slots of the elements of each variable, in order.
    tables : dict of str to dict of coordinates
        Elements of each table, in order.
    """

    ranges: Ranges
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    user: str = ""
    line: int | None = None
    depth: int = 0
    table_of: dict[Key, int] = field(default_factory=dict)
    coordinates: dict[str, Placed] = field(default_factory=dict)
    tables: dict[str, dict[Coordinates, int]] = field(default_factory=dict)

    @cached_property
    def slots(self) -> Slots:
        """Slot of each scalar, by name and coordinates."""
        return Slots(self.coordinates)

    def place(self, name: str, index: Index, first: int) -> None:
        """Give elements of a variable the slots from a first one on."""
        self.coordinates.setdefault(name, Placed()).add(index, first)

    def axis(self, name: str, place: int) -> tuple[str, ...]:
        """Return the elements that a variable or table has along one of its subscripts."""
        known = self.coordinates.get(name) or self.tables.get(name) or {}
        return tuple(dict.fromkeys(c[place] for c in known if place < len(c)))


@dataclass
class Translation:
    """What the whole model comes to.

    Parameters
    ----------
    path : Path
        The model file; its references to files are read against its folder.
    macros : mapping of str to Macro
        By plain name.
    data_files : tuple of Path
        Tables of data variables that name no file themselves.
    vensim : bool
        Whether the file is Vensim's, which decides where Vensim and Stella differ.
    euler : bool
        Whether the file asks for integration by Euler, which is all that PySD does.
    grid : mapping of str to int
        Plain names of the time grid in this file and their slots, the same in every scope.
    """

    path: Path
    macros: Mapping[str, Macro]
    data_files: tuple[Path, ...] = ()
    vensim: bool = True
    euler: bool = True
    grid: Mapping[str, int] = field(default_factory=lambda: CONTROL)
    files: dict[str, None] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    numbers: dict[Table, int] = field(default_factory=dict)
    equations: dict[int, Expression] = field(default_factory=dict)
    starts: dict[int, Expression] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    delays: list[FixedDelay] = field(default_factory=list)
    orders: list[Expression] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: dict[tuple[object, ...], Any] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)
    known: dict[int, Slot] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=Sizes)
    count: int = FIRST_FREE

    @property
    def root(self) -> Path:
        """Folder of the model."""
        return self.path.parent

    def new_slot(self) -> int:
        """Return the number of a slot nobody else has."""
        return self.new_slots(1)

    def new_slots(self, count: int) -> int:
        """Return the first of some slots in a row that nobody else has."""
        self.count += count
        return self.count - count

    def read(self, slot: int) -> Slot:
        """Return the value of a slot, the same object whoever reads it."""
        known = self.known.get(slot)
        if known is None:
            known = self.known[slot] = Slot(slot)
        return known

    def new_table(self, table: Table) -> int:
        """Store a table, once, and return its number."""
        number = self.numbers.setdefault(table, len(self.tables))
        if number == len(self.tables):
            self.tables.append(table)
        return number

    def literal(self, value: float) -> Number:
        """Return a number of the file; that of :NA: is worth a note."""
        if value == NA:
            self.notes.setdefault(NA_NOTE)
        return Number(value)

    def keep(self, expression: Expression, start: Expression | None = None) -> Slot:
        """Give an expression a hidden slot of its own, and its start where that differs."""
        slot = self.new_slot()
        self.equations[slot] = expression
        if start is not None and start is not expression:
            self.starts[slot] = start
        return Slot(slot)

    def state(self, start: Expression, rate: Expression) -> Slot:
        """Give a hidden stock a slot of its own."""
        slot = self.new_slot()
        self.states.append(State(slot, start, "integrate", rate))
        return Slot(slot)

    def once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return what was made for a key before, or make it."""
        if key not in self.seen:
            self.seen[key] = make()
        return self.seen[key]

    def fault(self, equation: Equation, what: str) -> None:
        """Note a fault of one entry of the file."""
        self.faults.append(Fault(self.path, equation.line, equation.name, what))

    def refuse(
        self, function: str, title: str, line: int | None, elsewhere: bool = True
    ) -> Unsupported:
        """Return the error for a construct that is not compiled."""
        return Unsupported(function, title, line, str(self.path), elsewhere and self.euler)


def titled(name: str, coordinates: Coordinates, titles: Mapping[str, str]) -> str:
    """Return a name with its subscripts as ``name[a,b]``."""
    suffix = ",".join(titles.get(c, c) for c in coordinates)
    return f"{name}[{suffix}]" if coordinates else name
