"""`qiantang chart`: draw a chart, and write the numbers behind it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from qiantang.charts.kinds import KINDS
from qiantang.commands import options

#: The kinds that the command line offers.
OFFERED = {name: kind for name, kind in KINDS.items() if kind.says}
HELP = "\n".join(
    [
        "Draw a chart whose title states the finding.\n\n\b",
        *(f"{kind.usage:<33}{kind.says}" for kind in OFFERED.values()),
        "\nWithout a scenario: the base and the full plan of the study. The folder of a sweep "
        "stands for its points as scenarios; --where chooses among them.",
    ]
)


@click.command(help=HELP)
@click.argument("kind", type=click.Choice(list(OFFERED)), metavar="KIND")
@click.argument(
    "words", nargs=-1, metavar="[NAME] [SCENARIO]...", shell_complete=options.complete_scenarios
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Picture file: .svg .png .pdf",
)
@click.option(
    "--numbers",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="The numbers behind the chart: .csv (Excel reads it in Chinese too) .xlsx",
)
@options.lang_option
@click.option(
    "--year", type=int, default=None, help="Year of compare.  [default: as the study says]"
)
@options.where_option
@options.force_option
@options.members_option
@options.seed_option
@options.vintage_option
@options.fit_option
@options.study_option
def chart(
    kind: str,
    words: tuple[str, ...],
    out: Path,
    numbers: Path | None,
    lang: str,
    year: int | None,
    where: tuple[tuple[str, str], ...],
    force: bool,
    members: int,
    seed: int,
    vintage: str | None,
    fit: str | None,
    folder: Path | None,
) -> None:
    """Draw a chart, and write the numbers behind it."""
    from qiantang.charts.asking import Asked
    from qiantang.charts.suffixes import check_picture
    from qiantang.charts.tables import check_data
    from qiantang.files.outfile import refuse_replacing
    from qiantang.naming import asked_id
    from qiantang.session import open_study

    name, scenarios = _split(kind, words)
    check_picture(out)
    if numbers is not None:
        check_data(numbers)
    refuse_replacing([("--out", out), ("--numbers", numbers)], force=force)
    study = open_study(folder, fit=fit)
    watch = partial(options.progress_bar, task=options.sentence("reach.running"))
    name = asked_id(study, KINDS[kind].asks, name)
    given = Asked(study, name, scenarios, lang, year, members, seed, vintage, watch, where)
    made = KINDS[kind].function("asked")(given)
    made.save(out)
    options.say("simulate.picture", out=out, finding=made.finding)
    if numbers is not None:
        made.save_data(numbers)
        options.say("rows.written", out=numbers, rows=len(made.data))


def _split(kind: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the name a kind asks for and the scenarios; refuse what is missing or too much."""
    asks, takes = KINDS[kind].asks, KINDS[kind].takes
    if asks and not words:
        raise click.UsageError(f"{kind} needs a name: qiantang chart {kind} {asks}")
    name, rest = (words[0], words[1:]) if asks else ("", words)
    if rest and not takes:
        what = "one name" if asks else "no name"
        raise click.UsageError(f"{kind} takes {what}, {len(words)} given")
    return name, rest
