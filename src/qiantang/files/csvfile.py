"""CSV files read whole, with the line of every row and every fault noted."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.files.encodings import not_utf8


@dataclass(frozen=True)
class CsvDocument:
    """The rows of a CSV file with their lines, and the text they came from.

    Parameters
    ----------
    path : Path
    rows : tuple of (int, dict)
        Line, counted from 1, and the stripped cells by column.
    text : str
        The file as read, for hashing.
    faults : tuple of Fault
        Rows that have the wrong number of cells; they are not among the rows.
    """

    path: Path
    rows: tuple[tuple[int, dict[str, str]], ...]
    text: str
    faults: tuple[Fault, ...]


def read_csv(path: Path, columns: Sequence[str]) -> CsvDocument:
    """Read a CSV file that has exactly these columns.

    Raises
    ------
    StudyError
        The file is missing, is no UTF-8 text, or has another header.
    """
    try:
        text = door.text(path, door.DATA_LIMIT).removeprefix("\ufeff")  # as Excel writes it
    except FileNotFoundError:
        raise StudyError([Fault(path, None, "", "file not found")]) from None
    except UnicodeDecodeError:
        raise StudyError([Fault(path, None, "", not_utf8(path, door.DATA_LIMIT))]) from None
    except OSError as error:
        raise StudyError([Fault(path, None, "", f"cannot be read: {error.strerror}")]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[tuple[int, dict[str, str]]] = []
    faults = []
    try:
        if next(reader, []) != list(columns):
            what = f"the header is not as expected: {','.join(columns)}"
            raise StudyError([Fault(path, 1, "", what)])
        for cells in reader:
            if len(cells) == len(columns):
                stripped = (cell.strip() for cell in cells)
                rows.append((reader.line_num, dict(zip(columns, stripped, strict=True))))
            else:
                what = f"the row has {len(cells)} cells, expected {len(columns)}"
                faults.append(Fault(path, reader.line_num, "", what))
    except csv.Error as error:
        raise StudyError([Fault(path, reader.line_num, "", f"not valid CSV: {error}")]) from None
    return CsvDocument(path, tuple(rows), text, tuple(faults))


def number(text: str) -> float | None:
    """Return the finite number a cell holds, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
