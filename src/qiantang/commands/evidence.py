"""`qiantang evidence`: the observed figures behind the model."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options

#: Columns that a terminal has no room for.
_LONG = ("reference", "note")


@click.command()
@click.argument("series", required=False)
@click.option(
    "--write-drivers",
    is_flag=True,
    help="Write the drivers' central paths as known at the plan into the model file, and stop.",
)
@click.option(
    "--add",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take a bureau's own table of figures, .csv or .xlsx, into the releases, and stop.",
)
@options.study_option
@options.json_option
def evidence(
    series: str | None,
    write_drivers: bool,
    table: Path | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Print observed figures: value, source, grade, and what the fit makes of them.

    Without a SERIES: a line for each series.
    """
    from qiantang.session import open_study

    study = open_study(folder)
    if write_drivers:
        from qiantang.evidence.lookups import write_driver_lookups

        changed = write_driver_lookups(study.model_file, study.drivers)
        click.echo(f"{study.model_file}: {changed} driver tables changed")
        return
    if table is not None:
        from qiantang.evidence.bureau import take_in
        from qiantang.evidence.releases import releases_path

        click.echo(f"{releases_path(study.folder)}: {take_in(study, table)} figures taken in")
        return
    from qiantang.evidence.witness import series_rows, summary_rows

    rows = series_rows(study, series, model=True) if series else summary_rows(study)
    if as_json:
        options.print_json(rows)
        return
    heads = [head for head in rows[0] if head not in _LONG]
    shown = options.plain_table(*heads)
    for row in rows:
        shown.add_row(*("" if row[head] is None else str(row[head]) for head in heads))
    options.console().print(shown)
    if series:
        click.echo("reference and note of each figure: --json")
