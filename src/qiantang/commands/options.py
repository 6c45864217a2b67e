"""Options that several verbs share, and how they print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console

    from qiantang.charts import Chart
    from qiantang.files.tables import PlainTable
    from qiantang.plan.targets import Target
    from qiantang.scenario import Scenario
    from qiantang.wording import Language, Wording

#: Where the language asked for is kept while a verb runs.
LANGUAGE = "qiantang.language"
#: Where one is kept that was given before the verb, which then takes it.
GIVEN = "qiantang.given"

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
base_option = click.option(
    "--base",
    default=None,
    metavar="SCENARIO",
    help="Scenario that the levers start from; it gives the world.  [default: as the study says]",
)
force_option = click.option("--force", is_flag=True, help="Replace files that are there.")
_LANG: dict[str, Any] = {
    "type": click.Choice(["en", "zh"]), "default": "en", "show_default": True,
    "help": "Language of what is printed, drawn and refused.",
}  # fmt: skip
lang_option = click.option("--lang", **_LANG)
#: What the command line gives to a verb that takes no language itself: its refusals have one.
LANGUAGE_OPTION = click.Option(["--lang"], expose_value=False, **_LANG)


def _keep(ctx: click.Context, option: click.Parameter, value: str) -> None:
    """Keep a language for the verb."""
    if ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE:
        ctx.meta[GIVEN] = value


group_lang_option = click.option("--lang", expose_value=False, callback=_keep, **_LANG)
fit_option = click.option(
    "--fit", default=None, metavar="NAME", help="Fit to use; qiantang list fits.  [default: newest]"
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["kernel", "numpy", "pysd"]),
    default="kernel",
    show_default=True,
    help="Compiled, plain arrays, or PySD (slow, the oracle).",
)


def complete_scenarios(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Return the scenarios of the bundled study that begin so, for the shell."""
    from qiantang.study import Study, bundled_folder

    return [name for name in Study(bundled_folder()).scenario_names() if name.startswith(begun)]


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Any:
    """Take each AXIS=VALUE apart."""
    if wrong := [text for text in given if "=" not in text]:
        raise click.BadParameter(f"{wrong[0]!r}, expected AXIS=VALUE")
    return tuple(tuple(text.split("=", 1)) for text in given)


where_option = click.option(
    "--where",
    multiple=True,
    metavar="AXIS=VALUE",
    callback=_pairs,
    help="Where a scenario is the folder of a sweep: its points of that value; may be repeated.",
)


def check_paper_out(out: Path, *, force: bool) -> None:
    """Refuse a table's file that could not be written, or is there, before anything is run."""
    from qiantang.files.outfile import refuse_replacing
    from qiantang.files.papertables import check_paper

    check_paper(out)
    refuse_replacing([("--out", out)], force=force)


def picture_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a verb that draws what it found."""
    path = click.Path(path_type=Path)
    command = force_option(command)
    numbers = "Write the numbers behind the picture: .csv .xlsx"
    command = click.option("--numbers", type=path, metavar="FILE", help=numbers)(command)
    picture = "Draw it: .svg .png .pdf"
    return click.option("--out", type=path, metavar="FILE", help=picture)(command)


def check_pictures(*named: tuple[str, Path | None], force: bool, numbers: Any = None) -> None:
    """Refuse files, each behind its option, that could not be written or are there already."""
    from qiantang.charts.suffixes import check_picture
    from qiantang.files.outfile import refuse_replacing

    for option, out in named:
        if out is not None:
            check_picture(out, option)
    if numbers is not None:
        from qiantang.charts.tables import check_data

        check_data(numbers)
    refuse_replacing([*named, ("--numbers", numbers)], force=force)


def save_picture(made: Chart, out: Path | None, numbers: Path | None) -> None:
    """Write a picture, the numbers behind it, or both, and say so on standard error."""
    if out is not None:
        made.save(out)
        say("simulate.picture", err=True, out=out, finding=made.finding)
    if numbers is not None:
        made.save_data(numbers)
        say("rows.written", err=True, out=numbers, rows=len(made.data))


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done; nothing where that is no terminal."""
    from rich.console import Console

    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status(waiting("starting")) as line:
        yield lambda news: line.update(waiting(news))


def waiting(news: str) -> str:
    """Return what is under way in the language asked for."""
    from qiantang.wording.waited import waited

    return waited(news, language())


def tell(news: str) -> None:
    """Print on standard error what is under way."""
    click.echo(waiting(news), err=True)


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


def language() -> Language:
    """Return the language that the command line asks for."""
    context = click.get_current_context(silent=True)
    found: Language = "en" if context is None else context.find_root().meta.get(LANGUAGE, "en")
    return found


def sentence(key: str, **values: object) -> str:
    """Return a sentence of the command line in the language asked for."""
    from qiantang.faults import printable
    from qiantang.wording.language import phrase

    return printable(phrase(key, language(), **values))


def say(key: str, *, err: bool = False, **values: object) -> None:
    """Print a sentence of the command line in the language asked for."""
    click.echo(sentence(key, **values), err=err)


def divergence(dataset: xr.Dataset, scenario: str | None = None) -> str:
    """Say in which scenarios members diverged, or of one, and what was the first to go."""
    from qiantang.ensemble.provenance import losses_of
    from qiantang.wording.diverged import divergence_said

    losses = losses_of(dataset)
    chosen = losses if scenario is None else {scenario: losses[scenario]}
    return divergence_said(chosen, language())


def count(value: int) -> str:
    """Write a whole number in the language asked for."""
    from qiantang.wording.figures import whole

    return whole(value, language())


def print_rows(rows: Sequence[Mapping[str, Any]], leave_out: Collection[str] = ()) -> None:
    """Print rows as a table, headings in a language, figures to the right; nothing where empty."""
    from qiantang.wording.language import phrase, phrases

    if not rows:
        return
    keys = [key for key in rows[0] if key not in leave_out]
    known, lang = phrases(), language()
    heads = {key: phrase(f"head.{key}", lang) if f"head.{key}" in known else key for key in keys}
    right = [heads[key] for key in keys if all(isinstance(row[key], int | float) for row in rows)]
    table = plain_table(*heads.values(), right=right)
    for row in rows:
        table.add_row(*(_cell(row[key]) for key in keys))
    console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) >= 10_000 else f"{value:g}"
    return "" if value is None else str(value)


def print_json(rows: Any) -> None:
    """Print rows as JSON, Chinese left readable."""
    click.echo(json.dumps(rows, ensure_ascii=False, indent=2, allow_nan=False))


def print_world(screen: Console, base: Scenario, words: Wording) -> None:
    """Say whose world it is, where the scenario that all starts from changes it."""
    from qiantang.wording.changed import changes_said

    if base.changes:
        told = changes_said(base.changes, words)
        screen.print(f"{words.scenario(base)}: {told}.", soft_wrap=True)


def with_id(target: Target, words: Wording) -> str:
    """Return the title of a target; in English with the id that commands take."""
    from qiantang.wording.tabled import keeps_ids

    return (
        f"{words.target(target)} ({target.id})" if keeps_ids(words.lang) else words.target(target)
    )


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
                bar.update(line, description=waiting(name))
                return
            bar.update(line, description=f"{task}: {name}", completed=begun)
            begun += 1

        yield advance
