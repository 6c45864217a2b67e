"""`qiantang memo`: a paper about scenarios, ready to hand over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.argument(
    "scenarios",
    nargs=-1,
    metavar="SCENARIO...",
    shell_complete=options.complete_scenarios,
)
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="File to write: .docx .html .pdf")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True,
              help="Language of the memo.")  # fmt: skip
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), default=None,
              metavar="YYYY-MM-DD", help="Date under the title.  [default: none]")  # fmt: skip
@click.option("--template", type=click.Path(path_type=Path), default=None, metavar="DIR",
              help="Folder with memo.en.md, memo.zh.md, look.yaml, reference.en.docx or "
              "reference.zh.docx of your own.  [default: memo/ in the study, else the "
              "program's]")  # fmt: skip
@click.option("--reference-doc", "reference", type=click.Path(path_type=Path), default=None,
              metavar="FILE", help="A .docx whose styles, paper, header and footer a .docx memo "
              "takes.  [default: memo/ in the study, else the program's]")  # fmt: skip
@click.option("--why", is_flag=True, help="Also say which feedback loops decide; some "
              "ten seconds a target.")  # fmt: skip
@click.option("--review", "as_of", default=None, metavar="DATE", help="Write the review of that "
              "day, of one SCENARIO.  [default SCENARIO: the base of the study]")  # fmt: skip
@options.force_option
@options.where_option
@options.members_option
@options.seed_option
@options.fit_option
@options.study_option
def memo(
    scenarios: tuple[str, ...],
    out: Path,
    lang: str,
    dated: datetime | None,
    template: Path | None,
    reference: Path | None,
    why: bool,
    as_of: str | None,
    force: bool,
    where: tuple[tuple[str, str], ...],
    members: int,
    seed: int,
    fit: str | None,
    folder: Path | None,
) -> None:
    """Write a memo: which targets are reached, how surely, in which world, and how far to trust it.

    The findings speak of the last SCENARIO and hold it against the first. Every scenario is also
    run in the world as known when the plan was made and in the world as it happened. Every number
    of the text is traced in an annex: ten rows in the memo, all of them in a workbook beside it.

    With --review: two pages about what new figures did to the odds, as `qiantang review --memo`.
    """
    from qiantang.memo.compose import make_memo
    from qiantang.memo.review import review_memo
    from qiantang.memo.writing import check_memo, write_memo
    from qiantang.review.review import review
    from qiantang.session import open_study

    _check_asked(scenarios, as_of, {"--why": why, "--where": where, "--date": dated,
                                    "--reference-doc": reference})  # fmt: skip
    check_memo(out, force=force)
    study = open_study(folder, fit=fit)
    if as_of is not None:
        with options.telling() as told:
            found = review(study, as_of, scenario=next(iter(scenarios), None), members=members,
                           seed=seed, progress=told)  # fmt: skip
        write_memo(review_memo(found, lang=lang, templates=template), out)
        options.say("review.written", out=out)
        return
    with options.progress_bar(3 * len(scenarios), "running") as progress:
        made = make_memo(
            study, scenarios, lang=lang, members=members, seed=seed,
            dated=dated.date() if dated else None, templates=template, reference=reference,
            where=dict(where), why=why, progress=progress,
        )  # fmt: skip
    write_memo(made, out)
    click.echo(f"{out}: {len(made.blocks)} blocks, {len(made.entries)} numbers traced")


def _check_asked(
    scenarios: tuple[str, ...], as_of: str | None, given: Mapping[str, object]
) -> None:
    """Refuse a memo of no scenario, and what a review's memo does not take."""
    if as_of is None:
        if not scenarios:
            raise click.UsageError("memo needs a scenario, or --review and a day")
        return
    if len(scenarios) > 1:
        raise click.UsageError(f"--review takes one scenario, got {len(scenarios)}")
    for option, value in given.items():
        if value:
            raise click.UsageError(f"{option} does not go with --review")
