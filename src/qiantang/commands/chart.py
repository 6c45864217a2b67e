"""`qiantang chart`: draw a chart, and write the numbers behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.charts import Chart
    from qiantang.session import FinishedRuns, OpenStudy

#: What each kind draws: its first word, and whether scenarios follow.
KINDS = {
    "fan": ("VARIABLE", True),
    "compare": ("TARGET or VARIABLE", True),
    "board": ("", True),
    "tornado": ("TARGET", True),
    "levers": ("TARGET", False),
    "multiples": ("", True),
    "flow": ("SECTOR", False),
    "scoreboard": ("", False),
}


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("words", nargs=-1, metavar="[NAME] [SCENARIO]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Picture file: .svg .png .pdf",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="The numbers behind the chart: .csv (Excel reads it in Chinese too) .xlsx",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the chart and of its numbers' headings.",
)
@click.option(
    "--year", type=int, default=None, help="Year of compare.  [default: as the study says]"
)
@options.members_option
@options.seed_option
@options.vintage_option
@options.study_option
def chart(
    kind: str,
    words: tuple[str, ...],
    out: Path,
    data: Path | None,
    lang: str,
    year: int | None,
    members: int,
    seed: int,
    vintage: str | None,
    folder: Path | None,
) -> None:
    """Draw a chart whose title states the finding.

    \b
    fan VARIABLE [SCENARIO]...       history, 50 and 90 % bands, target
    compare NAME [SCENARIO]...       scenarios side by side: a target or a variable
    board [SCENARIO]...              every target in every scenario
    tornado TARGET [SCENARIO]        which uncertainties move a target
    levers TARGET                    what each lever does to a target, by article
    multiples [SCENARIO]...          headline variables as small multiples
    flow SECTOR                      stock-and-flow diagram of a part of the model
    scoreboard                       hindcasts against naive forecasts

    Without a scenario: the base and the full plan of the study.
    """  # noqa: D301 - the backslash is click's mark for lines to be left as they are
    from qiantang.charts.chart import check_picture
    from qiantang.charts.tables import check_data
    from qiantang.session import open_study

    name, scenarios = _split(kind, words)
    check_picture(out)
    if data is not None:
        check_data(data)
    study = open_study(folder)
    running = {"members": members, "seed": seed, "vintage": vintage}
    made = _draw(study, kind, name, scenarios, lang, year, running)
    made.save(out)
    click.echo(f"{out}: {made.finding}")
    if data is not None:
        made.save_data(data)
        click.echo(f"{data}: {len(made.data)} rows")


def _split(kind: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the name a kind asks for and the scenarios; refuse what is missing or too much."""
    asks, scenarios = KINDS[kind]
    if asks and not words:
        raise click.UsageError(f"{kind} needs a name: qiantang chart {kind} {asks}")
    name, rest = (words[0], words[1:]) if asks else ("", words)
    if rest and not scenarios:
        what = "one name" if asks else "no name"
        raise click.UsageError(f"{kind} takes {what}, {len(words)} given")
    return name, rest


def _draw(
    study: OpenStudy,
    kind: str,
    name: str,
    scenarios: tuple[str, ...],
    lang: str,
    year: int | None,
    running: dict[str, Any],
) -> Chart:
    from qiantang.charts.figures import check_target
    from qiantang.commands.reach import main_scenarios

    if kind == "flow":
        return study.chart.flow(name, lang=lang)
    if kind == "scoreboard":
        return study.chart.scoreboard(lang=lang)
    if kind in ("tornado", "levers"):
        check_target(study, name)
    if kind == "levers":
        return _levers(study, name, lang, running)
    extra = [name] if kind in ("fan", "compare") and not _is_target(study, kind, name) else []
    wanted = [*dict.fromkeys([*study.headlines, *extra])]
    main = main_scenarios(study)
    chosen = scenarios or (main[-1:] if kind == "tornado" else main)
    with options.progress_bar(len(chosen), "running") as progress:
        runs: FinishedRuns = study.run(chosen, variables=wanted, progress=progress, **running)
    if kind == "board":
        return runs.chart.board(lang=lang)
    if kind == "multiples":
        return runs.chart.multiples(lang=lang)
    if kind == "tornado":
        return runs.chart.tornado(name, lang=lang)
    if kind == "compare":
        return runs.chart.compare(name, year=year, lang=lang)
    return runs.chart.fan(name, lang=lang)


def _is_target(study: OpenStudy, kind: str, name: str) -> bool:
    return kind == "compare" and name in {target.id for target in study.plan.targets.targets}


def _levers(study: OpenStudy, target: str, lang: str, running: dict[str, Any]) -> Chart:
    """Run every lever alone and draw what it does."""
    from qiantang.levers import lever_table
    from qiantang.policy.packages import open_packages

    size = {"members": running["members"], "seed": running["seed"]}
    packages = open_packages(study, **size)
    with options.progress_bar(len(packages.levers), "running") as progress:
        table = lever_table(packages, progress=progress).of(target).to_pandas()
    source = size | {"fit": study.fit.record.version}
    return study.chart.levers(table, target, source=source, lang=lang)
