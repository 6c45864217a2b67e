"""`qiantang compare`: two results side by side, target by target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.reach import figure, probability
from qiantang.wording.tabled import keeps_ids

if TYPE_CHECKING:
    from qiantang.compare.differences import Comparison, Difference
    from qiantang.wording import Wording

#: Cases that are shown one by one; more are left to --json.
MOST_SHOWN = 12

#: Columns of numbers, by what `commands.yaml` calls them.
NUMBERS = ("a", "b", "less", "interval", "higher", "p_a", "p_b")


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
    from qiantang.wording import Wording

    study = open_study(folder, fit=fit)
    comparison = take(study, a, b, members=members, seed=seed, force=force)
    if as_json:
        options.print_json({
            "a": a, "b": b, "paired": comparison.paired, "notes": list(comparison.notes),
            "rows": comparison.records(),
        })  # fmt: skip
        return
    _show(comparison, Wording(study, options.language()))


def _show(comparison: Comparison, words: Wording) -> None:
    from qiantang.wording.refusals import in_language

    say = options.sentence
    heads = [say(f"compare.{key}") for key in NUMBERS]
    screen = options.console()
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for row in comparison.rows:
        key = (row.scenario_a, row.scenario_b, *row.axes.values())
        groups.setdefault(key, []).append(row)
    for rows in list(groups.values())[:MOST_SHOWN]:
        first = rows[0]
        ends = [_title(name, words) for name in (first.scenario_a, first.scenario_b)]
        title = ends[0]
        if first.scenario_b != first.scenario_a:
            title = say("compare.sides", a=ends[0], b=ends[1])
        given = [f"{name} {value}" for name, value in first.axes.items() if value is not None]
        table = options.plain_table(
            say("head.target"), say("head.unit"), *heads, right=heads,
            title=say("comma").join([title, *given]),
        )  # fmt: skip
        for row in rows:
            table.add_row(*_cells(row, words))
        screen.print(table)
    if len(groups) > MOST_SHOWN:
        screen.print(say("compare.more", count=len(groups) - MOST_SHOWN))
    for note in comparison.notes:
        screen.print(say("compare.note", note=in_language(note, words.lang)))
    if comparison.paired:
        screen.print(say("compare.paired"))


def _title(name: str, words: Wording) -> str:
    """Return what a scenario is called in Chinese, if the study knows it; English keeps names."""
    if keeps_ids(words.lang) or name not in words.study.scenario_names():
        return name
    return words.scenario(words.study.scenario(name))


def _cells(row: Difference, words: Wording) -> list[str]:
    """Return a line of the table; Chinese in the units of an office, English in the model's."""
    target = next(one for one in words.study.plan.targets.targets if one.id == row.target)
    name, unit, factor = row.target, row.unit, 1.0
    if not keeps_ids(words.lang):
        reading = words.target_unit(target)
        name, unit, factor = words.target(target), reading.label or row.unit, reading.factor
    low, high = (_signed(factor * end, words.lang) for end in (row.p05, row.p95))
    return [
        name, unit, figure(factor * row.median_a, words.lang),
        figure(factor * row.median_b, words.lang), _signed(factor * row.median, words.lang),
        options.sentence("reach.interval", low=low, high=high), probability(row.higher),
        probability(row.probability_a), probability(row.probability_b),
    ]  # fmt: skip


def _signed(value: float, lang: str) -> str:
    text = figure(value, lang)
    return text if value < 0 or value != value or text == "0" else f"+{text}"
