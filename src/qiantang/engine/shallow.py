"""Expressions of bounded depth: what lies deeper, or is very long, gets a hidden slot of its own.

A sum over a thousand elements, or sixty nested conditions, is a tree as deep. Python's compiler,
Numba and every function that walks a tree by calling itself give up on such trees. So a program
is cut once, where it is made. The order of the operations stays, and so does every bit of a
result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qiantang.engine.expressions import Call, Expression, Lookup, Slot, arguments_of, fold
from qiantang.engine.ir import Program
from qiantang.engine.operations import OPERATIONS

DEPTH = 30
"""Operations above one another in an expression."""

SIZE = 1000
"""Operations, slots and numbers in an argument; one that stands in several places counts often."""

_Part = tuple[Expression, int, int]
"""An expression, its depth and its size."""


def shallow(program: Program) -> Program:
    """Return a program that computes the same, no expression of it too deep or too long."""
    cut = _Cut(program.slot_count)
    equations = {slot: cut.of(expression) for slot, expression in program.equations.items()}
    starts = {slot: cut.of(expression) for slot, expression in program.starts.items()}
    states = tuple(
        replace(state, start=cut.of(state.start), expression=cut.of(state.expression))
        for state in program.states
    )
    delays = tuple(replace(delay, start=cut.of(delay.start)) for delay in program.delays)
    if not cut.found:
        return program
    return replace(
        program,
        equations=equations | cut.found,
        starts=starts,
        states=states,
        delays=delays,
        slot_count=program.slot_count + len(cut.found),
    )


def _fits(expression: Expression) -> bool:
    """Return whether an expression needs no cut anywhere, by its levels from the top."""
    level: list[Expression] = [expression]
    size = 0
    for _ in range(DEPTH - 1):
        size += len(level)
        level = [argument for part in level for argument in arguments_of(part)]
        if not level:
            return True
        if size > SIZE:
            return False
    return False


class _Cut:
    """Cuts expressions, and keeps what it cut off by the hidden slot that now stands for it."""

    def __init__(self, slot_count: int) -> None:
        self.next = slot_count
        self.found: dict[int, Expression] = {}
        self.known: dict[int, _Part] = {}

    def of(self, expression: Expression) -> Expression:
        return expression if _fits(expression) else fold(expression, self.part)[0]

    def part(self, part: Expression, arguments: Sequence[_Part]) -> _Part:
        if not arguments:
            return part, 0, 1
        short = [self.short(argument) for argument in arguments]
        depth = 1 + max(depth for _, depth, _ in short)
        size = 1 + sum(size for _, _, size in short)
        if all(new is old for (new, _, _), old in zip(short, arguments_of(part), strict=True)):
            return part, depth, size
        if isinstance(part, Lookup):
            return Lookup(part.table, short[0][0]), depth, size
        assert isinstance(part, Call)
        return Call(part.operation, tuple(new for new, _, _ in short)), depth, size

    def short(self, argument: _Part) -> _Part:
        """Return an argument, or the slot that stands for it from now on."""
        expression, depth, size = argument
        if depth < DEPTH - 2 and size < SIZE:
            return argument
        if id(expression) not in self.known:  # it stays alive among what is found
            truth = isinstance(expression, Call) and OPERATIONS[expression.operation].truth
            self.found[self.next] = Call("number", (expression,)) if truth else expression
            slot = Slot(self.next)
            self.next += 1
            self.known[id(expression)] = (Call("truth", (slot,)), 1, 2) if truth else (slot, 0, 1)
        return self.known[id(expression)]
