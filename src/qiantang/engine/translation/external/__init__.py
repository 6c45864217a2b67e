"""Data, tables, constants and subscripts that a model reads from files beside it.

Numbers are taken from cells; nothing in a file is run, and a formula counts by the value that was
saved with it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Mode, Table
from qiantang.engine.translation.external import datafiles
from qiantang.engine.translation.external.constants import constants
from qiantang.engine.translation.external.elements import subscripts
from qiantang.engine.translation.external.series import series
from qiantang.engine.translation.external.sources import (
    CONSTANTS,
    DATA,
    SUBSCRIPTS,
    TABLES,
    Axes,
    Axis,
    Sources,
    axes_of,
)
from qiantang.modelfile.document import Keyword
from qiantang.modelfile.tree import Call

__all__ = [
    "CONSTANTS",
    "DATA",
    "SUBSCRIPTS",
    "TABLES",
    "Axes",
    "Axis",
    "Sources",
    "axes_of",
    "constants",
    "subscripts",
    "table_at",
    "tables",
]

Floats = npt.NDArray[np.float64]


def tables(
    call: Call | None, keyword: Keyword, axes: Axes, title: str, context: Sources
) -> tuple[Floats, Floats, Mode]:
    """Return a table, or data over time, of one definition.

    Parameters
    ----------
    call : Call or None
        None for a data variable that names no file.
    keyword : str
        How data are read between their points; interpolated where the model says nothing.
    axes : tuple of Axis
    title : str
    context : Sources

    Returns
    -------
    tuple of (array, array, str)
        Knots, ascending; values of shape (knots, one an axis), NaN where there is none; mode.

    Raises
    ------
    ValueError
        With one sentence that names the variable, the file and the cell.
    """
    if call is None:
        return *datafiles.series(axes, title, context), keyword or "interpolate"
    mode: Mode = "interpolate" if call.function in TABLES else keyword or "interpolate"
    return *series(call, axes, title, context), mode


def table_at(knots: Floats, values: Floats, mode: Mode) -> Table:
    """Return the table of one element, of the knots at which it has a value."""
    known = ~np.isnan(values)
    return Table(tuple(knots[known].tolist()), tuple(values[known].tolist()), mode)
