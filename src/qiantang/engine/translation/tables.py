"""Tables of a model: knots in the file, sorted, with what holds outside them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from qiantang.engine.ir import Mode, Table
from qiantang.engine.translation.scope import Translation
from qiantang.engine.translation.trees import kind

MODES: dict[str, Mode] = {
    "interpolate": "interpolate",
    "extrapolate": "extrapolate",
    "hold_backward": "hold_backward",
}
"""What a table in the file may say, and what it means here."""


def table_number(tree: Any, title: str, context: Translation) -> int:
    """Store a table written in the file and return its number.

    Raises
    ------
    ValueError
        If it has no knots, or two with the same x.
    """
    if kind(tree) != "LookupsStructure":
        raise context.refuse(f"a table given as {kind(tree)}", title)
    x, y = tuple(map(float, tree.x)), tuple(map(float, tree.y))
    if len(set(x)) != len(x) or len(x) != len(y) or not x:
        raise ValueError(f"the table of {title} has repeated or missing values of x")
    if any(b < a for a, b in pairwise(x)):
        x, y = (tuple(column) for column in zip(*sorted(zip(x, y, strict=True)), strict=True))
    mode = MODES.get(tree.type, "interpolate")
    return context.new_table(Table(x, y, mode))
