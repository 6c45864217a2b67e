"""`qiantang reach`: each target of the plan, by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options
from qiantang.commands.lighter import no_dask

if TYPE_CHECKING:
    from qiantang.ensemble.outcomes import OutcomeRow
    from qiantang.ensemble.reach import Row
    from qiantang.session import FinishedRuns
    from qiantang.study import Study
#: Heads of the columns of numbers.
NUMBERS = ("threshold", "median", "90 % interval", "P", "alone", "happened")


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option(
    "--all", "everything", is_flag=True,
    help="Also what the plan moves that has no figure of its own.",
)  # fmt: skip
@options.members_option
@options.seed_option
@options.vintage_option
@options.engine_option
@options.study_option
@options.json_option
def reach(
    scenarios: tuple[str, ...],
    everything: bool,
    members: int,
    seed: int,
    vintage: str | None,
    engine: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Tell for each target of the plan whether it is reached, and how surely.

    Without a scenario: the base and the full plan of the study, as known when it was made.
    """
    from qiantang.session import open_study

    study = open_study(folder)
    no_dask()
    names = scenarios or study.about.scenarios.main
    given = {"members": members, "seed": seed, "vintage": vintage, "engine": engine}
    with options.progress_bar(len(names), "running") as progress:
        runs = study.run(names, progress=progress, **given)
    rows = _outcomes(study, names, given) if everything else ()
    if as_json:
        targets = runs.reach().records()
        more = [row.record() for row in rows]
        options.print_json({"targets": targets, "outcomes": more} if everything else targets)
        return
    _print_tables(runs, study)
    if everything:
        _print_outcomes(runs, study, rows)


def _outcomes(
    study: Study, names: Sequence[str], given: Mapping[str, Any]
) -> tuple[OutcomeRow, ...]:
    from qiantang.ensemble.outcomes import outcome_rows

    return outcome_rows(study, [study.scenario(name) for name in names], **given)


def _print_tables(runs: FinishedRuns, study: Study) -> None:
    screen = options.console()
    rows = runs.reach().rows
    targets = {target.id: target for target in study.plan.targets.targets}
    for name in dict.fromkeys(row.scenario for row in rows):
        mine = [row for row in rows if row.scenario == name]
        world = study.about.said(mine[0].vintage)
        table = options.plain_table(
            "target",
            "art.",
            "unit",
            *NUMBERS,
            "grounds",
            title=f"{runs.title(name)}, {world}",
            right=NUMBERS,
        )
        for row in mine:
            target = targets[row.target]
            table.add_row(target.title, str(row.article), row.unit, *_cells(row, target.sense))
        screen.print(table)
        if mine[0].diverged:
            screen.print(f"{mine[0].diverged} of {mine[0].members} members diverged and are left "
                         f"out: {runs.dataset.attrs['divergence']}")  # fmt: skip
    attrs = runs.dataset.attrs
    screen.print(
        f"{rows[0].members} members, seed {attrs['seed']}, fit {attrs['fit']}, model "
        f"{attrs['model_sha256'][:12]}. P is the share of members that reach the target; "
        "alone: the same by the structure alone, without what it leaves unexplained; grounds: what "
        "the row rests on. An empty cell means that no figure was found."
    )


#: What stands behind an outcome, in a word.
OBSERVED = {"series": "observed", "other": "observed otherwise", "none": "assumed"}


def _print_outcomes(runs: FinishedRuns, study: Study, rows: Sequence[OutcomeRow]) -> None:
    """Print the second table: each outcome at each year, scenarios side by side."""
    assert study.outcomes is not None
    screen = options.console()
    scenarios = list(dict.fromkeys(row.scenario for row in rows))
    heads = [runs.title(name) for name in scenarios]
    table = options.plain_table(
        "what the plan moves", "art.", "unit", "year", *heads, "before the plan",
        title="No figure promised", right=("year", *heads),
    )  # fmt: skip
    found = {(row.of, row.year, row.scenario): row for row in rows}
    for item in study.outcomes.outcomes:
        for year in study.outcomes.years:
            cells = [found[item.of, year, name] for name in scenarios]
            first = year == study.outcomes.years[0]
            table.add_row(
                item.title if first else "", str(item.article) if first else "",
                cells[0].unit if first else "", str(year),
                *(f"{figure(c.median)} ({figure(c.p05)} to {figure(c.p95)})" for c in cells),
                OBSERVED[item.observed] if first else "",
            )  # fmt: skip
    screen.print(table)
    screen.print(
        "Medians and 90 % intervals. What separates the two plans rests on priors, not data."
    )


def _cells(row: Row, sense: str) -> tuple[str, ...]:
    sign = {"above": "> ", "at_least": ">= ", "rises": "> ", "rises_each_year": "> "}[sense]
    happened = "" if row.actual is None else figure(row.actual)
    return (
        sign + figure(row.threshold),
        figure(row.median),
        f"{figure(row.p05)} to {figure(row.p95)}",
        chance(row),
        "" if row.grade == "assumed" else probability(row.structure),
        happened,
        row.grade,
    )


#: Above and below these a row without a series of its own is called likely, or unlikely.
LIKELY, UNLIKELY = 2 / 3, 1 / 3


def chance(row: Row) -> str:
    """Format a row's probability: in a word where its level is assumed."""
    if row.grade != "assumed":
        return probability(row.probability)
    if row.probability != row.probability:
        return "no series"
    if UNLIKELY < row.probability < LIKELY:
        return "open"
    return "likely" if row.probability >= LIKELY else "unlikely"


def figure(value: float) -> str:
    """Format a figure with three significant digits, whole numbers above a hundred."""
    if value != value:
        return "n/a"
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def probability(value: float) -> str:
    """Format a probability; an ensemble never says quite never or quite surely."""
    if value != value:
        return "n/a"
    return "< 0.01" if value < 0.005 else "> 0.99" if value > 0.995 else f"{value:.2f}"
