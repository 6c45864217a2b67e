"""A table of data over time: which of its lines are names, and which are times."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator, Sequence

from qiantang.engine.translation.external.cells import is_blank, number
from qiantang.engine.translation.external.textgrid import lines_of, reader
from qiantang.modelfile.names import plain

Name = tuple[str, ...]
"""A variable and its elements, each in the form in which two spellings are equal."""

Series = dict[Name, tuple[Sequence[float], Sequence[float]]]
"""Times and values of each variable, as they stand in the file, without empty ones."""

_NAME = re.compile(r"(?P<name>\"[^\"]*\"|[^\[]*)(?:\[(?P<elements>.*)\])?\s*")


def name_of(text: str) -> Name:
    """Return the parts of a name such as ``sales[north, new]``."""
    found = _NAME.fullmatch(text.strip())
    if found is None or found["elements"] is None:
        return (plain(text),)
    return (plain(found["name"]), *map(plain, found["elements"].split(",")))


def read_table(text: str, delimiter: str) -> Series:
    """Read a table; times go down where the first line names variables, else across.

    Raises
    ------
    ValueError
        With what is wrong, to follow the name of the file.
    """
    rows = (row for row in reader(lines_of(text), delimiter) if not all(map(is_blank, row)))
    head = next(rows, None)
    if head is None:
        raise ValueError("is empty")
    cells = [cell for cell in head[1:] if not is_blank(cell)]
    if cells and all(number(cell) is not None for cell in cells):
        return _across(head, rows)
    return _down(_joined(head), rows)


def _joined(head: Sequence[str]) -> list[str]:
    """Put the names together again that a comma between two elements has cut in two."""
    names: list[str] = []
    for cell in head:
        if names and names[-1].count("[") > names[-1].count("]"):
            names[-1] += f",{cell}"
        else:
            names.append(cell)
    return names


def _down(head: Sequence[str], rows: Iterator[list[str]]) -> Series:
    """Read a table whose first line names its columns; rows without a time are passed over."""
    along = next((i for i, cell in enumerate(head) if plain(cell) == "time"), 0)
    names = {name_of(cell): i for i, cell in enumerate(head) if i != along and not is_blank(cell)}
    columns = {name: (array("d"), array("d")) for name in names}
    seen: set[float] = set()
    for row in rows:
        time = number(row[along]) if along < len(row) else None
        if time is None:
            continue
        _once(time, seen)
        for name, i in names.items():
            value = number(row[i]) if i < len(row) else None
            if value is not None:
                columns[name][0].append(time)
                columns[name][1].append(value)
    if not seen:
        raise ValueError("has no times, expected numbers in its first column or its first line")
    return {name: column for name, column in columns.items() if column[0]}


def _across(head: Sequence[str], rows: Iterator[list[str]]) -> Series:
    """Read a table whose first line holds the times; each further line begins with its name."""
    times = [math.nan if (time := number(cell)) is None else time for cell in head[1:]]
    seen: set[float] = set()
    for time in times:
        if not math.isnan(time):
            _once(time, seen)
    found: Series = {}
    for row in rows:
        joined = _joined(row)
        pairs = zip(times, map(number, joined[1:]), strict=False)
        known = [(time, value) for time, value in pairs if value is not None and time == time]
        if known:
            ahead, behind = zip(*known, strict=True)
            found[name_of(joined[0])] = array("d", ahead), array("d", behind)
    return found


def _once(time: float, seen: set[float]) -> None:
    if time in seen:
        raise ValueError(f"gives the time {time:g} twice, expected every time once")
    seen.add(time)
