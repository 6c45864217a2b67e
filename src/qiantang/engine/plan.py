"""What one run computes, and in which order: only what the wanted outputs need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, islice

from qiantang.engine.expressions import is_wide, operations_in
from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    MEMBER,
    STEP_TIME,
    TIME,
    TIME_STEP,
    Expression,
    FixedDelay,
    Number,
    Program,
    State,
    readings,
)

SERIES = 4096
"""Most functions of time alone that are known for all times ahead; the rest wait for their step."""

MOST_NAMED = 12
"""Variables of a circle that a sentence names."""

GRID = (TIME_STEP, INITIAL_TIME, FINAL_TIME)
Equation = tuple[int, Expression]


class CircleError(ValueError):
    """Variables that depend on each other at the same time.

    Parameters
    ----------
    names : sequence of str
        In the order in which each reads the next; empty for delays alone.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(circle_sentence(names))


def circle_sentence(names: Sequence[str]) -> str:
    """Return the sentence about a circle, however long it is."""
    more = len(names) - MOST_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    told = ", ".join(names[:MOST_NAMED]) or "a delay"
    return f"these variables depend on each other at the same time: {told}{rest}"


@dataclass(frozen=True)
class Plan:
    """One run, ordered.

    Parameters
    ----------
    constants : tuple of int
        Slots that are given per member and stay.
    filled : tuple of int
        Slots that are given at each step: time, functions of time alone, and paths.
    series : tuple of (int, Expression)
        Those of the filled slots that are functions of time alone.
    start : tuple of (int, Expression)
        Equations, in order, that yield the states at the initial time.
    still : tuple of (int, Expression)
        Equations, in order, of slots that do not change during the run.
    step : tuple of (int, Expression)
        Equations, in order, of one step.
    states : tuple of State
        States needed.
    delays : tuple of FixedDelay
        Fixed delays needed.
    outputs : tuple of int
        Slots wanted.
    """

    constants: tuple[int, ...]
    filled: tuple[int, ...]
    series: tuple[Equation, ...]
    start: tuple[Equation, ...]
    still: tuple[Equation, ...]
    step: tuple[Equation, ...]
    states: tuple[State, ...]
    delays: tuple[FixedDelay, ...]
    outputs: tuple[int, ...]

    @cached_property
    def operations(self) -> int:
        """The number of operations and table look-ups of a step."""
        rates = (state.expression for state in self.states)
        return sum(operations_in(e) for e in chain((e for _, e in self.step), rates))


def plan(program: Program, outputs: Iterable[int], replaced: frozenset[int]) -> Plan:
    """Order what the outputs need.

    Parameters
    ----------
    program : Program
        The model.
    outputs : iterable of int
        Slots wanted.
    replaced : frozenset of int
        Slots whose values come from outside over time.

    Returns
    -------
    Plan
        Equations in an order in which each reads only what stands before it.

    Raises
    ------
    CircleError
        If equations go round in a circle.
    """
    wanted = tuple(outputs)
    reads = _Reads(program)
    running = _reached(wanted, replaced, lambda slot: reads.running(slot) + _order(program, slot))
    states = tuple(state for state in program.states if state.slot in running)
    delays = tuple(delay for delay in program.delays if delay.slot in running)
    remembered = [*(s.slot for s in states), *(d.slot for d in delays)]
    needed = running | _reached(remembered, replaced, reads.at_start)
    constants = {
        slot
        for slot in needed
        if slot in (*GRID, MEMBER) or isinstance(program.equations.get(slot), Number)
    } - replaced
    series = {
        slot: program.equations[slot]
        for slot in sorted(needed - replaced - constants)
        if slot in program.equations and _of_time(program, reads, slot)
    }
    series = dict(islice(series.items(), SERIES))
    filled = {TIME, *({STEP_TIME} & needed), *series, *(replaced & needed)}
    given, memory = constants | filled, set(remembered)
    start_slots = _sorted(program, remembered, given, reads.at_start)
    equations = sorted(running - given - memory)
    ordered = _sorted(program, equations, given | memory, reads.running)
    held = {state.slot for state in states if state.rule == "hold"}
    still = _still(reads, ordered, constants | held)
    return Plan(
        constants=tuple(sorted(constants)),
        filled=tuple(sorted(filled)),
        series=tuple(series.items()),
        start=tuple((slot, _at_start(program, slot)) for slot in start_slots),
        still=tuple((slot, program.equations[slot]) for slot in ordered if slot in still),
        step=tuple((slot, program.equations[slot]) for slot in ordered if slot not in still),
        states=states,
        delays=delays,
        outputs=wanted,
    )


