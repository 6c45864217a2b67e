"""`qiantang validate`: the credibility report - each test passed, failed or left open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.validate.records import Report

#: Exit code where a test failed.
_FAILED = 1
#: Draws of the fit that the report runs.
_DRAWS = 200


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="FILE.html",
              help="Write the report as one page with tables and charts.")  # fmt: skip
@options.force_option
@click.option("--quick", is_flag=True, help="Fewer draws and scenarios, and no run of PySD.")
@click.option("--members", default=_DRAWS, show_default=True, type=click.IntRange(min=1),
              help="Draws of the fit to run.")  # fmt: skip
@options.seed_option
@options.fit_option
@options.study_option
@options.json_option
@click.pass_context
def validate(
    context: click.Context,
    out: Path | None,
    force: bool,
    quick: bool,
    members: int,
    seed: int,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Put the study to the tests of the field: twelve of Sterman's, and seven more.

    Each statement is passed, failed, or not judged with the reason. Exits with 1 if any fails.
    """
    from qiantang.files.outfile import refuse_replacing
    from qiantang.session import open_study
    from qiantang.validate import battery, page
    from qiantang.validate.ground import Ground

    study = open_study(folder, fit=fit)
    if out is not None:
        page.check_out(out)
        refuse_replacing([("--out", out)], force=force)
    task = options.sentence("validate.testing")
    with options.progress_bar(len(battery.BATTERY), task) as progress:
        draws = min(members, _QUICK_DRAWS) if quick else members
        ground = Ground(study, draws=draws, seed=seed, quick=quick, progress=progress)
        report = battery.validate(ground, progress=progress)
    if out is not None:
        page.write(report, out, options.language())
    if as_json:
        options.print_json(report.record(options.language()))
    else:
        _print_table(report)
    context.exit(_FAILED if report.counts()["fail"] else 0)


#: Draws of the quick report.
_QUICK_DRAWS = 50


def _print_table(report: Report) -> None:
    from qiantang.wording.told import said

    say, lang = options.sentence, options.language()
    heads = (say(f"validate.head.{key}") for key in ("test", "statement", "verdict", "figure"))
    shown = options.plain_table(*heads)
    for test in report.tests:
        for place, finding in enumerate(test.findings):
            told = [finding.figure, finding.reason if finding.verdict != "pass" else ""]
            words = say("validate.between").join(said(text, lang) for text in told if text)
            title = say(f"validate.test.{test.id}") if place == 0 else ""
            shown.add_row(
                title, said(finding.name, lang), say(f"validate.verdict.{finding.verdict}"), words
            )
    screen = options.console()
    screen.print(shown)
    counts = say("comma").join(
        say("validate.count", count=count, verdict=say(f"validate.verdict.{verdict}"))
        for verdict, count in report.counts().items()
    )
    missing = sum(item.state == "missing" for item in report.checklist)
    lines = len(report.checklist)
    screen.print(say("validate.counts", counts=counts, missing=missing, lines=lines))
