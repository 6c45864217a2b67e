"""`qiantang levers`: what each lever moves on its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.levers import Effect

#: Part of a target's median below which a change is not shown.
NEGLIGIBLE = 5e-4


@click.command()
@options.members_option
@options.seed_option
@options.study_option
@options.json_option
def levers(members: int, seed: int, folder: Path | None, as_json: bool) -> None:
    """Pull each lever alone at full strength: the change of every target, and its articles.

    The median change over members, the base being current policy as known in June 2018.
    """
    from qiantang.levers import lever_effects
    from qiantang.study import open_study

    study = open_study(folder)
    with options.progress_bar(len(study.vocabulary.levers) + 1, "pulling") as progress:
        effects = lever_effects(study, members=members, seed=seed, progress=progress)
    if as_json:
        options.print_json([effect.record() for effect in effects])
        return
    targets = study.plan.targets.targets
    heads = tuple(f"{target.id}\n{target.unit}" for target in targets)
    table = options.plain_table("lever", "articles", *heads, right=heads)
    by_lever = {(effect.lever, effect.target): effect for effect in effects}
    for lever in dict.fromkeys(effect.lever for effect in effects):
        articles = next(e.articles for e in effects if e.lever == lever)
        cells = (change(by_lever[lever, target.id]) for target in targets)
        table.add_row(lever, " ".join(map(str, articles)), *cells)
    screen = options.console(wide=True)
    screen.print(table)
    screen.print("Median change; an empty cell is less than 0.05 % of the target's median.")


def change(effect: Effect) -> str:
    """Format a change with its sign; nothing where it is too small to matter."""
    small = abs(effect.median) < NEGLIGIBLE * abs(effect.base)
    return "" if small else f"{effect.median:+.2g}"
