"""`qiantang evidence`: the observed figures behind the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options
from qiantang.wording.tabled import keeps_ids

if TYPE_CHECKING:
    from qiantang.wording import Wording

#: Columns that a terminal has no room for.
_LONG = ("reference", "note")


@click.command()
@click.argument("asked", nargs=-1, metavar="[SERIES | add FILE]")
@click.option(
    "--write-drivers",
    is_flag=True,
    help="Write the drivers' central paths as known at the plan into the model file, and stop.",
)
@click.option(
    "--seal",
    is_flag=True,
    help="Write digests of the evidence as it stands into its .meta.yaml files, and stop.",
)
@options.force_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def evidence(
    asked: tuple[str, ...],
    write_drivers: bool,
    seal: bool,
    force: bool,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Print observed figures: value, source, grade, and what the fit makes of them.

    Without a SERIES: a line for each series. With add: a bureau's own table of figures, .csv or
    .xlsx, goes into the releases.
    """
    from qiantang.session import open_study
    from qiantang.wording import Wording

    series, table = _series_or_table(asked)
    study = open_study(folder, fit=fit)
    if write_drivers:
        from qiantang.evidence.lookups import write_driver_lookups

        changed = write_driver_lookups(study.model_file, study.drivers, force=force)
        options.say("evidence.drivers", out=study.model_file, changed=changed)
        return
    if seal:
        _seal(study.folder / "calibration" / "evidence", force=force)
        return
    if table is not None:
        from qiantang.evidence.bureau import take_in
        from qiantang.evidence.releases import releases_path

        count = take_in(study, table)
        options.say("evidence.taken", out=releases_path(study.folder), count=count)
        return
    from qiantang.evidence.witness import series_rows, summary_rows

    rows = series_rows(study, series, model=True) if series else summary_rows(study)
    if as_json:
        options.print_json(rows)
        return
    words = Wording(study, lang)
    hidden = _LONG if keeps_ids(words.lang) else (*_LONG, "variable")
    options.print_rows([_told(row, words) for row in rows], leave_out=hidden)
    if series:
        options.say("evidence.more")


def _series_or_table(asked: tuple[str, ...]) -> tuple[str | None, Path | None]:
    """Return the series that is asked for, or the table that is added."""
    if asked[:1] == ("add",):
        if len(asked) != 2:
            raise click.UsageError(f"add takes one file, got {len(asked) - 1}")
        return None, Path(asked[1])
    if len(asked) > 1:
        raise click.UsageError(f"evidence takes one series, got {len(asked)}")
    return (asked[0] if asked else None), None


def _seal(place: Path, *, force: bool) -> None:
    """Write the digests of the evidence and say where."""
    from qiantang.evidence.seal import seal as write

    written = write(place, force=force)
    for path in written:
        options.say("evidence.sealed", out=path)
    if not written:
        options.say("new.same", out=place.as_posix())


def _told(row: dict[str, Any], words: Wording) -> dict[str, Any]:
    """Return a row as it is read in a language."""
    from qiantang.wording.language import phrases
    from qiantang.wording.told import said

    known = phrases()
    return {
        key: words.phrase(f"cell.{value}") if f"cell.{value}" in known else said(value, words.lang)
        for key, value in row.items()
    }
