"""Link scores from the values of variables at two instants, a time step apart.

Schoenberg, Davidsen and Eberlein (2020), Understanding model behavior using the Loops that Matter
method, doi 10.1002/sdr.1658: a link from x to z scores |change of z by x alone / change of z| with
the sign of the change of z by x alone over the change of x. A stock is scored by its net flow,
the later form of doi 10.1002/sdr.1728.

Beside them stands what is our own: the change of a variable by all together that lies outside the
loops of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    MEMBER,
    STEP_TIME,
    TIME_STEP,
    Call,
    Expression,
    Lookup,
    Number,
    Slot,
    slots_in,
)
from qiantang.engine.plan import Equation
from qiantang.loops.network import Network

Floats = npt.NDArray[np.float64]
NOTHING: frozenset[int] = frozenset()


@dataclass
class Sheet:
    """Expressions of one step, with some of what they read as it is now, the rest as it was.

    The value of a slot now stands at its own number, the value before that many slots further on,
    and what is computed of them behind both.

    Parameters
    ----------
    network : Network
    given : frozenset of int
        Slots of constants that members have of their own, or that move over time.
    """

    network: Network
    given: frozenset[int]
    equations: list[Equation] = field(default_factory=list)
    used: dict[int, None] = field(default_factory=dict)
    _hidden: dict[tuple[int, frozenset[int]], int] = field(default_factory=dict)
    _reads: dict[int, frozenset[int]] = field(default_factory=dict)
    _next: int = -1

    def __post_init__(self) -> None:
        self._next = 2 * self.network.program.slot_count

    def moved(self, expression: Expression, now: frozenset[int]) -> int:
        """Return where an expression will stand with some slots as they are now."""
        return self._put(mapped(expression, lambda slot: self._seen(slot, now)))

    def _put(self, expression: Expression) -> int:
        self.equations.append((self._next, expression))
        self._next += 1
        return self._next - 1

    @property
    def size(self) -> int:
        """Number of places."""
        return self._next

    def _seen(self, slot: int, now: frozenset[int]) -> Expression:
        """Return what an expression sees in the place of a slot."""
        program = self.network.program
        known = program.equations.get(slot)
        if isinstance(known, Number) and slot not in self.given:
            fixed = {TIME_STEP: program.time_step, INITIAL_TIME: program.initial_time,
                     FINAL_TIME: program.final_time}  # fmt: skip
            return Number(fixed.get(slot, known.value))
        if slot in self._inside:
            return Slot(self._copy(slot, now & self._reads_of(slot)))
        self.used.setdefault(slot)
        return Slot(slot if slot in now else program.slot_count + slot)

    @cached_property
    def _inside(self) -> dict[int, Expression]:
        """Equations of what is hidden and has no memory."""
        program, knots = self.network.program, self.network.web.knots
        found = {slot: e for slot, e in program.equations.items() if slot not in knots}
        return found | {s.slot: s.expression for s in program.states if s.slot not in knots}

    def _copy(self, slot: int, now: frozenset[int]) -> int:
        """Return where a hidden slot stands that sees some slots as they are now."""
        key = slot, now
        if key not in self._hidden:
            inner = mapped(self._inside[slot], lambda used: self._seen(used, now))
            self._hidden[key] = self._put(inner)
        return self._hidden[key]

    def _reads_of(self, slot: int) -> frozenset[int]:
        """Return what a hidden slot reads that is not hidden, or has memory."""
        if slot not in self._reads:
            self._reads[slot] = NOTHING
            found: set[int] = set()
            for used in slots_in(self._inside[slot]):
                found |= self._reads_of(used) if used in self._inside else {used}
            self._reads[slot] = frozenset(found)
        return self._reads[slot]

    def reads(self, expression: Expression) -> frozenset[int]:
        """Return all that an expression reads, through what is hidden and has no memory."""
        found: set[int] = set()
        for used in slots_in(expression):
            found |= self._reads_of(used) if used in self._inside else {used}
        return frozenset(found)


@dataclass(frozen=True)
class _Effect:
    """Where the parts of the change of one knot stand.

    ``causes`` are places among the links, the slot of the cause, and where the knot stands with
    that cause moved; all -1 for a fixed delay, which hands on what came in.
    """

    knot: int
    before: int
    now: int
    outside: int
    causes: tuple[tuple[int, int, int], ...]


@dataclass
class LinkScores:
    """Scores of the links of a network, and the share of outside, at many instants at once.

    Parameters
    ----------
    network : Network
    given : frozenset of int
        Slots of constants that members have of their own, or that move over time.
    """

    network: Network
    given: frozenset[int] = NOTHING

    def __post_init__(self) -> None:
        from qiantang.engine.numpy_backend import compiled

        self._sheet = Sheet(self.network, self.given)
        self._effects = tuple(self._effect(knot) for knot in self.knots)
        self._code: Callable[[list[Any]], None] = compiled(
            self._sheet.equations, self.network.program.tables
        )

    @cached_property
    def knots(self) -> tuple[int, ...]:
        """Slots of what the links move."""
        return tuple(dict.fromkeys(effect for _, effect in self.network.links))

    @property
    def needed(self) -> tuple[int, ...]:
        """Slots whose values are needed at both instants."""
        return tuple(slot for slot in self._sheet.used if slot not in (MEMBER, STEP_TIME))

    def _effect(self, knot: int) -> _Effect:
        sheet, network = self._sheet, self.network
        causes = [(i, cause) for i, (cause, effect) in enumerate(network.links) if effect == knot]
        expression = network.web.expression(knot)
        assert expression is not None
        if knot in network.program.delay_of:
            sheet.used.setdefault(knot)
            base = network.program.slot_count
            return _Effect(knot, base + knot, knot, -1, tuple((i, c, -1) for i, c in causes))
        reads = sheet.reads(expression)
        inside = frozenset(cause for _, cause in causes)
        return _Effect(
            knot,
            sheet.moved(expression, NOTHING),
            sheet.moved(expression, reads),
            sheet.moved(expression, reads - inside) if reads - inside else -1,
            tuple((i, cause, sheet.moved(expression, frozenset({cause}))) for i, cause in causes),
        )

    def score(self, now: Mapping[int, Floats], before: Mapping[int, Floats]) -> Changes:
        """Score every link.

        Parameters
        ----------
        now, before : mapping of int to array of shape (n,)
            Values of the slots needed at an instant, and a time step earlier.

        Returns
        -------
        Changes
        """
        base = self.network.program.slot_count
        values: list[Any] = [None] * self._sheet.size
        for slot, value in now.items():
            values[slot], values[base + slot] = value, before[slot]
        size = len(next(iter(now.values())))
        changes = Changes(
            np.zeros((len(self.network.links), size)), np.zeros((len(self.knots), size))
        )
        with np.errstate(all="ignore"):
            self._code(values)
            for row, effect in enumerate(self._effects):
                self._fill(changes, row, effect, values, base)
        return changes

    def _fill(
        self, changes: Changes, row: int, effect: _Effect, values: Sequence[Any], base: int
    ) -> None:
        """Put the scores of the links to one knot, and its share of outside, in place."""
        before = values[effect.before]
        change = values[effect.now] - before
        total = np.zeros(changes.links.shape[1])
        for link, cause, place in effect.causes:
            moved = values[cause] - values[base + cause]
            part = change if place < 0 else values[place] - before
            sign = np.sign(part) * (np.sign(moved) if place >= 0 else np.sign(part))
            score = np.abs(part / change) * sign
            changes.links[link] = np.where((change == 0) | (part == 0), 0.0, score)
            total += np.abs(part)
        if effect.outside >= 0:
            outside = np.abs(values[effect.outside] - before)
            changes.outside[row] = np.where(outside > 0, outside / (outside + total), 0.0)


@dataclass(frozen=True)
class Changes:
    """How links and outside moved the knots of a network.

    Parameters
    ----------
    links : array of shape (link, n)
        Score of each link.
    outside : array of shape (knot, n)
        Direct share of outside in the changes of each knot, signs left out.
    """

    links: Floats
    outside: Floats


def mapped(expression: Expression, seen: Callable[[int], Expression]) -> Expression:
    """Return an expression with every reading of a slot replaced."""
    from qiantang.engine.expressions import fold

    def part(here: Expression, arguments: Sequence[Expression]) -> Expression:
        if isinstance(here, Slot):
            return seen(here.index)
        if isinstance(here, Call):
            return Call(here.operation, tuple(arguments))
        return Lookup(here.table, arguments[0]) if isinstance(here, Lookup) else here

    return fold(expression, part)
