"""Tables of texts, for a terminal and as HTML that reads on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from html import escape
from unicodedata import east_asian_width

Cells = Sequence[str]

#: Colours are Jupyter's own, so that a table reads on a light page and on a dark one.
_QUIET = "color:var(--jp-ui-font-color2,#616161)"
_RULE = "border-bottom:1px solid var(--jp-border-color1,#bdbdbd)"
_BAR = "rgba(0,114,178,.28)"
#: Widest text that is kept on one line of a table.
_UNBROKEN = 27


def number(value: float | None) -> str:
    """Write a figure to three significant digits, whole from a hundred on; none as a dash."""
    if value is None or value != value:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def chance(value: float) -> str:
    """Write a probability; an ensemble never says quite never or quite surely."""
    if value != value:
        return "-"
    return "<0.01" if value < 0.005 else ">0.99" if value > 0.995 else f"{value:.2f}"


def text_table(
    head: Cells | None, rows: Iterable[Cells], right: Set[int] = frozenset()
) -> list[str]:
    """Return the lines of a table; a Chinese character takes the room of two."""
    body = [list(map(str, row)) for row in ([head] if head else []) + list(rows)]
    widths = [max(map(width, column)) for column in zip(*body, strict=True)] if body else []
    lines = []
    for row in body:
        cells = []
        for place, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            room = " " * (wide - width(cell))
            cells.append(room + cell if place in right else cell + room)
        lines.append("  ".join(cells).rstrip())
    return lines


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def html_table(
    head: Cells,
    rows: Sequence[Cells],
    right: Set[int] = frozenset(),
    bars: dict[tuple[int, int], float] | None = None,
) -> str:
    """Return a table as HTML, every cell escaped.

    Parameters
    ----------
    head, rows
        Texts.
    right : set of int
        Columns of numbers.
    bars : mapping
        Share, from 0 to 1, by (row, column): drawn as a bar behind the cell.
    """

    def cell(tag: str, text: str, column: int, more: str = "") -> str:
        align = "right" if column in right else "left"
        style = f"text-align:{align};padding:2px 10px 2px 4px;vertical-align:top;{more}"
        if tag == "td" and width(str(text)) <= _UNBROKEN:
            style += "white-space:nowrap;"
        scope = ' scope="col"' if tag == "th" else ""
        return f'<{tag}{scope} style="{style}">{escape(str(text))}</{tag}>'

    def bar(share: float | None) -> str:
        if share is None or share != share:
            return ""
        end = f"{100 * share:.0f}%"
        return f"background:linear-gradient(to right,{_BAR} {end},transparent {end});"

    top = "".join(cell("th", text, place, _RULE) for place, text in enumerate(head))
    body = "".join(
        "<tr>" + "".join(cell("td", text, column, bar((bars or {}).get((place, column))))
                         for column, text in enumerate(row)) + "</tr>"
        for place, row in enumerate(rows)
    )  # fmt: skip
    return (
        '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )


def block(title: str, *parts: str) -> str:
    """Return a title and parts that are HTML already."""
    return f"<div><p><strong>{escape(title)}</strong></p>{''.join(parts)}</div>"


def facts_html(facts: Iterable[tuple[str, str]]) -> str:
    """Return labels and texts, a line each, as HTML."""
    lines = "".join(
        f'<tr><td style="{_QUIET};text-align:left;padding:1px 12px 1px 4px;vertical-align:top;'
        f'white-space:nowrap">'
        f'{escape(label)}</td><td style="text-align:left;padding:1px 4px;vertical-align:top">'
        f"{escape(text)}</td></tr>"
        for label, text in facts
    )
    return f'<table style="border-collapse:collapse"><tbody>{lines}</tbody></table>'


def aligned(facts: Iterable[tuple[str, str]]) -> list[str]:
    """Return labels and texts as lines, the texts below each other."""
    return [f"  {line}" for line in text_table(None, list(facts))]


def quiet(text: str) -> str:
    """Return a line of small import, as HTML."""
    return f'<p style="{_QUIET}">{escape(text)}</p>'
