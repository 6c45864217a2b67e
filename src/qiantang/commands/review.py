"""`qiantang review`: what new figures did to the odds, and what would restore them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options
from qiantang.wording.tabled import keeps_ids

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.policy.answer import Answer
    from qiantang.review.pathways import Pathway
    from qiantang.review.review import Review
    from qiantang.wording import Wording

#: A change of P below this is left out of the news: it is within what the members can tell.
SMALL = 0.005


@click.command()
@click.option("--as-of", "as_of", required=True, metavar="DATE", help="Day of the review.")
@click.option(
    "--since", default=None, metavar="DATE",
    help="Day from which news counts.  [default: the quarter's end before]",
)  # fmt: skip
@click.option(
    "--scenario", default=None, metavar="SCENARIO",
    help="What is done.  [default: the base of the study]",
)  # fmt: skip
@click.option(
    "--restore", default=None, metavar="TARGET",
    help="Find the least effort from that day on that restores it.",
)  # fmt: skip
@click.option(
    "--probability", default=0.5, show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="With which --restore is to reach the target.",
)  # fmt: skip
@click.option(
    "--pathways", "bar", default=None, metavar="P",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Find until when each package may still begin to keep this probability.",
)  # fmt: skip
@click.option(
    "--picture", default=None, type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE", help="Draw the map of --pathways: .png .svg .pdf",
)  # fmt: skip
@click.option(
    "--memo", "out", default=None, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the review as a memo of two pages: .docx .html .pdf",
)  # fmt: skip
@options.force_option
@click.option(
    "--method", type=click.Choice(["weights", "smoother"]), default="weights", show_default=True,
    help="Weigh members by the figures, or move them towards these.",
)  # fmt: skip
@options.members_option
@options.seed_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def review(
    as_of: str,
    since: str | None,
    scenario: str | None,
    restore: str | None,
    probability: float,
    bar: float | None,
    picture: Path | None,
    out: Path | None,
    force: bool,
    method: str,
    members: int,
    seed: int,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Review the plan at a date: the odds since it was made, what moved them, what it needs.

    Only what was published by that day is read. Figures come from calibration/evidence, parts of
    years and revisions from its releases.csv.
    """
    from qiantang.naming import find_target
    from qiantang.review.pathways import pathways
    from qiantang.review.restore import restore as restored
    from qiantang.review.review import review as reviewed
    from qiantang.session import open_study
    from qiantang.wording import Wording

    _check_files(out, picture, bar, force=force)
    study = open_study(folder, fit=fit)
    words = Wording(study, lang)
    target = None if restore is None else find_target(study, restore)
    with options.telling() as told:
        found = reviewed(study, as_of, since=since, scenario=scenario, method=method,
                         members=members, seed=seed, progress=told)  # fmt: skip
        answer = None if target is None else restored(found, target, probability, told)
        paths = None if bar is None else pathways(found, bar, told)
    if picture is not None and paths:
        options.save_picture(study.chart.pathways(found, paths, lang=lang), picture, None)
    _write_memo(found, answer, paths or (), lang, out)
    if as_json:
        options.print_json(_record(found, answer, paths))
    else:
        _print(options.console(wide=True), found, answer, paths, words)


def _check_files(out: Path | None, picture: Path | None, bar: float | None, *, force: bool) -> None:
    """Refuse files that could not be written, before the work begins."""
    from qiantang.faults import Fault, StudyError
    from qiantang.memo.writing import check_memo

    if out is not None:
        check_memo(out, force=force)
    if picture is not None:
        options.check_pictures(picture, None, force=force)
    if picture is not None and bar is None:
        raise StudyError([Fault("--picture", None, "", "draws a map, expected --pathways P")])


def _record(
    found: Review, answer: Answer | None, paths: Sequence[Pathway] | None
) -> dict[str, Any]:
    record = found.record()
    if answer is not None:
        record["restore"] = answer.record()
    if paths is not None:
        record["pathways"] = [one.record() for one in paths]
    return record


def _print(
    screen: Console,
    found: Review,
    answer: Answer | None,
    paths: Sequence[Pathway] | None,
    words: Wording,
) -> None:
    from qiantang.commands.solve import print_answer
    from qiantang.naming import find_target

    _print_odds(screen, found, words)
    _print_news(screen, found, words)
    _print_needs(screen, found, words)
    _print_method(screen, found)
    if paths is not None:
        _print_pathways(screen, found, paths, words)
    if answer is not None:
        print_answer(screen, answer, find_target(found.study, answer.target), words)


