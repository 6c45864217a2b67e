"""Delimited text as a grid of cells; its lines are taken apart when they are asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from qiantang.engine.translation.external.cells import MOST_ROWS
from qiantang.modelfile.decode import decoded

_KEPT = 2_000_000
"""Cells that are kept once their lines are taken apart."""


@dataclass
class TextGrid:
    """Lines of one text, and the character between its cells."""

    records: list[str]
    delimiter: str
    _kept: dict[int, list[str]] = field(default_factory=dict)
    _cells: int = 0

    def cell(self, row: int, column: int) -> str | None:
        """Return what a cell holds."""
        cells = self._row(row)
        return cells[column] if column < len(cells) else None

    def width(self, row: int) -> int:
        """Return the number of cells of a row."""
        return len(self._row(row))

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.records)

    def _row(self, row: int) -> list[str]:
        if row >= len(self.records):
            return []
        if row not in self._kept:
            cells = next(reader(lines_of(self.records[row]), self.delimiter), [])
            self._cells += len(cells) + 1
            if self._cells > _KEPT:
                self._kept.clear()
                self._cells = len(cells) + 1
            self._kept[row] = cells
        return self._kept[row]


class TextBook:
    """A text, whose grid depends on the delimiter that is asked for."""

    def __init__(self, content: bytes, suffix: str) -> None:
        text, self.notes = table_text(content)
        self._text = text
        self._suffix = suffix
        self._grids: dict[str, TextGrid] = {}

    def grid(self, tab: str) -> TextGrid:
        """Return the text by its delimiter: by default a tab, a comma in .csv."""
        delimiter = self._delimiter(tab)
        if delimiter not in self._grids:
            self._grids[delimiter] = TextGrid(_records(self._text, delimiter), delimiter)
        return self._grids[delimiter]

    def area(self, name: str, tab: str) -> None:
        """Return None: text has no named cells."""

    def said(self, tab: str) -> str:
        """Return nothing: a text has no sheets."""
        return ""

    def _delimiter(self, tab: str) -> str:
        if tab == "\\t" or (len(tab) == 1 and not tab.isalnum()):
            return "\t" if tab == "\\t" else tab
        return "," if self._suffix == ".csv" else "\t"


def table_text(content: bytes) -> tuple[str, list[str]]:
    r"""Return the text of a table with ``\n`` between lines, and how it was read if it was guessed.

    Raises
    ------
    ValueError
        With what is wrong, to follow the name of the file.
    """
    try:
        text, notes = decoded(content)
    except ValueError:
        raise ValueError("is no text in UTF-8 or in another encoding that can be told") from None
    if "\0" in text:
        raise ValueError("is no text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_ROWS:
        raise ValueError(f"has more than {MOST_ROWS:,} lines, the most that a sheet has")
    return text, notes


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a text one by one, each with its end."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of each record; errors as in :func:`numbered`."""
    return (cells for _, cells in numbered(lines, delimiter))


def numbered(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line, from 1, on which each record begins, and its cells.

    Raises
    ------
    ValueError
        With what is wrong, to follow the name of the file.
    """
    records = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != " ")
    line = 1
    try:
        for cells in records:
            yield line, cells
            line = records.line_num + 1
    except csv.Error:
        raise ValueError("has a cell that is too long or has no end") from None


def _records(text: str, delimiter: str) -> list[str]:
    """Return the lines; a cell in quotes may run over several of them."""
    if '"' not in text:
        return text.split("\n")
    records: list[str] = []
    taken: list[str] = []

    def watched() -> Iterator[str]:
        for line in lines_of(text):
            taken.append(line)
            yield line

    for _ in reader(watched(), delimiter):
        records.append("".join(taken))
        taken.clear()
    return records
