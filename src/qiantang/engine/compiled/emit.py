"""Expressions as source text: slot numbers, literals and operations, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from qiantang.engine.ir import Call, Expression, Lookup, Number, Slot
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
    if isinstance(expression, Number):
        return literal(expression.value)
    if isinstance(expression, Slot):
        return slot(expression.index)
    if isinstance(expression, Lookup):
        return lookup(expression.table, source(expression.argument, slot, lookup, templates))
    assert isinstance(expression, Call)
    arguments = [source(a, slot, lookup, templates) for a in expression.arguments]
    return templates[expression.operation].format(*arguments)
