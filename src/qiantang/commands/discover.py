"""`qiantang discover`: under which circumstances a target fails, in the cases of a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.finite import FiniteRange
from qiantang.wording.tabled import keeps_ids

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.discovery.discover import Discovery
    from qiantang.wording import Wording

#: Boxes of the trajectory that are listed, leaves of the tree that are said.
BOXES, LEAVES = 12, 3
#: Columns of the trajectory.
TRAJECTORY = ("box", "inputs", "coverage", "density", "mass")


@click.command()
@click.argument("sweep", type=click.Path(path_type=Path), metavar="SWEEP")
@click.option("--fails", default="", metavar="TARGET", help="Look for what makes it fail.")
@click.option("--reaches", default="", metavar="TARGET", help="Look for what makes it succeed.")
@click.option("--box", type=int, help="Take this box of the trajectory.  [default: best balance]")
@click.option(
    "--alpha",
    default=0.05,
    show_default=True,
    type=FiniteRange(0.001, 0.4),
    help="Share of the cases that a slice takes away.",
)
@options.picture_options
@options.lang_option
@options.study_option
@options.json_option
def discover(
    sweep: Path,
    fails: str,
    reaches: str,
    box: int | None,
    alpha: float,
    out: Path | None,
    numbers: Path | None,
    force: bool,
    lang: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Find the circumstances under which a target fails, in the folder SWEEP of a sweep.

    PRIM finds a box, limits on few inputs, in which failures gather; a tree is the second opinion.
    Needs the extra: pip install 'qiantang[search]'.
    """
    from qiantang.session import open_study, open_sweep
    from qiantang.wording import Wording

    options.check_pictures(("--out", out), numbers=numbers, force=force)
    study = open_study(folder)
    words = Wording(study, lang)
    with options.telling() as told:
        found = open_sweep(sweep).discover(
            fails=fails, reaches=reaches, study=study, box=box, alpha=alpha, progress=told
        )
    if as_json:
        options.print_json(found.record())
    else:
        _print(options.console(), found, words)
    if out or numbers:
        options.save_picture(study.chart.discovery(found, lang=lang), out, numbers)


def _print(screen: Console, found: Discovery, words: Wording) -> None:
    from qiantang.discovery.words import box_sentence, fresh_sentence, limit_text

    def say(line: str) -> None:
        screen.print(line, soft_wrap=True)

    stop = words.phrase("stop").strip()
    say(box_sentence(found, found.box, found.quality, words) + stop)
    frame = found.frame()
    if len(frame):
        numbers = [options.sentence(f"discover.head.{key}") for key in ("quasi_p", "again")]
        table = options.plain_table(
            options.sentence("discover.head.limit"), *numbers, right=numbers
        )
        names = [factor.name for factor in found.table.factors]
        for row in frame.to_dict("records"):
            limit = limit_text(found.table, found.box, names.index(row["input"]), words)
            table.add_row(limit, f"{row['quasi_p']:.1g}", f"{row['again_density']:.0%}")
        screen.print(table)
    say(fresh_sentence(found, words))
    _print_trajectory(screen, found)
    for leaf, quality in found.gathering[:LEAVES]:
        told = box_sentence(found, leaf, quality, words) + stop
        say(words.phrase("discover.tree", found=told))
    blanks = {"cases": options.count(len(found.table.cases.hits)), "inputs": found.inputs,
              "searched": len(found.table.factors)}  # fmt: skip
    say(words.phrase("discover.method", **blanks))
    if found.table.left_out:
        unused = words.phrase("and").join(_left_out(found, words))
        say(words.phrase("discover.left_out", names=unused))
    if found.table.diverged:
        say(words.phrase("discover.diverged", cases=options.count(found.table.diverged)))


def _left_out(found: Discovery, words: Wording) -> list[str]:
    """Name the axes that are not used: in Chinese by what they vary, where the model has it."""
    known = () if keeps_ids(words.lang) else words.study.dictionary
    return [words.model_name(name) if name in known else name for name in found.table.left_out]


def _print_trajectory(screen: Console, found: Discovery) -> None:
    say = options.sentence
    numbers = [say(f"discover.head.{key}") for key in TRAJECTORY]
    table = options.plain_table(*numbers, title=say("discover.trajectory"), right=numbers)
    last = len(found.qualities) - 1
    step = max(1, -(-last // (BOXES - 1)))
    for place in sorted({*range(0, last + 1, step), last, found.picked}):
        one = found.qualities[place]
        mark = f"> {place}" if place == found.picked else str(place)
        shares = (f"{share:.2f}" for share in (one.coverage, one.density, one.mass))
        table.add_row(mark, str(one.restricted), *shares)
    screen.print(table)
