"""What one run computes, and in which order: only what the wanted outputs need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
    slots_in,
)

GRID = (TIME_STEP, INITIAL_TIME, FINAL_TIME)
Equation = tuple[int, Expression]


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
    ValueError
        If equations go round in a circle.
    """
    wanted = tuple(outputs)
    needed = _needed(program, wanted, replaced)
    constants = {
        slot
        for slot in needed
        if slot in (*GRID, MEMBER) or isinstance(program.equations.get(slot), Number)
    } - replaced
    series = {
        slot: program.equations[slot]
        for slot in sorted(needed - replaced - constants)
        if slot in program.equations and _of_time(program, slot)
    }
    filled = {TIME, *({STEP_TIME} & needed), *series, *(replaced & needed)}
    states = tuple(state for state in program.states if state.slot in needed)
    delays = tuple(delay for delay in program.delays if delay.slot in needed)
    memory = {state.slot for state in states} | {delay.slot for delay in delays}
    given = constants | filled
    start_slots = _sorted(
        program, [*(s.slot for s in states), *(d.slot for d in delays)], given, at_start=True
    )
    equations = needed - given - memory
    ordered = _sorted(program, sorted(equations), given | memory, at_start=False)
    held = {state.slot for state in states if state.rule == "hold"}
    still = _still(program, ordered, constants | held)
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


def _needed(program: Program, outputs: tuple[int, ...], replaced: frozenset[int]) -> set[int]:
    """Return every slot that an output reads, directly or not, in the run or at its start."""
    needed = {TIME, *GRID}
    todo = list(outputs)
    while todo:
        slot = todo.pop()
        if slot in needed:
            continue
        needed.add(slot)
        if slot in replaced:
            continue
        todo.extend(readings(program, slot, at_start=False))
        todo.extend(readings(program, slot, at_start=True))
        delay = program.delay_of.get(slot)
        if delay is not None:
            todo.append(delay.order)
    return needed


def _of_time(program: Program, slot: int) -> bool:
    """Return whether a slot reads nothing but time and the time grid, at all stages alike."""
    allowed = {TIME, STEP_TIME, *GRID}
    return slot not in program.starts and all(
        used in allowed for used in slots_in(program.equations[slot])
    )


def _at_start(program: Program, slot: int) -> Expression:
    state, delay = program.state_of.get(slot), program.delay_of.get(slot)
    if state is not None:
        return state.start
    if delay is not None:
        return delay.start
    return program.starts.get(slot, program.equations[slot])


def _still(program: Program, ordered: Iterable[int], fixed: set[int]) -> set[int]:
    """Return the slots of a sorted list that depend on nothing that changes."""
    still: set[int] = set()
    for slot in ordered:
        if all(used in fixed or used in still for used in slots_in(program.equations[slot])):
            still.add(slot)
    return still


def _sorted(
    program: Program, slots: Iterable[int], given: set[int], at_start: bool
) -> tuple[int, ...]:
    """Sort slots, and what they need, so that each stands after what it reads."""

    def reads(slot: int) -> tuple[int, ...]:
        if not at_start:
            return tuple(dict.fromkeys(slots_in(program.equations[slot])))
        return readings(program, slot, at_start=True)

    return topological(slots, given, reads, lambda slot: program.name_of.get(slot, "a delay"))


def topological(
    slots: Iterable[int],
    given: set[int],
    reads: Callable[[int], tuple[int, ...]],
    name: Callable[[int], str],
) -> tuple[int, ...]:
    """Sort depth first, without recursion.

    Raises
    ------
    ValueError
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
                raise ValueError(
                    "these variables depend on each other at the same time: "
                    + ", ".join(name(member) for member in circle)
                )
            path[used] = [further for further in reads(used) if further not in given]
    return tuple(done)
