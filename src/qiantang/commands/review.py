"""`qiantang review`: what new figures did to the odds, and what would restore them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from qiantang.commands import options
from qiantang.commands.finite import FiniteRange

if TYPE_CHECKING:
    from qiantang.policy.answer import Answer
    from qiantang.review.review import Review
    from qiantang.review.transfers import Pathway
    from qiantang.wording import Wording


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
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    help="With which --restore is to reach the target.",
)  # fmt: skip
@click.option(
    "--pathways", "bar", default=None, metavar="P",
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    help="Find until when each package may still begin to keep this probability.",
)  # fmt: skip
@click.option(
    "--picture", default=None, type=click.Path(path_type=Path),
    metavar="FILE", help="Draw the map of --pathways: .png .svg .pdf",
)  # fmt: skip
@click.option(
    "--memo", "out", default=None, type=click.Path(path_type=Path), metavar="FILE",
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

    _check_asked(restore, out, picture, bar, force=force)
    study = open_study(folder, fit=fit)
    words = Wording(study, lang)
    target = None if restore is None else find_target(study, restore, "--restore")
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
        _print(found, answer, paths, words)


def _check_asked(
    restore: str | None, out: Path | None, picture: Path | None, bar: float | None, *, force: bool
) -> None:
    """Refuse files that could not be written, and options without those that they belong to."""
    from qiantang.faults import Fault, StudyError
    from qiantang.files.outfile import refuse_replacing
    from qiantang.memo.writing import check_memo

    if out is not None:
        check_memo(out, "--memo", force=force)
    options.check_pictures(("--picture", picture), force=force)
    refuse_replacing([("--memo", out), ("--picture", picture)], force=force)
    source = click.get_current_context().get_parameter_source("probability")
    if restore is None and source is ParameterSource.COMMANDLINE:
        what = "goes with --restore TARGET, which is not given"
        raise StudyError([Fault("--probability", None, "", what)])
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
    found: Review, answer: Answer | None, paths: Sequence[Pathway] | None, words: Wording
) -> None:
    from qiantang.commands.reviewed import print_review

    print_review(options.console(wide=True), found, answer, paths, words)


def _write_memo(
    found: Review, answer: Answer | None, paths: Sequence[Pathway], lang: str, out: Path | None
) -> None:
    if out is None:
        return
    from qiantang.memo.review import review_memo
    from qiantang.memo.writing import write_memo

    write_memo(review_memo(found, lang=lang, answer=answer, paths=paths), out)
    options.say("review.written", err=True, out=out)
