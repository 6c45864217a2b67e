"""`qiantang reach`: each target of the plan, by scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.ensemble.reach import Row
    from qiantang.session import FinishedRuns
    from qiantang.study import Study

#: Heads of the columns of numbers.
NUMBERS = ("threshold", "median", "90 % interval", "P", "happened")


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@options.members_option
@options.seed_option
@options.vintage_option
@options.engine_option
@options.study_option
@options.json_option
def reach(
    scenarios: tuple[str, ...],
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
    names = scenarios or study.about.scenarios.main
    with options.progress_bar(len(names), "running") as progress:
        runs = study.run(
            names, members=members, seed=seed, vintage=vintage, engine=engine, progress=progress
        )
    if as_json:
        options.print_json(runs.reach().records())
    else:
        _print_tables(runs, study)


def _print_tables(runs: FinishedRuns, study: Study) -> None:
    screen = options.console()
    rows = runs.reach().rows
    targets = {target.id: target for target in study.plan.targets.targets}
    for name in dict.fromkeys(row.scenario for row in rows):
        mine = [row for row in rows if row.scenario == name]
        world = study.about.said(mine[0].vintage)
        table = options.plain_table(
            "target", "art.", "unit", *NUMBERS, title=f"{runs.title(name)}, {world}", right=NUMBERS
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
        "an empty cell means that no figure was found."
    )


def _cells(row: Row, sense: str) -> tuple[str, ...]:
    sign = {"above": "> ", "at_least": ">= ", "rises": "> ", "rises_each_year": "> "}[sense]
    happened = "" if row.actual is None else figure(row.actual)
    return (
        sign + figure(row.threshold),
        figure(row.median),
        f"{figure(row.p05)} to {figure(row.p95)}",
        probability(row.probability),
        happened,
    )


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
