"""The board: every target in every scenario, its probability and median, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from qiantang.charts import figures, lettering, page, provenance, style
from qiantang.ensemble.reach import reach_table
from qiantang.wording import Unit, Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target

#: Sizes of the board's parts. [inch]
_ROW, _HEAD, _COLUMN, _LAST = 0.42, 0.16, 0.86, 0.98
#: Widest and narrowest room of the targets' names. [inch]
_LABELS = (1.7, 2.75)
#: Colours from missed to reached; both ends differ in lightness from the middle alike.
_SCALE = LinearSegmentedColormap.from_list("board", [style.MISSED, style.EVEN, style.REACHED])
#: From here on a target is more likely reached than not.
_EVEN = 0.5


def board(runs: Runs, *, scenarios: Sequence[str] | None = None, lang: str = "en") -> Chart:
    """Draw the probability of every target in every scenario.

    Parameters
    ----------
    runs : Runs
        With the variables of the targets saved.
    scenarios : sequence of str, optional
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
    """
    words = Wording(runs.study, lang)
    chosen = figures.check_scenarios(runs, scenarios)
    targets = runs.study.plan.targets.targets
    for target in targets:
        for variable in (target.measure.variable, *target.measure.over):
            figures.check_variable(runs, variable)
    table = _table(runs, chosen, words)
    label = _label_room(targets, words)
    across = max(style.WIDTH, label + _LAST + _COLUMN * len(chosen) + 2 * style.MARGIN)
    column = (across - 2 * style.MARGIN - label - _LAST) / len(chosen)
    heads = [
        lettering.wrap(provenance.runs_title(runs, words, name), column - 0.1, style.SMALL, "bold")
        for name in chosen
    ]
    deep = _HEAD + max(map(len, heads)) * style.SMALL * 1.3 / 72
    with style.drawing(words.lang):
        paper = page.blank(deep + _ROW * len(targets), across)
        axes = paper.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, across - 2 * style.MARGIN)
        axes.set_ylim(deep + _ROW * len(targets), 0)
        _draw_heads(axes, heads, (label, column), deep, words)
        for place, target in enumerate(targets):
            rows = table[table["target"] == target.id]
            _draw_row(axes, target, rows, deep + place * _ROW, (label, column), words)
        notes = provenance.notes_of_runs(runs, chosen, words, "board.footer")
        return page.finish(
            paper,
            kind="board",
            words=words,
            finding=_finding(runs, table, chosen[-1], words),
            caption=words.phrase("board.caption", count=len(targets)),
            data=table,
            source=provenance.source_of_runs(runs, chosen),
            subtitle=words.phrase("board.subtitle"),
            notes=[provenance.joined(notes, words)],
        )


def asked(given: Asked) -> Chart:
    """Run what the command line asks for, and draw it."""
    return board(given.run(), lang=given.lang)


def _label_room(targets: Sequence[Target], words: Wording) -> float:
    longest = max(lettering.width(words.target(target), style.TEXT) for target in targets)
    return float(np.clip(longest + 0.15, *_LABELS))


def threshold_text(target: Target, words: Wording) -> str:
    """Return what a target asks for: at least 46 million, ≥4600万人次, a rise."""
    if target.sense == "rises":
        return words.phrase("board.threshold.rise")
    if target.sense == "rises_each_year":
        return words.phrase("board.threshold.each")
    sign = {"above": ">", "at_least": "≥"}[target.sense]
    return f"{sign}{words.gap}{words.figure(target.threshold, words.target_unit(target))}"


def _table(runs: Runs, scenarios: Sequence[str], words: Wording) -> pd.DataFrame:
    targets = {target.id: target for target in runs.study.plan.targets.targets}
    rows = []
    for row in reach_table(runs.dataset, runs.study).rows:
        if row.scenario not in scenarios:
            continue
        target = targets[row.target]
        unit = words.target_unit(target)
        actual = np.nan if row.actual is None else row.actual
        reached = None if row.actual is None else bool(target.is_reached(row.actual))
        rows.append(
            {
                "target": row.target,
                "name": words.target(target),
                "article": row.article,
                "scenario": row.scenario,
                "title": provenance.runs_title(runs, words, row.scenario),
                "unit": unit.label,
                "threshold": row.threshold * unit.factor,
                "probability": row.probability,
                "grade": row.grade,
                "median": row.median * unit.factor,
                "p05": row.p05 * unit.factor,
                "p95": row.p95 * unit.factor,
                "happened": actual * unit.factor,
                "reached": reached,
                "members": row.members - row.diverged,
            }
        )
    return pd.DataFrame(rows)


def _draw_heads(
    axes: Axes, heads: Sequence[list[str]], rooms: tuple[float, float], deep: float, words: Wording
) -> None:
    label, column = rooms
    for place, lines in enumerate(heads):
        axes.text(
            label + (place + 0.5) * column,
            deep - 0.07,
            "\n".join(lines),
            ha="center",
            va="bottom",
            fontsize=style.SMALL,
            fontweight="bold",
            linespacing=1.2,
        )
    axes.text(
        label + len(heads) * column + _LAST / 2,
        deep - 0.07,
        words.phrase("board.happened"),
        ha="center",
        va="bottom",
        fontsize=style.SMALL,
        fontweight="bold",
        color=style.NOTE,
    )


def _draw_row(
    axes: Axes,
    target: Target,
    rows: pd.DataFrame,
    top: float,
    rooms: tuple[float, float],
    words: Wording,
) -> None:
    label, column = rooms
    name = lettering.fit(words.target(target), label - 0.1, style.TEXT)
    ask = f"{threshold_text(target, words)}{words.phrase('comma')}{words.article(target.article)}"
    ask = lettering.wrap(ask, label - 0.1, style.SMALL, lines=1)[0]
    axes.text(0, top + 0.36 * _ROW, name, va="center", fontsize=style.TEXT)
    axes.text(0, top + 0.74 * _ROW, ask, va="center", fontsize=style.SMALL, color=style.NOTE)
    plain = Unit("", words.target_unit(target).short, 1.0)
    for place, row in enumerate(rows.to_dict("records")):
        left, chance = label + place * column, row["probability"]
        known = bool(np.isfinite(chance))
        face = _SCALE(chance) if known else "#EEEEEE"
        axes.add_patch(
            Rectangle(
                (left + 0.02, top + 0.02), column - 0.04, _ROW - 0.04, fc=face, ec="#D9D9D9", lw=0.5
            )
        )
        middle = left + column / 2
        axes.text(
            middle,
            top + 0.34 * _ROW,
            words.odds(chance, row["grade"]),
            ha="center",
            va="center",
            fontsize=9.5,
            fontweight="bold",
        )
        said = lettering.wrap(
            words.figure(row["median"], plain, trim=False), column - 0.08, 6.8, lines=1
        )[0]
        axes.text(middle, top + 0.74 * _ROW, said, ha="center", va="center", fontsize=6.8)
    _draw_happened(axes, rows.iloc[0], plain, label + len(rows) * column, top, words)


def _draw_happened(
    axes: Axes, row: pd.Series[Any], unit: Unit, left: float, top: float, words: Wording
) -> None:
    happened = float(row["happened"])
    known = bool(np.isfinite(happened))
    verdict = "reached" if row["reached"] else "missed"
    said = words.phrase(f"board.{verdict}" if known else "board.unknown")
    axes.text(
        left + _LAST / 2,
        top + (0.34 if known else 0.5) * _ROW,
        said,
        ha="center",
        va="center",
        fontsize=style.TEXT,
        color=style.INK if known else style.NOTE,
    )
    if known:
        value = lettering.wrap(words.figure(happened, unit), _LAST, 6.8, lines=1)[0]
        axes.text(
            left + _LAST / 2,
            top + 0.74 * _ROW,
            value,
            ha="center",
            va="center",
            fontsize=6.8,
            color=style.NOTE,
        )


def _finding(runs: Runs, table: pd.DataFrame, scenario: str, words: Wording) -> str:
    mine = table[table["scenario"] == scenario]
    likely = int((mine["probability"] > _EVEN).sum())
    key = "board.finding" if likely else "board.finding.none"
    title = provenance.runs_title(runs, words, scenario)
    return words.phrase(key, scenario=title, likely=likely, count=len(mine))
