"""Workbooks and delimited text as grids of cells, within bounds of memory."""

from __future__ import annotations

import io
import re
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from qiantang.engine.translation.external.cells import Cell, place
from qiantang.engine.translation.external.textgrid import TextBook
from qiantang.files import door

MOST_BYTES = 256 * door.MIB
"""Of a workbook once it is unpacked."""

MOST_CELLS = 20_000_000

_OLD = b"\xd0\xcf\x11\xe0"
_RANGE = re.compile(r"(?P<first>[^:]+)(?::(?P<last>[^:]+))?")


class Grid(Protocol):
    """Cells by row and column, from 0; None beyond the last one."""

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell holds."""

    def width(self, row: int) -> int:
        """Return the number of cells of a row."""

    @property
    def height(self) -> int:
        """Number of rows."""


@dataclass(frozen=True, slots=True)
class Area:
    """Cells that a workbook gives a name: the sheet, the first cell, rows and columns."""

    sheet: str
    row: int
    column: int
    rows: int
    columns: int


class Book(Protocol):
    """A file of one or more grids.

    Parameters
    ----------
    notes : list of str
        What a reader must know about how it was read.
    """

    notes: list[str]

    def grid(self, tab: str) -> Grid:
        """Return a sheet by name; of a text, the text by its delimiter."""

    def area(self, name: str, tab: str) -> Area | None:
        """Return the cells that have a name, in a sheet or in the whole book."""

    def said(self, tab: str) -> str:
        """Return ``, sheet X`` for a message, or nothing where there are no sheets."""


@dataclass(frozen=True)
class Rows:
    """A sheet of a workbook."""

    rows: Sequence[Sequence[Cell]]

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell holds."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]

    def width(self, row: int) -> int:
        """Return the number of cells of a row."""
        return len(self.rows[row]) if row < len(self.rows) else 0

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.rows)


class _Workbook(ABC):
    """What Excel's files of either age have in common."""

    def __init__(self, sheets: Sequence[str]) -> None:
        self.notes: list[str] = []
        self._sheets = sheets
        self._grids: dict[str, Rows] = {}

    def sheet(self, tab: str) -> str:
        """Return the name of a sheet as the book spells it; without a name, of the first."""
        wanted = tab.strip().casefold()
        for name in self._sheets:
            if not wanted or name.strip().casefold() == wanted:
                return name
        raise ValueError(f"has no sheet {tab!r}, it has {', '.join(self._sheets) or 'none'}")

    def grid(self, tab: str) -> Rows:
        """Return a sheet by name."""
        name = self.sheet(tab)
        if name not in self._grids:
            self._grids[name] = self._read(name)
        return self._grids[name]

    def said(self, tab: str) -> str:
        """Return the sheet's name for a message."""
        return f", sheet {self.sheet(tab)}"

    @abstractmethod
    def area(self, name: str, tab: str) -> Area | None:
        """Return the cells that have a name, in a sheet or in the whole book."""

    @abstractmethod
    def _read(self, name: str) -> Rows: ...


class _New(_Workbook):
    """A workbook in XML, .xlsx and .xlsm."""

    def __init__(self, content: bytes) -> None:
        from openpyxl import load_workbook

        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_BYTES:
                raise ValueError(f"is larger than {MOST_BYTES // door.MIB} MiB once unpacked")
        self._book: Any = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        super().__init__([sheet.title for sheet in self._book.worksheets])

    def _read(self, name: str) -> Rows:
        sheet = self._book[name]
        sheet.reset_dimensions()  # what the file says of its size need not be so
        rows, cells = [], 0
        for row in sheet.iter_rows(values_only=True):
            cells += len(row) + 1
            if cells > MOST_CELLS:
                raise ValueError(f"has more than {MOST_CELLS:,} cells in sheet {name}")
            rows.append(row)
        return Rows(rows)

    def area(self, name: str, tab: str) -> Area | None:
        """Return the cells that have a name, in a sheet or in the whole book."""
        for names in (self._book[self.sheet(tab)].defined_names, self._book.defined_names):
            for known, defined in names.items():
                if known.casefold() == name.strip().casefold():
                    return _only([_area(sheet, cells) for sheet, cells in defined.destinations])
        return None


class _Old(_Workbook):
    """A workbook of the old kind, .xls, for which xlrd is needed."""

    def __init__(self, content: bytes) -> None:
        try:
            import xlrd
        except ImportError:
            what = "is a workbook of the old kind, expected .xlsx, or the package xlrd to read it"
            raise ValueError(what) from None
        self._kinds = {xlrd.XL_CELL_TEXT: str, xlrd.XL_CELL_NUMBER: float}
        self._date = xlrd.XL_CELL_DATE
        self._book: Any = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
        super().__init__(self._book.sheet_names())

    def _read(self, name: str) -> Rows:
        sheet = self._book.sheet_by_name(name)
        return Rows([[self._cell(cell) for cell in sheet.row(i)] for i in range(sheet.nrows)])

    def _cell(self, cell: Any) -> Cell:
        if cell.ctype == self._date:
            from xlrd.xldate import xldate_as_datetime

            return xldate_as_datetime(cell.value, self._book.datemode)
        made = self._kinds.get(cell.ctype)
        return None if made is None else made(cell.value)

    def area(self, name: str, tab: str) -> Area | None:
        """Return the cells that have a name, in a sheet or in the whole book."""
        number = self._sheets.index(self.sheet(tab))
        for scope in (number, -1):
            defined = self._book.name_and_scope_map.get((name.strip().lower(), scope))
            if defined is not None:
                sheet, top, bottom, left, right = defined.area2d()
                return Area(sheet.name, top, left, bottom - top, right - left)
        return None


def open_book(path: Path) -> Book:
    """Open a workbook, or a text of delimited values.

    Parameters
    ----------
    path : Path
        The kind of file is told by its first bytes, not by its name.

    Raises
    ------
    OSError
        As :func:`qiantang.files.door.content`.
    ValueError
        With what is wrong, to follow the name of the file.
    """
    content = door.content(path, door.DATA_LIMIT)
    makers = {b"PK": _New, _OLD[:2]: _Old}
    maker = makers.get(content[:2])
    if maker is None:
        if path.suffix.lower() in (".xls", ".xlsx", ".xlsm"):
            raise ValueError("is no workbook of Excel")
        return TextBook(content, path.suffix.lower())
    try:
        return maker(content)
    except ValueError:
        raise
    except Exception:  # the readers fail in ways of their own on damaged files
        raise ValueError("is no workbook of Excel that can be read") from None


def _area(sheet: str, cells: str) -> Area | None:
    found = _RANGE.fullmatch(cells.replace("$", ""))
    first = place(found["first"]) if found else None
    last = place(found["last"] or found["first"]) if found else None
    if first is None or last is None:
        return None
    return Area(sheet, *first, last[0] - first[0] + 1, last[1] - first[1] + 1)


def _only(areas: Sequence[Area | None]) -> Area | None:
    return areas[0] if len(areas) == 1 else None
