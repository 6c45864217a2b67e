"""`qiantang learn`: what would be worth knowing before choosing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.plan.targets import Target
    from qiantang.review.learn import Lesson, Lessons
    from qiantang.review.worth import Worth
    from qiantang.wording import Wording

#: Lessons that the table shows.
SHOWN = 12
#: Standard errors above which worth is told from noise: some fifty lessons are looked at.
SURE = 3.0


@click.command()
@click.option("--target", "name", required=True, metavar="TARGET", help="Its id or title.")
@click.option(
    "--worth", "worths", multiple=True, type=click.FloatRange(min=0, min_open=True),
    help="What reaching it is worth, in the unit of effort; may be given several times.  "
    "[default: 30 to 3000]",
)  # fmt: skip
@options.members_option
@options.seed_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def learn(
    name: str,
    worths: tuple[float, ...],
    members: int,
    seed: int,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Tell what it is worth to learn more before choosing among the scenarios of the study.

    The worth of a group of parameters, of what the structure leaves unexplained, of a driver, and
    of one more year of each statistic; nought where no choice would change.
    """
    from qiantang.naming import find_target
    from qiantang.review.learn import WORTHS
    from qiantang.review.learn import learn as learned
    from qiantang.session import open_study
    from qiantang.wording import Wording

    study = open_study(folder, fit=fit)
    target = find_target(study, name)
    with options.telling() as told:
        found = learned(study, target, worths=worths or WORTHS, members=members, seed=seed,
                        progress=told)  # fmt: skip
    if as_json:
        options.print_json(found.record())
        return
    _print(options.console(wide=True), found, target, Wording(study, lang))


def _print(screen: Console, found: Lessons, target: Target, words: Wording) -> None:
    table = options.plain_table("scenario", "effort", "P", right=("effort", "P"),
                                title=f"The choice: {words.target(target)}")  # fmt: skip
    rows = zip(found.scenarios, found.costs, found.chances, strict=True)
    for name, cost, chance in rows:
        title = words.scenario(words.study.scenario(name))
        table.add_row(title, f"{cost:.0f}", words.bare_probability(chance))
    screen.print(table)
    heads = [f"{worth:g}" for worth in found.worths]
    table = options.plain_table("to know", "", *heads, right=heads,
                                title=f"Worth of knowing, by what the target is worth "
                                f"({found.unit})")  # fmt: skip
    chosen = [words.scenario(words.study.scenario(name)) for name in found.choices]
    table.add_row("= chosen now", "", *chosen)
    told = [one for one in found.lessons if any(map(_is_told, one.worth))]
    for one in told[:SHOWN]:
        cells = [f"{w.value:.2g}" if _is_told(w) else "0" for w in one.worth]
        table.add_row(_called(one, words), "" if one.kind == "everything" else one.kind, *cells)
    screen.print(table)
    left = len(found.lessons) - len(told)
    screen.print(
        f"{found.members} members, seed {found.seed}. {left} of {len(found.lessons)} lessons would "
        "change no choice, or not by more than three standard errors, and are worth nothing here.",
        soft_wrap=True,
    )


def _is_told(worth: Worth) -> bool:
    return worth.value > SURE * worth.error


def _called(one: Lesson, words: Wording) -> str:
    if one.kind == "driver":
        return words.variable(one.name)
    return one.name
