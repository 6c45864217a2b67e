"""A table of data over time: which of its lines are names, and which are times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qiantang.engine.translation.external.cells import described, is_blank, number
from qiantang.engine.translation.external.columns import (
    Column,
    Name,
    joined,
    name_of,
    refuse_grouped,
)
from qiantang.engine.translation.external.textgrid import lines_of, numbered, reader
from qiantang.modelfile.names import plain

Columns = dict[Name, Column]
Record = tuple[int, list[str]]
"""Line on which it begins, and its cells."""

_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons"}


def read_table(text: str, delimiter: str) -> tuple[Columns, list[str]]:
    """Read a table; times go down where the first line names variables, else across.

    Parameters
    ----------
    text : str
    delimiter : str
        Usual between its cells; where it does not part the first line, another that does.

    Returns
    -------
    tuple of (dict of Column by name, list of str)
        And what a reader must know.

    Raises
    ------
    ValueError
        With what is wrong, to follow the name of the file.
    """
    delimiter, notes = _told(text, delimiter)
    records = numbered(lines_of(text), delimiter)
    rows = ((line, cells) for line, cells in records if not all(map(is_blank, cells)))
    _, head = next(rows)
    cells = [cell for cell in head[1:] if not is_blank(cell)]
    if cells and all(number(cell) is not None for cell in cells):
        return _across(head, rows), notes
    return _down(joined(head), rows, notes), notes


def _told(text: str, usual: str) -> tuple[str, list[str]]:
    """Return what stands between the cells of a text, and a note if it is not the usual."""
    first = next((line for line in lines_of(text) if line.strip()), "")
    if not first:
        raise ValueError("is empty")
    for delimiter in dict.fromkeys((usual, *_DELIMITERS)):
        if len(joined(next(reader(iter([first]), delimiter)))) > 1:
            said = f"its cells are told apart by {_DELIMITERS[delimiter]}"
            return delimiter, [] if delimiter == usual else [said]
    expected = f"{_DELIMITERS[usual]} between its cells, or other tabs, commas or semicolons"
    raise ValueError(f"has one cell on its first line, expected {expected}")


def _down(head: Sequence[str], rows: Iterator[Record], notes: list[str]) -> Columns:
    """Read a table whose first line names its columns; rows without a time are passed over."""
    along = next((i for i, cell in enumerate(head) if plain(cell) == "time"), 0)
    columns = _columns(head, along)
    named = [(i, columns[name_of(head[i])]) for i in range(len(head))
             if i != along and not is_blank(head[i])]  # fmt: skip
    seen: set[float] = set()
    passed: list[int] = []
    for line, row in rows:
        cell = row[along] if along < len(row) else ""
        time = number(cell)
        if time is None:
            refuse_grouped(line, "the time", cell)
            passed.append(line)
            continue
        _once(time, seen)
        _refuse_longer(line, row, len(head))
        for i, column in named:
            if i < len(row):
                column.take(line, time, row[i])
    if not seen:
        raise ValueError("has no times, expected numbers in its first column or its first line")
    if passed:
        lines = f"{len(passed)} line{'s' if len(passed) > 1 else ''}"
        notes.append(f"{lines} without a time passed over, the first of them line {passed[0]}")
    return columns


def _columns(head: Sequence[str], along: int) -> Columns:
    """Return a column for each name of a head."""
    places: dict[Name, int] = {}
    for place, cell in enumerate(head):
        first = place if is_blank(cell) else places.setdefault(name_of(cell), place)
        if first != place:
            what = f"names {cell.strip()} twice on its first line, in columns {first + 1} and"
            raise ValueError(f"{what} {place + 1}")
    return {name: Column(head[i].strip()) for name, i in places.items() if i != along}


def _across(head: Sequence[str], rows: Iterator[Record]) -> Columns:
    """Read a table whose first line holds the times; each further line begins with its name."""
    times = [number(cell) for cell in head[1:]]
    seen: set[float] = set()
    for time in times:
        if time is not None:
            _once(time, seen)
    found: Columns = {}
    lines: dict[Name, int] = {}
    for line, row in rows:
        title, *cells = joined(row)
        name = name_of(title)
        if lines.setdefault(name, line) != line:
            raise ValueError(f"names {title.strip()} twice, on lines {lines[name]} and {line}")
        _refuse_longer(line, cells, len(times))
        column = found[name] = Column(title.strip())
        for time, cell in zip(times, cells, strict=False):
            if time is not None:
                column.take(line, time, cell)
    return found


def _refuse_longer(line: int, cells: Sequence[str], most: int) -> None:
    """Refuse a line with more than the first line has names or times for."""
    more = next((cell for cell in cells[most:] if not is_blank(cell)), None)
    if more is not None:
        what = f"{described(more)} behind the last column on line {line}"
        raise ValueError(f"{what}, expected no more cells than its first line has")


def _once(time: float, seen: set[float]) -> None:
    if time in seen:
        raise ValueError(f"gives the time {time:g} twice, expected every time once")
    seen.add(time)
