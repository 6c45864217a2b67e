"""Scenarios side by side: one figure of one year, or a target's own measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from qiantang.charts import figures, lettering, page, provenance, style
from qiantang.charts.goal import plain_numbers
from qiantang.ensemble.reach import is_told, measure, what_happened
from qiantang.wording import Unit, Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target

#: Height of a row, and of what lies below the rows. [inch]
_ROW, _REST = 0.44, 0.55
#: Room of the scenarios' titles. [inch]
_LABEL = 2.1
#: Two medians closer than this share of the interval are called alike.
_ALIKE = 0.02


@dataclass(frozen=True)
class Compared:
    """What is compared: values by scenario in the unit shown, and how it is called."""

    name: str
    unit: Unit
    values: dict[str, figures.Array]
    target: Target | None
    happened: float | None


def compare(
    runs: Runs,
    name: str,
    *,
    year: int | None = None,
    scenarios: Sequence[str] | None = None,
    lang: str = "en",
) -> Chart:
    """Draw median, 50 and 90 per cent of a figure, one row a scenario.

    Parameters
    ----------
    runs : Runs
    name : str
        A target's id, or with `year` (or where no target has that id) a variable saved.
    year : int, optional
        For a variable by default the one that `study.yaml` names.
    scenarios : sequence of str, optional
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
    """
    words = Wording(runs.study, lang)
    chosen = figures.check_scenarios(runs, scenarios)
    shown = _compared(runs, name, year, chosen, words)
    table = _table(shown, runs, words)
    with style.drawing(words.lang):
        paper = page.blank(_REST + _ROW * len(chosen))
        axes = paper.subplots()
        _draw_rows(axes, table, words, [provenance.place_of(runs, name) for name in chosen])
        legend = _draw_marks(axes, shown, words)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
        axes.xaxis.set_major_formatter(plain_numbers(words))
        notes = provenance.notes_of_runs(runs, chosen, words, "footer.bars", "footer.one")
        subtitle = words.phrase("comma").join(
            part for part in (shown.name, shown.unit.label) if part
        )
        return page.finish(
            paper,
            kind="compare",
            words=words,
            finding=_finding(shown, table, words),
            caption=words.phrase("compare.caption", name=shown.name),
            data=table,
            source=provenance.source_of_runs(runs, chosen),
            subtitle=subtitle,
            legend=legend,
            notes=[provenance.joined(notes, words)],
        )


def asked(given: Asked) -> Chart:
    """Run what the command line asks for, and draw it."""
    targets = {target.id for target in given.study.plan.targets.targets}
    runs = given.run([] if given.name in targets else [given.name])
    return compare(runs, given.name, year=given.year, lang=given.lang)


def _compared(
    runs: Runs, name: str, year: int | None, scenarios: Sequence[str], words: Wording
) -> Compared:
    ids = {target.id: target for target in runs.study.plan.targets.targets}
    if name in ids and year in (None, ids[name].measure.years[-1]):
        target = ids[name]
        for variable in (target.measure.variable, *target.measure.over):
            figures.check_variable(runs, variable)
        unit = words.target_unit(target)
        rows = dict(
            zip(
                map(str, runs.dataset.scenario.values),
                measure(runs.dataset, target.measure),
                strict=True,
            )
        )
        values = {item: figures.sound(rows[item], name) * unit.factor for item in scenarios}
        happened = what_happened(runs.study, target.happened, target.measure)
        years = target.measure.years
        return Compared(
            _subject(words.target(target), years, words), unit, values, target, happened
        )
    figures.check_variable(runs, name)
    wanted = figures.check_year(runs, runs.study.about.charts.year if year is None else year)
    unit = words.unit(name)
    at = runs[name].sel(time=wanted)
    values = {
        item: figures.sound(at.sel(scenario=item).to_numpy(), name) * unit.factor
        for item in scenarios
    }
    return Compared(_subject(words.variable(name), [wanted], words), unit, values, None, None)


def _subject(name: str, years: Sequence[int], words: Wording) -> str:
    """Return the name with its year; the title of a target over several years says them itself."""
    if len(years) > 1:
        return name
    when = words.phrase("year", year=years[0])
    return words.phrase("compare.subject", name=name, when=when)


def _table(shown: Compared, runs: Runs, words: Wording) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for scenario, values in shown.values.items():
        row: dict[str, Any] = {
            "scenario": scenario,
            "title": provenance.runs_title(runs, words, scenario),
            "name": shown.name,
            "unit": shown.unit.label,
        }
        row |= {key: float(value) for key, value in figures.quantiles(values).items()}
        if shown.target is not None:
            factor = shown.unit.factor
            row["threshold"] = shown.target.threshold * factor
            told = is_told(runs.study, shown.target)
            chance = float(shown.target.is_reached(values / factor).mean())
            row["probability"] = chance if told else float("nan")
            row["grade"] = shown.target.grade
            row["happened"] = None if shown.happened is None else shown.happened * factor
        rows.append(row | {"members": len(values)})
    return pd.DataFrame(rows)


def _draw_rows(axes: Axes, table: pd.DataFrame, words: Wording, colours: Sequence[int]) -> None:
    for place, row in enumerate(table.to_dict("records")):
        colour = style.colour(colours[place])
        axes.plot([row["p05"], row["p95"]], [place] * 2, color=colour, lw=1.6, alpha=0.75)
        axes.plot(
            [row["p25"], row["p75"]],
            [place] * 2,
            color=colour,
            lw=7,
            alpha=0.45,
            solid_capstyle="butt",
        )
        axes.plot([row["median"]], [place], "o", ms=6.5, color=colour, mec="white", mew=0.9)
        said = [(4, words.number(row["median"], trim=False))]
        if "probability" in row:
            said.append((42, words.odds_said(row["probability"], row["grade"])))
        for right, text in said:
            axes.annotate(
                text,
                (1, place),
                xycoords=("axes fraction", "data"),
                xytext=(right, 0),
                textcoords="offset points",
                va="center",
                fontsize=style.TEXT,
            )
    _label_rows(axes, table)


def _label_rows(axes: Axes, table: pd.DataFrame) -> None:
    labels = [
        "\n".join(lettering.wrap(str(title), _LABEL, style.TEXT, lines=2))
        for title in table["title"]
    ]
    axes.set_yticks(
        range(len(table)),
        labels,
        fontsize=style.TEXT,
        color=style.INK,
        ma="right",
        linespacing=1.15,
    )
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _draw_marks(axes: Axes, shown: Compared, words: Wording) -> list[tuple[Any, str]]:
    """Draw target and outcome and return the entries of the legend."""
    legend: list[tuple[Any, str]] = []
    if shown.target is not None:
        threshold = shown.target.threshold
        line = axes.axvline(
            threshold * shown.unit.factor, color=style.INK, lw=1.0, ls=(0, (4, 2)), zorder=1
        )
        said = words.phrase(
            "legend.target",
            years=provenance.years_of(shown.target, words),
            value=words.figure(threshold, shown.unit),
        )
        legend.append((line, said))
    if shown.happened is not None:
        value = shown.happened * shown.unit.factor
        axes.axvline(value, color="#7A7A7A", lw=1.0, ls=(0, (1, 1.5)), zorder=1)
        mark = Line2D([], [], color="#7A7A7A", lw=1.0, ls=(0, (1, 1.5)))
        said = words.phrase("colon").join(
            (words.phrase("legend.happened"), words.figure(shown.happened, shown.unit))
        )
        legend.append((mark, said))
    return legend


def _finding(shown: Compared, table: pd.DataFrame, words: Wording) -> str:
    ordered = table.sort_values("median", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    plain = Unit(shown.unit.label, shown.unit.short, 1.0)  # the table is in the unit shown already
    blanks: dict[str, Any] = {"name": shown.name}
    if len(table) == 1:
        interval = words.interval(low["p05"], low["p95"], plain)
        value = words.figure(low["median"], plain)
        return words.phrase(
            "compare.finding.one", scenario=low["title"], value=value, interval=interval, **blanks
        )
    spread = float((table["p95"] - table["p05"]).max())
    if high["median"] - low["median"] <= _ALIKE * spread:
        value = words.figure(high["median"], plain)
        return words.phrase("compare.finding.same", value=value, **blanks)
    return words.phrase(
        "compare.finding",
        best=high["title"],
        worst=low["title"],
        high=words.figure(high["median"], plain),
        low=words.figure(low["median"], plain),
        **blanks,
    )
