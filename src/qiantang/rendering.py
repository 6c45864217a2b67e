"""Tables of texts as HTML that reads on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from qiantang.files.markup import Markup, element
from qiantang.wording.figures import chance as said
from qiantang.wording.units import number as written

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
    return written(value, "en").replace("−", "-")


def chance(value: float) -> str:
    """Write a probability; none as a dash."""
    return "-" if value != value else said(value, "en")


def html_table(
    head: Cells,
    rows: Sequence[Cells],
    right: Set[int] = frozenset(),
    bars: dict[tuple[int, int], float] | None = None,
) -> Markup:
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

    def cell(tag: str, text: str, column: int, more: str = "") -> Markup:
        align = "right" if column in right else "left"
        style = f"text-align:{align};padding:2px 10px 2px 4px;vertical-align:top;{more}"
        if tag == "td" and len(str(text)) <= _UNBROKEN:
            style += "white-space:nowrap;"
        return element(tag, {"scope": "col" if tag == "th" else None, "style": style}, text)

    def bar(share: float | None) -> str:
        if share is None or share != share:
            return ""
        end = f"{100 * share:.0f}%"
        return f"background:linear-gradient(to right,{_BAR} {end},transparent {end});"

    top = [cell("th", text, place, _RULE) for place, text in enumerate(head)]
    body = [
        element("tr", None, *(cell("td", text, column, bar((bars or {}).get((place, column))))
                              for column, text in enumerate(row)))
        for place, row in enumerate(rows)
    ]  # fmt: skip
    style = "border-collapse:collapse;font-variant-numeric:tabular-nums"
    headed = element("thead", None, element("tr", None, *top))
    return element("table", {"style": style}, headed, element("tbody", None, *body))


def block(title: str, *parts: Markup) -> Markup:
    """Return a title and parts that are HTML already."""
    return element("div", None, element("p", None, element("strong", None, title)), *parts)


def facts_html(facts: Iterable[tuple[str, str]]) -> Markup:
    """Return labels and texts, a line each, as HTML."""
    left = "text-align:left;vertical-align:top"
    label = f"{_QUIET};{left};padding:1px 12px 1px 4px;white-space:nowrap"
    lines = [
        element("tr", None, element("td", {"style": label}, name),
                element("td", {"style": f"{left};padding:1px 4px"}, text))
        for name, text in facts
    ]  # fmt: skip
    body = element("tbody", None, *lines)
    return element("table", {"style": "border-collapse:collapse"}, body)


def quiet(text: str) -> Markup:
    """Return a line of small import, as HTML."""
    return element("p", {"style": _QUIET}, text)
