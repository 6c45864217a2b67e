"""A run as it goes, step by step: the same for arrays of members and for one member's floats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.expressions import FixedDelay, Integrator, slots_in
from qiantang.engine.inputs import Inputs
from qiantang.engine.ir import Program
from qiantang.engine.plan import Equation, Plan
from qiantang.engine.watch import Values, Watch

Floats = npt.NDArray[np.float64]
Code = Callable[[Values], None]


class Run(ABC):
    """The values of one run as it goes.

    Parameters
    ----------
    program : Program
        The model.
    plan : Plan
        What to compute.
    inputs : Inputs
        Constants, filled slots and times.
    integrator : {"euler", "rk4"}
        How to integrate.
    """

    def __init__(
        self, program: Program, plan: Plan, inputs: Inputs, integrator: Integrator
    ) -> None:
        self.program, self.plan, self.inputs, self.integrator = program, plan, inputs, integrator
        self.moved = [s for s in plan.states if s.moves]
        self.begun = [
            (state.slot, used)
            for state in plan.states
            if state.rule == "begin"
            for used in slots_in(state.expression)
        ]
        """Slots that keep the value which another has at the beginning of the step."""
        self.base = program.slot_count
        self.values: Values = [None] * (self.base + len(self.moved))
        self.begin, self.still = self.code(plan.start), self.code(plan.still)
        ruling, shown = _parted(plan)
        rates = [(self.base + i, s.expression) for i, s in enumerate(self.moved)]
        self.equations, self.shown = self.code(ruling), self.code(shown)
        self.rates = self.code(rates)
        self.history: list[list[Any]] = [[] for _ in plan.delays]
        places = {delay.slot: place for place, delay in enumerate(plan.delays)}
        self.numbers = [
            None if delay.rule == "fixed" else self.history[places[delay.order]]
            for delay in plan.delays
        ]
        """For each delay of a varying number of steps, those numbers."""
        self.coming: list[dict[float, Any]] = [{} for _ in plan.delays]
        """For each such delay, what arrives at which step; what came last at step -1."""
        self.first: list[Any] = []
        self.places: dict[int, list[int]] = {}
        for place, step in enumerate(inputs.saved.tolist()):
            self.places.setdefault(step, []).append(place)

    @abstractmethod
    def code(self, equations: Sequence[Equation]) -> Code:
        """Return a function that computes equations in order."""

    @abstractmethod
    def constants(self) -> Sequence[Any]:
        """Return the values of the constants."""

    @abstractmethod
    def given(self, index: int) -> Sequence[Any]:
        """Return the values of the filled slots at an index of the grid."""

    @abstractmethod
    def delayed(self, delay: FixedDelay, history: Sequence[Any], first: Any, step: int) -> Any:
        """Return what a fixed delay yields at a step."""

    @abstractmethod
    def expect(
        self, delay: FixedDelay, coming: dict[float, Any], value: Any, number: Any, step: int
    ) -> None:
        """Note when what comes in at a step will arrive; one of no number arrives at the next."""

    @abstractmethod
    def arrived(
        self, delay: FixedDelay, coming: dict[float, Any], waiting: Any, first: Any, step: int
    ) -> Any:
        """Return what a delay of a varying number of steps yields at a step.

        ``waiting`` says whether nothing has had to arrive so far.
        """

    @abstractmethod
    def kept(self, value: Any) -> Any:
        """Return a value kept at or above zero."""

    @abstractmethod
    def save(self, place: int, out: Floats) -> None:
        """Put the outputs into the result, of shape (output, time, member)."""

    def start(self, early: Checkpoint | None) -> None:
        """Find the states at the initial time, or put those of a checkpoint in place."""
        for slot, value in zip(self.plan.constants, self.constants(), strict=True):
            self.values[slot] = value
        self.fill(0)
        self.begin(self.values)
        self.first = [self.values[delay.slot] for delay in self.plan.delays]
        self.still(self.values)
        if early is not None:
            for state, value in zip(self.moved, early.states, strict=True):
                self.values[state.slot] = value
            for history, past in zip(self.history, early.past, strict=True):
                history[:] = past
            for step in range(early.step):
                self._expect(step)
                if step > 0:
                    self._delay(step)

    def states(self) -> tuple[Any, ...]:
        """Return the values of the states that move."""
        return tuple(self.values[state.slot] for state in self.moved)

    def look(self, step: int, out: Floats, whole: bool = False) -> None:
        """Evaluate what the states need at a step, all equations where they are looked at."""
        self.fill(step)
        self.equations(self.values)
        places = self.places.get(step, ())
        if places or whole:
            self.shown(self.values)
        for place in places:
            self.save(place, out)

    def fill(self, step: int, half: int = 0) -> None:
        """Put the given values of a step, or of its middle, in place."""
        given = self.given(step * self.inputs.stride + half)
        for slot, value in zip(self.plan.filled, given, strict=True):
            self.values[slot] = value
        if half == 0:
            for slot, used in self.begun:
                self.values[slot] = self.values[used]
            if step > 0:
                self._delay(step)

    def _delay(self, step: int) -> None:
        """Put what delays yield at a step in place."""
        for delay, history, numbers, coming, first in zip(
            self.plan.delays, self.history, self.numbers, self.coming, self.first, strict=True
        ):
            self.values[delay.slot] = (
                self.delayed(delay, history, first, step)
                if numbers is None
                else self.arrived(delay, coming, step < numbers[0], first, step)
            )

    def _expect(self, step: int) -> None:
        """Note when what came in at a step will arrive, where that varies."""
        for delay, history, numbers, coming in zip(
            self.plan.delays, self.history, self.numbers, self.coming, strict=True
        ):
            if numbers is not None:
                self.expect(delay, coming, history[step], numbers[step], step)

    def advance(self, step: int) -> None:
        """Carry the states from one step to the next."""
        for delay, history in zip(self.plan.delays, self.history, strict=True):
            history.append(self.values[delay.source])
        self._expect(step)
        dt = self.inputs.time_step
        self.rates(self.values)
        rates = self.values[self.base :]
        old = self.states()
        if self.integrator == "rk4":
            slopes = self._runge_kutta(step, old, rates)
            new = [
                rate if state.rule == "assign" else value + slope * dt
                for state, value, rate, slope in zip(self.moved, old, rates, slopes, strict=True)
            ]
        else:
            new = [
                rate if state.rule == "assign" else value + rate * dt
                for state, value, rate in zip(self.moved, old, rates, strict=True)
            ]
        self._put(new)

    def _put(self, new: Sequence[Any]) -> None:
        for state, value in zip(self.moved, new, strict=True):
            self.values[state.slot] = self.kept(value) if state.non_negative else value

    def _runge_kutta(self, step: int, old: Sequence[Any], first: list[Any]) -> list[Any]:
        """Return the weighted slope of the four stages; assigned states wait for the step."""
        dt = self.inputs.time_step
        total, slope = list(first), first
        for half, share, weight in ((1, 0.5, 2.0), (1, 0.5, 2.0), (2, 1.0, 1.0)):
            moved = [
                value if state.rule == "assign" else value + rate * (share * dt)
                for state, value, rate in zip(self.moved, old, slope, strict=True)
            ]
            self._put(moved)
            self.fill(step, half)
            self.equations(self.values)
            self.rates(self.values)
            slope = self.values[self.base :]
            total = [t + weight * s for t, s in zip(total, slope, strict=True)]
        return [t / 6.0 for t in total]


def _parted(plan: Plan) -> tuple[list[Equation], list[Equation]]:
    """Return the equations of a step that states and delays need, and those only looked at."""
    needed = {used for state in plan.states for used in slots_in(state.expression)}
    needed |= {slot for delay in plan.delays for slot in (delay.source, delay.order)}
    for slot, expression in reversed(plan.step):
        if slot in needed:
            needed.update(slots_in(expression))
    ruling = [equation for equation in plan.step if equation[0] in needed]
    return ruling, [equation for equation in plan.step if equation[0] not in needed]


def simulate(
    run: Run,
    out: Floats,
    watch: Watch | None = None,
    early: Checkpoint | None = None,
) -> npt.NDArray[np.bool_]:
    """Run all members of the inputs.

    Parameters
    ----------
    run : Run
        A run that has not begun.
    out : array of shape (output, time, member)
        Where the values go; those before a checkpoint are there already.
    watch : Watch, optional
        Told every step; for the second look at members that diverged.
    early : Checkpoint, optional
        Where to go on from.

    Returns
    -------
    array of bool, shape (member,)
        Members whose stocks or outputs ceased to be finite.
    """
    inputs = run.inputs
    with np.errstate(all="ignore"):
        run.start(early)
        for step in range(early.step if early else 0, inputs.steps + 1):
            run.look(step, out, whole=watch is not None)
            if watch is not None:
                watch.look(run.values, inputs.grid[step * inputs.stride], inputs.members)
                if len(watch.found) == inputs.members:
                    break
            if step < inputs.steps:
                run.advance(step)
    return _not_finite([*run.states(), *out], inputs.members)


def checkpoint(
    run: Run,
    out: Floats,
    step: int,
    early: Checkpoint | None = None,
) -> Checkpoint:
    """Run members for some steps and return where they stand; see :func:`simulate`."""
    with np.errstate(all="ignore"):
        run.start(early)
        for behind in range(early.step if early else 0, step):
            run.look(behind, out)
            run.advance(behind)
    return Checkpoint(step, states=run.states(), past=tuple(map(tuple, run.history)))


def _not_finite(arrays: Iterable[Any], members: int) -> npt.NDArray[np.bool_]:
    bad = np.zeros(members, dtype=np.bool_)
    for array in arrays:
        finite = np.isfinite(array)
        bad |= ~(finite.all(axis=0) if finite.ndim > 1 else finite)
    return bad
