"""What a target hangs on: Shapley effects of groups, and PAWN of single inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from qiantang.charts import lettering, page, provenance, style
from qiantang.sensitivity.words import finding, group_name, input_name
from qiantang.wording import Wording
from qiantang.wording.figures import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from qiantang.charts.chart import Chart
    from qiantang.sensitivity.analyse import Sensitivity
    from qiantang.study import Study

#: Height of a row and of the rest, room of a label. [inch]
_ROW, _REST, _LABEL = 0.29, 0.5, 1.75
#: Bars at most in a panel.
_BARS = 12


def sensitivity(study: Study, found: Sensitivity, *, lang: str = "en") -> Chart:
    """Draw what a target hangs on.

    Parameters
    ----------
    study : Study
    found : Sensitivity
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown language.
    """
    words = Wording(study, lang)
    groups, inputs = found.frame().head(_BARS), found.inputs.head(_BARS)
    with style.drawing(words.lang):
        paper = page.blank(_REST + _ROW * max(len(groups), len(inputs)))
        left, right = paper.subplots(1, 2)
        names = [group_name(name, words) for name in groups["group"]]
        _bars(left, names, groups, ("share_measure", "share_p"))
        left.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        pairs = zip(inputs["input"], inputs["kind"], strict=True)
        _bars(right, [input_name(*pair, words) for pair in pairs], inputs, ("pawn", "pawn_p"))
        for place, floor in enumerate((found.floor, found.floor_p)):
            if np.isfinite(floor):
                right.axvline(floor, color=style.COLOURS[place], lw=1.0, ls=(0, (2, 1.5)))
        said = words.phrase("sensitivity.p", probability=words.probability(found.probability))
        legend = [
            (Patch(fc=style.COLOURS[0], alpha=0.7), words.phrase("sensitivity.measure")),
            (Patch(fc=style.COLOURS[1], alpha=0.7), said),
            (Line2D([], [], color=style.NOTE, lw=1.0, ls=(0, (2, 1.5))),
             words.phrase("sensitivity.floor")),
        ]  # fmt: skip
        blanks = {"target": words.target(found.target), "scenario": words.scenario(found.scenario)}
        note = words.phrase(
            "sensitivity.note", explained=percent(found.effects.explained[0]),
            members=provenance.count(found.members, words), inputs=len(found.inputs),
        )  # fmt: skip
        return page.finish(
            paper,
            kind="sensitivity",
            words=words,
            finding=finding(found, words),
            caption=words.phrase("sensitivity.caption", **blanks),
            data=_data(found, words),
            source={**provenance.source_of_study(study), "fit": study.fit.record.version,
                    "members": str(found.members), "seed": str(found.seed)},
            subtitle=words.phrase("sensitivity.subtitle"),
            legend=legend,
            notes=[note],
        )  # fmt: skip


def _bars(axes: Axes, names: Sequence[str], table: pd.DataFrame, columns: tuple[str, str]) -> None:
    places = np.arange(len(table))
    for number, column in enumerate(columns):
        values = np.nan_to_num(table[column].to_numpy(dtype=np.float64))
        axes.barh(places + 0.36 * (number - 0.5), np.maximum(values, 0), height=0.34,
                  color=style.COLOURS[number], alpha=0.7, lw=0)  # fmt: skip
    labels = ["\n".join(lettering.wrap(name, _LABEL, style.SMALL, lines=2)) for name in names]
    axes.set_yticks(places, labels, fontsize=style.SMALL, color=style.INK, ma="right",
                    linespacing=1.1)  # fmt: skip
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _data(found: Sensitivity, words: Wording) -> pd.DataFrame:
    """Return every input, with its group's effects beside it."""
    table = found.inputs.merge(found.frame(), on="group")
    table.insert(1, "name", [input_name(name, kind, words) for name, kind in
                             zip(table["input"], table["kind"], strict=True)])  # fmt: skip
    table["group"] = [group_name(group, words) for group in table["group"]]
    return table
