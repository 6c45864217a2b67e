"""A table for an office: .csv that Excel reads in Chinese, .xlsx with number formats, or .docx."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qiantang.files.cells import Sheet, guarded, write_book
from qiantang.files.outfile import check_outfile, put_whole

Cell = str | float | int | None
#: Width of a column of a sheet. [character]
_WIDEST = 40


@dataclass(frozen=True)
class PaperTable:
    """A table with a title and the sentences below it.

    Parameters
    ----------
    title : str
    heads : sequence of str
    rows : sequence of sequence
        Numbers stay numbers where the format has them; None leaves a cell empty.
    formats : mapping of int to str
        Number format of a column by its place, from 0, as spreadsheets have it; by default three
        significant digits.
    notes : sequence of str
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    formats: Mapping[int, str]
    notes: Sequence[str] = ()


def check_paper(out: Path) -> None:
    """Refuse a file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    check_outfile(out, _WRITERS)


def write_paper(tables: Sequence[PaperTable], out: Path, shown: Callable[[float], str]) -> None:
    """Write tables whole or not at all.

    Parameters
    ----------
    tables : sequence of PaperTable
        A sheet each in .xlsx, below each other in .docx and .csv.
    out : Path
    shown : callable
        Writes a number as text, for .docx.

    Raises
    ------
    StudyError
        If the suffix is unknown or the disk refuses.
    """
    check_paper(out)
    with put_whole(out) as beside:
        _WRITERS[out.suffix.lower()](tables, beside, shown)


def significant(value: float) -> str:
    """Return the number format that shows three significant digits, whole from a hundred on."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return "#,##0"
    return "0.0" if size >= 10 else "0.00" if size >= 1 else "0.000"


def _write_csv(tables: Sequence[PaperTable], path: Path, shown: Callable[[float], str]) -> None:
    """Begin with a byte-order mark: without it Excel takes Chinese for another encoding."""
    del shown  # numbers stay whole
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(map(guarded, ["", *tables[0].heads]))
        for table in tables:
            for row in table.rows:
                cells = ["" if cell is None else guarded(cell) for cell in row]
                writer.writerow([guarded(table.title), *cells])


def _write_xlsx(tables: Sequence[PaperTable], path: Path, shown: Callable[[float], str]) -> None:
    del shown
    write_book(path, (
        (f"{place} {_sheet_name(table.title)}"[:31], _sheet(table))
        for place, table in enumerate(tables, start=1)
    ))  # fmt: skip


def _sheet(table: PaperTable) -> Sheet:
    columns = list(zip(table.heads, *table.rows, strict=True))
    widths = {place: min(_WIDEST, 2.0 + max(map(_width, column)))
              for place, column in enumerate(columns, start=1)}  # fmt: skip
    formats = {
        (row, place): table.formats.get(place) or significant(float(cell))
        for row, cells in enumerate(table.rows)
        for place, cell in enumerate(cells) if isinstance(cell, int | float)
    }  # fmt: skip
    notes = [[], [table.title], *([note] for note in table.notes)]
    return Sheet(table.heads, [*table.rows, *notes], widths, formats)


def _width(cell: Cell) -> float:
    """Return the width of a cell; a Chinese character takes the room of two. [character]"""
    if isinstance(cell, float):
        return 9.0
    return float(sum(1 + (ord(letter) > 0x2E7F) for letter in str(cell or "")))


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")


def _write_docx(tables: Sequence[PaperTable], path: Path, shown: Callable[[float], str]) -> None:
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paper = Document()
    page = paper.sections[0]
    page.orientation, page.page_width, page.page_height = (
        WD_ORIENT.LANDSCAPE, page.page_height, page.page_width
    )  # fmt: skip
    for table in tables:
        paper.add_heading(table.title, level=2)
        made = paper.add_table(rows=1, cols=len(table.heads))
        made.style = "Light List"
        for cell, head in zip(made.rows[0].cells, table.heads, strict=True):
            cell.text = head
        for row in table.rows:
            cells = made.add_row().cells
            for place, (cell, value) in enumerate(zip(cells, row, strict=True)):
                cell.text = _text(value, table.formats.get(place, ""), shown)
                if isinstance(value, float):
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for note in table.notes:
            paper.add_paragraph(note)
    paper.save(str(path))


def _text(value: Cell, form: str, shown: Callable[[float], str]) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0%}" if form == "0%" else f"{value:.2f}" if form == "0.00" else shown(value)


_WRITERS: dict[str, Callable[[Sequence[PaperTable], Path, Callable[[float], str]], None]] = {
    ".xlsx": _write_xlsx,
    ".docx": _write_docx,
    ".csv": _write_csv,
}
