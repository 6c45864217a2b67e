"""Tables that other programs open: a text stays a text there, whatever it begins with.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, and a
formula can fetch and send. In text tables such a cell gets an apostrophe in front, which
:func:`bare` takes away again; in .xlsx it is stored as text and marked as such (``quotePrefix``,
ECMA-376 part 1, 18.8.45). Numbers stay numbers, negative ones too.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: Rows that a sheet of .xlsx can hold, its head left out.
SHEET_ROWS = 1_048_575
#: What makes a formula of a cell, as spreadsheets of East Asia type it too; apostrophes in front
#: are counted in, so that what is guarded can be told from what bore one before.
_BEGINS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
#: A number written out is no formula.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?|[+-]?(inf|nan)")
#: Characters that a sheet cannot hold (XML 1.0, section 2.2).
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula."""
    return _BEGINS.match(text) is not None and _NUMBER.fullmatch(text) is None


def guarded(value: Any) -> Any:
    """Return a cell of a text table: a text that could be a formula with an apostrophe before."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def bare(text: str) -> str:
    """Return a text as it was before :func:`guarded`."""
    return text[1:] if text.startswith("'") and is_formula(text) else text


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with every heading and text guarded; the one given stays as it is."""
    import pandas as pd

    safe = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(place, frame.iloc[:, place].map(guarded).to_numpy())
    safe.columns = pd.Index([guarded(name) for name in frame.columns])
    safe.index = frame.index.set_names([guarded(name) for name in frame.index.names])
    return safe


def guarded_arrow(table: pa.Table) -> pa.Table:
    """Return a table of Arrow with every heading and text guarded; each text is looked at once."""
    import pyarrow as pa

    columns = []
    for column in table.columns:
        kind = column.type
        if (
            pa.types.is_dictionary(kind)
            or pa.types.is_string(kind)
            or pa.types.is_large_string(kind)
        ):
            texts = column.to_pylist()
            safe = {text: guarded(text) for text in set(texts)}
            if any(text != other for text, other in safe.items()):
                column = pa.chunked_array([[safe[text] for text in texts]])
        columns.append(column)
    return pa.table(columns, names=[guarded(name) for name in table.column_names])


def csv_text(rows: Sequence[Mapping[str, Any]], leave_out: Sequence[str] = ()) -> str:
    """Return rows as a text table, the columns in the order in which they first appear.

    Parameters
    ----------
    rows : sequence of mapping
        None leaves a cell empty.
    leave_out : sequence of str
        Columns that are not written.
    """
    heads = [key for key in dict.fromkeys(key for row in rows for key in row)
             if key not in leave_out]  # fmt: skip
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(guarded, heads))
    writer.writerows(
        ["" if row.get(key) is None else guarded(row[key]) for key in heads] for row in rows
    )
    return stream.getvalue()


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    heads : sequence of str
    rows : iterable of sequence
        NaN and None leave a cell empty.
    widths : mapping of int to float
        Width of a column by its place, from 1. [character]
    formats : mapping of (int, int) to str
        Number format of a cell by its row and column, from 0.
    """

    heads: Sequence[object]
    rows: Iterable[Sequence[object]]
    widths: Mapping[int, float] = field(default_factory=dict)
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)


def sheet_of(frame: pd.DataFrame, widths: Mapping[int, float] | None = None) -> Sheet:
    """Return a table as a sheet, its index left out."""
    heads = [str(name) for name in frame.columns]
    return Sheet(heads, frame.itertuples(index=False, name=None), widths or {})


def write_book(path: Path, sheets: Iterable[tuple[str, Sheet]]) -> None:
    """Write a workbook row by row: every text as text, heads in bold and always in sight."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    bold = Font(bold=True)
    for title, one in sheets:
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for place, width in one.widths.items():
            page.column_dimensions[get_column_letter(place)].width = width

        def cell(
            value: object, font: Font | None = None, form: str | None = None, page: Any = page
        ) -> object:
            value = _storable(value)
            text = isinstance(value, str) and is_formula(value)
            if not text and font is None and form is None:
                return value
            made = WriteOnlyCell(page, value=value)
            if font is not None:
                made.font = font
            if form is not None:
                made.number_format = form
            if text:
                made.data_type, made.quotePrefix = "s", True
            return made

        page.append([cell(head, bold) for head in one.heads])
        for place, row in enumerate(one.rows):
            if not one.formats:
                page.append([cell(value) for value in row])
                continue
            forms = (one.formats.get((place, column)) for column in range(len(row)))
            page.append([cell(value, form=form) for value, form in zip(row, forms, strict=True)])
    book.save(path)


def _storable(value: object) -> object:
    """Return what a cell of a sheet can hold."""
    if isinstance(value, str):
        return _CONTROLS.sub("\ufffd", value)
    if value is None or value != value:
        return None
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return value
