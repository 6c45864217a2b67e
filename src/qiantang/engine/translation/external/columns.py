"""One variable of a table of data: its points, and the cells that are none, counted."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qiantang.engine.translation.external.cells import described, is_blank, is_grouped, number
from qiantang.files.cells import bare
from qiantang.modelfile.names import plain

Name = tuple[str, ...]
"""A variable and its elements, each in the form in which two spellings are equal."""

_NAME = re.compile(r"(?P<name>\"[^\"]*\"|[^\[]*)(?:\[(?P<elements>.*)\])?\s*")


def name_of(text: str) -> Name:
    """Return the parts of a name such as ``sales[north, new]``, without the guard of a formula."""
    text = bare(text.strip())
    found = _NAME.fullmatch(text)
    if found is None or found["elements"] is None:
        return (plain(text),)
    return (plain(found["name"]), *map(plain, found["elements"].split(",")))


@dataclass
class Column:
    """Points of one variable, in the order of the file.

    Parameters
    ----------
    title : str
        As the file writes it.
    times, values : array of float
    odd : int
        Cells with something else than a finite number.
    first : str
        Line of the first of these, and what it holds.
    """

    title: str
    times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))
    odd: int = 0
    first: str = ""

    def take(self, line: int, time: float, cell: str) -> None:
        """Take a cell in, as a point or as what is passed over.

        Raises
        ------
        ValueError
            If a mark in its number may stand for thousands or for the decimal point.
        """
        value = number(cell)
        if value is not None:
            self.times.append(time)
            self.values.append(value)
        elif not is_blank(cell):
            refuse_grouped(line, self.title, cell)
            self.odd += 1
            self.first = self.first or f"on line {line}, {described(cell)}"


def refuse_grouped(line: int, title: str, cell: str) -> None:
    """Refuse a number with a decimal comma or marks between thousands, which may be either.

    Raises
    ------
    ValueError
        With what is wrong, to follow the name of the file.
    """
    if is_grouped(cell):
        what = "expected a number with a decimal point and no mark between thousands"
        raise ValueError(f"{described(cell)} for {title} on line {line}, {what}")


def passed_over(file: str, title: str, columns: Iterable[Column]) -> str:
    """Return a sentence on the cells of a variable that are no numbers; nothing if there is none.

    Parameters
    ----------
    file : str
    title : str
        The variable.
    columns : iterable of Column
        Of its elements.
    """
    odd = [column for column in columns if column.odd]
    count = sum(column.odd for column in odd)
    if not count:
        return ""
    cells = f"{count} cell{'s' if count > 1 else ''} without a finite number"
    return f"{title}: {cells} in {file} passed over, the first, {odd[0].first}"


def joined(cells: Sequence[str]) -> list[str]:
    """Put the names together again that a comma between two elements has cut in two."""
    names: list[str] = []
    for cell in cells:
        if names and names[-1].count("[") > names[-1].count("]"):
            names[-1] += f",{cell}"
        else:
            names.append(cell)
    return names
