"""The program over plain floats, for one member: no arrays of length one, nothing to compile.

Equations become functions of Python's own arithmetic, some hundred equations each, with the
values at hand as local names. Where that raises at an edge, a division by zero or an overflow,
the same equations are computed again by careful operations, and stay careful from then on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.compiled.emit import TEMPLATES, literal
from qiantang.engine.expressions import (
    Expression,
    FixedDelay,
    Integrator,
    Lookup,
    Number,
    Slot,
    Table,
    fold,
    slots_in,
)
from qiantang.engine.generated import Code, Values, function, in_turn, used_tables
from qiantang.engine.inputs import Inputs
from qiantang.engine.ir import Program
from qiantang.engine.operations import SMALL
from qiantang.engine.plan import Equation, Plan
from qiantang.engine.scalar_functions import CAREFUL_SCOPE, EDGES, NAN, QUICK_SCOPE, float_table
from qiantang.engine.stepping import Run

Floats = npt.NDArray[np.float64]
BLOCK = 100_000
"""Given values that are turned into floats at a time."""

QUICK_TEMPLATES = {
    **TEMPLATES,
    "and": "({0} and {1})",
    "or": "({0} or {1})",
    "not": "(not {0})",
    "if": "({1} if {0} else {2})",
    "number": "(1.0 if {0} else 0.0)",
    "square": "({0.first} * {0.again})",
    "min": "({0.again} if {0.first} < {1.first} or {0.again} != {0.again} else {1.again})",
    "max": "({0.again} if {0.first} > {1.first} or {0.again} != {0.again} else {1.again})",
    "xidz": f"({{2}} if -{SMALL} < {{1.first}} < {SMALL} else {{0}} / {{1.again}})",
}
"""Python evaluates a condition first, and only the branch that it takes."""

CAREFUL_TEMPLATES = {**QUICK_TEMPLATES, "div": "divide({0}, {1})"}


class _Text:
    """The text of a value; ``first`` keeps it under a name for ``again``."""

    def __init__(self, text: str, name: str = "") -> None:
        self.text = text
        self.first, self.again = (f"({name} := {text})", name) if name else (text, text)

    def __str__(self) -> str:
        return self.text


class _Lines:
    """The lines of one function."""

    def __init__(self, equations: Sequence[Equation], careful: bool) -> None:
        self.equations = equations
        self.templates = CAREFUL_TEMPLATES if careful else QUICK_TEMPLATES
        own = {slot for slot, _ in equations}
        uses = Counter(chain.from_iterable(slots_in(e) for _, e in equations))
        self.loaded = [slot for slot, count in uses.items() if count > 1 and slot not in own]
        self.local = own.union(self.loaded)
        self.names = 0

    def text(self) -> Iterable[str]:
        yield from (f"a{slot} = v[{slot}]" for slot in self.loaded)
        for slot, expression in self.equations:
            self.names = 0
            yield f"a{slot} = v[{slot}] = {fold(expression, self.part)}"

    def part(self, part: Expression, arguments: Sequence[_Text]) -> _Text:
        if isinstance(part, Number):
            return _Text(literal(part.value))
        if isinstance(part, Slot):
            return _Text(f"a{part.index}" if part.index in self.local else f"v[{part.index}]")
        self.names += 1
        if isinstance(part, Lookup):
            text = f"table_{part.table}({arguments[0]})"
        else:
            every = ", ".join(map(str, arguments))
            text = self.templates[part.operation].format(*arguments, every=every)
        return _Text(text, f"t{self.names}")


def compiled(equations: Iterable[Equation], tables: Sequence[Table]) -> Code:
    """Return a function that fills slots of a list of floats in order."""
    found = tuple(equations)
    own = {f"table_{number}": float_table(tables[number]) for number in used_tables(found)}
    return in_turn(found, lambda part: _guarded(part, own))


def _guarded(equations: Sequence[Equation], tables: dict[str, Callable[[float], float]]) -> Code:
    """Return the quick function of equations, which gives way to the careful one at an edge."""
    code = function(_Lines(equations, careful=False).text(), QUICK_SCOPE | tables)
    careful = False

    def fill(values: Values) -> None:
        nonlocal code, careful
        try:
            code(values)
        except EDGES:
            if careful:
                raise
            careful = True
            code = function(_Lines(equations, careful).text(), CAREFUL_SCOPE | tables)
            code(values)

    return fill


class FloatRun(Run):
    """A run of one member, the value of each variable a float.

    Raises
    ------
    ValueError
        If there are more members.
    """

    def __init__(
        self, program: Program, plan: Plan, inputs: Inputs, integrator: Integrator
    ) -> None:
        if inputs.members != 1:
            raise ValueError(f"the scalar engine runs one member, not {inputs.members}")
        super().__init__(program, plan, inputs, integrator)
        self.block: list[list[float]] = []
        self.block_begin = 0
        outputs = plan.outputs
        self.wanted: Callable[[Values], Any] = itemgetter(*outputs) if outputs else list

    def code(self, equations: Sequence[Equation]) -> Code:
        """Return a function that computes equations in order."""
        return compiled(equations, self.program.tables)

    def constants(self) -> Sequence[Any]:
        """Return the values of the constants."""
        return [float(np.ravel(constant)[0]) for constant in self.inputs.constants]

    def given(self, index: int) -> Sequence[Any]:
        """Return the values of the filled slots at an index of the grid."""
        if not 0 <= index - self.block_begin < len(self.block):
            rows = self.inputs.rows
            end = index + max(1, BLOCK // len(rows))
            self.block_begin = index
            self.block = np.array([row.between(index, end) for row in rows]).T.tolist()
        return self.block[index - self.block_begin]

    def delayed(self, delay: FixedDelay, history: Sequence[Any], first: Any, step: int) -> Any:
        """Return what a fixed delay yields at a step."""
        order = self.values[delay.order]
        if order - order != 0.0:
            return NAN
        return history[step - int(order)] if step >= order else first

    def expect(
        self, delay: FixedDelay, coming: dict[float, Any], value: Any, number: Any, step: int
    ) -> None:
        """Note when what comes in at a step will arrive; one of no number arrives at the next."""
        if number != number:
            value, number = NAN, 1.0
        if delay.rule == "material":
            coming[step + number] = coming.get(step + number, 0.0) + value
        else:
            coming[step + number] = step, value

    def arrived(
        self, delay: FixedDelay, coming: dict[float, Any], waiting: Any, first: Any, step: int
    ) -> Any:
        """Return what a delay of a varying number of steps yields at a step."""
        if delay.rule == "material":
            result: float = (first if waiting else 0.0) + coming.pop(step, 0.0)
            return result
        nothing = -1, first
        coming[-1.0] = max(coming.get(-1.0, nothing), coming.pop(step, nothing), key=itemgetter(0))
        return coming[-1.0][1]

    def kept(self, value: Any) -> Any:
        """Return a value kept at or above zero."""
        return value if value > 0.0 or value != value else 0.0

    def save(self, place: int, out: Floats) -> None:
        """Put the outputs into the result."""
        if self.plan.outputs:
            out[:, place, 0] = self.wanted(self.values)
