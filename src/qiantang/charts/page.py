"""A page: title with the finding, what is shown and its unit, legend, picture, footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from qiantang.charts.chart import Chart
from qiantang.charts.lettering import width, wrap
from qiantang.charts.provenance import source_line
from qiantang.charts.style import FOOT, INK, MARGIN, NOTE, SUBTITLE, TEXT, TITLE, WIDTH

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.wording import Sentences

#: Height of a line of text over its size.
_LEADING = 1.38
#: Space between blocks of a page. [inch]
_GAP = 0.07
#: Room that a legend's mark and its gaps take beside the words. [inch]
_MARK = 0.52
#: Decimals of a panel's place on the page.
_PLACES = 6
#: Most lines of a title, and of a legend's entry.
_TITLE_LINES = 4


def blank(height: float, width: float = WIDTH) -> Figure:
    """Return an empty page whose picture is so high; title and footer come on top. [inch]"""
    return Figure(figsize=(width, height), layout="constrained")


def finish(
    figure: Figure,
    *,
    kind: str,
    words: Sentences,
    finding: str,
    caption: str,
    data: pd.DataFrame,
    source: dict[str, str],
    subtitle: str = "",
    legend: Sequence[tuple[Any, str]] = (),
    notes: Sequence[str] = (),
) -> Chart:
    """Set title, legend and footer around a picture and return the chart.

    Parameters
    ----------
    figure : Figure
        From `blank`, drawn upon; it grows by what title and footer need.
    kind : str
    words : Sentences
    finding : str
        Title: what the numbers say.
    caption : str
    data : pandas.DataFrame
    source : dict of str to str
    subtitle : str
        What is shown, and its unit.
    legend : sequence of (handle, str)
    notes : sequence of str
        Lines of the footer above the source.

    Returns
    -------
    Chart
    """
    across, picture = figure.get_size_inches()
    room = float(across) - 2 * MARGIN
    head = _heading(finding, subtitle, room)
    foot = [
        (line, FOOT, "normal", NOTE)
        for note in (*notes, source_line(source, words))
        for line in wrap(note, room, FOOT)
        if note
    ]
    rows = _legend_rows(legend, room)
    high = _GAP + sum(map(_line, head)) + len(rows) * TEXT * 1.62 / 72 + _GAP
    low = _GAP + sum(map(_line, foot)) + _GAP
    total = high + float(picture) + low
    figure.set_size_inches(float(across), total)
    side = MARGIN / float(across)
    top = total - _GAP
    top = _write(figure, head, top, total, side)
    for row in rows:
        _write_legend(figure, row, (side - 0.004, top / total))
        top -= TEXT * 1.62 / 72
    _write(figure, foot, low - _GAP, total, side)
    rect = (side / 2, low / total, 1 - side, float(picture) / total)
    layout(figure, rect=rect, w_pad=0.03, h_pad=0.03)
    figure.draw_without_rendering()  # what is made only when drawn is made in the house's style
    _freeze(figure)
    return Chart(kind, words.lang, finding, caption, data, source, figure)


def layout(figure: Figure, **settings: Any) -> None:
    """Set the layout engine of a page."""
    engine: Any = figure.get_layout_engine()
    engine.set(**settings)


def _freeze(figure: Figure) -> None:
    """Keep the layout as it is, rounded: the solver's last digits differ from run to run."""
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, low, wide, high = (round(float(edge), _PLACES) for edge in axes.get_position().bounds)
        axes.set_position((left, low, wide, high))


def _line(item: tuple[str, float, str, str]) -> float:
    return item[1] * _LEADING / 72


def _write(
    figure: Figure,
    lines: Sequence[tuple[str, float, str, str]],
    top: float,
    total: float,
    side: float,
) -> float:
    """Write lines from a height downwards and return where they end. [inch]"""
    for line, size, weight, colour in lines:
        text = figure.text(
            side,
            top / total,
            line,
            fontsize=size,
            fontweight=weight,
            color=colour,
            ha="left",
            va="top",
        )
        text.set_in_layout(False)
        top -= size * _LEADING / 72
    return top


def _heading(finding: str, subtitle: str, room: float) -> list[tuple[str, float, str, str]]:
    """Return the lines of title and subtitle with their sizes, weights and colours."""
    head = [(line, TITLE, "bold", INK) for line in wrap(finding, room, TITLE, "bold", _TITLE_LINES)]
    return head + [
        (line, SUBTITLE, "normal", NOTE) for line in wrap(subtitle, room, SUBTITLE) if subtitle
    ]


def _write_legend(
    figure: Figure, row: Sequence[tuple[Any, str]], corner: tuple[float, float]
) -> None:
    figure.legend(
        [handle for handle, _ in row],
        [label for _, label in row],
        loc="upper left",
        bbox_to_anchor=corner,
        ncols=len(row),
        borderpad=0,
        borderaxespad=0.15,
        handlelength=1.9,
        handletextpad=0.5,
        columnspacing=1.4,
    ).set_in_layout(False)


def _legend_rows(legend: Sequence[tuple[Any, str]], room: float) -> list[list[tuple[Any, str]]]:
    """Break a legend into rows that fit; an entry too long for a row is cut."""
    rows: list[list[tuple[Any, str]]] = []
    left = 0.0
    for handle, label in legend:
        shown = wrap(label, room - _MARK, TEXT - 0.5, lines=1)[0]
        needs = width(shown, TEXT - 0.5) + _MARK
        if not rows or needs > left:
            rows.append([])
            left = room
        rows[-1].append((handle, shown))
        left -= needs
    return rows
