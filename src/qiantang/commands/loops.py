"""`qiantang loops`: which feedback loops drive a target, a variable, or a model file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.finite import FiniteRange
from qiantang.wording.language import Sentences

if TYPE_CHECKING:
    from qiantang.loops.report import LoopReport

#: Suffixes by which a model file is told from a target or a variable.
MODELS = (".mdl", ".xmile", ".stmx", ".itmx", ".xml")


@click.command()
@click.argument("of", required=False, metavar="[TARGET|VARIABLE|MODEL]")
@click.option("--scenario", default=None, help="Of the study.  [default: the plan in full]")
@click.option("--variable", default=None, help="Of a model file: only loops that drive it.")
@click.option(
    "--from",
    "first",
    type=FiniteRange(),
    default=None,
    metavar="TIME",
    help="First time.  [default: ten years before the end; of a model file, its first]",
)
@click.option(
    "--until", "last", type=FiniteRange(), default=None, metavar="TIME", help="Last time."
)
@click.option(
    "--top",
    default=12,
    show_default=True,
    type=click.IntRange(min=1),
    help="Loops shown of each cycle partition, besides those that have a name.",
)
@click.option(
    "--members", default=500, show_default=True, type=click.IntRange(min=1), help="Members to run."
)
@options.seed_option
@options.vintage_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Also write a row for each loop and time: .csv .tab .nc .parquet",
)
@options.force_option
@options.fit_option
@options.study_option
@options.json_option
def loops(
    of: str | None,
    scenario: str | None,
    variable: str | None,
    first: float | None,
    last: float | None,
    top: int,
    members: int,
    seed: int,
    vintage: str | None,
    out: Path | None,
    force: bool,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Score every feedback loop along the runs of all members: Loops that Matter.

    Tells for each loop its share of the feedback with a 90 % interval, how often it is the
    strongest, and when. Without an argument: the loops of the whole model of the study. MODEL is a
    .mdl, .xmile or .stmx file, which runs once.
    """
    from qiantang.files.outfile import refuse_replacing
    from qiantang.files.tablefile import check_table_out, write_table

    if out is not None:
        check_table_out(out)
        refuse_replacing([("--out", out)], force=force)
    between = {"first": first, "last": last, "top": top}
    with options.progress_bar(1, "loops") as progress:
        if of is not None and Path(of).suffix.lower() in MODELS:
            _refuse_of_study(scenario, vintage, fit, folder)
            report = _of_file(Path(of), variable, progress=progress, **between)
        else:
            from qiantang.session import open_study

            _refuse_variable(variable)
            report = open_study(folder, fit=fit).loops(
                of, scenario=scenario, members=members, seed=seed, vintage=vintage,
                progress=progress, **between,
            )  # fmt: skip
    if out is not None:
        write_table(report.to_pandas(), out)
    if as_json:
        options.print_json({"loops": report.records(), "notes": _noted(report)})
        return
    _show(report)


def _noted(report: LoopReport) -> list[str]:
    from qiantang.loops.showing import noted

    return noted(report, Sentences(options.language()))


def _of_file(model: Path, variable: str | None, **given: object) -> LoopReport:
    from qiantang.engine.ir import Unsupported
    from qiantang.faults import Fault, StudyError
    from qiantang.loops.ofmodel import loops_of_model

    try:
        return loops_of_model(model, variable, **given)  # type: ignore[arg-type]
    except Unsupported as refusal:
        raise StudyError([Fault(model, refusal.line, "", refusal.faults[0].what)]) from None


def _refuse_of_study(*asked: object) -> None:
    """Refuse options of a study beside a model file."""
    if any(asked):
        raise click.UsageError("a model file takes no --scenario, --vintage, --fit or --study")


def _refuse_variable(variable: str | None) -> None:
    """Refuse the option where the argument names the variable itself."""
    if variable is not None:
        raise click.UsageError("--variable belongs to a model file: qiantang loops MODEL")


def _show(report: LoopReport) -> None:
    from qiantang.faults import printable
    from qiantang.loops.showing import RIGHT, heads_of, notes_of, rows_of, title_of

    screen, words = options.console(), Sentences(options.language())
    heads = heads_of(words)
    right = [heads[place] for place in RIGHT]
    table = options.plain_table(*heads, title=title_of(report, words), right=right)
    for row in rows_of(report, words):
        table.add_row(*map(printable, row))
    screen.print(table)
    for note in notes_of(report, words):
        said = words.choose(f"{note[0].upper()}{note[1:]}", note)
        screen.print(printable(words.phrase("loops.sentence", note=said)))
