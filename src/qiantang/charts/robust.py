"""The front of a robust search as parallel coordinates: each line a package, up is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from qiantang.charts import lettering, page, provenance, style
from qiantang.robust.designfile import MEASURES
from qiantang.robust.writing import objective_name, pick_name
from qiantang.wording import Wording
from qiantang.wording.figures import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from qiantang.charts.chart import Chart
    from qiantang.robust.designfile import Objective
    from qiantang.robust.robust import Robust
    from qiantang.study import Study

#: Height of the picture. [inch]
_HEIGHT = 3.1


def robust(study: Study, found: Robust, *, lang: str = "en") -> Chart:
    """Draw the front on fresh members, an axis an objective, the picked packages in colour.

    Parameters
    ----------
    study : Study
    found : Robust
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown language.
    """
    words = Wording(study, lang)
    with style.drawing(words.lang):
        paper = page.blank(_HEIGHT)
        axes = paper.subplots()
        legend = _draw(axes, study, found, words)
        holds = int(found.packages["holds"].sum())
        blanks = {"count": len(found.packages), "holds": holds,
                  "candidates": provenance.count(found.candidates, words)}  # fmt: skip
        file = found.design.file
        note = words.phrase(
            "robust.note", searches=file.searches, members=file.members, fresh=file.fresh,
            shares=words.phrase("and").join(map(percent, found.volumes)),
        )  # fmt: skip
        return page.finish(
            paper,
            kind="robust",
            words=words,
            finding=words.phrase("robust.finding", **blanks),
            caption=words.phrase("robust.caption"),
            data=_data(found, study, words),
            source=provenance.source_of_members(study, file.fresh, file.seed),
            subtitle=words.phrase("robust.subtitle"),
            legend=legend,
            notes=[note],
        )  # fmt: skip


def _draw(axes: Axes, study: Study, found: Robust, words: Wording) -> list[tuple[Line2D, str]]:
    objectives = found.design.file.objectives
    columns = [found.packages[f"fresh_{one.name}"].to_numpy(dtype=np.float64) for one in objectives]
    places = np.arange(len(objectives))
    rows = [_up(column, one) for column, one in zip(columns, objectives, strict=True)]
    scaled = np.column_stack(rows)
    for line in scaled:
        axes.plot(places, line, color=style.HAIR, lw=0.6, alpha=0.7, zorder=1)
    legend = [(Line2D([], [], color=style.HAIR, lw=1.0), words.phrase("robust.line"))]
    picks = found.packages["pick"].to_numpy()
    for number, place in enumerate(np.flatnonzero(picks != "")):
        look = {"color": style.colour(number), "ls": style.stroke(number), "lw": 1.7}
        axes.plot(places, scaled[place], zorder=3, **look)
        called = pick_name(found, str(picks[place]), study, words.lang)
        legend.append((Line2D([], [], **look), called))
    axes.vlines(places, 0, 1, color=style.NOTE, lw=0.7, zorder=2)
    for at_axis, (column, one) in enumerate(zip(columns, objectives, strict=True)):
        ends = column.max(), column.min()
        for end, at, side in zip(ends if MEASURES[one.measure] else ends[::-1], (1.0, 0.0),
                                 ("bottom", "top"), strict=True):  # fmt: skip
            axes.annotate(_figure(end, one, study, words), (at_axis, at), ha="center", va=side,
                          xytext=(0, 3 if at else -3), textcoords="offset points",
                          fontsize=style.SMALL, color=style.INK)  # fmt: skip
    room = (style.WIDTH - 0.6) / len(objectives)
    names = [lettering.wrap(objective_name(found, one.name, study, words.lang), room, style.SMALL)
             for one in objectives]  # fmt: skip
    axes.set_xticks(places, ["\n".join(lines) for lines in names], fontsize=style.SMALL)
    axes.tick_params(axis="x", length=0, pad=14)
    axes.set_yticks([])
    axes.set_ylim(-0.02, 1.08)
    axes.set_xlim(-0.5, len(objectives) - 0.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return legend


def _up(column: NDArray[np.float64], objective: Objective) -> NDArray[np.float64]:
    """Return a column between 0, the worst, and 1, the best; in the middle if all are alike."""
    low, high = float(column.min()), float(column.max())
    if low == high:  # all are alike, so none is the worst
        return np.full(column.shape, 0.5)
    scaled = (column - low) / (high - low)
    return scaled if MEASURES[objective.measure] else 1 - scaled


def _figure(value: float, objective: Objective, study: Study, words: Wording) -> str:
    if objective.measure == "effort":
        return words.number(value)
    if objective.measure in ("probability", "radius"):
        return f"{value:.0%}"
    target = next(t for t in study.plan.targets.targets if t.id == objective.target)
    return words.figure(value, words.target_unit(target))


def _data(found: Robust, study: Study, words: Wording) -> pd.DataFrame:
    """Return the front under names that a reader knows."""
    names = {name: objective_name(found, name, study, words.lang)
             for name in found.design.objectives}  # fmt: skip
    renamed = {"pick": words.phrase("robust.pick"), "holds": words.phrase("robust.holds")}
    for name, called in names.items():
        renamed[name] = words.phrase("robust.searched", name=called)
        renamed[f"fresh_{name}"] = words.phrase("robust.fresh", name=called)
    for lever in found.design.levers:
        renamed[lever] = words.lever(lever)
        renamed[f"late_{lever}"] = words.phrase("robust.late", name=words.lever(lever))
    return found.packages.rename(columns=renamed)
