"""`qiantang solve`: the smallest package of levers that reaches a target, or what stands before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

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
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
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
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the package as a scenario file.",
)
@options.members_option
@options.seed_option
@options.vintage_option
@options.base_option
@options.lang_option
@options.study_option
@options.json_option
def solve(
    name: str,
    probability: float,
    file: Path | None,
    out: Path | None,
    members: int,
    seed: int,
    vintage: str | None,
    base: str | None,
    lang: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Find the package of levers of least effort that reaches a target with a probability.

    Where there is none, tell the best there is, a ceiling that no package can pass, and what binds.
    """
    from qiantang.policy.answer import package_scenario
    from qiantang.policy.packages import find_target, open_packages
    from qiantang.policy.solve import solve as solved
    from qiantang.session import open_study
    from qiantang.template import check_new
    from qiantang.wording import Wording

    if out is not None:
        check_new(out)
    study = open_study(folder)
    words = Wording(study, lang)
    target = find_target(study, name)
    effort = study.effort if file is None else study.effort_in(file)
    packages = open_packages(study, members=members, seed=seed, vintage=vintage, base=base)
    with options.telling() as told:
        answer = solved(packages, effort, target, probability, told)
    if out is not None:
        package_scenario(packages, target, answer, out)
    if as_json:
        options.print_json(answer.record())
        return
    screen = options.console()
    options.print_world(screen, packages.base, words)
    print_answer(screen, answer, target, words)
    if out is not None:
        screen.print(f"Written: {out}")


def print_answer(screen: Console, answer: Answer, target: Target, words: Wording) -> None:
    """Print verdict, package and what limits it."""
    _print_verdict(screen, answer, target, words)
    if answer.package:
        _print_package(screen, answer, words)
    if answer.binding:
        _print_binding(screen, answer, words)
    _print_method(screen, answer)


def _print_verdict(screen: Console, answer: Answer, target: Target, words: Wording) -> None:
    asked = f"{words.target(target)} ({target.id}), {target.threshold:g} {target.unit}"
    wanted = f"P = {answer.asked:g}"
    found = f"P = {answer.probability:.3f} ± {answer.error:.3f}"
    if answer.verdict == "no_effort":
        line = f"no lever is needed, {found} without any."
    elif answer.verdict == "reached":
        effort = f"{answer.cost:.1f} of {answer.full_cost:.0f} points"
        line = f"{wanted} is reached with {effort} ({found})."
    elif answer.verdict == "impossible" and answer.ceiling is not None:
        line = (
            f"no package reaches {wanted}. The best found has {found}; whatever is done, P stays "
            f"below {answer.ceiling.probability:.3f} ± {answer.ceiling.error:.3f}."
        )
    else:
        ceiling = "" if answer.ceiling is None else f"{answer.ceiling.probability:.3f}"
        line = (
            f"no package was found that reaches {wanted}; the best found has {found}. The ceiling "
            f"of {ceiling} does not exclude one."
        )
    screen.print(f"{asked}: {line}", soft_wrap=True)
    screen.print(
        f"Without any lever P = {answer.base:.3f}, with the plan in full {answer.full:.3f}."
    )


def _print_package(screen: Console, answer: Answer, words: Wording) -> None:
    numbers = ("intensity", "effort")
    reached = answer.verdict == "reached"
    title = "The package" if reached else "Nearest package, at its least effort"
    table = options.plain_table("lever", "articles", *numbers, title=title, right=numbers)
    for pull in answer.package:
        called = " ".join(map(str, pull.articles))
        table.add_row(words.lever(pull.lever), called, f"{pull.intensity:.2f}", f"{pull.cost:.1f}")
    table.add_row("= package", "", "", f"{answer.cost:.1f}")
    screen.print(table)
    screen.print(f"Effort in {answer.unit}, by judgement: another cost file gives another package.")
    if answer.limits:
        screen.print(f"Exhausted: {', '.join(answer.limits)}.")


def _print_binding(screen: Console, answer: Answer, words: Wording) -> None:
    numbers = ("lowest in", "P if loosened", "gain")
    table = options.plain_table(
        "limit", "variable", *numbers, "how", title="What limits it at this package", right=numbers
    )
    for limit in answer.binding:
        table.add_row(
            words.choose(limit.name, limit.name_zh),
            limit.variable or "",
            "" if limit.lowest is None else f"{100 * limit.lowest:.0f} %",
            "" if limit.loosened is None else f"{limit.loosened:.3f}",
            "" if limit.gain is None else f"{limit.gain:+.3f}",
            limit.note,
        )
    screen.print(table)
    first = answer.binding[0]
    if first.gain is not None and first.gain > NEGLIGIBLE:
        name = words.choose(first.name, first.name_zh)
        screen.print(f"Binding: {name}, P {first.gain:+.3f} when loosened.")
    if any(limit.lowest is not None for limit in answer.binding):
        screen.print("Lowest in: the share of members in which a variable is the lowest of those "
                     "listed, in the target's year.")  # fmt: skip


#: Whether the package suffices: on all draws, or on those it was sought on alone.
_SUFFICES = {
    False: "the package suffices",
    True: "on the draws that it was sought on the package suffices, on others it falls short of "
    "P = {0.asked:g} (ask for a little more, or take more members)",
}


def _print_method(screen: Console, answer: Answer) -> None:
    lines = [
        f"P over {answer.members} members, seed {answer.seed}; on other draws of the drivers "
        f"{answer.fresh:.3f} ± {answer.fresh_error:.3f}. {answer.runs} packages run."
    ]
    if answer.verdict == "reached":
        costs = ", ".join(f"{cost:.1f}" for cost in answer.costs)
        short = answer.fresh < answer.asked
        lines.append(
            f"Shown: {_SUFFICES[short].format(answer)}, and no lever of it can be lowered alone by "
            "0.01. Search, not proof: that no other package is cheaper; "
            f"the starts ended at {costs}."
        )
    if answer.ceiling is not None:
        ceiling = answer.ceiling
        lines.append(
            "Shown: no package delivers more of any lever than the ceiling does, where all that is "
            "decided is carried out and each member pulls just the levers that help it. Measured, "
            f"not proved: that a target moves steadily with each lever; of {ceiling.trials:,} "
            f"random packages {ceiling.above} passed the ceiling"
            f"{', which was raised to them' if ceiling.above else ''}."
        )
        if not ceiling.settled:
            lines.append("In some members the ceiling had not settled: it may be higher.")
    for line in lines:
        screen.print(line)
