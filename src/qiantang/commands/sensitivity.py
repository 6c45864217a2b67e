"""`qiantang sensitivity`: what a target hangs on, from the members as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

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

    options.check_pictures(out, numbers, force=force)
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
    from qiantang.sensitivity.analyse import METHODS
    from qiantang.sensitivity.words import finding, group_name, input_name

    stop = words.phrase("stop").strip()
    screen.print(finding(found, words) + stop, soft_wrap=True)
    numbers = ("figure", "of P")
    table = options.plain_table("Shapley effect", *numbers, right=numbers)
    for row in found.frame().to_dict("records"):
        shares = (_share(row["share_measure"]), _share(row["share_p"]))
        table.add_row(group_name(row["group"], words), *shares)
    left = [_share(1 - share) for share in found.effects.explained]
    table.add_row("= not explained", *left, *[""] * (2 - len(left)))
    screen.print(table)
    heads = ("PAWN", "PAWN of P", "delta", "first", "rank corr.")
    table = options.plain_table("input", *heads, right=heads)
    for row in found.inputs.head(LISTED).to_dict("records"):
        values = (_index(row[name]) for name in ("pawn", "pawn_p", "delta", "first", "correlation"))
        table.add_row(input_name(row["input"], row["kind"], words), *values)
    screen.print(table)
    screen.print(f"Chance alone: PAWN up to {_index(found.floor)}, of P {_index(found.floor_p)}. "
                 f"P = {found.probability:.3f}, {found.members:,} members.")  # fmt: skip
    table = options.plain_table("index", "what it is", "assumes independent inputs")
    for line in METHODS:
        table.add_row(*line)
    screen.print(table)


def _share(value: float) -> str:
    return "" if value != value else f"{value:.0%}".replace("-0%", "0%")


def _index(value: float) -> str:
    return "" if value != value else f"{value:.2f}"
