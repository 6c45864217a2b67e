"""Expressions as source text: slot numbers, literals and operations, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from qiantang.engine.expressions import Expression, Lookup, Number, Slot, fold
from qiantang.engine.operations import OPERATIONS

SlotText = Callable[[int], str]
LookupText = Callable[[int, str], str]
TEMPLATES = {name: operation.template for name, operation in OPERATIONS.items()}


def literal(value: float) -> str:
    """Return the shortest text that reads back as the same float."""
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INF" if value > 0 else "(-INF)"
    return repr(float(value)) if math.copysign(1.0, value) > 0 else f"({float(value)!r})"


def source(
    expression: Expression,
    slot: SlotText,
    lookup: LookupText,
    templates: Mapping[str, str] = TEMPLATES,
) -> str:
    """Return an expression as source text.

    Parameters
    ----------
    expression : Expression
        What to write.
    slot : callable
        Text of a slot's value.
    lookup : callable
        Text of a table's value at an argument given as text.
    templates : mapping of str to str
        Text of each operation.
    """

    def text(part: Expression, arguments: Sequence[str]) -> str:
        if isinstance(part, Number):
            return literal(part.value)
        if isinstance(part, Slot):
            return slot(part.index)
        if isinstance(part, Lookup):
            return lookup(part.table, arguments[0])
        return templates[part.operation].format(*arguments, every=", ".join(arguments))

    return fold(expression, text)
