"""`qiantang show`: a scenario with its bases taken in, and where each part comes from."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.argument("scenario", shell_complete=options.complete_scenarios)
@options.lang_option
@options.study_option
@options.json_option
def show(scenario: str, lang: str, folder: Path | None, as_json: bool) -> None:
    """Show SCENARIO flattened: each lever's path, and the file and line that it comes from.

    SCENARIO is a name, or a file.
    """
    from qiantang.lineage import near, path_words, trace, vintage_words
    from qiantang.session import open_study
    from qiantang.wording import Wording
    from qiantang.wording.ruled import rule_said

    study = open_study(folder)
    words = Wording(study, lang)
    found = trace(study, scenario)
    if as_json:
        options.print_json(found.record(study.vocabulary.chinese))
        return
    flat, screen = found.scenario, options.console()
    screen.print(f"{flat.name}: {words.scenario(flat)}", soft_wrap=True)
    screen.print(words.choose(flat.question, flat.question_zh), soft_wrap=True)
    screen.print("Files: " + " <- ".join(map(near, flat.files)), soft_wrap=True)
    screen.print(f"Vintage: {vintage_words(found)}", soft_wrap=True)
    for name, vintage in flat.drivers.items():
        screen.print(f"Driver {name}: {vintage} ({found.drivers[name][0]})", soft_wrap=True)
    for told in flat.changes.told():
        screen.print(f"The user's: {told} ({found.changed[told.split()[0]][0]})", soft_wrap=True)
    for place, rule in found.rules:
        screen.print(f"Rule: {rule_said(rule.when, list(rule.levers), words)} ({place})",
                     soft_wrap=True)  # fmt: skip
        for name, lever in rule.levers.items():
            screen.print(f"  {words.lever(name)}: {path_words(lever)}", soft_wrap=True)
    if not flat.levers:
        screen.print(f"No {'other ' if flat.rules else ''}lever is pulled.")
        return
    heads = ["lever", "path", "articles", "from"]
    heads += ["in place of"] if any(len(origins) > 1 for origins in found.levers.values()) else []
    table = options.plain_table(*heads)
    for column in table.columns:
        column.no_wrap = column.header != "articles"
    for name, lever in flat.levers.items():
        own, *replaced = found.levers[name]
        cells = [path_words(lever), " ".join(map(str, lever.cites)), str(own)]
        cells += [", ".join(map(str, replaced))] if len(heads) > len(cells) + 1 else []
        table.add_row(words.lever(name), *cells)
    screen.print(table)
    others = len(study.vocabulary.levers) - len(flat.moved)
    if others:
        year = study.about.plan.base_year
        screen.print(f"{others} other levers stay at the policy of {year}.")