class _Reads:
    """What each slot reads, looked up once: in a run, and at its start."""

    def __init__(self, program: Program) -> None:
        self.running = cache(lambda slot: readings(program, slot, at_start=False))
        self.at_start = cache(lambda slot: readings(program, slot, at_start=True))


def _reached(
    wanted: Iterable[int],
    replaced: frozenset[int],
    reads: Callable[[int], tuple[int, ...]],
) -> set[int]:
    """Return every slot that wanted ones read, directly or not, and the time grid."""
    reached = {TIME, *GRID}
    todo = list(wanted)
    while todo:
        slot = todo.pop()
        if slot not in reached:
            reached.add(slot)
            if slot not in replaced:
                todo.extend(reads(slot))
    return reached


def _order(program: Program, slot: int) -> tuple[int, ...]:
    """Return the slot of the number of steps of a fixed delay."""
    delay = program.delay_of.get(slot)
    return () if delay is None else (delay.order,)


def _of_time(program: Program, reads: _Reads, slot: int) -> bool:
    """Return whether a slot reads nothing but time and the time grid, at all stages alike."""
    allowed = {TIME, STEP_TIME, *GRID}
    if slot in program.starts or is_wide(program.equations[slot]):
        return False
    return all(used in allowed for used in reads.running(slot))


def _at_start(program: Program, slot: int) -> Expression:
    state, delay = program.state_of.get(slot), program.delay_of.get(slot)
    if state is not None:
        return state.start
    if delay is not None:
        return delay.start
    return program.starts.get(slot, program.equations[slot])


def _still(reads: _Reads, ordered: Iterable[int], fixed: set[int]) -> set[int]:
    """Return the slots of a sorted list that depend on nothing that changes."""
    still: set[int] = set()
    for slot in ordered:
        if all(used in fixed or used in still for used in reads.running(slot)):
            still.add(slot)
    return still


def _sorted(
    program: Program,
    slots: Iterable[int],
    given: set[int],
    reads: Callable[[int], tuple[int, ...]],
) -> tuple[int, ...]:
    """Sort slots, and what they need, so that each stands after what it reads."""
    return topological(slots, given, reads, lambda slot: program.name_of.get(slot, ""))


def topological(
    slots: Iterable[int],
    given: set[int],
    reads: Callable[[int], tuple[int, ...]],
    name: Callable[[int], str],
) -> tuple[int, ...]:
    """Sort depth first, without recursion.

    Raises
    ------
    CircleError
        If slots depend on each other in a circle.
    """
    done: dict[int, None] = {}
    for root in slots:
        path: dict[int, list[int]] = {}
        if root in done or root in given:
            continue
        path[root] = [slot for slot in reads(root) if slot not in given]
        while path:
            slot, left = next(reversed(path.items()))
            left[:] = [used for used in left if used not in done]
            if not left:
                done.setdefault(slot)
                del path[slot]
                continue
            used = left.pop()
            if used in path:
                circle = list(path)[list(path).index(used) :]
                raise CircleError([name(member) for member in circle if name(member)])
            path[used] = [further for further in reads(used) if further not in given]
    return tuple(done)
