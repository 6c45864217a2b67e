"""The fan: history by evidence grade, median and bands of each scenario, target of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from qiantang.charts import figures, history, page, provenance, style
from qiantang.charts.bands import band_note, bands_of, draw_bands, first_moved
from qiantang.charts.fandata import table
from qiantang.charts.goal import draw_target, plain_numbers
from qiantang.ensemble.reach import reach_table
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target
    from qiantang.wording import Unit

#: Height of the picture. [inch]
_HEIGHT = 3.1
#: A scale begins at nought unless all of it lies above this share of its end.
_FAR_FROM_NOUGHT = 0.6


def fan(
    runs: Runs,
    variable: str,
    *,
    scenarios: Sequence[str] | None = None,
    first: int | None = None,
    last: int | None = None,
    lang: str = "en",
) -> Chart:
    """Draw history, and the median with 50 and 90 per cent bands of each scenario.

    Parameters
    ----------
    runs : Runs
    variable : str
        A variable that the run saved.
    scenarios : sequence of str, optional
        Of the run; all by default.
    first, last : int, optional
        Years shown; by default those of `study.yaml`.
    lang : {"en", "zh"}

    Returns
    -------
    Chart

    Raises
    ------
    StudyError
        Unknown variable, scenario or language; every member diverged.
    """
    words = Wording(runs.study, lang)
    figures.check_variable(runs, variable)
    chosen = figures.check_scenarios(runs, scenarios)
    first, last = figures.years_shown(runs, first, last)
    unit = words.unit(variable)
    bands = bands_of(runs, variable, chosen, first, last, unit.factor)
    seen = history.observed(runs.study, variable, first, last)
    target = figures.target_of(runs.study, variable)
    with style.drawing(words.lang):
        paper = page.blank(_HEIGHT)
        axes = paper.subplots()
        legend = draw_bands(axes, bands, runs, words)
        legend += history.draw_observed(axes, seen, unit, words)
        if target is not None and first <= target.measure.years[-1] <= last:
            legend.append(draw_target(axes, target, unit, words))
        _scale(axes, first, last, words)
        source = provenance.source_of_runs(runs, chosen)
        return page.finish(
            paper,
            kind="fan",
            words=words,
            finding=_finding(runs, variable, chosen, target, words),
            caption=_caption(runs, variable, chosen, target, words, first, last),
            data=table(bands, seen, target, variable, unit, runs, words),
            source=source,
            subtitle=_subtitle(words.variable(variable), unit, words),
            legend=legend,
            notes=[_notes(runs, chosen, source["evidence"] if seen else "", words)],
        )


def _notes(runs: Runs, scenarios: Sequence[str], evidence: str, words: Wording) -> str:
    """Return the sentences below the picture; of the evidence where figures of it are drawn."""
    key = band_note(scenarios, "footer.bands", "footer.outlines")
    notes = provenance.notes_of_runs(runs, scenarios, words, key, "footer.one")
    return provenance.joined(notes + ([_of_evidence(evidence, words)] if evidence else []), words)


def asked(given: Asked) -> Chart:
    """Run what the command line asks for, and draw it."""
    return fan(given.run([given.name]), given.name, lang=given.lang)


def _scale(axes: Axes, first: int, last: int, words: Wording) -> None:
    axes.grid(axis="y")
    axes.set_xlim(first - 0.5, last + 0.5)
    low, high = axes.get_ylim()
    if 0 <= low < _FAR_FROM_NOUGHT * high or (low < 0 < high and _nowhere_negative(axes)):
        axes.set_ylim(bottom=0)
    begins = first_moved(words.study)
    made = words.study.about.plan.date - 0.5  # a yearly total stands at its year, its middle
    if first < begins <= last:
        axes.axvline(made, color=style.HAIR, lw=0.9, zorder=0)
        axes.annotate(
            words.phrase("legend.plan"),
            (made, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-3, -2),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=style.SMALL,
            color=style.NOTE,
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.yaxis.set_major_formatter(plain_numbers(words))


def _nowhere_negative(axes: Axes) -> bool:
    heights = [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines]
    drawn = np.concatenate([height.ravel() for height in heights])
    return bool(np.nanmin(drawn) >= 0)


def _of_evidence(sha256: str, words: Wording) -> str:
    return words.phrase("observed.source", hash=sha256) + words.phrase("stop").strip()


def _subtitle(name: str, unit: Unit, words: Wording) -> str:
    return words.phrase("comma").join(part for part in (name, unit.label) if part)


def _finding(
    runs: Runs, variable: str, scenarios: Sequence[str], target: Target | None, words: Wording
) -> str:
    """Return a title that follows the numbers, of the last scenario drawn."""
    name, last = words.variable(variable), scenarios[-1]
    titles = {item: provenance.runs_title(runs, words, item) for item in scenarios}
    unit = words.unit(variable)
    if target is None:
        times = runs[variable].time.to_numpy()
        year = min(runs.study.about.charts.year, int(times[-1]))
        values = figures.sound(runs[variable].sel(scenario=last, time=year).to_numpy(), variable)
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        return words.phrase(
            "fan.finding.plain",
            name=name,
            year=year,
            scenario=titles[last],
            value=words.figure(middle, unit),
            interval=words.interval(low, high, unit),
        )
    chances = {item: chance(runs, target, item) for item in scenarios}
    said = words.odds_said(chances[last], target.grade)
    if len(scenarios) == 2:
        other = scenarios[0]
        said += words.phrase(
            "fan.finding.other",
            scenario=titles[other],
            probability=words.odds(chances[other], target.grade),
        )
    return words.phrase(
        "fan.finding.target",
        name=name,
        years=provenance.years_of(target, words),
        scenario=titles[last],
        verdict=words.verdict(chances[last]),
        probability=said,
    )


def chance(runs: Runs, target: Target, scenario: str) -> float:
    """Return the probability that a target is reached in a scenario."""
    for row in reach_table(runs.dataset, runs.study).rows:
        if row.target == target.id and row.scenario == scenario:
            return row.probability
    return float("nan")


def _caption(
    runs: Runs,
    variable: str,
    scenarios: Sequence[str],
    target: Target | None,
    words: Wording,
    first: int,
    last: int,
) -> str:
    said = ""
    if target is not None:
        said = (
            words.phrase("semicolon").join(
                words.phrase(
                    "fan.target.reached",
                    scenario=provenance.runs_title(runs, words, item),
                    probability=words.odds_said(chance(runs, target, item), target.grade),
                )
                for item in scenarios
            )
            + words.phrase("stop").strip()
        )
    years = words.phrase("years", first=first, last=last)
    return words.phrase(
        "fan.caption", name=words.variable(variable), years=years, count=len(scenarios), target=said
    ).strip()
