"""Functions made from equations, each of bounded length: one of 10^5 lines is slow to compile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from qiantang.engine.expressions import tables_in
from qiantang.engine.plan import Equation

LINES = 500
"""Equations of a function."""

Values = list[Any]
Code = Callable[[Values], None]


def in_turn(equations: Sequence[Equation], make: Callable[[Sequence[Equation]], Code]) -> Code:
    """Return a function that computes equations in order, made a part at a time."""
    parts = [make(equations[at : at + LINES]) for at in range(0, len(equations), LINES)]
    if len(parts) == 1:
        return parts[0]

    def fill(values: Values) -> None:
        for part in parts:
            part(values)

    return fill


def function(lines: Iterable[str], scope: Mapping[str, Any]) -> Code:
    """Return a function of the slots ``v`` from the lines of its body."""
    text = "\n    ".join(["def fill(v):", *lines, "return None"])
    own = dict(scope)
    exec(compile(text, "<slots>", "exec"), own)
    code: Code = own["fill"]
    return code


def used_tables(equations: Iterable[Equation]) -> Iterable[int]:
    """Return the tables that equations use."""
    return sorted(set(chain.from_iterable(tables_in(e) for _, e in equations)))