def _write_memo(
    found: Review, answer: Answer | None, paths: Sequence[Pathway], lang: str, out: Path | None
) -> None:
    if out is None:
        return
    from qiantang.memo.review import review_memo
    from qiantang.memo.writing import write_memo

    write_memo(review_memo(found, lang=lang, answer=answer, paths=paths), out)
    click.echo(f"Written: {out}", err=True)


def _print_odds(screen: Console, found: Review, words: Wording) -> None:
    targets = found.belief.targets
    heads = [words.target(target) for target in targets]
    numbers = (*heads, "figures", "worth")
    title = f"P of each target, {words.scenario(found.tracker.scenario)}"
    table = options.plain_table("as of", *numbers, title=title, right=numbers)
    for stand in found.odds:
        told = stand.chance
        cells = [words.bare_probability(told[t.id]) if told else "" for t in targets]
        table.add_row(stand.day, *cells, str(stand.figures), f"{stand.effective:.0f}")
    screen.print(table)
    for stand in found.odds:
        if stand.refusal:
            screen.print(f"{stand.day}: no odds, {stand.refusal}.")


def _print_news(screen: Console, found: Review, words: Wording) -> None:
    if not found.news:
        screen.print(f"Nothing that is read here came out since {found.since}.")
        return
    targets = found.belief.targets
    shown = [t for t in targets if any(abs(n.change[t.id]) >= SMALL for n in found.news)]
    heads = [words.target(target) for target in shown]
    numbers = ("came", "expected", "90 % interval", *heads)
    table = options.plain_table(
        "figure", *numbers, title=f"News since {found.since}: change of P", right=numbers
    )
    for one in found.news:
        single = one.came == one.came
        key = _called(one.key, words) if one.figures == 1 else f"{one.key}, {one.figures} figures"
        table.add_row(
            key, f"{one.came:.4g}" if single else "", f"{one.expected:.4g}" if single else "",
            f"{one.p05:.4g} to {one.p95:.4g}" if single else "",
            *(_change(one.change[t.id]) for t in shown),
        )  # fmt: skip
    totals = [sum(one.change[t.id] for one in found.news) for t in shown]
    table.add_row("= in all", "", "", "", *map(_change, totals))
    screen.print(table)


def _called(key: str, words: Wording) -> str:
    """Return a figure or a driver as the language calls it; English keeps names of series."""
    from qiantang.memo.review import called

    is_series = key.partition(" ")[0] in words.study.evidence.series
    return key if is_series and keeps_ids(words.lang) else called(key, words)


def _change(value: float) -> str:
    return f"{value:+.2f}" if abs(value) >= SMALL else ""


def _print_needs(screen: Console, found: Review, words: Wording) -> None:
    numbers = ("year", "expected", "90 % interval", "needed", "it may move P by")
    table = options.plain_table(
        "target", "unit", *numbers[:4], "figure to watch", numbers[4],
        title="What the next year must bring", right=numbers,
    )  # fmt: skip
    targets = {target.id: target for target in found.belief.targets}
    for need in found.needs:
        table.add_row(
            words.target(targets[need.target]), need.unit, str(need.year), f"{need.expected:.4g}",
            f"{need.p05:.4g} to {need.p95:.4g}",
            f"{need.needed:.4g}" if need.needed == need.needed else "too few reach it",
            _called(need.watch, words), f"{need.moves:.2f}" if need.watch else "",
        )  # fmt: skip
    screen.print(table)


def _print_method(screen: Console, found: Review) -> None:
    belief = found.belief
    tail = "" if abs(belief.tail) == float("inf") else f", tail {belief.tail:.2f}"
    screen.print(
        f"{found.members} members, seed {found.seed}, fit {found.study.fit.record.version}; given "
        f"the figures they are worth {belief.effective:.0f}{tail}. Figures: read by then besides "
        "those of the fit; a target whose level is assumed is left out. Needed: middle of that "
        "year among the members that reach the target. A part of a year stands for the year that "
        "its usual share points to.",
        soft_wrap=True,
    )
    for key, why in found.unread:
        screen.print(f"Not read: {key}: {why}.", soft_wrap=True)


def _print_pathways(
    screen: Console, found: Review, paths: Sequence[Pathway], words: Wording
) -> None:
    targets = found.belief.targets
    heads = [words.target(target) for target in targets]
    title = f"Last start of each package at which P is still {paths[0].bar:g}" if paths else ""
    table = options.plain_table("package", *heads, title=title)
    by_place = {(one.package, one.target): one for one in paths}
    for name in dict.fromkeys(one.package for one in paths):
        cells = [_last_start(by_place[name, target.id]) for target in targets]
        table.add_row(words.scenario(found.study.scenario(name)), *cells)
    screen.print(table)


def _last_start(one: Pathway) -> str:
    if not one.is_needed:
        return "not needed"
    return one.last or f"too late ({one.chances[0]:.2f})"
