"""Which feedback loops dominate, over time: shares with bands, and which is the strongest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator, PercentFormatter

from qiantang.charts import lettering, page, provenance, style
from qiantang.ensemble.provenance import origin_of, vintages_of
from qiantang.faults import Fault, StudyError
from qiantang.wording import Wording
from qiantang.wording.figures import rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.loops.report import LoopReport
    from qiantang.study import Study

#: Height of the two pictures together. [inch]
_HEIGHT = 4.8
#: Loops drawn, by how often they are the strongest and by their share; the rest is in the table.
_MOST = 5
#: Columns of the numbers behind it.
_COLUMNS = ("median", "p05", "p95", "strongest")


def dominance(study: Study, report: LoopReport, *, lang: str = "en") -> Chart:
    """Draw the shares of the loops that matter over time, and P(loop is the strongest).

    Parameters
    ----------
    study : Study
    report : LoopReport
        Of the study, as ``study.loops("passengers")`` makes it.
    lang : {"en", "zh"}

    Returns
    -------
    Chart

    Raises
    ------
    StudyError
        The report is of a model file and not of the study.
    """
    words = Wording(study, lang)
    if "scenario" not in report.dataset.coords:
        what = "the loops are those of a model file, expected those of the study"
        raise StudyError([Fault("dominance", None, "", what)])
    chosen = _drawn(report)
    with style.drawing(words.lang):
        paper = page.blank(_HEIGHT)
        above, below = paper.subplots(2, 1, height_ratios=(3, 2))
        legend = [_draw(above, below, report, loop, place, words)
                  for place, loop in enumerate(chosen)]  # fmt: skip
        _finish_axes(above, below, words)
        return page.finish(
            paper,
            kind="dominance",
            words=words,
            finding=_finding(report, chosen, words),
            caption=words.phrase("dominance.caption", about=_about(report, words)),
            data=_table(report, words),
            source=_source(study, report),
            subtitle=words.phrase("dominance.subtitle"),
            legend=legend,
            notes=_notes(study, report, words),
        )


def asked(given: Asked) -> Chart:
    """Score the loops that the command line asks for, and draw them."""
    from qiantang.loops.ofstudy import loops_of_study

    scenario = given.scenarios[0] if given.scenarios else None
    with given.watch(1) as progress:
        report = loops_of_study(
            given.study, given.name, scenario, members=given.members, seed=given.seed,
            vintage=given.vintage, progress=progress,
        )  # fmt: skip
    return dominance(given.study, report, lang=given.lang)


def _drawn(report: LoopReport) -> list[int]:
    """Return the loops to draw: of the first partition shown, the strongest most often first."""
    data = report.dataset
    first = data["partition"].to_numpy() == data["partition"].to_numpy()[0]
    often = data["strongest"].mean("time").to_numpy()
    share = np.nanmean(np.abs(data["share"].to_numpy()), axis=(1, 2))
    rank = np.where(first, often + share, -1.0)
    return [int(loop) for loop in np.argsort(-rank, kind="stable")[:_MOST] if rank[loop] >= 0]


def _draw(
    above: Axes, below: Axes, report: LoopReport, loop: int, place: int, words: Wording
) -> tuple[object, str]:
    one = report.dataset.isel(loop=loop)
    times = report.dataset["time"].to_numpy()
    colour, stroke = style.colour(place), style.stroke(place)
    above.fill_between(times, one["p05"], one["p95"], color=colour, alpha=style.BANDS[0][2], lw=0)
    (line,) = above.plot(times, one["median"], color=colour, ls=stroke, lw=1.5)
    below.plot(times, one["strongest"], color=colour, ls=stroke, lw=1.5)
    name = lettering.fit(f"{one['loop'].item()} {_name(report, loop, words)}", 3.2, style.TEXT)
    return line, name


def _finish_axes(above: Axes, below: Axes, words: Wording) -> None:
    """Write the scales and what each picture shows."""
    for axes, key in ((above, "dominance.share"), (below, "dominance.strongest")):
        axes.grid(axis="y")
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
        axes.set_title(words.phrase(key), fontsize=style.SMALL, color=style.NOTE, loc="left")
    above.axhline(0, color=style.HAIR, lw=0.9, zorder=0)
    below.set_ylim(0, 1)


def _name(report: LoopReport, loop: int, words: Wording) -> str:
    one = report.dataset.isel(loop=loop)
    return words.choose(str(one["title"].item()), str(one["title_zh"].item()))


def _about(report: LoopReport, words: Wording) -> str:
    """Return what was asked: a target, a variable or the whole model."""
    about = str(report.dataset.attrs["about"])
    targets = {target.id: target for target in words.study.plan.targets.targets}
    if about in targets:
        return words.target(targets[about])
    return words.variable(about) if about else words.phrase("dominance.model")


def _finding(report: LoopReport, chosen: list[int], words: Wording) -> str:
    """Name the loop that is the strongest most often, and when that is surest."""
    first = chosen[0]
    strongest = report.dataset["strongest"].isel(loop=first)
    best = int(strongest.to_numpy().argmax())
    return words.phrase(
        "dominance.finding",
        about=_about(report, words),
        loop=_name(report, first, words),
        often=rounded(100 * float(strongest.mean())),
        most=rounded(100 * float(strongest[best])),
        when=words.phrase("year", year=int(report.dataset["time"].to_numpy()[best])),
    )


def _table(report: LoopReport, words: Wording) -> pd.DataFrame:
    """Return the numbers behind it: a row for each loop and time."""
    frame = report.dataset[[*_COLUMNS]].to_dataframe().reset_index()
    pairs = zip(frame["title"], frame["title_zh"], strict=True)
    frame["name"] = [words.choose(english, chinese) for english, chinese in pairs]
    return frame[["loop", "name", "polarity", "articles", "time", *_COLUMNS]]


def _source(study: Study, report: LoopReport) -> dict[str, str]:
    made = origin_of(report.dataset)
    seen = vintages_of(report.dataset)
    return provenance.source_of_study(study) | {
        "fit": made.fit,
        "members": str(report.dataset.sizes["member"]),
        "seed": str(made.seed),
        "vintages": ", ".join(f"{name}: {vintage}" for name, vintage in seen.items()),
    }


def _notes(study: Study, report: LoopReport, words: Wording) -> list[str]:
    data = report.dataset
    notes = [
        words.phrase("dominance.footer", members=provenance.count(data.sizes["member"], words)),
        words.phrase("footer.scenarios",
                     scenarios=words.scenario(study.scenario(str(data["scenario"].item())))),
    ]  # fmt: skip
    if "outside" in data:
        share = 100 * float(np.nanmedian(data["outside"]))
        notes.append(words.phrase("dominance.outside", share=rounded(share)))
    return [provenance.joined(notes, words)]
