"""The fan: history by evidence grade, median and bands of each scenario, target of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from qiantang.charts import figures, history, page, provenance, style
from qiantang.ensemble.reach import reach_table
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.wording import Unit

#: Height of the picture. [inch]
_HEIGHT = 3.1
#: Scenarios that differ by less than this share of the largest figure count as one before the plan.
_ALIKE = 0.02
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
        members = runs.dataset.sizes["member"]
        key = "footer.one" if members == 1 else "footer.bands"
        notes = [words.phrase(key, members=provenance.count(members, words))]
        gone = figures.diverged(runs, chosen)
        notes += [words.phrase("footer.diverged", diverged=gone)] if gone else []
        notes.append(provenance.vintage_sentence(runs, chosen, words))
        source = provenance.source_of_runs(runs, chosen)
        if seen:
            notes.append(
                words.phrase("observed.source", hash=source["evidence"])
                + words.phrase("stop").strip()
            )
        return page.finish(
            paper,
            kind="fan",
            words=words,
            finding=_finding(runs, variable, chosen, target, words),
            caption=_caption(runs, variable, chosen, target, words, first, last),
            data=_table(bands, seen, target, variable, unit, runs, words),
            source=source,
            subtitle=_subtitle(words.variable(variable), unit, words),
            legend=legend,
            notes=[provenance.joined(notes, words)],
        )


def bands_of(
    runs: Runs, variable: str, scenarios: Sequence[str], first: int, last: int, factor: float
) -> dict[str, pd.DataFrame]:
    """Return the quantiles of a variable by scenario, one row a year, in the unit shown."""
    series = runs[variable].sel(time=slice(first, last))
    tables = {}
    for name in scenarios:
        values = figures.sound(series.sel(scenario=name).to_numpy(), variable)
        frame = pd.DataFrame(figures.quantiles(values * factor))
        frame.insert(0, "year", series.time.to_numpy())
        tables[name] = frame
    return tables


def draw_bands(
    axes: Axes,
    bands: dict[str, pd.DataFrame],
    runs: Runs,
    words: Wording,
    shown: Sequence[tuple[float, float, float]] = style.BANDS,
) -> list[tuple[Any, str]]:
    """Draw one fan a scenario and return the entries of the legend."""
    legend, begins = [], first_moved(runs.study)
    shared = _shared(bands, begins)
    if shared is not None:
        line = _draw_band(axes, shared, style.SHARED, "-", shown, 1.0)
        legend.append((line, words.phrase("legend.shared", year=begins - 1)))
    for place, (scenario, frame) in enumerate(bands.items()):
        own = frame if shared is None else frame[frame["year"] >= begins - 1]
        line = _draw_band(
            axes, own, style.colour(place), style.stroke(place), shown, 1 + (place + 1) / 100
        )
        legend.append((line, provenance.runs_title(runs, words, scenario)))
    return legend


def first_moved(study: Study) -> int:
    """Return the first year that the plan can move; before it everything is history."""
    return study.about.plan.base_year + 1


def _shared(bands: dict[str, pd.DataFrame], begins: int) -> pd.DataFrame | None:
    """Return the years before the plan if several scenarios hardly differ in them."""
    past = [frame[frame["year"] < begins] for frame in bands.values()]
    if len(past) == 1 or len(past[0]) <= 1 or len(past[0]) == len(next(iter(bands.values()))):
        return None
    room = _ALIKE * float(past[0]["p95"].abs().max())
    alike = all(np.allclose(past[0], other, rtol=0, atol=room) for other in past[1:])
    return past[0] if alike else None


def _draw_band(
    axes: Axes,
    frame: pd.DataFrame,
    colour: str,
    stroke: Any,
    shown: Sequence[tuple[float, float, float]],
    order: float,
) -> Any:
    names = {quantile: name for name, quantile in figures.QUANTILES.items()}
    for low, high, opacity in shown:
        axes.fill_between(
            frame["year"],
            frame[names[low]],
            frame[names[high]],
            color=colour,
            alpha=opacity,
            lw=0,
            zorder=order,
        )
    (line,) = axes.plot(
        frame["year"], frame["median"], color=colour, lw=1.7, ls=stroke, zorder=2 + order
    )
    return line


def draw_target(axes: Axes, target: Target, unit: Unit, words: Wording, size: float = 7) -> Any:
    """Draw the target and return its entry of the legend.

    The target of one year is a diamond on a hair line, that of a sum a bar at its yearly mean.
    """
    years = target.measure.years
    if _is_sum(target):
        mean = target.threshold / len(years)
        line: Any = {"color": style.INK, "lw": 2.2, "solid_capstyle": "butt"}
        ends = [years[0] - 0.5, years[-1] + 0.5]
        axes.plot(ends, [mean * unit.factor] * 2, zorder=6, **line)
        said = words.phrase(
            "legend.target.sum",
            years=provenance.years_of(target, words),
            value=words.figure(target.threshold, words.target_unit(target)),
            mean=words.figure(mean, words.target_unit(target)),
        )
        return Line2D([], [], **line), said
    value = target.threshold * unit.factor
    hair: Any = {"color": style.INK, "lw": 0.6, "ls": (0, (1, 2))}
    diamond: Any = {"marker": "D", "mfc": "#F0E442", "mec": style.INK, "mew": 1.0}
    axes.axhline(value, zorder=2, **hair)
    axes.plot(years[-1:], [value], ms=size, zorder=6, **diamond)
    said = words.figure(target.threshold, unit)
    mark = Line2D([], [], ms=6, **hair, **diamond)
    return mark, words.phrase("legend.target", years=provenance.years_of(target, words), value=said)


def _is_sum(target: Target) -> bool:
    return target.measure.kind == "sum_of_years"


def plain_numbers(words: Wording) -> FuncFormatter:
    """Return tick labels as the language writes numbers."""
    return FuncFormatter(lambda value, _: words.number(float(value), digits=4))


def _scale(axes: Axes, first: int, last: int, words: Wording) -> None:
    axes.grid(axis="y")
    axes.set_xlim(first - 0.5, last + 0.5)
    low, high = axes.get_ylim()
    if 0 <= low < _FAR_FROM_NOUGHT * high or (low < 0 < high and _nowhere_negative(axes)):
        axes.set_ylim(bottom=0)
    begins = first_moved(words.study)
    if first < begins <= last:
        axes.axvline(begins - 0.5, color=style.HAIR, lw=0.9, zorder=0)
        axes.annotate(
            words.phrase("legend.plan"),
            (begins - 0.5, 1),
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
    said = words.probability(chances[last])
    if len(scenarios) == 2:
        other = scenarios[0]
        said += words.phrase(
            "fan.finding.other",
            scenario=titles[other],
            probability=words.bare_probability(chances[other]),
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
                    probability=words.probability(chance(runs, target, item)),
                )
                for item in scenarios
            )
            + words.phrase("stop").strip()
        )
    years = words.phrase("years", first=first, last=last)
    return words.phrase(
        "fan.caption", name=words.variable(variable), years=years, count=len(scenarios), target=said
    ).strip()


def _table(
    bands: dict[str, pd.DataFrame],
    seen: list[dict[str, Any]],
    target: Target | None,
    variable: str,
    unit: Unit,
    runs: Runs,
    words: Wording,
) -> pd.DataFrame:
    """Return what is drawn as one table: the model's bands, what was observed, the target."""
    parts = []
    for scenario, frame in bands.items():
        parts.append(
            frame.assign(
                what=words.phrase("what.median"),
                scenario=scenario,
                title=provenance.runs_title(runs, words, scenario),
            )
        )
    if seen:
        rows = [
            {
                "what": words.phrase("what.observed"),
                "year": row["year"],
                "value": None if row["value"] is None else row["value"] * unit.factor,
                "p05": None if row["low"] is None else row["low"] * unit.factor,
                "p95": None if row["high"] is None else row["high"] * unit.factor,
                "grade": row["grade"],
            }
            for row in seen
        ]
        parts.append(pd.DataFrame(rows))
    if target is not None:
        share = target.threshold / (len(target.measure.years) if _is_sum(target) else 1)
        what = words.phrase("what.target.mean" if _is_sum(target) else "what.target")
        rows = [
            {"what": what, "year": year, "value": share * unit.factor}
            for year in target.measure.years
        ]
        parts.append(pd.DataFrame(rows))
    order = [
        "what",
        "scenario",
        "title",
        "variable",
        "name",
        "unit",
        "year",
        *figures.QUANTILES,
        "value",
        "grade",
    ]
    records = [record for part in parts for record in part.to_dict("records")]
    table = pd.DataFrame(records)
    table["variable"], table["name"] = variable, words.variable(variable)
    table["unit"] = unit.label
    table["year"] = table["year"].astype(int)
    return table.reindex(columns=order)
