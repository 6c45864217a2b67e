"""`qiantang solve`: the smallest package of levers that reaches a target, or what stands before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.finite import FiniteRange
from qiantang.wording.figures import rounded, whole
from qiantang.wording.tabled import (
    asked_chance,
    chance_change,
    chance_gain,
    chance_with_error,
    exact_chance,
    keeps_ids,
)

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.plan.targets import Target
    from qiantang.policy.answer import Answer
    from qiantang.wording import Wording

#: Gain of probability below which a limit is not said to bind.
NEGLIGIBLE = 0.005


@click.command()
@click.option("--target", "name", required=True, metavar="TARGET", help="Its id or title.")
@click.option(
    "--probability",
    default=0.8,
    show_default=True,
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    help="With which the target is to be reached.",
)
@click.option(
    "--effort",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Costs and limits.  [default: scenarios/plan/effort.yaml of the study]",
)
@click.option(
    "--out",
    "out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the package as a scenario file.",
)
@options.force_option
@options.members_option
@options.seed_option
@options.vintage_option
@options.base_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def solve(
    name: str,
    probability: float,
    file: Path | None,
    out: Path | None,
    force: bool,
    members: int,
    seed: int,
    vintage: str | None,
    base: str | None,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Find the package of levers of least effort that reaches a target with a probability.

    Where there is none, tell the best there is, a ceiling that no package can pass, and what binds.
    """
    from qiantang.naming import find_target
    from qiantang.policy.answer import package_scenario
    from qiantang.policy.packages import open_packages
    from qiantang.policy.solve import solve as solved
    from qiantang.session import open_study
    from qiantang.template import check_new
    from qiantang.wording import Wording

    if out is not None:
        check_new(out, force=force)
    study = open_study(folder, fit=fit)
    words, target = Wording(study, lang), find_target(study, name)
    effort = study.effort if file is None else study.effort_in(file)
    packages = open_packages(study, members=members, seed=seed, vintage=vintage, base=base)
    with options.telling() as told:
        answer = solved(packages, effort, target, probability, told)
    if out is not None:
        package_scenario(packages, target, answer, out, force=force)
    if as_json:
        options.print_json(answer.record())
        return
    screen = options.console()
    options.print_world(screen, packages.base, words)
    print_answer(screen, answer, target, words)
    if out is not None:
        screen.print(options.sentence("solve.written", out=out))


def print_answer(screen: Console, answer: Answer, target: Target, words: Wording) -> None:
    """Print verdict, package and what limits it."""
    _print_verdict(screen, answer, target, words)
    if answer.package:
        _print_package(screen, answer, words)
    if answer.binding:
        _print_binding(screen, answer, words)
    _print_method(screen, answer, words)


def _print_verdict(screen: Console, answer: Answer, target: Target, words: Wording) -> None:
    say = words.phrase
    found = chance_with_error(answer.probability, answer.error, words.lang)
    given = {
        "target": options.with_id(target, words), "found": found,
        "level": f"{target.threshold:g} {target.unit}" if keeps_ids(words.lang)
        else words.figure(target.threshold, words.target_unit(target)),
        "wanted": asked_chance(answer.asked, words.lang),
        "cost": f"{answer.cost:.1f}", "all": f"{answer.full_cost:.0f}",
        "ceiling": "" if answer.ceiling is None
        else chance_with_error(answer.ceiling.probability, answer.ceiling.error, words.lang),
    }  # fmt: skip
    known = answer.verdict != "impossible" or answer.ceiling is not None
    key = answer.verdict if known else "not_found"
    screen.print(say(f"solve.{key}", **given), soft_wrap=True)
    ends = {
        "none": exact_chance(answer.base, words.lang),
        "full": exact_chance(answer.full, words.lang),
    }
    screen.print(say("solve.ends", **ends))


def _print_package(screen: Console, answer: Answer, words: Wording) -> None:
    say = options.sentence
    numbers = [say("solve.intensity"), say("solve.effort")]
    title = say("solve.package" if answer.verdict == "reached" else "solve.nearest")
    table = options.plain_table(
        say("head.lever"), say("head.articles"), *numbers, title=title, right=numbers
    )
    for pull in answer.package:
        called = " ".join(map(str, pull.articles))
        table.add_row(words.lever(pull.lever), called, f"{pull.intensity:.2f}", f"{pull.cost:.1f}")
    table.add_row(say("solve.total"), "", "", f"{answer.cost:.1f}")
    screen.print(table)
    screen.print(say("solve.unit", unit=words.choose(answer.unit, answer.unit_zh)))
    if answer.limits:
        told = [_exhausted(limit, words) for limit in answer.limits]
        screen.print(say("solve.exhausted", limits=say("and").join(told)))


def _exhausted(limit: str, words: Wording) -> str:
    """Name a limit of the effort file that is used up."""
    lever = limit.removesuffix(" at its most")
    if keeps_ids(words.lang):
        return limit
    if lever != limit:
        return options.sentence("solve.at_most", lever=words.lever(lever))
    return options.sentence("solve.budget") if limit == "budget" else limit


def _print_binding(screen: Console, answer: Answer, words: Wording) -> None:
    say = options.sentence
    numbers = [say(f"solve.{key}") for key in ("lowest", "loosened", "gain")]
    table = options.plain_table(
        say("solve.limit"), say("head.variable"), *numbers, say("solve.how"),
        title=say("solve.binding_title"), right=numbers,
    )  # fmt: skip
    for limit in answer.binding:
        variable = limit.variable or ""
        table.add_row(
            words.choose(limit.name, limit.name_zh),
            variable if not variable or keeps_ids(words.lang) else words.variable(variable),
            "" if limit.lowest is None else say("loops.percent", value=rounded(100 * limit.lowest)),
            "" if limit.loosened is None else exact_chance(limit.loosened, words.lang),
            "" if limit.gain is None else chance_change(limit.gain, words.lang),
            words.choose(limit.note, limit.note_zh),
        )
    screen.print(table)
    first = answer.binding[0]
    if first.gain is not None and first.gain > NEGLIGIBLE:
        name = words.choose(first.name, first.name_zh)
        screen.print(say("solve.binds", name=name, gain=chance_gain(first.gain, words.lang)))
    if any(limit.lowest is not None for limit in answer.binding):
        screen.print(say("solve.lowest_means"))


def _print_method(screen: Console, answer: Answer, words: Wording) -> None:
    say = options.sentence
    fresh = chance_with_error(answer.fresh, answer.fresh_error, words.lang)
    lines = [
        say("solve.method", members=answer.members, seed=answer.seed, fresh=fresh,
            runs=answer.runs)
    ]  # fmt: skip
    if answer.verdict == "reached":
        costs = say("and").join(f"{cost:.1f}" for cost in answer.costs)
        short = answer.fresh < answer.asked
        asked = asked_chance(answer.asked, words.lang)
        suffices = say("solve.short" if short else "solve.suffices", asked=asked)
        lines.append(say("solve.shown", suffices=suffices, costs=costs))
    if answer.ceiling is not None:
        above = answer.ceiling.above
        trials = whole(answer.ceiling.trials, words.lang)
        raised = say("solve.raised") if above else ""
        lines.append(say("solve.proof", trials=trials, above=above, raised=raised))
        if not answer.ceiling.settled:
            lines.append(say("solve.unsettled"))
    for line in lines:
        screen.print(line)
