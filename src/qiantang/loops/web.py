"""Which variable acts on which: the links of a program, its hidden stocks among them.

A knot is a variable, or a stock that DELAY, SMOOTH and their like hide. What else is hidden has no
memory and is looked through. So is the guard that keeps a stock of XMILE at or above zero: it is
part of how a stock moves and no link of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Call, Expression, Number, Program, Slot, slots_in

Link = tuple[int, int]
"""Slots of a cause and of its effect."""


@dataclass(frozen=True)
class Web:
    """The links of a program.

    Parameters
    ----------
    program : Program
    """

    program: Program

    @cached_property
    def knots(self) -> frozenset[int]:
        """Slots of the variables, and of hidden stocks and fixed delays."""
        hidden = {state.slot for state in self.program.states if state.rule != "begin"}
        hidden |= {delay.slot for delay in self.program.delays}
        return frozenset({*self.program.slot_of.values(), *hidden})

    def expression(self, slot: int) -> Expression | None:
        """Return what moves a slot: its equation, a stock's net flow, a delay's input."""
        state, delay = self.program.state_of.get(slot), self.program.delay_of.get(slot)
        if delay is not None:
            return Slot(delay.source)
        if state is not None:
            return None if state.rule == "hold" else state.expression
        return self.program.equations.get(slot)

    @cached_property
    def _guards(self) -> frozenset[int]:
        """Hidden slots without memory that say what is left in a stock that guards itself."""
        found = {state.slot for state in self.program.states if state.rule == "begin"}
        hidden = {
            slot: set(slots_in(e))
            for slot, e in self.program.equations.items()
            if slot not in self.knots and not _is_limited(e)
        }
        while more := {s for s, used in hidden.items() if s not in found and used & found}:
            found |= more
        return frozenset(found)

    def causes(self, slot: int) -> tuple[int, ...]:
        """Return the knots that a knot reads, through what is hidden and has no memory."""
        expression = self.expression(slot)
        return () if expression is None else self.knots_in(expression)

    def knots_in(self, expression: Expression) -> tuple[int, ...]:
        """Return the knots that an expression reads, each once, in order."""
        found: dict[int, None] = {}
        seen: set[int] = set()
        todo = list(slots_in(expression))[::-1]
        while todo:
            used = todo.pop()
            if used in self.knots:
                found.setdefault(used)
            elif used not in seen and used not in self._guards:
                seen.add(used)
                inner = self.program.equations.get(used)
                todo.extend([] if inner is None else list(slots_in(inner))[::-1])
        return tuple(found)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link from knot to knot, by its effect."""
        return tuple((cause, knot) for knot in sorted(self.knots) for cause in self.causes(knot))

    @cached_property
    def closed(self) -> tuple[Link, ...]:
        """The links that lie on some loop: both ends in the same strong component."""
        groups = strong_components(self.links)
        return tuple(link for link in self.links if _together(groups, link))


def _is_limited(expression: Expression) -> bool:
    """Return whether an expression is a flow as wanted, or what is left if that is less."""
    if not isinstance(expression, Call) or expression.operation not in ("min", "max"):
        return False
    return not any(isinstance(argument, Number) for argument in expression.arguments)


def _together(groups: dict[int, int], link: Link) -> bool:
    return groups[link[0]] == groups[link[1]]


def strong_components(links: tuple[Link, ...]) -> dict[int, int]:
    """Return the number of the strong component of each end of some links."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = sorted({end for link in links for end in link})
    place = {end: row for row, end in enumerate(ends)}
    rows: npt.NDArray[np.int64] = np.array([[place[a], place[b]] for a, b in links] or [[0, 0]])
    size = max(len(ends), 1)
    matrix = coo_array((np.ones(len(rows)), (rows[:, 0], rows[:, 1])), shape=(size, size))
    _, labels = connected_components(matrix, directed=True, connection="strong")
    return {end: int(labels[place[end]]) for end in ends}


def paths_through(web: Web, start: int, hidden: dict[int, list[int]]) -> Iterator[tuple[Link, ...]]:
    """Yield the paths of links from a variable to the next ones, through hidden stocks alone."""
    todo: list[tuple[int, tuple[Link, ...]]] = [(start, ())]
    while todo:
        at, path = todo.pop()
        for follower in hidden.get(at, ()):
            link = (at, follower)
            if follower in web.program.name_of:
                yield (*path, link)
            elif all(follower not in passed for passed in path):
                todo.append((follower, (*path, link)))
