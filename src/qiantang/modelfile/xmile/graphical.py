"""Graphical functions (sections 3.1.4 and 4.1.3)."""

from __future__ import annotations

import math
from itertools import pairwise

from qiantang.modelfile.tree import Knots, TableMode
from qiantang.modelfile.xmile.expressions import NotUnderstood
from qiantang.modelfile.xmile.xml import Node

MODES: dict[str, TableMode] = {
    "": "interpolate",
    "continuous": "interpolate",
    "extrapolate": "extrapolate",
    "discrete": "hold_backward",
}


def knots(node: Node) -> Knots:
    """Return the points of a ``<gf>``.

    Points given one by one win over a scale, as older files write both.

    Raises
    ------
    NotUnderstood
        With the line of the file.
    """
    kind = node.attributes.get("type", "").strip().lower()
    if kind not in MODES:
        raise NotUnderstood(
            f"the graphical function is of type '{kind}', "
            "expected continuous, extrapolate or discrete",
            node.line,
        )
    y = _points(node, "ypts")
    x = _points(node, "xpts") if node.first("xpts") else _scale(node, len(y))
    if len(x) != len(y):
        raise NotUnderstood(
            f"the graphical function has {len(x)} <xpts> and {len(y)} <ypts>, expected as many",
            node.line,
        )
    if any(second < first for first, second in pairwise(x)):
        raise NotUnderstood("the <xpts> are not ascending", node.line)
    return Knots(x, y, MODES[kind])


def _points(node: Node, tag: str) -> tuple[float, ...]:
    child = node.first(tag)
    if child is None:
        raise NotUnderstood(f"the graphical function has no <{tag}>", node.line)
    separator = child.attributes.get("sep", ",")
    parts = child.text.split(separator) if separator.strip() else child.text.split()
    values = []
    for part in (part.strip() for part in parts):
        try:
            values.append(float(part.replace("_", "x")))
        except ValueError:
            values.append(math.nan)
        if not math.isfinite(values[-1]):
            raise NotUnderstood(f"<{tag}> has '{part[:20]}', expected a number", child.line)
    return tuple(values)


def _scale(node: Node, count: int) -> tuple[float, ...]:
    """Return points at even distances from the least to the greatest of ``<xscale>``."""
    scale = node.first("xscale")
    if scale is None:
        raise NotUnderstood("the graphical function has no <xscale> and no <xpts>", node.line)
    try:
        low, high = (float(scale.attributes[key]) for key in ("min", "max"))
    except (KeyError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and (low < high or count == 1)):
        raise NotUnderstood("<xscale> needs a number as min and a greater one as max", scale.line)
    if count == 1:
        return (low,)
    width = high - low
    return (*(low + width * i / (count - 1) for i in range(count - 1)), high)
