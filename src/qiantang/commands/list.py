"""`qiantang list`: what a study holds, and how commands and files call it."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options

#: What can be listed; `qiantang.listing` has a function for each.
KINDS = ("scenarios", "levers", "variables", "targets", "sectors", "drivers", "fits")


@click.command()
@click.argument("what", type=click.Choice(KINDS))
@options.lang_option
@options.study_option
@options.json_option
def list(what: str, lang: str, folder: Path | None, as_json: bool) -> None:
    """List what a study holds: the name for files and commands, then what it is called.

    Names of either column are understood wherever a command asks for one.
    """
    from qiantang.listing import listed
    from qiantang.session import open_study

    rows = listed(open_study(folder), what, lang)
    if as_json:
        options.print_json(rows)
    else:
        options.print_rows(rows)
