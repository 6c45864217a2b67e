"""Options that several verbs share, and how they print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.files.tables import PlainTable

#: Width of tables with a column for each target, where the output is no terminal.
_WIDE = 190

study_option = click.option(
    "--study",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="Study folder.  [default: the bundled one]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
seed_option = click.option("--seed", default=1, show_default=True, help="Same seed, same members.")
members_option = click.option(
    "--members", default=1000, show_default=True, type=click.IntRange(min=1), help="Members to run."
)
vintage_option = click.option(
    "--vintage",
    default=None,
    metavar="VINTAGE",
    help="Drivers as known when the plan was made, or as it happened, by the study's name for it.  "
    "[default: as each scenario says]",
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["kernel", "numpy", "pysd"]),
    default="kernel",
    show_default=True,
    help="Compiled, plain arrays, or PySD (slow, the oracle).",
)


def console(*, wide: bool = False) -> Console:
    """Return the console for tables, of fixed width where the output is no terminal."""
    from rich.console import Console

    from qiantang.files.tables import WIDTH

    width = None if sys.stdout.isatty() else _WIDE if wide else WIDTH
    return Console(width=width, highlight=False)


def plain_table(*heads: str, title: str | None = None, right: Collection[str] = ()) -> PlainTable:
    """Return an empty table; parameters as of `qiantang.files.tables.PlainTable`."""
    from qiantang.files.tables import PlainTable

    return PlainTable(*heads, title=title, right=right)


def print_json(rows: Any) -> None:
    """Print rows as JSON, Chinese left readable."""
    click.echo(json.dumps(rows, ensure_ascii=False, indent=2, allow_nan=False))


@contextmanager
def progress_bar(total: int, task: str) -> Iterator[Callable[[str], None]]:
    """Show a bar on standard error; the function given moves it on, naming what comes."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        line = bar.add_task(task, total=total)
        begun = 0

        def advance(name: str) -> None:
            nonlocal begun
            if " " in name:  # a sentence tells of the run under way, a name begins the next
                bar.update(line, description=name)
                return
            bar.update(line, description=f"{task}: {name}", completed=begun)
            begun += 1

        yield advance


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done; nothing where that is no terminal."""
    from rich.console import Console

    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status("starting") as line:
        yield line.update
