"""`qiantang compare`: two results side by side, target by target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.reach import figure, probability

if TYPE_CHECKING:
    from qiantang.compare.differences import Comparison, Difference

#: Cases that are shown one by one; more are left to --json.
MOST_SHOWN = 12

HEADS = ("A", "B", "B less A", "90 % interval", "B higher", "P in A", "P in B")


@click.command()
@click.argument("a", shell_complete=options.complete_scenarios)
@click.argument("b", shell_complete=options.complete_scenarios)
@options.members_option
@options.seed_option
@click.option(
    "--mixed", "force", is_flag=True, help="Compare results of different models, fits or members."
)
@options.fit_option
@options.study_option
@options.json_option
def compare(
    a: str,
    b: str,
    members: int,
    seed: int,
    force: bool,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what B changes against A: the difference of each target, with its interval.

    A and B are two scenarios (by name or file, run here), two .nc files of `qiantang run`, or two
    folders of `qiantang sweep`. The same members stand on both sides; results of different models
    or fits are refused.
    """
    from qiantang.compare import compare as take
    from qiantang.session import open_study

    comparison = take(open_study(folder, fit=fit), a, b, members=members, seed=seed, force=force)
    if as_json:
        options.print_json({
            "a": a, "b": b, "paired": comparison.paired, "notes": list(comparison.notes),
            "rows": comparison.records(),
        })  # fmt: skip
        return
    _show(comparison)


def _show(comparison: Comparison) -> None:
    screen = options.console()
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for row in comparison.rows:
        key = (row.scenario_a, row.scenario_b, *row.axes.values())
        groups.setdefault(key, []).append(row)
    for rows in list(groups.values())[:MOST_SHOWN]:
        first = rows[0]
        title = first.scenario_a
        if first.scenario_b != first.scenario_a:
            title = f"A {first.scenario_a}, B {first.scenario_b}"
        given = [f"{name} {value}" for name, value in first.axes.items() if value is not None]
        table = options.plain_table("target", "unit", *HEADS, title=", ".join([title, *given]),
                                    right=HEADS)  # fmt: skip
        for row in rows:
            table.add_row(
                row.target, row.unit, figure(row.median_a), figure(row.median_b),
                _signed(row.median), f"{_signed(row.p05)} to {_signed(row.p95)}",
                probability(row.higher), probability(row.probability_a),
                probability(row.probability_b),
            )  # fmt: skip
        screen.print(table)
    if len(groups) > MOST_SHOWN:
        screen.print(f"{len(groups) - MOST_SHOWN} more cases: --json lists them all.")
    for note in comparison.notes:
        screen.print(f"Note: {note}.")
    if comparison.paired:
        screen.print("The difference is taken member by member: the same parameters and the same "
                     "surprises on both sides.")  # fmt: skip


def _signed(value: float) -> str:
    text = figure(value)
    return text if value < 0 or value != value or text == "0" else f"+{text}"
