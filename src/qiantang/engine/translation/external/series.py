"""GET DIRECT and GET XLS DATA and LOOKUPS (Vensim's reference manual, pages of these names).

That GET DIRECT stops at the first time that is no number, and that a data cell without a number is
passed over, was measured in Vensim by the authors of SDEverywhere (issue 796 of that project). That
GET XLS reads on behind such a time is shown by the output of Vensim for the public test model
get_with_missing_values_xlsx.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qiantang.engine.translation.external.books import Area, Grid
from qiantang.engine.translation.external.cells import (
    cell_name,
    column_number,
    is_blank,
    is_date,
    number,
    place,
)
from qiantang.engine.translation.external.opened import Opened, opened
from qiantang.engine.translation.external.sources import Axes, Sources, sizes
from qiantang.modelfile.tree import Call

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Line:
    """Where times stand: the first of them, the direction, and how many at most."""

    sheet: str
    row: int
    column: int
    across: bool
    length: int | None

    def at(self, step: int) -> tuple[int, int]:
        return (self.row, self.column + step) if self.across else (self.row + step, self.column)


def series(call: Call, axes: Axes, title: str, context: Sources) -> tuple[Floats, Floats]:
    """Return times, or values of x, and what belongs to them.

    Times run across a row or down a column, the elements of a range in the other direction.

    Parameters
    ----------
    call : Call
        File, tab, row or column of the times, and first data cell; the last two may be names.
    axes : tuple of Axis
    title : str
    context : Sources

    Returns
    -------
    tuple of array
        Knots, ascending; values of shape (knots, one an axis), NaN where the file gives none.

    Raises
    ------
    ValueError
        With one sentence that names the variable, the file and the cell.
    """
    file, (along, cell) = opened(call, 4, title, context)
    lengths = [len(axis.labels) for axis in axes if not axis.fixed]
    if len(lengths) > 1:
        what = "holds one direction beside that of time"
        raise file.error(f"{what}, but {title} has {len(lengths)} ranges")
    first = file.area(cell)
    line = _line(file, along.strip(), first)
    steps = _steps(file, line, stops=call.function.startswith("get_direct"))
    knots = sorted(steps)
    grid = file.grid(first.sheet)
    texts: list[str] = []
    columns = [
        _column(grid, first, line.across, i, [steps[knot] for knot in knots], texts)
        for i in range(*lengths or (1,))
    ]
    for i, column in enumerate(columns):
        if np.isnan(column).all():
            where = cell_name(*_at(first, line.across, i, steps[knots[0]]))
            raise file.error(f"has no number from {where} on")
    if texts:
        cells = f"{len(texts)} cell{'s' if len(texts) > 1 else ''} of {file.file}"
        context.notes.setdefault(f"{title}: {cells} passed over for text, the first {texts[0]}")
    values = np.array(columns).T
    return np.array(knots), values.reshape(len(knots), *sizes(axes))


def _line(file: Opened, along: str, first: Area) -> _Line:
    """Find the times: a number is a row, letters a column, else a range that has the name."""
    plain = along.isascii()
    named = None if plain and along.isdigit() else file.book.area(along, file.tab)
    if named is not None and min(named.rows, named.columns) == 1:
        across = named.columns > 1
        length = max(named.rows, named.columns)
        return _Line(named.sheet, named.row, named.column, across, length)
    if named is None and plain and along.isdigit() and int(along):
        return _Line(first.sheet, int(along) - 1, first.column, True, None)
    if named is None and plain and place(f"{along}1") is not None:
        return _Line(first.sheet, first.row, column_number(along), False, None)
    raise file.error(f"has no row or column {along!r}, nor a range of this name in one line")


def _steps(file: Opened, line: _Line, stops: bool) -> dict[float, int]:
    """Return the steps from the first cell at which the times stand."""
    grid = file.grid(line.sheet)
    end = grid.width(line.row) - line.column if line.across else grid.height - line.row
    found: dict[float, int] = {}
    for step in range(max(end, 0) if line.length is None else line.length):
        here = grid.cell(*line.at(step))
        time = number(here)
        if is_date(here):
            raise file.cell_error(*line.at(step), here, "a time as a number")
        if time is None and stops:
            break
        if time in found:
            raise file.cell_error(*line.at(step), here, "every time once")
        if time is not None:
            found[time] = step
    if not found:
        where = cell_name(*line.at(0))
        raise file.error(f"has no number at {where}, where times are expected to begin")
    return found


def _at(first: Area, across: bool, element: int, step: int) -> tuple[int, int]:
    row, column = (element, step) if across else (step, element)
    return first.row + row, first.column + column


def _column(
    grid: Grid, first: Area, across: bool, element: int, steps: list[int], texts: list[str]
) -> list[float]:
    """Return the values of one element; note the cells that hold text."""
    found = []
    for step in steps:
        where = _at(first, across, element, step)
        here = grid.cell(*where)
        value = number(here)
        if value is None and not is_blank(here):
            texts.append(cell_name(*where))
        found.append(np.nan if value is None else value)
    return found
