"""Cells of a sheet: their names, and which of them hold numbers."""

from __future__ import annotations

import math
import re
from datetime import date, time, timedelta

Cell = object
"""None where empty, text, a number, a truth value, or a date."""

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Size of a sheet of .xlsx."""

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_GROUPED = re.compile(r"[+-]?[0-9]+(?:[.,' \u00a0\u202f\u2019][0-9]+)+")
_PLACE = re.compile(r"\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>[1-9][0-9]{0,6})")


def number(cell: Cell) -> float | None:
    """Return the finite number a cell holds, or None; a number written as text counts."""
    if isinstance(cell, str):
        if not cell.isascii() or "_" in cell or not cell.strip():
            return None  # Python takes 1_000 and the digits of other scripts for numbers
        try:
            value = float(cell)
        except ValueError:
            return None
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        value = float(cell)
    else:
        return None
    return value if math.isfinite(value) else None


def is_grouped(cell: Cell) -> bool:
    """Say whether a text is a number with a decimal comma, or with marks between thousands."""
    return isinstance(cell, str) and number(cell) is None and bool(_GROUPED.fullmatch(cell.strip()))


def is_blank(cell: Cell) -> bool:
    """Say whether a cell is empty, or holds blanks alone."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_date(cell: Cell) -> bool:
    """Say whether a workbook shows a cell as a date or a time of day."""
    return isinstance(cell, (date, time, timedelta))


def described(cell: Cell) -> str:
    """Return what a cell without a number holds, for a message."""
    if is_blank(cell):
        return "is empty"
    if is_date(cell):
        return f"holds the date {cell}"
    shown = str(cell).strip()
    return f"holds {shown if len(shown) <= 40 else shown[:37] + '...'!r}"


def place(text: str) -> tuple[int, int] | None:
    """Return row and column, from 0, of a cell such as ``B2`` or ``$aa$10``; None if it is none."""
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        return None
    row, column = int(found["row"]) - 1, column_number(found["column"])
    return (row, column) if row < MOST_ROWS and column < MOST_COLUMNS else None


def column_number(letters: str) -> int:
    """Return the number of a column, from 0, by its letters."""
    value = 0
    for letter in letters.upper():
        value = value * 26 + ord(letter) - ord("A") + 1
    return value - 1


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, such as ``B2``."""
    letters = ""
    rest = column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"{letters}{row + 1}"
