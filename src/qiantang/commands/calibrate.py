"""`qiantang calibrate`: a new fit from evidence and priors."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.option("--name", default=None, help="Name of the fit.  [default: today's date and -fit]")
@click.option("--quick", is_flag=True, help="A coarse look in a tenth of the time, no chains.")
@click.option("--recover", "trials", type=click.IntRange(2), default=None, metavar="TRIALS",
              help="Fit made worlds instead and tell how often the truth is found.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="FILE",
              help="With --recover: picture of the ranks, .svg .png .pdf")  # fmt: skip
@options.force_option
@options.members_option
@options.seed_option
@options.study_option
@click.pass_context
def calibrate(
    ctx: click.Context, name: str | None, quick: bool, trials: int | None, out: Path | None,
    force: bool, members: int, seed: int, folder: Path | None,
) -> None:  # fmt: skip
    """Sample the posterior of the parameters given the evidence before the plan; save a new fit.

    A fit is a new folder under calibration/fits of the study; none is ever overwritten. A fit that
    was interrupted goes on where it stopped when the same command is given again. Exits with 1 if
    the chains miss their bars.
    """
    from datetime import date

    from qiantang.calibrate.fit import calibrate as fit
    from qiantang.session import open_study

    if trials is not None:
        _recover(folder, trials, seed, out, force=force)
        return
    if out is not None:
        raise click.UsageError("--out belongs to --recover")
    version = name or f"{date.today().isoformat()}-{'quick' if quick else 'fit'}"
    made = fit(
        open_study(folder), version, members=members, seed=seed, quick=quick,
        progress=options.tell,
    )  # fmt: skip
    click.echo(made.folder)
    told = made.record.diagnostics
    options.say(
        "calibrate.chains", err=True, rhat=told["worst_rhat"], of=told["worst_rhat_of"],
        bulk=told["least_ess_bulk"], tail=told["least_ess_tail"],
        bars=options.sentence("calibrate.met" if told["passed"] else "calibrate.missed"),
    )  # fmt: skip
    if not told["passed"]:
        ctx.exit(1)


def _recover(folder: Path | None, trials: int, seed: int, out: Path | None, *, force: bool) -> None:
    from qiantang.calibrate.recovery import LEVELS, recover
    from qiantang.files.outfile import refuse_replacing
    from qiantang.session import open_study
    from qiantang.wording.figures import percent
    from qiantang.wording.tabled import tenths

    if out is not None:
        from qiantang.charts.suffixes import check_picture

        check_picture(out)
        refuse_replacing([("--out", out)], force=force)
    study = open_study(folder)
    found = recover(study, trials, seed, progress=options.tell)
    options.say("calibrate.worlds", trials=trials, coordinates=len(found.names))
    for level in LEVELS:
        inside = found.coverage(level)
        options.say("calibrate.inside", level=percent(level), share=tenths(inside))
    options.say("calibrate.ranks", ranks=" ".join(map(str, found.histogram())))
    if out is not None:
        study.chart.recovery(found, seed=seed).save(out)
        options.say("picture.drawn", out=out)
