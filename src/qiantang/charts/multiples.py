"""Small multiples: the headline variables at a glance, all on the same years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from qiantang.charts import bands as fans
from qiantang.charts import figures, history, lettering, page, provenance, style
from qiantang.charts.goal import draw_target, plain_numbers
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.wording import Unit

#: Panels side by side; most panels unless variables are named.
_COLUMNS, _MOST = 3, 12
#: Height of a panel. [inch]
_PANEL = 1.6
#: Height of a second line of a heading. [inch]
_LINE = 0.15


def multiples(
    runs: Runs,
    variables: Sequence[str] | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    first: int | None = None,
    last: int | None = None,
    lang: str = "en",
) -> Chart:
    """Draw several variables in small panels.

    Parameters
    ----------
    runs : Runs
    variables : sequence of str, optional
        The saved variables with observed figures by default, twelve at most.
    scenarios : sequence of str, optional
    first, last : int, optional
        Years shown; by default those of `study.yaml`.
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
    """
    words = Wording(runs.study, lang)
    chosen = figures.check_scenarios(runs, scenarios)
    first, last = figures.years_shown(runs, first, last)
    wanted = list(variables) if variables else _default(runs)
    for name in wanted:
        figures.check_variable(runs, name)
    rows = -(-len(wanted) // _COLUMNS)
    columns = min(_COLUMNS, len(wanted))
    with style.drawing(words.lang):
        paper = page.blank(_PANEL * rows + _LINE * _double(wanted, columns, words))
        panels = paper.subplots(rows, columns, squeeze=False).ravel()
        _hide(panels[len(wanted) :])
        drawn = [
            _draw_panel(panel, runs, name, chosen, (first, last), columns, words)
            for panel, name in zip(panels, wanted, strict=False)
        ]
        legend = {label: mark for _, entries in drawn for mark, label in entries}
        page.layout(paper, hspace=0.06, wspace=0.03)
        years = words.phrase("years", first=first, last=last)
        return page.finish(
            paper,
            kind="multiples",
            words=words,
            finding=_finding(runs, wanted, chosen[-1], words),
            caption=words.phrase("multiples.caption", years=years),
            data=pd.concat([table for table, _ in drawn]),
            source=provenance.source_of_runs(runs, chosen),
            legend=[(mark, label) for label, mark in legend.items()],
            notes=[provenance.joined(_notes(runs, chosen, words), words)],
        )


def _notes(runs: Runs, scenarios: Sequence[str], words: Wording) -> list[str]:
    key = fans.band_note(scenarios, "multiples.footer", "multiples.outlines")
    return provenance.notes_of_runs(runs, scenarios, words, key)


def asked(given: Asked) -> Chart:
    """Run what the command line asks for, and draw it."""
    return multiples(given.run(), lang=given.lang)


def _default(runs: Runs) -> list[str]:
    seen = {series.variable for series in runs.study.evidence.series.values()}
    return [str(name) for name in runs.dataset.data_vars if name in seen][:_MOST]


def _hide(panels: Iterable[Axes]) -> None:
    for panel in panels:
        panel.set_axis_off()


def _draw_panel(
    axes: Axes,
    runs: Runs,
    name: str,
    scenarios: Sequence[str],
    span: tuple[int, int],
    columns: int,
    words: Wording,
) -> tuple[pd.DataFrame, list[tuple[object, str]]]:
    first, last = span
    unit = words.unit(name)
    bands = fans.bands_of(runs, name, scenarios, first, last, unit.factor)
    legend = fans.draw_bands(axes, bands, runs, words, style.BANDS[:1])
    for line in axes.lines:
        if line.get_label() != "_outline":
            line.set_linewidth(1.2)
    seen = history.observed(runs.study, name, first, last)
    legend += history.draw_observed(axes, seen, unit, words, size=3.0)
    target = figures.target_of(runs.study, name)
    if target is not None and first <= target.measure.years[-1] <= last:
        draw_target(axes, target, unit, words, size=4.5)
    _finish_panel(axes, _heading(words.variable(name), columns), unit, span, words)
    table = pd.concat(
        [
            frame.assign(scenario=scenario, title=provenance.runs_title(runs, words, scenario))
            for scenario, frame in bands.items()
        ]
    )
    table = table.assign(variable=name, name=words.variable(name), unit=unit.label)
    order = ["variable", "name", "unit", "scenario", "title", "year", *figures.QUANTILES]
    return table[order], legend


def _heading(name: str, columns: int) -> str:
    """Return the heading of a panel, in two lines where one has no room for the name."""
    room = (style.WIDTH - 0.6) / columns - 0.2
    return lettering.fit(name, room, style.TEXT, "bold", lines=2)


def _double(variables: Sequence[str], columns: int, words: Wording) -> int:
    """Return how many rows of panels have a heading of two lines."""
    headings = [_heading(words.variable(name), columns) for name in variables]
    return len({place // columns for place, heading in enumerate(headings) if "\n" in heading})


def _finish_panel(
    axes: Axes, heading: str, unit: Unit, span: tuple[int, int], words: Wording
) -> None:
    """Write the heading of a panel and set its scales."""
    first, last = span
    axes.set_title(heading, fontsize=style.TEXT, fontweight="bold", loc="left", pad=14)
    axes.annotate(
        unit.label,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=style.SMALL,
        color=style.NOTE,
    )
    axes.grid(axis="y")
    axes.set_xlim(first - 0.5, last + 0.5)
    if axes.get_ylim()[0] < 0.6 * axes.get_ylim()[1]:
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(plain_numbers(words))
    axes.tick_params(labelsize=7)


def _finding(runs: Runs, variables: Sequence[str], scenario: str, words: Wording) -> str:
    about = runs.study.about
    years = about.plan.base_year, about.charts.year
    rises = 0
    for name in variables:
        series = runs[name].sel(scenario=scenario)
        before, after = (float(np.nanmedian(series.sel(time=year))) for year in years)
        rises += after > before
    title = provenance.runs_title(runs, words, scenario)
    return words.phrase(
        "multiples.finding.all" if rises == len(variables) else "multiples.finding.rise",
        scenario=title,
        up=rises,
        count=len(variables),
        first=years[0],
        last=years[1],
    )
