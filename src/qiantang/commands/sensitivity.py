"""`qiantang sensitivity`: what a target hangs on, from the members as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.wording.figures import whole
from qiantang.wording.tabled import exact_chance

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.sensitivity.analyse import Sensitivity
    from qiantang.wording import Wording

#: Inputs that are listed; the file of numbers has all.
LISTED = 12


@click.command()
@click.argument("target")
@click.argument("scenario", required=False)
@options.picture_options
@options.members_option
@options.seed_option
@options.vintage_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def sensitivity(
    target: str,
    scenario: str | None,
    out: Path | None,
    numbers: Path | None,
    force: bool,
    members: int,
    seed: int,
    vintage: str | None,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Find what a TARGET hangs on in a SCENARIO, by default the full plan.

    PAWN and delta of single inputs and Shapley effects of groups, of the figure and of reaching the
    target, though the members' inputs hang together. Needs the extra: pip install
    'qiantang[search]'.
    """
    from qiantang.session import open_study
    from qiantang.wording import Wording

    options.check_pictures(("--out", out), numbers=numbers, force=force)
    study = open_study(folder, fit=fit)
    words = Wording(study, lang)
    with options.telling() as told:
        found = study.sensitivity(
            target, scenario, members=members, seed=seed, vintage=vintage, progress=told
        )
    if as_json:
        options.print_json(found.record())
    else:
        _print(options.console(), found, words)
    if out or numbers:
        options.save_picture(study.chart.sensitivity(found, lang=lang), out, numbers)


def _print(screen: Console, found: Sensitivity, words: Wording) -> None:
    from qiantang.sensitivity.words import finding

    stop = words.phrase("stop").strip()
    screen.print(finding(found, words) + stop, soft_wrap=True)
    _print_groups(screen, found, words)
    _print_inputs(screen, found, words)
    known = found.floor_p == found.floor_p
    chance = words.phrase(
        "sensitivity.chance" if known else "sensitivity.chance.sure",
        floor=_index(found.floor), floor_p=_index(found.floor_p),
        probability=exact_chance(found.probability, words.lang),
        members=whole(found.members, words.lang),
    )  # fmt: skip
    screen.print(chance)
    _print_methods(screen, words)


def _print_groups(screen: Console, found: Sensitivity, words: Wording) -> None:
    from qiantang.sensitivity.words import group_name

    numbers = (words.phrase("sensitivity.of_figure"), words.phrase("sensitivity.of_p"))
    table = options.plain_table(words.phrase("sensitivity.shapley"), *numbers, right=numbers)
    for row in found.frame().to_dict("records"):
        shares = (_share(row["share_measure"]), _share(row["share_p"]))
        table.add_row(group_name(row["group"], words), *shares)
    left = [_share(1 - share) for share in found.effects.explained]
    table.add_row(words.phrase("sensitivity.unexplained"), *left, *[""] * (2 - len(left)))
    screen.print(table)


def _print_inputs(screen: Console, found: Sensitivity, words: Wording) -> None:
    from qiantang.sensitivity.words import input_name

    indices = ("pawn", "pawn_p", "delta", "first", "correlation")
    heads = [words.phrase(f"sensitivity.{name}") for name in indices]
    table = options.plain_table(words.phrase("sensitivity.input"), *heads, right=heads)
    for row in found.inputs.head(LISTED).to_dict("records"):
        values = (_index(row[name]) for name in indices)
        table.add_row(input_name(row["input"], row["kind"], words), *values)
    screen.print(table)


def _print_methods(screen: Console, words: Wording) -> None:
    from qiantang.sensitivity.analyse import METHODS

    heads = ("index", "says", "assumes")
    table = options.plain_table(*(words.phrase(f"sensitivity.{head}") for head in heads))
    for name in METHODS:
        table.add_row(*(words.phrase(f"sensitivity.{head}.{name}") for head in heads))
    screen.print(table)


def _share(value: float) -> str:
    return "" if value != value else f"{value:.0%}".replace("-0%", "0%")


def _index(value: float) -> str:
    return "" if value != value else f"{value:.2f}"
