"""GET DIRECT SUBSCRIPT and GET XLS SUBSCRIPT (Vensim's reference manual, page of that name)."""

from __future__ import annotations

from collections.abc import Iterator

from qiantang.engine.translation.external.books import Area, Grid
from qiantang.engine.translation.external.cells import (
    Cell,
    column_number,
    is_blank,
    is_date,
    place,
)
from qiantang.engine.translation.external.opened import Opened, opened
from qiantang.engine.translation.external.sources import Sources
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call


def subscripts(call: Call, name: str, context: Sources) -> tuple[str, ...]:
    """Return the elements of a range: cells across, then down; empty ones are left out.

    Parameters
    ----------
    call : Call
        File, tab, first cell, last cell, and what is put before each element. Of the last cell
        the column or the row may be left out; cells then run on as far as the file does.
    name : str
        Of the range.
    context : Sources

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        With one sentence that names the range, the file and the cell.
    """
    file, (first, last, prefix) = opened(call, 5, name, context)
    area = file.area(first)
    grid = file.grid(area.sheet)
    found: dict[str, str] = {}
    for row, column in _block(file, area, last.strip(), grid):
        here = grid.cell(row, column)
        if is_blank(here):
            continue
        if is_date(here):
            raise file.cell_error(row, column, here, "the name of an element")
        element = prefix + _text(here)
        if plain(element) in found:
            raise file.cell_error(row, column, here, "a name that no other element has")
        found[plain(element)] = element
    if not found:
        raise file.error(f"has no element from {first} on")
    return tuple(found.values())


def _text(cell: Cell) -> str:
    """Return a cell as a name; a whole number has no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _block(file: Opened, area: Area, last: str, grid: Grid) -> Iterator[tuple[int, int]]:
    """Yield the places of a block, row by row, as far as the file has cells."""
    bottom, right = _end(file, area, last)
    for row in range(area.row, grid.height if bottom is None else min(bottom + 1, grid.height)):
        width = grid.width(row)
        for column in range(area.column, width if right is None else min(right + 1, width)):
            yield row, column


def _end(file: Opened, area: Area, last: str) -> tuple[int | None, int | None]:
    """Return the last row and column; None for one that the file decides."""
    if area.rows:
        return area.row + area.rows - 1, area.column + area.columns - 1
    if place(last) is not None:
        return place(last) or (None, None)
    if last.isascii() and last.isdigit():
        return int(last) - 1, None
    if place(f"{last}1") is not None:
        return None, column_number(last)
    if last:
        raise file.error(f"has no cell {last!r}")
    return None, None
