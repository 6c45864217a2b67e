"""Tables of a model: knots in the file, sorted, with what holds outside them."""

from __future__ import annotations

from itertools import groupby, pairwise

from qiantang.engine.ir import Table
from qiantang.modelfile.tree import Knots


def table_of(knots: Knots) -> Table:
    """Return a table written in the file.

    Where an x is given more than once the table has a vertical step there, from the first of its
    values to the last; at that x it has the last.
    """
    points = list(zip(knots.x, knots.y, strict=True))
    if any(after[0] < before[0] for before, after in pairwise(points)):
        points.sort(key=lambda point: point[0])
    kept = []
    for _, same in groupby(points, key=lambda point: point[0]):
        first, *rest = same
        kept += [first, rest[-1]] if rest and rest[-1] != first else [first]
    x, y = zip(*kept, strict=True)
    return Table(x, y, knots.mode)
