"""The one writer of tables of text: for commands, and for what objects show of themselves.

Words are never cut. A table too wide for its screen is set in parts below each other, each of
which begins with the first column again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from io import StringIO
from shutil import get_terminal_size

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Column, Table
from rich.text import Text

from qiantang.wording.segments import broken, pieces

#: Width below which a Chinese text is not broken, and an English one.
_NAME, _SHORT = 24, 12
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Width of tables where the output is no terminal, so that a saved table looks the same everywhere.
WIDTH = 120


def screen_width() -> int:
    """Return the width of the terminal, or `WIDTH` where there is none."""
    return get_terminal_size().columns if sys.stdout.isatty() else WIDTH


class PlainTable(Table):
    """A table in the house's plain style.

    Parameters
    ----------
    *heads : str
    title : str, optional
    right : collection of str
        Heads of the columns of numbers, which are set to the right; the numbers are never broken.
    """

    def __init__(self, *heads: str, title: str | None = None, right: Collection[str] = ()) -> None:
        super().__init__(title=None if title is None else Text(title), title_justify="left",
                         title_style="bold", box=box.SIMPLE_HEAD)  # fmt: skip
        for head in heads:
            number = head in right
            self.add_column(Text(head), justify="right" if number else "left", no_wrap=number)

    def add_row(self, *cells: object) -> None:  # type: ignore[override]
        """Add a row; what looks like a mark of rich in a cell is text."""
        super().add_row(*(Text(str(cell)) for cell in cells))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or its parts; rich itself would shrink columns below their words."""
        spare = 2 if self.box is None else 3  # blanks beside a cell, and between columns
        room = options.max_width - (self.box is not None)
        needs: list[int] = []
        for column in self.columns:
            left = room - spare - sum(needs[:1])  # beside the first column, which all parts have
            needs.append(_need(column, left) + spare)
        wants = [_widest(_lines(column)) + spare for column in self.columns]
        for place, part in enumerate(_parts(needs, room)):
            shown = Table(title=None if place else self.title, title_justify="left",
                          title_style="bold", box=self.box, show_header=self.show_header,
                          pad_edge=self.pad_edge, padding=self.padding)  # fmt: skip
            widths = _widths([needs[one] for one in part], [wants[one] for one in part], room)
            columns = []
            for number, width in zip(part, widths, strict=True):
                given = self.columns[number]
                head, *cells = _broken(given, width - spare)
                columns.append(cells)
                shown.add_column(head, justify=given.justify, no_wrap=given.no_wrap,
                                 overflow="fold", width=width - spare)  # fmt: skip
            for row in zip(*columns, strict=True):
                shown.add_row(*row)
            yield shown


def _lines(column: Column) -> list[str]:
    return [line for cell in (column.header, *column.cells) for line in str(cell).splitlines()]


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=1)


def _need(column: Column, room: int) -> int:
    """Return the width without which a column cannot stand: its longest word, or longest line.

    What is short is not broken at all, where there is room. Chinese has no blanks between words: a
    name stays whole, a sentence may be narrower. Of a column of numbers only the head may be
    broken.
    """
    lines = _lines(column)
    if column.no_wrap:
        heads = str(column.header).splitlines()
        return _widest(
            [*map(str, column.cells), *(word for line in heads for word in _words(line))]
        )
    least = _NAME if any(map(_CHINESE.search, lines)) else _SHORT
    longest = _widest(word for line in lines for word in _words(line))
    return max(longest, min(_widest(lines), least, room))


def _words(line: str) -> list[str]:
    return pieces(line) if _CHINESE.search(line) else line.split()


def _broken(column: Column, width: int) -> list[RenderableType]:
    """Return head and cells, Chinese and heads of numbers broken into lines between words."""

    def fits(line: str) -> bool:
        return cell_len(line) <= width

    def told(cell: RenderableType) -> RenderableType:
        lines = str(cell).splitlines()
        return Text("\n".join(part for line in lines for part in broken(line, fits)))

    if column.no_wrap:
        return [told(column.header), *column.cells]
    return [told(cell) if _CHINESE.search(str(cell)) else cell
            for cell in (column.header, *column.cells)]  # fmt: skip


def _parts(needs: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield the columns of each part, the first column in all."""
    part: list[int] = []
    for column in range(len(needs)):
        if sum(needs[one] for one in [*part, column]) > room and len(part) > 1:
            yield part
            part = [0]
        part.append(column)
    yield part


def _widths(needs: Sequence[int], wants: Sequence[int], room: int) -> list[int]:
    """Return the width of each column: what it needs, and of what is left as much as it wants.

    Those that want least are served first, so that the longest texts are broken and no others.
    """
    widths, left = list(needs), room - sum(needs)
    order = sorted(range(len(needs)), key=lambda one: wants[one] - needs[one])
    for served, one in enumerate(order):
        more = max(0, min(wants[one] - needs[one], left // (len(order) - served)))
        widths[one] += more
        left -= more
    return widths


def text_table(
    head: Sequence[str] | None,
    rows: Iterable[Sequence[str]],
    right: Collection[int] = (),
    room: int | None = None,
) -> list[str]:
    """Return the lines of a table without rules; a Chinese character takes the room of two.

    Parameters
    ----------
    head : sequence of str, optional
    rows : iterable of sequence of str
    right : collection of int
        Columns of numbers.
    room : int, optional
        Width of the screen; by default that of the terminal, or `WIDTH` where there is none.
    """
    body = [list(map(str, row)) for row in rows]
    heads = list(head or (body[0] if body else ()))
    table = PlainTable(*heads)
    table.box, table.show_header, table.pad_edge, table.padding = (
        None,
        bool(head),
        False,
        (0, 2, 0, 0),
    )
    for place, column in enumerate(table.columns):
        column.justify = "right" if place in right else "left"
    for row in body:
        table.add_row(*row)
    store = StringIO()
    Console(file=store, width=room or screen_width(), color_system=None).print(table)
    return [line.rstrip() for line in store.getvalue().splitlines()]
