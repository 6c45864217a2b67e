"""`qiantang export`: a sweep as one table for other programs, a simulator as one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from qiantang.commands import options
from qiantang.travel import MEMBERS


def _past_language(args: Sequence[str]) -> int:
    """Return how many words at the beginning of a command line name its language."""
    place = 0
    while place < len(args) and args[place].partition("=")[0] == "--lang":
        place += 1 if "=" in args[place] else 2
    return place


class Exports(click.Group):
    """The group of what is exported; a folder alone is that of a sweep."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take whatever names no kind for the words of a sweep."""
        first = _past_language(args)
        if args[first:] and args[first] not in (*self.commands, *ctx.help_option_names):
            args = [*args[:first], "sweep", *args[first:]]
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
@options.force_option
@click.option("--summary", is_flag=True, help="A row a point and measure: quantiles and P.")
def sweep(folder: Path, form: str, out: Path | None, force: bool, summary: bool) -> None:
    """Write the sweep in DIR as one table: a row a run, with scenario, axes and member."""
    from qiantang.faults import Fault, StudyError
    from qiantang.files.outfile import refuse_replacing
    from qiantang.sweep.export import export as write
    from qiantang.sweep.reading import read_sweep

    read = read_sweep(folder)
    file = out or folder.resolve().parent / f"{folder.resolve().name}.{form}"
    if file.suffix != f".{form}":
        what = f"suffix {file.suffix or 'missing'}, expected .{form} as --to says"
        raise StudyError([Fault(file, None, "--out", what)])
    refuse_replacing([("--out", file)], force=force)
    rows = write(read, file, summary=summary)
    options.say("rows.written", out=file, rows=options.count(rows))


@export.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Page to write: .html")  # fmt: skip
@click.option("--scenario", default=None, metavar="SCENARIO",
              help="What the sliders start from.  [default: the study's base]")  # fmt: skip
@click.option("--model", "file", type=click.Path(path_type=Path), default=None, metavar="FILE",
              help="A model file of its own in place of a study.")  # fmt: skip
@click.option("--inputs", "inputs", multiple=True, metavar="NAME[=LOW:HIGH]",
              help="With --model: a constant with a slider; may be repeated.")  # fmt: skip
@click.option("--outputs", "outputs", multiple=True, metavar="NAME",
              help="With --model: a variable to chart; may be repeated.")  # fmt: skip
@click.option("--uncertain", "uncertain", multiple=True, metavar="NAME[=LOW:HIGH]",
              help="With --model: a constant drawn from a range; may be repeated.")  # fmt: skip
@click.option("--members", default=MEMBERS, show_default=True, type=click.IntRange(min=1),
              help="Members that the page runs.")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "zh"]), default="zh", show_default=True,
              help="Language in which it opens; it has both.")  # fmt: skip
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), default=None,
              metavar="YYYY-MM-DD", help="Date that it states.  [default: today]")  # fmt: skip
@options.force_option
@click.option("--zip", "zipped", is_flag=True, help="Also write it as .zip, for mail.")
@options.seed_option
@options.fit_option
@options.study_option
def simulator(
    out: Path,
    scenario: str | None,
    file: Path | None,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    uncertain: tuple[str, ...],
    members: int,
    lang: str,
    dated: datetime | None,
    force: bool,
    zipped: bool,
    seed: int,
    fit: str | None,
    folder: Path | None,
) -> None:
    """Write the simulator as one HTML file: sliders, odds and members, offline in any browser.

    With the same members and seed the page says the odds of `qiantang reach`. With --model the page
    runs that file: sliders for --inputs, charts of --outputs, a range left out reaching from half
    to one and a half of the file's value.
    """
    from qiantang.files.outfile import check_outfile, refuse_replacing
    from qiantang.session import open_study
    from qiantang.travel import model_page
    from qiantang.travel.writing import put_page

    check_outfile(out, (".html",))
    beside = out.with_suffix(".zip") if zipped else None
    refuse_replacing([("--out", out), ("--zip", beside)], force=force)
    _refuse_mixed(file, scenario or fit, folder, inputs, outputs, uncertain)
    common: dict[str, Any] = {
        "members": members, "seed": seed, "language": lang,
        "date": (dated or datetime.now(UTC)).date().isoformat(),
    }  # fmt: skip
    with options.progress_bar(1, "writing") as progress:
        common["progress"] = progress
        if file is None:
            page = open_study(folder, fit=fit).page(scenario, **common)
        else:
            sliders, drawn = _ranges(inputs, "--inputs"), _ranges(uncertain, "--uncertain")
            page = model_page(file, sliders, outputs, uncertain=drawn, **common)
    for written in put_page(page, out, zipped=zipped):
        click.echo(f"{written}: {written.stat().st_size:,} bytes, {page.members} members")


def _refuse_mixed(
    file: Path | None, asked: str | None, folder: Path | None, *of_model: tuple[str, ...]
) -> None:
    """Refuse options of a study beside a model file, and those of a model file without one."""
    what = ""
    if file is None and any(of_model):
        what = "--inputs, --outputs and --uncertain go with --model"
    elif file is not None and (asked or folder):
        what = "--model takes no --scenario, --fit or --study"
    elif file is not None and not (of_model[0] and of_model[1]):
        what = "--model needs --inputs and --outputs, one of each at least"
    if what:
        raise click.UsageError(what)


def _ranges(given: tuple[str, ...], option: str) -> dict[str, tuple[float, float] | None]:
    """Return ranges by name, None where none is given."""
    from qiantang.faults import Fault, StudyError

    found: dict[str, tuple[float, float] | None] = {}
    for one in given:
        name, sign, ends = one.partition("=")
        low, _, high = ends.partition(":")
        try:
            found[name.strip()] = (float(low), float(high)) if sign else None
        except ValueError:
            what = f"{one!r} is no range, expected NAME or NAME=LOW:HIGH"
            raise StudyError([Fault(option, None, "", what)]) from None
    return found
