"""The odds of every target at each review since the plan was made, in small panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from qiantang.charts import page, provenance, style
from qiantang.charts.lettering import width, wrap
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.plan.targets import Target
    from qiantang.review.review import Review
    from qiantang.study import Study

#: Panels side by side.
_COLUMNS = 3
#: Height of a panel. [inch]
_PANEL = 1.35
#: Room beside the panels and between them. [inch]
_SIDES = 1.1
#: Room between heading and odds, and height of a second line of a heading. [inch]
_GAP, _LINE = 0.15, 0.12


def odds(study: Study, found: Review, *, lang: str = "en") -> Chart:
    """Draw the probability of every target at each review.

    Parameters
    ----------
    study : Study
    found : Review
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown language.
    """
    words = Wording(study, lang)
    targets = found.belief.targets
    data = _table(found, words)
    rows = -(-len(targets) // _COLUMNS)
    with style.drawing(words.lang):
        paper = page.blank((_PANEL + _extra(targets, words)) * rows)
        panels = paper.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for panel in panels[len(targets) :]:
            panel.set_axis_off()
        for panel, target in zip(panels, targets, strict=False):
            _draw(panel, data[data["target"] == target.id], target, words)
        page.layout(paper, hspace=0.05, wspace=0.03)
        return page.finish(
            paper,
            kind="odds",
            words=words,
            finding=_finding(found, words),
            caption=words.phrase("odds.caption", first=found.odds[0].day, last=found.as_of),
            data=data,
            source=provenance.source_of_members(study, found.members, found.seed),
            subtitle=words.phrase("odds.subtitle",
                                  scenario=words.scenario(found.tracker.scenario)),
            legend=_legend(words),
            notes=_notes(found, words),
        )  # fmt: skip


def asked(given: Asked) -> Chart:
    """Review the study at the date that is asked for, and draw the odds."""
    from qiantang.review.review import review

    scenario = given.scenarios[0] if given.scenarios else None
    with given.watch(1) as progress:
        found = review(given.study, given.name, scenario=scenario, members=given.members,
                       seed=given.seed, progress=progress)  # fmt: skip
    return odds(given.study, found, lang=given.lang)


def _table(found: Review, words: Wording) -> pd.DataFrame:
    rows = [
        {
            "day": stand.day, "year": stand.date,
            "target": target.id, "title": words.target(target),
            "probability": stand.chance.get(target.id, float("nan")), "figures": stand.figures,
            "effective": stand.effective,
        }
        for target in found.belief.targets
        for stand in found.odds
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _draw(axes: Axes, mine: pd.DataFrame, target: Target, words: Wording) -> None:
    blue = style.COLOURS[0]
    years, values = mine["year"].to_numpy(), mine["probability"].to_numpy()
    axes.axhline(0.5, color=style.HAIR, lw=0.6)
    axes.plot(years, values, drawstyle="steps-post", color=blue, lw=1.4)
    axes.plot(years, values, ls="", marker="o", ms=2.8, color=blue)
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0.0, 0.5, 1.0])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(np.floor(years[0]), np.ceil(years[-1] + 1e-6))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    told = mine.dropna(subset="probability")
    now = words.bare_probability(float(told["probability"].iloc[-1])) if len(told) else ""
    axes.set_title(now, size=style.SMALL, loc="right", pad=3)
    heading = "\n".join(_heading(target, words))
    axes.set_title(heading, size=style.SMALL, loc="left", pad=3)


def _heading(target: Target, words: Wording) -> list[str]:
    """Return the lines of a panel's heading, beside which the odds have room."""
    room = (style.WIDTH - _SIDES) / _COLUMNS - width("0.00", style.SMALL) - _GAP
    return wrap(words.target(target), room, style.SMALL, lines=2)


def _extra(targets: Sequence[Target], words: Wording) -> float:
    """Return how much higher a panel is where some heading has two lines. [inch]"""
    return _LINE if any(len(_heading(target, words)) > 1 for target in targets) else 0.0


def _finding(found: Review, words: Wording) -> str:
    """Say which target's odds moved most since the plan, and how."""
    told = [stand for stand in found.odds if stand.chance]
    first, last = told[0].chance, told[-1].chance
    most = max(found.belief.targets, key=lambda target: abs(last[target.id] - first[target.id]))
    if abs(last[most.id] - first[most.id]) < 0.005:
        return words.phrase("odds.finding.still", day=told[-1].day)
    return words.phrase(
        "odds.finding", target=words.target(most), day=told[-1].day,
        before=words.bare_probability(first[most.id]), after=words.bare_probability(last[most.id]),
    )  # fmt: skip


def _legend(words: Wording) -> list[tuple[Any, str]]:
    mark = Line2D([], [], color=style.COLOURS[0], lw=1.4, marker="o", ms=2.8)
    return [(mark, words.phrase("odds.legend"))]


def _notes(found: Review, words: Wording) -> list[str]:
    refused = [stand.day for stand in found.odds if stand.refusal]
    worth = f"{found.belief.effective:.0f}"
    notes = [words.phrase("odds.note", members=found.members, worth=worth)]
    if refused:
        notes.append(words.phrase("odds.refused", days=words.phrase("and").join(refused)))
    return [provenance.joined(notes, words)]
