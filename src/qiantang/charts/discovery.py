"""Where a target fails: cases by the inputs of the box, and the peeling trajectory beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from qiantang.charts import lettering, page, provenance, style
from qiantang.charts.goal import plain_numbers
from qiantang.discovery.words import box_sentence, factor_name, factor_unit, fresh_sentence
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.chart import Chart
    from qiantang.discovery.discover import Discovery
    from qiantang.study import Study

#: Height of a row of panels, room of a label. [inch]
_ROW, _LABEL = 2.25, 2.1
#: Inputs that are drawn against each other, and cases that are drawn.
_INPUTS, _DRAWN = 3, 1500
#: Room around the box where it has no limit, and spread of choices. [share of the range]
_MARGIN, _JITTER = 0.04, 0.35


def discovery(study: Study, found: Discovery, *, lang: str = "en") -> Chart:
    """Draw the box that was found: pairs of its inputs, and the trajectory it was picked from.

    Parameters
    ----------
    study : Study
    found : Discovery
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown language.
    """
    words = Wording(study, lang)
    shown = _shown(found)
    with style.drawing(words.lang):
        pairs = [(a, b) for b in range(1, len(shown)) for a in range(b)] or [(0, 0)]
        paper = page.blank(_ROW * (1 if len(pairs) == 1 else 2))
        grid = np.atleast_1d(paper.subplots(*((1, 2) if len(pairs) == 1 else (2, 2)))).reshape(-1)
        pictures = list(grid) if len(pairs) == 1 else [grid[0], grid[2], grid[3], grid[1]]
        for axes, (a, b) in zip(pictures, pairs, strict=False):
            _draw_pair(axes, found, shown[a], shown[b], words)
        _draw_trajectory(pictures[-1], found, words)
        key = "fails" if found.fails else "reaches"
        blanks = {"cases": provenance.count(len(found.table.cases.hits), words),
                  "inputs": found.inputs, "searched": len(found.table.factors)}  # fmt: skip
        return page.finish(
            paper,
            kind="discovery",
            words=words,
            finding=box_sentence(found, found.box, found.quality, words),
            caption=words.phrase("discover.caption"),
            data=_data(found, words),
            source=provenance.source_of_study(study),
            subtitle=words.phrase("discover.subtitle"),
            legend=[
                (_dot(style.COLOURS[1], 1.0), words.phrase(f"discover.hit.{key}")),
                (_dot(style.HAIR, 0.8), words.phrase("discover.other")),
                (Patch(fc="none", ec=style.INK, lw=1.2), words.phrase("discover.box")),
                (_star(), words.phrase("discover.picked")),
            ],
            notes=[
                provenance.joined(
                    [fresh_sentence(found, words), words.phrase("discover.method", **blanks)], words
                )
            ],
        )


def _shown(found: Discovery) -> list[int]:
    """Return the inputs to draw: those of the box, the surest first, then those peeled most."""
    names = [factor.name for factor in found.table.factors]
    first = [names.index(name) for name in found.frame()["input"]]
    counts = np.zeros(len(names))
    for box in found.boxes:
        counts[box.restricted] += 1
    rest = [int(place) for place in np.argsort(-counts, kind="stable") if place not in first]
    return [*first, *rest][:_INPUTS]


def _draw_pair(axes: Axes, found: Discovery, a: int, b: int, words: Wording) -> None:
    table = found.table
    chance = np.random.default_rng(1)
    drawn = chance.permutation(len(table.cases.hits))[:_DRAWN]
    hits = table.cases.hits[drawn]
    ends = []
    columns = []
    for place in (a, b):
        factor, values = table.factors[place], table.cases.inputs[:, place]
        factor_of = factor_unit(factor, words).factor
        spread = _JITTER if factor.is_choice or len(np.unique(values)) < 10 else 0.0
        step = np.diff(np.unique(values)).min() if spread else 0.0
        columns.append((values[drawn] + chance.uniform(-1, 1, len(drawn)) * spread * step)
                       * factor_of)  # fmt: skip
        ends.append((float(columns[-1].min()), float(columns[-1].max())))
    if a == b:
        columns[1] = chance.uniform(0, 1, len(drawn))
        ends[1] = (0.0, 1.0)
    for mask, colour, size, order in ((~hits, style.HAIR, 5, 1), (hits, style.COLOURS[1], 7, 2)):
        axes.scatter(columns[0][mask], columns[1][mask], s=size, color=colour, lw=0, alpha=0.75,
                     zorder=order, rasterized=False)  # fmt: skip
    _frame(axes, found, a, b, ends, words)
    for place, axis, write in ((a, axes.xaxis, axes.set_xlabel), (b, axes.yaxis, axes.set_ylabel)):
        _scale(axis, table.factors[place], words)
        if place == b == a and write == axes.set_ylabel:
            axes.set_yticks([])
            continue
        unit = factor_unit(table.factors[place], words).label
        name = factor_name(table.factors[place], words) + (f" [{unit}]" if unit else "")
        lines = lettering.wrap(name, _LABEL, style.SMALL, lines=2)
        write("\n".join(lines), size=style.SMALL, color=style.INK)


def _frame(
    axes: Axes, found: Discovery, a: int, b: int, ends: list[tuple[float, float]], words: Wording
) -> None:
    """Draw the box, which ends at the edge of the picture where it has no limit."""
    sides: list[tuple[float, float]] = []
    for place, (low, high) in zip((a, b), ends, strict=True):
        factor = factor_unit(found.table.factors[place], words).factor
        room = _MARGIN * (high - low)
        bottom, top = float(found.box.low[place]) * factor, float(found.box.high[place]) * factor
        if a == b and sides:
            bottom, top = -np.inf, np.inf
        sides.append((bottom if np.isfinite(bottom) else low - room,
                      top if np.isfinite(top) else high + room))  # fmt: skip
    (left, right), (bottom, top) = sides
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fc="none", ec=style.INK,
                             lw=1.2, zorder=3))  # fmt: skip


def _scale(axis: Any, factor: Any, words: Wording) -> None:
    if factor.is_choice:
        axis.set_ticks([0.0, 1.0], [words.phrase("discover.no"), words.phrase("discover.yes")])
        return
    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(plain_numbers(words))


def _draw_trajectory(axes: Axes, found: Discovery, words: Wording) -> None:
    coverage = [one.coverage for one in found.qualities]
    density = [one.density for one in found.qualities]
    axes.plot(coverage, density, color=style.COLOURS[0], lw=0.8, marker="o", ms=3.2, mew=0)
    said, last = 0, (9.0, 9.0)
    for one in found.qualities:
        here = one.coverage, one.density
        if (
            one.restricted > said
            and max(abs(x - y) for x, y in zip(here, last, strict=True)) > 0.05
        ):
            said, last = one.restricted, here
            axes.annotate(str(said), here, xytext=(2, 4), textcoords="offset points",
                          fontsize=style.FOOT, color=style.NOTE)  # fmt: skip
    axes.plot([found.quality.coverage], [found.quality.density], **_STAR)
    axes.set_xlabel(words.phrase("discover.coverage"), size=style.SMALL)
    axes.set_ylabel(words.phrase("discover.density"), size=style.SMALL)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(-0.02, 1.04)
    axes.set_ylim(0, 1.04)
    axes.grid(True)


_STAR: dict[str, Any] = {"color": style.COLOURS[1], "marker": "*", "ms": 10, "mew": 0, "ls": ""}


def _star() -> Line2D:
    return Line2D([], [], **_STAR)


def _dot(colour: str, alpha: float) -> Line2D:
    return Line2D([], [], color=colour, marker="o", ms=4, mew=0, ls="", alpha=alpha)


def _data(found: Discovery, words: Wording) -> pd.DataFrame:
    """Return the trajectory, and below it the box with one row a limit."""
    rows: list[dict[str, Any]] = [
        {"what": words.phrase("discover.box.of", number=number), "coverage": one.coverage,
         "density": one.density, "mass": one.mass, "inputs": one.restricted}
        for number, one in enumerate(found.qualities)
    ]  # fmt: skip
    best = found.quality
    picked = {"coverage": best.coverage, "density": best.density, "mass": best.mass}
    rows.append({"what": words.phrase("discover.picked"), **picked, "inputs": best.restricted})
    factors = {factor.name: factor for factor in found.table.factors}
    for row in found.frame().to_dict("records"):
        name = factor_name(factors[row["input"]], words)
        rows.append({"what": words.phrase("discover.box"), "name": name, "unit": row["unit"],
                     "from": row["low"], "to": row["high"], "quasi_p": row["quasi_p"]})  # fmt: skip
    return pd.DataFrame(rows)
