"""A program in which single links can be cut: the source held at a value, in some members only.

Every cut link gets two constants of its own, a switch and the value held. One program, one batch,
many loops cut one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qiantang.engine.ir import (
    Call,
    Expression,
    Kind,
    Lookup,
    Number,
    Program,
    Slot,
    State,
    slots_in,
)
from qiantang.model.loops import Loop

Link = tuple[str, str]


@dataclass(frozen=True)
class Cut:
    """One link that can be cut, and the constants that cut it.

    Parameters
    ----------
    link : tuple of str
        Source and target.
    switch : str
        1 where the link is cut.
    held : str
        Value that the target then sees. [unit of the source]
    """

    link: Link
    switch: str
    held: str


def choose_link(program: Program, loop: Loop, loops: Sequence[Loop]) -> Link | None:
    """Return the link of a loop whose cut harms least besides, None if none can be cut.

    A link can be cut where the equation of the target names the source itself. The one taken is
    shared with fewest other loops; then its source acts on fewest others, and its target has most
    other causes, so that what is not feedback goes on.
    """
    readings = {name: program.dependencies(name) for name in program.slot_of}

    def harm(link: Link) -> tuple[int, int, int]:
        shared = sum(link in other.links for other in loops)
        readers = sum(link[0] in used for used in readings.values())
        return shared, readers, -len(readings[link[1]])

    return min((link for link in loop.links if _is_direct(program, link)), key=harm, default=None)


def with_cuts(program: Program, links: Sequence[Link]) -> tuple[Program, dict[Link, Cut]]:
    """Return the program with a switch on every link given; all switches are off.

    Parameters
    ----------
    program : Program
    links : sequence of (str, str)
        Each a source and a target whose equation names the source.

    Returns
    -------
    Program
        With two constants more for each link.
    dict of link to Cut
    """
    equations, states = dict(program.equations), {s.slot: s for s in program.states}
    cuts: dict[Link, Cut] = {}
    slots: list[int] = []
    names: list[str] = []
    for place, link in enumerate(dict.fromkeys(links)):
        source, target = (program.slot_of[name] for name in link)
        switch, held = (program.slot_count + 2 * place + offset for offset in (0, 1))
        cuts[link] = Cut(link, f"cut_{place}_switch", f"cut_{place}_held")
        names += [cuts[link].switch, cuts[link].held]
        slots += [switch, held]
        equations |= {switch: Number(0.0), held: Number(0.0)}
        seen = _seen(source, switch, held)
        if target in states:
            state: State = states[target]
            states[target] = replace(state, expression=_replaced(state.expression, source, seen))
        else:
            equations[target] = _replaced(equations[target], source, seen)
    constant: list[Kind] = ["constant"] * len(names)
    made = replace(
        program,
        names=(*program.names, *names),
        titles=(*program.titles, *names),
        kinds=(*program.kinds, *constant),
        slots=(*program.slots, *slots),
        equations=equations,
        states=tuple(states[state.slot] for state in program.states),
        slot_count=program.slot_count + len(slots),
    )
    return made, cuts


def _is_direct(program: Program, link: Link) -> bool:
    source, target = (program.slot_of.get(name, -1) for name in link)
    state = program.state_of.get(target)
    expression = program.equations.get(target) if state is None else state.expression
    return expression is not None and source in slots_in(expression)


def _seen(source: int, switch: int, held: int) -> Expression:
    """Return what the target sees of its source: exactly the source where the switch is off."""
    on = Call("sub", (Number(1.0), Slot(switch)))
    return Call(
        "add",
        (Call("mul", (on, Slot(source))), Call("mul", (Slot(switch), Slot(held)))),
    )


def _replaced(expression: Expression, slot: int, by: Expression) -> Expression:
    """Return an expression with every reading of a slot replaced."""
    if isinstance(expression, Slot):
        return by if expression.index == slot else expression
    if isinstance(expression, Call):
        parts = tuple(_replaced(part, slot, by) for part in expression.arguments)
        return Call(expression.operation, parts)
    if isinstance(expression, Lookup):
        return Lookup(expression.table, _replaced(expression.argument, slot, by))
    return expression
