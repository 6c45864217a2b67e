"""`qiantang show`: a scenario with its bases taken in, and where each part comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.lineage import Lineage
    from qiantang.scenario import Lever
    from qiantang.wording import Wording


@click.command()
@click.argument("scenario", shell_complete=options.complete_scenarios)
@options.lang_option
@options.study_option
@options.json_option
def show(scenario: str, lang: str, folder: Path | None, as_json: bool) -> None:
    """Show SCENARIO flattened: each lever's path, and the file and line that it comes from.

    SCENARIO is a name, or a file.
    """
    from qiantang.lineage import near, trace
    from qiantang.session import open_study
    from qiantang.wording import Wording

    study = open_study(folder)
    words = Wording(study, lang)
    found = trace(study, scenario)
    if as_json:
        options.print_json(found.record(study.vocabulary.chinese))
        return
    flat, screen = found.scenario, options.console()
    say = options.sentence
    screen.print(say("colon").join((flat.name, words.scenario(flat))), soft_wrap=True)
    screen.print(words.choose(flat.question, flat.question_zh), soft_wrap=True)
    screen.print(say("show.files", files=" <- ".join(map(near, flat.files))), soft_wrap=True)
    place = (
        say("show.nowhere", vintage=flat.vintage) if found.vintage is None else str(found.vintage)
    )
    screen.print(say("show.vintage", vintage=flat.vintage, place=place), soft_wrap=True)
    for name, vintage in flat.drivers.items():
        told = say("show.driver", name=name, vintage=vintage, place=found.drivers[name][0])
        screen.print(told, soft_wrap=True)
    for change in flat.changes.told():
        place = str(found.changed[change.split()[0]][0])
        screen.print(say("show.change", change=change, place=place), soft_wrap=True)
    _print_rules(screen, found, words)
    _print_levers(screen, found, words)


def _print_rules(screen: Console, found: Lineage, words: Wording) -> None:
    from qiantang.wording.ruled import rule_said

    say = options.sentence
    for place, rule in found.rules:
        told = rule_said(rule.when, list(rule.levers), words)
        screen.print(say("show.rule", rule=told, place=place), soft_wrap=True)
        for name, lever in rule.levers.items():
            screen.print("  " + say("colon").join((words.lever(name), _path(lever))),
                         soft_wrap=True)  # fmt: skip


def _print_levers(screen: Console, found: Lineage, words: Wording) -> None:
    flat, say = found.scenario, options.sentence
    if not flat.levers:
        screen.print(say("show.none.other" if flat.rules else "show.none"))
        return
    heads = [say(f"show.{key}") for key in ("lever", "path", "articles", "from")]
    heads += (
        [say("show.replaced")] if any(len(origins) > 1 for origins in found.levers.values()) else []
    )
    table = options.plain_table(*heads)
    for column in table.columns:
        column.no_wrap = column.header != heads[2]
    for name, lever in flat.levers.items():
        own, *replaced = found.levers[name]
        cells = [_path(lever), " ".join(map(str, lever.cites)), str(own)]
        cells += [", ".join(map(str, replaced))] if len(heads) > len(cells) + 1 else []
        table.add_row(words.lever(name), *cells)
    screen.print(table)
    others = len(words.study.vocabulary.levers) - len(flat.moved)
    if others:
        year = words.study.about.plan.base_year
        screen.print(say("show.others", count=others, year=year))


def _path(lever: Lever) -> str:
    """Return the path of a lever in a few words."""
    knots = options.sentence("and").join(
        f"{year:g}: {value:g}" for year, value in lever.path.items()
    )
    return knots if len(lever.path) == 1 else knots + options.sentence(f"show.{lever.between}")
