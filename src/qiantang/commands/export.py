"""`qiantang export`: a sweep as one table for other programs, a simulator as one page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from qiantang.commands import options
from qiantang.travel import MEMBERS


class Exports(click.Group):
    """The group of what is exported; a folder alone is that of a sweep."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take whatever names no kind for the words of a sweep."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["sweep", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Exports)
def export() -> None:
    """Write a sweep as one table, or the simulator as one page that opens anywhere.

    `qiantang export DIR --to FORM` is short for `qiantang export sweep DIR --to FORM`.
    """


@export.command()
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
@click.option("--summary", is_flag=True, help="A row a point and measure: quantiles and P.")
def sweep(folder: Path, form: str, out: Path | None, summary: bool) -> None:
    """Write the sweep in DIR as one table: a row a run, with scenario, axes and member."""
    from qiantang.faults import Fault, StudyError
    from qiantang.sweep.export import export as write
    from qiantang.sweep.reading import read_sweep

    read = read_sweep(folder)
    file = out or folder.resolve().parent / f"{folder.resolve().name}.{form}"
    if file.suffix != f".{form}":
        what = f"suffix {file.suffix or 'missing'}, expected .{form} as --to says"
        raise StudyError([Fault(file, None, "--out", what)])
    rows = write(read, file, summary=summary)
    click.echo(f"{file}: {rows:,} rows")


@export.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Page to write: .html")  # fmt: skip
@click.option("--scenario", default=None, metavar="SCENARIO",
              help="What the sliders start from.  [default: the study's base]")  # fmt: skip
@click.option("--members", default=MEMBERS, show_default=True, type=click.IntRange(min=1),
              help="Members that the page runs.")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "zh"]), default="zh", show_default=True,
              help="Language in which it opens; it has both.")  # fmt: skip
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), default=None,
              metavar="YYYY-MM-DD", help="Date that the page states.  [default: today]")  # fmt: skip
@click.option("--zip", "zipped", is_flag=True, help="Also write it as .zip, for mail.")
@options.seed_option
@options.study_option
def simulator(
    out: Path,
    scenario: str | None,
    members: int,
    lang: str,
    dated: datetime | None,
    zipped: bool,
    seed: int,
    folder: Path | None,
) -> None:
    """Write the simulator as one HTML file: sliders, odds and members, offline in any browser.

    With the same members and seed the page says the odds of `qiantang reach`.
    """
    from qiantang.outfile import check_outfile
    from qiantang.session import open_study
    from qiantang.travel.writing import put_page

    check_outfile(out, (".html",))
    study = open_study(folder)
    date = (dated or datetime.now(UTC)).date().isoformat()
    with options.progress_bar(1, "writing") as progress:
        page = study.page(
            scenario, members=members, seed=seed, language=lang, date=date, progress=progress
        )
    for file in put_page(page, out, zipped=zipped):
        click.echo(f"{file}: {file.stat().st_size:,} bytes, {members} members")
