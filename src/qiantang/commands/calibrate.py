"""`qiantang calibrate`: a new fit from evidence and priors."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.option("--name", default=None, help="Name of the fit.  [default: today's date and -fit]")
@options.members_option
@options.seed_option
@options.study_option
def calibrate(name: str | None, members: int, seed: int, folder: Path | None) -> None:
    """Fit the parameters to the evidence up to 2017 and save a new fit.

    A fit is a new folder under calibration/fits of the study; none is ever overwritten.
    """
    from datetime import date

    from qiantang.calibrate.fit import calibrate as fit
    from qiantang.study import open_study

    version = name or f"{date.today().isoformat()}-fit"
    made = fit(
        open_study(folder), version, members=members, seed=seed,
        progress=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    click.echo(made.folder)
