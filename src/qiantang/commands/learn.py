"""`qiantang learn`: what would be worth knowing before choosing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.finite import FiniteRange
from qiantang.wording.figures import brief, rounded
from qiantang.wording.tabled import keeps_ids

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
    "--worth", "worths", multiple=True, type=FiniteRange(min=0, min_open=True),
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
    say = words.phrase
    numbers = (say("solve.effort"), say("head.P"))
    table = options.plain_table(
        say("head.scenario"), *numbers, right=numbers,
        title=say("learn.choice", target=words.target(target)),
    )  # fmt: skip
    rows = zip(found.scenarios, found.costs, found.chances, strict=True)
    for name, cost, chance in rows:
        title = words.scenario(words.study.scenario(name))
        table.add_row(title, rounded(cost), words.bare_probability(chance))
    screen.print(table)
    told = [one for one in found.lessons if any(map(_is_told, one.worth))]
    _print_worths(screen, found, told[:SHOWN], words)
    lessons = len(found.lessons)
    method = say("learn.method", members=found.members, seed=found.seed,
                 left=lessons - len(told), lessons=lessons)  # fmt: skip
    screen.print(method, soft_wrap=True)


def _print_worths(screen: Console, found: Lessons, shown: Sequence[Lesson], words: Wording) -> None:
    say = words.phrase
    unit = words.choose(found.unit, words.study.effort.file.unit_zh)
    heads = [brief(worth) for worth in found.worths]
    table = options.plain_table(
        say("learn.to_know"), say("learn.kind"), *heads, right=heads,
        title=say("learn.title", unit=unit),
    )  # fmt: skip
    chosen = [words.scenario(words.study.scenario(name)) for name in found.choices]
    table.add_row(say("learn.chosen"), "", *chosen)
    for one in shown:
        is_all = one.kind == "everything"  # what bounds the others, found without a regression
        cells = [f"{w.value:.2g}" if is_all or _is_told(w) else "0" for w in one.worth]
        kind = "" if is_all else say(f"learn.kind.{one.kind}")
        table.add_row(_called(one, words), kind, *cells)
    screen.print(table)


def _is_told(worth: Worth) -> bool:
    return worth.value > SURE * worth.error


def _called(one: Lesson, words: Wording) -> str:
    """Return what is to be known as the language calls it; English keeps names of series."""
    from qiantang.memo.review import called

    if one.kind == "driver":
        return words.variable(one.name)
    if one.kind == "everything":
        return words.phrase("learn.everything")
    if keeps_ids(words.lang):
        return one.name
    if one.kind == "parameters":
        return words.choose(one.name, words.study.dictionary.about.get(one.name, ("", ""))[1])
    is_series = one.name.partition(" ")[0] in words.study.evidence.series
    return called(one.name, words).strip() if is_series else words.model_name(one.name)
