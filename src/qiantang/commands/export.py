"""`qiantang export`: a sweep as one table for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--to",
    "form",
    type=click.Choice(["csv", "xlsx", "parquet"]),
    required=True,
    help="Format of the table.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write.  [default: DIR with the suffix of the format]",
)
@options.force_option
@click.option("--summary", is_flag=True, help="A row a point and measure: quantiles and P.")
def export(folder: Path, form: str, out: Path | None, force: bool, summary: bool) -> None:
    """Write the sweep in DIR as one table: a row a run, with scenario, axes and member."""
    from qiantang.faults import Fault, StudyError
    from qiantang.outfile import refuse_replacing
    from qiantang.sweep.export import export as write
    from qiantang.sweep.reading import read_sweep

    sweep = read_sweep(folder)
    file = out or folder.resolve().parent / f"{folder.resolve().name}.{form}"
    if file.suffix != f".{form}":
        what = f"suffix {file.suffix or 'missing'}, expected .{form} as --to says"
        raise StudyError([Fault(file, None, "--out", what)])
    refuse_replacing([("--out", file)], force=force)
    rows = write(sweep, file, summary=summary)
    options.say("rows.written", out=file, rows=f"{rows:,}")
