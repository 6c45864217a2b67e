"""Small charts as inline SVG: no script, no font, readable on light and dark pages alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len, set_cell_size

from qiantang.files.markup import Markup, element
from qiantang.wording.language import Language
from qiantang.wording.told import Told, said
from qiantang.wording.units import number

Array = NDArray[np.float64]

#: Geometry of a page of bars. [px]
WIDTH, ROW, LABEL, RIGHT, HEAD = 760, 20, 250, 92, 30
#: Panels of history. [px]
PANEL, TALL, ACROSS = 248, 150, 3
#: Width of a panel's title, in letters.
_TITLE = 38
#: Colours that colour-blind readers can tell apart.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8a8f98"


def bars(
    title: str,
    rows: Sequence[tuple[str, float]],
    *,
    line: float | None = None,
    top: float | None = None,
    digits: int = 2,
    at_least: bool = False,
    lang: Language = "en",
) -> Markup:
    """Draw one bar a row, and a pass line; bars on its wrong side are orange.

    Parameters
    ----------
    title : str
    rows : sequence of (str, float)
    line : float, optional
        The pass line.
    top : float, optional
        End of the axis; by default a little above the longest bar.
    digits : int
        Decimals of the figure beside a bar.
    at_least : bool
        The line is a floor, not a ceiling.
    lang : {"zh", "en"}
        Language of title and names, here as in what follows.
    """
    known = [value for _, value in rows if math.isfinite(value)]
    end = top or max([*known, line or 0.0, 1e-12]) * 1.05
    span = WIDTH - LABEL - RIGHT
    parts = []
    for place, (name, value) in enumerate(rows):
        y = HEAD + place * ROW
        shown = min(value, end) if math.isfinite(value) else end
        poor = line is not None and not (value >= line if at_least else value <= line)
        parts.append(_text(LABEL - 8, y + 14, said(name, lang), anchor="end"))
        parts.append(_rect(LABEL, y + 4, span * shown / end, 12, ORANGE if poor else BLUE))
        parts.append(_text(LABEL + span * shown / end + 6, y + 14, f"{value:.{digits}f}"))
    height = HEAD + len(rows) * ROW + 8
    if line is not None:
        parts.append(_line(LABEL + span * min(line, end) / end, HEAD, height - 8))
    return _page(said(title, lang), height, parts)


def paired_bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    line: float,
    notes: Sequence[str] = (),
    low: float = 1e-3,
    lang: Language = "en",
) -> Markup:
    """Draw two or more bars a row on a log axis, with the pass line and a note beside each row."""
    end = max([line * 10, *(v for vs in series.values() for v in vs if math.isfinite(v))])
    low, span, tall = min(low, line / 10), WIDTH - LABEL - 2 * RIGHT, 8

    def across(value: float) -> float:
        part = math.log(max(value, low) / low) / math.log(end / low)
        return span * min(max(part, 0.0), 1.0)

    row = tall * len(series) + 8
    parts = []
    for place, (name, colour) in enumerate(zip(series, (BLUE, GREY, ORANGE), strict=False)):
        parts.append(_rect(LABEL + 170 * place, HEAD - 4, 10, 10, colour))
        parts.append(_text(LABEL + 170 * place + 15, HEAD + 5, said(name, lang)))
    first = HEAD + 16
    for place, label in enumerate(labels):
        y = first + place * row
        parts.append(_text(LABEL - 8, y + tall + 4, said(label, lang), anchor="end"))
        for which, (values, colour) in enumerate(
            zip(series.values(), (BLUE, GREY, ORANGE), strict=False)
        ):
            parts.append(_rect(LABEL, y + which * tall, across(values[place]), tall - 1, colour))
        if notes:
            widest = max(across(values[place]) for values in series.values())
            first_of = number(next(iter(series.values()))[place], lang, digits=2)
            beside = f"{first_of} {said(notes[place], lang)}"
            parts.append(_text(LABEL + widest + 6, y + tall + 3, beside))
    height = first + len(labels) * row + 6
    parts.append(_line(LABEL + across(line), first - 4, height - 6))
    return _page(said(title, lang), height, parts)


def stacked(
    title: str, rows: Sequence[tuple[str, Sequence[float]]], *, lang: Language = "en"
) -> Markup:
    """Draw shares that add to one, a bar a row."""
    span = WIDTH - LABEL - RIGHT
    parts = []
    for place, (name, shares) in enumerate(rows):
        y, x = HEAD + place * ROW, float(LABEL)
        parts.append(_text(LABEL - 8, y + 14, said(name, lang), anchor="end"))
        for share, colour in zip(shares, (ORANGE, "#E69F00", BLUE), strict=False):
            wide = span * max(share, 0.0) if math.isfinite(share) else 0.0
            parts.append(_rect(x, y + 4, wide, 12, colour))
            x += wide
    return _page(said(title, lang), HEAD + len(rows) * ROW + 8, parts)


def panels(rows: Sequence[tuple[str, Array, Array, Array]], *, lang: Language = "en") -> Markup:
    """Draw a panel a series: observed figures as points, the model as a line.

    Parameters
    ----------
    rows : sequence of (title, years, data, model)
        Arrays of shape (n,).
    """
    parts = [
        _text(0, 14, Told("panels.note").said(lang)),
    ]
    for place, (title, years, data, model) in enumerate(rows):
        left, top = PANEL * (place % ACROSS), HEAD + (TALL + 20) * (place // ACROSS)
        parts += _panel(left, top, said(title, lang), years, data, model, lang)
    height = HEAD + (TALL + 20) * math.ceil(len(rows) / ACROSS)
    return _page(Told("panels.chart").said(lang), height, parts, titled=False)


def _panel(
    left: float, top: float, title: str, years: Array, data: Array, model: Array, lang: Language
) -> list[Markup]:
    wide, tall = PANEL - 40.0, TALL - 44.0
    first, last = float(years[0]), max(float(years[-1]), float(years[0]) + 1.0)
    most = max(float(data.max()), float(model.max()), 1e-12)
    xs = left + 6 + wide * (years - first) / (last - first)
    base = top + 22 + tall
    at, line = base - tall * data / most, base - tall * model / most
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, line, strict=True))
    return [
        _text(left, top + 10, _short(title)),
        element("line", {"x1": f"{left:.1f}", "x2": f"{left + wide + 12:.1f}",
                         "y1": f"{base:.1f}", "y2": f"{base:.1f}",
                         "stroke": "currentColor", "stroke-opacity": ".35"}),
        element("polyline", {"points": points, "fill": "none", "stroke": BLUE,
                             "stroke-width": "2"}),
        *(element("circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "2.6", "fill": ORANGE})
          for x, y in zip(xs, at, strict=True)),
        _text(left, base + 14, f"{years[0]:g}"),
        _text(left + wide, base + 14, f"{years[-1]:g}", anchor="end"),
        _text(left + wide / 2, base + 14, Told("panels.range", most=number(most, lang)).said(lang),
              anchor="middle"),
    ]  # fmt: skip


def _short(title: str) -> str:
    """Return a title that fits its panel; a Chinese character takes the room of two."""
    return title if fits(title) else set_cell_size(title, _TITLE - 1).rstrip() + "…"


def fits(title: str) -> bool:
    """Return whether a title has room above a panel of history."""
    return cell_len(title) <= _TITLE


def verdicts(
    counts: Mapping[str, int], colours: Mapping[str, str], lang: Language = "en"
) -> Markup:
    """Draw how many findings have each verdict, as one bar."""
    total, x, parts = max(sum(counts.values()), 1), 0.0, []
    for name, count in counts.items():
        wide = WIDTH * count / total
        parts.append(_rect(x, 0, wide, 16, colours[name]))
        x += wide
    return _page(Told("verdicts.chart").said(lang), 16, parts, titled=False)


def _rect(x: float, y: float, wide: float, tall: float, colour: str) -> Markup:
    return element("rect", {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{max(wide, 0.0):.1f}",
                            "height": f"{tall:.1f}", "fill": colour})  # fmt: skip


def _line(x: float, top: float, bottom: float) -> Markup:
    return element("line", {"x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": f"{top:.1f}",
                            "y2": f"{bottom:.1f}", "stroke": "currentColor",
                            "stroke-dasharray": "3 3"})  # fmt: skip


def _text(x: float, y: float, text: str, anchor: str = "start") -> Markup:
    return element("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, text)


def _page(title: str, height: float, parts: Sequence[Markup], *, titled: bool = True) -> Markup:
    head = element("text", {"x": "0", "y": "14", "class": "title"}, title) if titled else ""
    frame = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height:.0f}",
        "role": "img", "aria-label": title,
    }  # fmt: skip
    return element("svg", frame, head, *parts)
