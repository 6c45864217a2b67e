"""The regret board: what each picked package gives up in one case of ten, by target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from qiantang.charts import lettering, page, provenance, style
from qiantang.ensemble.reach import is_told
from qiantang.robust.writing import pick_name
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.chart import Chart
    from qiantang.robust.robust import Robust
    from qiantang.study import Study

#: Height of a row and of the heads, room of the names. [inch]
_ROW, _HEAD, _NAME = 0.42, 0.62, 1.9
#: Share of the worst regret below which none is said.
_TRIFLE = 0.005
_SCALE = LinearSegmentedColormap.from_list("regret", [style.EVEN, style.MISSED])


def regrets(study: Study, found: Robust, *, lang: str = "en") -> Chart:
    """Draw for each picked package and target what is given up in one case of ten, and P.

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
    picks = list(found.picked["pick"])
    targets = study.plan.targets.targets
    with style.drawing(words.lang):
        paper = page.blank(_HEAD + _ROW * len(targets))
        axes = paper.subplots()
        axes.set_axis_off()
        across = style.WIDTH - 2 * style.MARGIN
        axes.set_xlim(0, across)
        axes.set_ylim(_HEAD + _ROW * len(targets), 0)
        column = (across - _NAME) / len(picks)
        for place, pick in enumerate(picks):
            name = lettering.wrap(pick_name(found, pick, study, words.lang), column - 0.08,
                                  style.SMALL, "bold", 3)  # fmt: skip
            axes.text(_NAME + (place + 0.5) * column, _HEAD - 0.06, "\n".join(name), ha="center",
                      va="bottom", fontsize=style.SMALL, fontweight="bold")  # fmt: skip
        for row in range(len(targets)):
            _draw_row(axes, study, found, picks, row, column, words)
        best = _mildest(found)
        return page.finish(
            paper,
            kind="regrets",
            words=words,
            finding=words.phrase("regrets.finding", pick=pick_name(found, best, study, words.lang)),
            caption=words.phrase("regrets.caption"),
            data=_data(study, found, words),
            source=provenance.source_of_members(
                study, found.design.file.fresh, found.design.file.seed
            ),
            subtitle=words.phrase("regrets.subtitle"),
            notes=[words.phrase("regrets.note")],
        )  # fmt: skip


def _draw_row(
    axes: Axes, study: Study, found: Robust, picks: list[str], row: int, column: float,
    words: Wording,
) -> None:  # fmt: skip
    target = study.plan.targets.targets[row]
    top = _HEAD + row * _ROW
    name = lettering.wrap(words.target(target), _NAME - 0.1, style.TEXT, lines=2)
    axes.text(0, top + _ROW / 2, "\n".join(name), va="center", fontsize=style.TEXT)
    rows = found.regrets[found.regrets["target"] == target.id].set_index("pick").loc[picks]
    worst = float(rows["regret"].max()) or 1.0
    # Without a series that tells where the city stands a figure would be made up.
    chances = rows["probability"] if is_told(study, target) else [float("nan")] * len(rows)
    for place, (lost, chance) in enumerate(zip(rows["regret"], chances, strict=True)):
        left = _NAME + place * column
        axes.add_patch(Rectangle((left + 0.02, top + 0.02), column - 0.04, _ROW - 0.04,
                                 fc=_SCALE(lost / worst), ec="#D9D9D9", lw=0.5))  # fmt: skip
        middle = left + column / 2
        told = float(lost) if lost > _TRIFLE * worst else 0.0
        said = words.figure(told, words.target_unit(target))
        axes.text(middle, top + 0.34 * _ROW, said, ha="center", va="center", fontsize=style.TEXT)
        axes.text(middle, top + 0.72 * _ROW, words.odds_said(float(chance), target.grade),
                  ha="center", va="center", fontsize=style.FOOT, color=style.NOTE)  # fmt: skip


def _mildest(found: Robust) -> str:
    """Return the pick whose regret, as a share of the worst of each target, is least on average."""
    table = found.regrets.pivot(index="pick", columns="target", values="regret")
    worst = table.max().where(table.max() > 0, 1.0)
    return str((table / worst).mean(axis=1).idxmin())


def _data(study: Study, found: Robust, words: Wording) -> pd.DataFrame:
    targets = {target.id: target for target in study.plan.targets.targets}
    units = {name: words.target_unit(target) for name, target in targets.items()}
    rows = found.regrets.copy()
    rows["regret"] = [value * units[name].factor for value, name in
                      zip(rows["regret"], rows["target"], strict=True)]  # fmt: skip
    rows.insert(0, "title", [pick_name(found, pick, study, words.lang) for pick in rows["pick"]])
    rows.insert(1, "name", [words.target(targets[name]) for name in rows["target"]])
    rows["unit"] = [units[name].label for name in rows["target"]]
    return rows.drop(columns="pick")
