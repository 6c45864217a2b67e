"""The tornado: which uncertainties move a target, read off the members of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from qiantang.changes import UNCHANGED
from qiantang.charts import figures, lettering, page, provenance, style
from qiantang.charts.goal import plain_numbers
from qiantang.charts.weights import Array, rank_correlations, ranking_of, slopes_of
from qiantang.ensemble.provenance import changes_of, origin_of
from qiantang.ensemble.reach import measure
from qiantang.faults import Fault, StudyError
from qiantang.wording import Unit, Wording
from qiantang.wording.figures import rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target


#: Height of a row and of the rest, room of the labels. [inch]
_ROW, _REST, _LABEL = 0.31, 0.55, 2.7
#: Fewest members from which anything can be said.
_FEWEST = 30
#: Members over uncertainties from which a partial correlation is stable.
_ENOUGH = 2.0
#: Points of an uncertainty that a bar reaches between.
_ENDS = (0.1, 0.9)
#: Share of resamples in which an uncertainty must be the first to be called so.
_HOLDS = 0.9
#: Bars that are drawn where all lie inside the noise.
_FEW_BARS = 3


def tornado(
    runs: Runs, target: str, scenario: str | None = None, *, bars: int = 12, lang: str = "en"
) -> Chart:
    """Draw the uncertainties that move a target most, without any further run.

    A bar is the change of the target, by linear regression over the members on all uncertainties
    together, as one of them goes from its 10 per cent to its 90 per cent point and the others stay.
    Beside it stands the partial rank correlation: that of the residuals of both ranks on the ranks
    of all others. With too few members for that, each uncertainty is taken alone, and the page says
    so.

    Parameters
    ----------
    runs : Runs
    target : str
        Id of a target.
    scenario : str, optional
        The last of the run by default.
    bars : int
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Fewer than 30 sound members, unknown target or scenario.

    References
    ----------
    Marino, Hogue, Ray and Kirschner (2008), Journal of Theoretical Biology 254, 178-196,
    section 3.2.
    """
    words = Wording(runs.study, lang)
    chosen = figures.check_target(runs.study, target)
    scenarios = figures.check_scenarios(runs, [scenario] if scenario else None)
    world = scenarios[-1]
    values, inputs = _members(runs, chosen, world)
    partial = len(values) >= _ENOUGH * len(inputs)
    table, explained = _table(values, inputs, partial, chosen, words, runs)
    told = table[~table["noise"]]
    shown = (told if len(told) else table[:_FEW_BARS]).head(bars)
    unit = words.target_unit(chosen)
    title = provenance.runs_title(runs, words, world)
    with style.drawing(words.lang):
        paper = page.blank(_REST + _ROW * len(shown))
        axes = paper.subplots()
        middle = float(values.mean()) * unit.factor
        legend = _draw(axes, shown, middle, unit, words)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
        axes.xaxis.set_major_formatter(plain_numbers(words))
        key = "tornado.partial" if partial else "tornado.simple"
        members = provenance.count(len(values), words)
        notes = [
            words.phrase(key, members=members, count=len(inputs), fit=rounded(explained, 2)),
            *_left_out(len(table) - len(told), words),
            provenance.vintage_sentence(runs, [world], words),
        ]
        return page.finish(
            paper,
            kind="tornado",
            words=words,
            finding=_finding(shown, chosen, words, partial=partial),
            caption=words.phrase("tornado.caption", target=words.target(chosen), scenario=title),
            data=table,
            source=provenance.source_of_runs(runs, [world]),
            legend=legend,
            subtitle=words.phrase("tornado.subtitle", scenario=title, unit=unit.label),
            notes=[provenance.joined(notes, words)],
        )


def _left_out(bars: int, words: Wording) -> list[str]:
    return [words.phrase("tornado.inside", count=bars)] if bars else []


def asked(given: Asked) -> Chart:
    """Run what the command line asks for, and draw it."""
    figures.check_target(given.study, given.name)
    return tornado(given.run(alone=True), given.name, lang=given.lang)


def _members(runs: Runs, target: Target, scenario: str) -> tuple[Array, dict[str, Array]]:
    """Return the target by member, and every uncertainty by member, sound members only."""
    from qiantang.ensemble.case import vintages_of as every_vintage
    from qiantang.ensemble.members import choose_members
    from qiantang.ensemble.uncertain import uncertainties

    for variable in (target.measure.variable, *target.measure.over):
        figures.check_variable(runs, variable)
    places = list(map(str, runs.dataset.scenario.values))
    values = measure(runs.dataset, target.measure)[places.index(scenario)]
    good = np.isfinite(values)
    if int(good.sum()) < _FEWEST:
        what = f"{int(good.sum())} sound members, at least {_FEWEST} are needed for a tornado"
        raise StudyError([Fault("chart", None, target.id, what)])
    made = origin_of(runs.dataset)
    size = len(values)
    chosen = choose_members(runs.study, size, made.seed)
    seen = every_vintage(runs.study, runs.scenario(scenario), made.vintage_given)
    changed = changes_of(runs.dataset).get(scenario, UNCHANGED).drivers
    found = uncertainties(runs.study, chosen, made.seed, seen, target.measure.years, changed)
    kept = {item.name: item.values[good] for item in found}
    return values[good], {name: item for name, item in kept.items() if np.ptp(item) > 0}


def _table(
    values: Array,
    inputs: dict[str, Array],
    partial: bool,
    target: Target,
    words: Wording,
    runs: Runs,
) -> tuple[pd.DataFrame, float]:
    """Return the table, longest bar first, and the share of the variance that is explained."""
    correlations = rank_correlations(
        values, np.column_stack(list(inputs.values())), partial=partial
    )
    unit = words.target_unit(target)
    slopes, explained = slopes_of(values, np.column_stack(list(inputs.values())), partial=partial)
    middle = float(values.mean())
    ranking = ranking_of(values, inputs, _ENDS, partial=partial)
    rows = []
    columns = zip(inputs.items(), correlations, slopes, ranking, strict=True)
    for (name, drawn), correlation, slope, ranked in columns:
        low, high = middle + slope * (np.quantile(drawn, _ENDS) - drawn.mean())
        rows.append(
            {
                "uncertainty": name,
                "name": _named(name, runs, words),
                "target": target.id,
                "unit": unit.label,
                "low": float(low) * unit.factor,
                "high": float(high) * unit.factor,
                "correlation": float(correlation),
                "members": len(values),
                **ranked,
            }
        )
    table = pd.DataFrame(rows)
    order = (table["high"] - table["low"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True), explained


def _named(name: str, runs: Runs, words: Wording) -> str:
    """Return the name of an uncertainty; of a driver and a deviation with what it is."""
    title = words.model_name(name) if name in runs.study.dictionary else name
    if name in runs.study.drivers.names:
        return words.phrase("tornado.driver", name=title)
    return words.phrase("tornado.noise", name=title) if name in runs.study.innovations else title


def _draw(
    axes: Axes, rows: pd.DataFrame, middle: float, unit: Unit, words: Wording
) -> list[tuple[Any, str]]:
    low_colour, high_colour = style.COLOURS[1], style.COLOURS[0]
    for place, row in enumerate(rows.to_dict("records")):
        for end, colour in (("low", low_colour), ("high", high_colour)):
            axes.barh(
                place, row[end] - middle, left=middle, height=0.62, color=colour, alpha=0.6, lw=0
            )
        axes.annotate(
            f"{row['correlation']:+.2f}".replace("-", "−"),
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=style.SMALL,
            color=style.NOTE,
        )
    _label_bars(axes, rows, words)
    line = axes.axvline(middle, color=style.INK, lw=0.9)
    plain = Unit(unit.label, unit.short, 1.0)
    said = words.phrase("tornado.middle", value=words.figure(middle, plain))
    return [
        (Patch(fc=low_colour, alpha=0.6), words.phrase("tornado.low")),
        (Patch(fc=high_colour, alpha=0.6), words.phrase("tornado.high")),
        (line, said),
    ]


def _label_bars(axes: Axes, rows: pd.DataFrame, words: Wording) -> None:
    """Write the names at the left, the head of the correlations, and set the scales."""
    labels = [
        "\n".join(lettering.wrap(str(name), _LABEL, style.SMALL + 0.4, lines=2))
        for name in rows["name"]
    ]
    axes.set_yticks(
        range(len(rows)),
        labels,
        fontsize=style.SMALL + 0.4,
        color=style.INK,
        ma="right",
        linespacing=1.15,
    )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.annotate(
        words.phrase("tornado.correlation"),
        (1.01, 1),
        xycoords="axes fraction",
        va="bottom",
        fontsize=style.SMALL,
        color=style.NOTE,
    )
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _finding(rows: pd.DataFrame, target: Target, words: Wording, *, partial: bool) -> str:
    """Return what moves the target most, where the ranking of resampled members says the same.

    Uncertainties taken alone lend each other their bars: nothing is said of their ranking.
    """
    first, second = rows["first"], rows["first"] + rows["second"]
    pair = len(rows) > 1 and bool((second.iloc[:2] >= _HOLDS).all())
    if not partial or not (first.iloc[0] >= _HOLDS or pair):
        return words.phrase("tornado.finding.open", target=words.target(target))
    rest = ""
    if pair:
        rest = words.phrase("tornado.finding.second", second=rows.iloc[1]["name"])
    return words.phrase(
        "tornado.finding", target=words.target(target), first=rows.iloc[0]["name"], rest=rest
    )
