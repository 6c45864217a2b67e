"""What each lever does to a target, as bars with the articles that call for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from qiantang.charts import figures, lettering, page, provenance, style
from qiantang.charts.goal import plain_numbers
from qiantang.faults import Fault, StudyError
from qiantang.wording import Unit, Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.plan.targets import Target
    from qiantang.study import Study

#: Columns that the table must have; shapley may be left out.
COLUMNS = ("lever", "target", "median", "p05", "p95", "article")
#: Height of a row and of the rest, room of the labels. [inch]
_ROW, _REST, _LABEL = 0.34, 0.5, 2.3
#: A lever whose bar is shorter than this share of the longest is named in a note only.
_NOTHING = 0.005


def levers(
    study: Study,
    table: pd.DataFrame,
    target: str,
    *,
    source: dict[str, Any] | None = None,
    lang: str = "en",
) -> Chart:
    """Draw the effect of each lever on a target.

    Parameters
    ----------
    study : Study
    table : pandas.DataFrame
        Columns lever, target, median, p05, p95, article, and if known shapley; effects in the
        unit of the target, article a list of numbers or text such as "7, 10".
    target : str
        Id of a target.
    source : dict, optional
        Fit, members, seed of the runs behind the table, for the footer.
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        A column is missing, or the table says nothing of the target.
    """
    words = Wording(study, lang)
    chosen = figures.check_target(study, target)
    rows = _rows(study, table, chosen, words)
    longest = float(np.nanmax(np.abs(rows[["median", "p05", "p95", "shapley"]].to_numpy())))
    moves = rows[["median", "p05", "p95", "shapley"]].abs().max(axis=1) > _NOTHING * longest
    shown = rows[moves]
    unit = words.target_unit(chosen)
    with style.drawing(words.lang):
        paper = page.blank(_REST + _ROW * max(len(shown), 1))
        axes = paper.subplots()
        legend = _draw(axes, shown, words)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
        axes.xaxis.set_major_formatter(plain_numbers(words))
        left_out = len(rows) - len(shown)
        notes = [words.phrase("levers.rest", count=left_out)] if left_out else []
        return page.finish(
            paper,
            kind="levers",
            words=words,
            finding=_finding(shown, chosen, unit, words),
            caption=words.phrase("levers.caption", target=words.target(chosen)),
            data=rows,
            source=provenance.source_of_study(study)
            | {k: str(v) for k, v in (source or {}).items()},
            subtitle=words.phrase("levers.subtitle", unit=unit.label),
            legend=legend,
            notes=notes,
        )


def asked(given: Asked) -> Chart:
    """Run every lever alone and draw what it does."""
    from qiantang.levers import lever_table
    from qiantang.policy.packages import open_packages

    figures.check_target(given.study, given.name)
    packages = open_packages(given.study, members=given.members, seed=given.seed)
    with given.watch(len(packages.levers)) as progress:
        table = lever_table(packages, progress=progress).of(given.name).to_pandas()
    fit = given.study.fit.record.version
    source = {"members": given.members, "seed": given.seed, "fit": fit}
    return levers(given.study, table, given.name, source=source, lang=given.lang)


def _rows(study: Study, table: pd.DataFrame, target: Target, words: Wording) -> pd.DataFrame:
    """Return the rows of a target in the unit shown, largest effect first."""
    absent = [name for name in COLUMNS if name not in table.columns]
    if absent:
        what = f"columns missing: {', '.join(absent)}"
        raise StudyError([Fault("levers", None, "table", what)])
    mine = table[table["target"] == target.id]
    unknown = [name for name in mine["lever"] if name not in study.vocabulary.levers]
    if mine.empty or unknown:
        what = (
            f"no lever of the model: {', '.join(unknown)}"
            if unknown
            else f"the table has no row for the target {target.id}"
        )
        raise StudyError([Fault("levers", None, "table", what)])
    unit = words.target_unit(target)
    shapley = mine.get("shapley", np.nan)
    rows = pd.DataFrame(
        {
            "lever": mine["lever"],
            "name": [words.lever(str(item)) for item in mine["lever"]],
            "article": [words.articles(_numbers(item)) for item in mine["article"]],
            "target": target.id,
            "unit": unit.label,
            "median": mine["median"].astype(float),
            "p05": mine["p05"].astype(float),
            "p95": mine["p95"].astype(float),
            "shapley": shapley,
        }
    )
    values = ["median", "p05", "p95", "shapley"]
    rows[values] = rows[values].astype(float) * unit.factor
    if not np.isfinite(rows[["median", "p05", "p95"]].to_numpy()).any():
        what = f"no finite effect on the target {target.id}, nothing can be drawn"
        raise StudyError([Fault("levers", None, "table", what)])
    order = rows["median"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order].reset_index(drop=True)


def _numbers(article: Any) -> list[int]:
    if isinstance(article, str):
        return [int(part) for part in article.replace("，", ",").split(",") if part.strip()]
    return [int(item) for item in article] if isinstance(article, Iterable) else [int(article)]


def _draw(axes: Axes, rows: pd.DataFrame, words: Wording) -> list[tuple[Any, str]]:
    blue, red = style.COLOURS[0], style.COLOURS[1]
    labels = []
    for place, row in enumerate(rows.to_dict("records")):
        colour = blue if row["median"] >= 0 else red
        axes.barh(place, row["median"], height=0.62, color=colour, alpha=0.35, lw=0)
        axes.plot([row["p05"], row["p95"]], [place] * 2, color=colour, lw=1.3)
        axes.plot([row["median"]], [place], "|", ms=9, mew=2, color=colour)
        if np.isfinite(row["shapley"]):
            axes.plot([row["shapley"]], [place], "D", ms=4.5, mfc="white", mec=style.INK, mew=0.9)
        labels.append(_label(str(row["name"]), str(row["article"])))
    axes.set_yticks(
        range(len(rows)),
        labels,
        fontsize=style.SMALL + 0.4,
        color=style.INK,
        ma="right",
        linespacing=1.2,
    )
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.axvline(0, color=style.INK, lw=0.8)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    legend: list[tuple[Any, str]] = [(Patch(fc=blue, alpha=0.35), words.phrase("levers.median"))]
    if np.isfinite(rows["shapley"]).any():
        mark = Line2D([], [], marker="D", ms=4.5, mfc="white", mec=style.INK, mew=0.9, lw=0)
        legend.append((mark, words.phrase("levers.shapley")))
    return legend


def _label(name: str, article: str) -> str:
    """Return name and articles on one line, the articles on a second where they do not fit."""
    size = style.SMALL + 0.4
    one = f"{name}  {article}"
    if lettering.width(one, size) <= _LABEL:
        return one
    return "\n".join(lettering.wrap(part, _LABEL, size, lines=1)[0] for part in (name, article))


def _finding(rows: pd.DataFrame, target: Target, unit: Unit, words: Wording) -> str:
    name = words.target(target)
    if rows.empty:
        return words.phrase("levers.finding.none", target=name)
    best = rows.iloc[0]
    plain = Unit(unit.label, unit.short, 1.0)
    value = words.figure(abs(best["median"]), plain)
    rise = best["median"] >= 0
    sign = "+" if rise else "−"
    key = "levers.finding" if rise else "levers.finding.cut"
    return words.phrase(key, target=name, lever=best["name"], value=sign + value)
