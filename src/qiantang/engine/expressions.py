"""Expressions over numbered slots, tables, and what has memory: the alphabet of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from qiantang.engine.operations import OPERATIONS
from qiantang.faults import Fault, StudyError

Kind = Literal["constant", "auxiliary", "stock", "lookup", "driver", "control"]
Engine = Literal["auto", "kernel", "scalar", "numpy", "pysd"]
Integrator = Literal["euler", "rk4"]
Rule = Literal["integrate", "assign", "hold", "begin"]
Travel = Literal["fixed", "information", "material"]
Found = TypeVar("Found")
Mode = Literal["interpolate", "extrapolate", "hold_backward", "look_forward", "raw"]

NA = -(2.0**109)
"""What Vensim takes for a value that is not there."""

TIME, TIME_STEP, INITIAL_TIME, FINAL_TIME, MEMBER, STEP_TIME = range(6)
"""Slots that every program has: the time grid, the number of the member, from 0, and the time at
which the step at hand began, which an integrator that looks inside a step leaves as it is."""

ROLES = ("initial_time", "final_time", "time_step", "saveper")
"""What a file says of its time grid; ``saveper`` is the time between saved values."""


class Unsupported(StudyError):  # noqa: N818 - it reads as what it says
    """A construct that the engine does not compile.

    Parameters
    ----------
    function : str
        The function or construct, as the user would name it.
    variable : str
        The variable whose equation uses it.
    line : int or None
        Line of the model file where the variable is defined, if known.
    source : str
        The model file, if known.
    elsewhere : bool
        Whether PySD may know it.
    """

    def __init__(
        self,
        function: str,
        variable: str,
        line: int | None = None,
        source: str = "",
        elsewhere: bool = True,
    ) -> None:
        self.function = function
        self.variable = variable
        self.line = line
        self.source = source
        self.elsewhere = elsewhere
        what = f"{function} in the equation of {variable} is not compiled"
        super().__init__([Fault(source or "the model", line, "", what)])

    def __str__(self) -> str:
        place = "" if self.line is None else f" (line {self.line})"
        return f"{self.function} in the equation of {self.variable}{place} is not compiled"

    def __reduce__(self) -> tuple[type[Unsupported], tuple[str, str, int | None, str, bool]]:
        return type(self), (
            self.function, self.variable, self.line, self.source, self.elsewhere
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; always a float, so that no integer arithmetic survives translation."""

    value: float


@dataclass(frozen=True, slots=True)
class Slot:
    """The value of a slot at the current time."""

    index: int


@dataclass(frozen=True, slots=True)
class Call:
    """An operation of the fixed list in :mod:`qiantang.engine.compiled.emit` on its arguments."""

    operation: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of a table at an argument."""

    table: int
    argument: Expression


Expression = Number | Slot | Call | Lookup


@dataclass(frozen=True, slots=True)
class Table:
    """Knots of a table function.

    Parameters
    ----------
    x, y : tuple of float
        Knots in ascending order of x.
    mode : {"interpolate", "extrapolate", "hold_backward", "look_forward", "raw"}
        Linear and held outside, linear everywhere, a staircase held from the left or from the
        right, or known at the knots alone and :NA: elsewhere, for data over time only.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    mode: Mode


@dataclass(frozen=True, slots=True)
class State:
    """A slot that has memory.

    Parameters
    ----------
    slot : int
        Where its value stands.
    start : Expression
        Its value at the initial time.
    rule : {"integrate", "assign", "hold", "begin"}
        The expression is its rate of change, its value after the step, unused, or a slot whose
        value at the beginning of the step it keeps, also where an integrator looks inside it.
    expression : Expression
        As the rule says.
    non_negative : bool
        Whether the value is kept at or above zero.
    """

    slot: int
    start: Expression
    rule: Rule
    expression: Expression
    non_negative: bool = False

    @property
    def moves(self) -> bool:
        """Tell whether the value moves on at the end of a step."""
        return self.rule in ("integrate", "assign")


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """A slot whose value is an input of some whole number of steps ago.

    Where that number changes, each input arrives by the number it came in with. Of information the
    input that came in last is taken, among those that have arrived; of material those that arrive
    at the step are added up.

    Parameters
    ----------
    slot : int
        Where the delayed value stands.
    source : int
        Slot of the input.
    order : int
        Slot, computed at the start, of the number of steps; or of the fixed delay, by one step,
        that remembers the numbers.
    start : Expression
        The value until the first input arrives.
    rule : {"fixed", "information", "material"}
        Whether the number of steps changes, and what then arrives.
    """

    slot: int
    source: int
    order: int
    start: Expression
    rule: Travel = "fixed"


def is_wide(expression: Expression) -> bool:
    """Return whether an expression yields a row of numbers."""
    known = OPERATIONS.get(expression.operation) if isinstance(expression, Call) else None
    return known is not None and known.wide


def arguments_of(expression: Expression) -> tuple[Expression, ...]:
    """Return what an expression is made of."""
    if isinstance(expression, Call):
        return expression.arguments
    return (expression.argument,) if isinstance(expression, Lookup) else ()


def fold(expression: Expression, value: Callable[[Expression, Sequence[Found]], Found]) -> Found:
    """Return what is found of an expression from what is found of its arguments.

    A tree of any depth is walked without recursion; a part that stands in several places is
    looked at once.

    Parameters
    ----------
    expression : Expression
        Where to begin.
    value : callable
        Given a part and what was found of its arguments, returns what is found of the part.
    """
    found: dict[int, Found] = {}
    todo = [expression]
    while todo:
        part = todo[-1]
        arguments = arguments_of(part)
        waiting = [a for a in arguments if id(a) not in found]
        if waiting:
            todo.extend(reversed(waiting))
            continue
        todo.pop()
        if id(part) not in found:
            found[id(part)] = value(part, [found[id(a)] for a in arguments])
    return found[id(expression)]


def slots_in(expression: Expression) -> Iterator[int]:
    """Yield the slots an expression reads, in order, repeats included."""
    todo = [expression]
    while todo:
        part = todo.pop()
        if isinstance(part, Slot):
            yield part.index
        elif isinstance(part, Call):
            todo.extend(part.arguments[::-1])
        elif isinstance(part, Lookup):
            todo.append(part.argument)


def tables_in(expression: Expression) -> Iterator[int]:
    """Yield the tables an expression uses."""
    todo = [expression]
    while todo:
        part = todo.pop()
        if isinstance(part, Call):
            todo.extend(part.arguments[::-1])
        elif isinstance(part, Lookup):
            yield part.table
            todo.append(part.argument)


def operations_in(expression: Expression) -> int:
    """Return the number of operations and table look-ups of an expression."""
    count, todo = 0, [expression]
    while todo:
        arguments = arguments_of(todo.pop())
        count += bool(arguments)
        todo.extend(arguments)
    return count
