"""GET DIRECT CONSTANTS and GET XLS CONSTANTS (Vensim's reference manual, pages of these names)."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from qiantang.engine.translation.external.cells import number
from qiantang.engine.translation.external.opened import opened
from qiantang.engine.translation.external.sources import Axes, Sources, sizes
from qiantang.modelfile.tree import Call

Floats = npt.NDArray[np.float64]


def constants(call: Call, axes: Axes, title: str, context: Sources) -> Floats:
    """Return the constants of a definition.

    The last range runs to the right, the one before it down; a star behind the cell turns that.

    Parameters
    ----------
    call : Call
        File, tab and first cell, which may be a named range.
    axes : tuple of Axis
    title : str
    context : Sources

    Returns
    -------
    array
        One entry an element of each axis.

    Raises
    ------
    ValueError
        With one sentence that names the variable, the file and the cell.
    """
    file, (cell,) = opened(call, 3, title, context)
    bare = cell.strip().removesuffix("*")
    turned = bare != cell.strip()
    lengths = [len(axis.labels) for axis in axes if not axis.fixed]
    if len(lengths) > 2:
        raise file.error(f"holds two directions, but {title} has {len(lengths)} ranges")
    shape = ([1, 1, *lengths])[-2:]
    rows, columns = reversed(shape) if turned else shape
    area = file.area(bare)
    if area.rows * area.columns > 1 and (area.rows < rows or area.columns < columns):
        what = f"gives {bare} {area.rows} rows and {area.columns} columns"
        raise file.error(f"{what}, expected {rows} and {columns}")
    grid = file.grid(area.sheet)
    found = np.empty((rows, columns))
    for row, column in itertools.product(range(rows), range(columns)):
        where = area.row + row, area.column + column
        here = grid.cell(*where)
        value = number(here)
        if value is None:
            raise file.cell_error(*where, here, "a number")
        found[row, column] = value
    return (found.T if turned else found).reshape(sizes(axes))
