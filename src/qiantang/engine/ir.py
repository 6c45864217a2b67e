"""The program: a model as numbered slots and expression trees, free of any text from the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from qiantang.engine.expressions import (
    FINAL_TIME,
    INITIAL_TIME,
    MEMBER,
    ROLES,
    STEP_TIME,
    TIME,
    TIME_STEP,
    Call,
    Engine,
    Expression,
    FixedDelay,
    Integrator,
    Kind,
    Lookup,
    Mode,
    Number,
    Rule,
    Slot,
    State,
    Table,
    Unsupported,
    slots_in,
    tables_in,
)
from qiantang.faults import nearest

__all__ = [
    "FINAL_TIME",
    "INITIAL_TIME",
    "MEMBER",
    "ROLES",
    "STEP_TIME",
    "TIME",
    "TIME_STEP",
    "Call",
    "Engine",
    "Expression",
    "FixedDelay",
    "Integrator",
    "Kind",
    "Lookup",
    "Mode",
    "Number",
    "Program",
    "Rule",
    "Slot",
    "State",
    "Table",
    "Unsupported",
    "readings",
    "slots_in",
    "tables_in",
]


AT_ONCE = 10_000
"""Equations whose text is held at once."""


@dataclass(frozen=True)
class Program:
    """A model as data, ready to be planned; :class:`LoadedProgram` has the verbs.

    Parameters
    ----------
    names : tuple of str
        Identifiers of the variables, as PySD forms them, in the order of the file.
    titles : tuple of str
        The same variables as the file writes them.
    kinds : tuple of str
        Kind of each name.
    slots : tuple of int
        Slot of each name; -1 for a table.
    equations : mapping of int to Expression
        Slot to its value in a run; constants are numbers.
    starts : mapping of int to Expression
        Slots whose value before the run begins differs from their equation.
    states : tuple of State
        Stocks and the hidden stocks of delays and smooths.
    delays : tuple of FixedDelay
        Delays by a whole number of steps.
    tables : tuple of Table
        Table functions.
    slot_count : int
        Number of slots, hidden ones included.
    structural : tuple of str
        Constants that shape the program itself, such as the order of a delay, and so stay fixed.
    initial_time, final_time, time_step : float
        The time grid of the file.
    source : str
        Path of the model file; not part of the hash.
    source_sha256 : str
        Digest of the model file as it was read, so that PySD is not asked about another.
    integrator : {"euler", "rk4"}
        What the file asks for.
    notes : tuple of str
        What the translation wants a reader to know, for example a documented departure.
    files : tuple of str
        Files that the model reads, as it names them.
    controls : mapping of str to str
        Which variable plays each part of :data:`ROLES`.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    kinds: tuple[Kind, ...]
    slots: tuple[int, ...]
    equations: Mapping[int, Expression]
    starts: Mapping[int, Expression]
    states: tuple[State, ...]
    delays: tuple[FixedDelay, ...]
    tables: tuple[Table, ...]
    slot_count: int
    initial_time: float
    final_time: float
    time_step: float
    structural: tuple[str, ...] = ()
    source: str = field(default="", compare=False)
    source_sha256: str = field(default="", compare=False)
    integrator: Integrator = "euler"
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    controls: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """The sha256 of everything that can change a result."""
        digest = hashlib.sha256(b"(")
        for part in (self.names, self.kinds, self.slots):
            digest.update(f"{part!r}, ".encode())
        for equations in (self.equations, self.starts):
            items = sorted(equations.items(), key=itemgetter(0))
            digest.update(b"[")
            for first in range(0, len(items), AT_ONCE):  # the text of all may be gigabytes
                digest.update(b", " if first else b"")
                digest.update(repr(items[first : first + AT_ONCE])[1:-1].encode())
            digest.update(b"], ")
        grid = self.initial_time, self.final_time, self.time_step
        rest = (self.states, self.delays, self.tables, *grid)
        digest.update(repr(rest)[1:].encode())
        return digest.hexdigest()

    @cached_property
    def slot_of(self) -> dict[str, int]:
        """Slot by name, tables left out."""
        return {n: s for n, s in zip(self.names, self.slots, strict=True) if s >= 0}

    @cached_property
    def name_of(self) -> dict[int, str]:
        """Name by slot, hidden slots left out."""
        return {slot: name for name, slot in self.slot_of.items()}

    @cached_property
    def constants(self) -> dict[str, float]:
        """Value of each constant, by name."""
        values: dict[str, float] = {}
        for name, kind, slot in zip(self.names, self.kinds, self.slots, strict=True):
            equation = self.equations.get(slot)
            if kind == "constant" and isinstance(equation, Number):
                values[name] = equation.value
        return values

    def kind(self, name: str) -> Kind:
        """Return the kind of a variable.

        Raises
        ------
        ValueError
            If the model has no such variable.
        """
        return self.kinds[self._position(name)]

    def dependencies(self, name: str) -> tuple[str, ...]:
        """Return the variables that a variable reads during a run; a stock reads its flows.

        Raises
        ------
        ValueError
            If the model has no such variable.
        """
        return self._readings(name, at_start=False)

    def initial_dependencies(self, name: str) -> tuple[str, ...]:
        """Return the variables that a variable reads to find its value at the initial time.

        Raises
        ------
        ValueError
            If the model has no such variable.
        """
        return self._readings(name, at_start=True)

    def _position(self, name: str) -> int:
        position = self._positions.get(name)
        if position is None:
            raise ValueError(f"the model has no variable {name}{nearest(name, self.names)}")
        return position

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.names)}

    def _readings(self, name: str, at_start: bool) -> tuple[str, ...]:
        """Walk from a name to the nearest named slots, through hidden ones."""
        slot = self.slots[self._position(name)]
        found: dict[str, None] = {}
        seen = {slot}
        todo = [slot]
        while todo:
            for used in self._direct(todo.pop(), at_start):
                if used in self.name_of:
                    found.setdefault(self.name_of[used])
                elif used not in seen:
                    seen.add(used)
                    todo.append(used)
        return tuple(found)

    def _direct(self, slot: int, at_start: bool) -> tuple[int, ...]:
        return readings(self, slot, at_start)

    @cached_property
    def state_of(self) -> dict[int, State]:
        """State by slot."""
        return {state.slot: state for state in self.states}

    @cached_property
    def delay_of(self) -> dict[int, FixedDelay]:
        """Fixed delay by slot."""
        return {delay.slot: delay for delay in self.delays}


def readings(program: Program, slot: int, at_start: bool) -> tuple[int, ...]:
    """Return the slots that one slot reads, during the run or at its start.

    During the run a stock reads the slots of its rate of change.
    """
    state = program.state_of.get(slot)
    delay = program.delay_of.get(slot)
    if state is not None:
        return tuple(dict.fromkeys(slots_in(state.start if at_start else state.expression)))
    if delay is not None:
        return tuple(dict.fromkeys(slots_in(delay.start))) if at_start else (delay.source,)
    expression = program.equations.get(slot)
    if at_start and slot in program.starts:
        expression = program.starts[slot]
    return () if expression is None else tuple(dict.fromkeys(slots_in(expression)))
