"""`qiantang reach`: each target of the plan, by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options
from qiantang.wording.names import ASSUMED, odds_word

if TYPE_CHECKING:
    from qiantang.ensemble.outcomes import OutcomeRow
    from qiantang.ensemble.reach import Reach, Row
    from qiantang.files.papertables import PaperTable
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.wording import Wording

#: Heads of the columns of numbers.
NUMBERS = ("threshold", "median", "interval", "P", "alone", "happened")
#: Marks of what a figure is held against.
SIGNS = {"above": "> ", "at_least": ">= ", "rises": "> ", "rises_each_year": "> "}


@click.command()
@click.argument(
    "scenarios", nargs=-1, metavar="[SCENARIO]...", shell_complete=options.complete_scenarios
)
@click.option(
    "--all", "everything", is_flag=True,
    help="Also what the plan moves that has no figure of its own.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the table in place of printing it: .xlsx .docx .csv",
)
@options.force_option
@options.members_option
@options.seed_option
@options.vintage_option
@options.engine_option
@options.fit_option
@options.lang_option
@options.study_option
@options.json_option
def reach(
    scenarios: tuple[str, ...],
    everything: bool,
    out: Path | None,
    force: bool,
    members: int,
    seed: int,
    vintage: str | None,
    engine: str,
    fit: str | None,
    lang: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Tell for each target of the plan whether it is reached, and how surely.

    Without a scenario: the base and the full plan of the study, as known when it was made.
    """
    from qiantang.session import open_study
    from qiantang.wording import Wording

    if out is not None:
        options.check_paper_out(out, force=force)
    study = open_study(folder, fit=fit)
    names = scenarios or study.about.scenarios.main
    given = {"members": members, "seed": seed, "vintage": vintage, "engine": engine}
    with options.progress_bar(len(names), options.sentence("reach.running")) as progress:
        found = study.reach(names, progress=progress, **given)
    rows = _outcomes(study, names, given) if everything else ()
    words = Wording(study, lang)
    if as_json:
        targets = found.records()
        more = [row.record() for row in rows]
        options.print_json({"targets": targets, "outcomes": more} if everything else targets)
    elif out is not None:
        from qiantang.files.papertables import write_paper

        write_paper(_papers(found, words), out, words.number)
        options.say("reach.written", out=out)
    else:
        _print_tables(found, words)
        if everything:
            _print_outcomes(found, words, rows)


def _outcomes(
    study: Study, names: Sequence[str], given: Mapping[str, Any]
) -> tuple[OutcomeRow, ...]:
    from qiantang.ensemble.outcomes import outcome_rows

    return outcome_rows(study, [study.scenario(name) for name in names], **given)


def _heads() -> list[str]:
    keys = ("target", "article.short", "unit", *NUMBERS, "grounds")
    return [options.sentence(f"head.{key}") for key in keys]


def _title(found: Reach, words: Wording, row: Row) -> str:
    from qiantang.charts.provenance import world_words

    title = words.choose(*found.titles[row.scenario])
    return options.sentence("reach.title", title=title, world=world_words(row.world, words))


def _print_tables(found: Reach, words: Wording) -> None:
    from qiantang.charts.provenance import rule_sentences
    from qiantang.wording.diverged import divergence_said

    screen = options.console()
    rows = found.rows
    targets = {target.id: target for target in words.study.plan.targets.targets}
    heads = _heads()
    for name in dict.fromkeys(row.scenario for row in rows):
        mine = [row for row in rows if row.scenario == name]
        table = options.plain_table(*heads, title=_title(found, words, mine[0]), right=heads[3:9])
        for row in mine:
            target = targets[row.target]
            unit, factor = _unit(row, target, words)
            cells = _cells(row, target.sense, words, factor)
            table.add_row(words.target(target), str(row.article), unit, *cells)
        screen.print(table)
        if mine[0].diverged:
            why = divergence_said({name: found.lost[name]}, options.language())
            screen.print(options.sentence("reach.diverged", lost=mine[0].diverged,
                                          members=mine[0].members,
                                          why=why))  # fmt: skip
    titles = {row.scenario: words.choose(*found.titles[row.scenario]) for row in rows}
    for sentence in rule_sentences(found.rules, titles, words):
        screen.print(sentence, soft_wrap=True)
    screen.print(_footer(found))


def _unit(row: Row, target: Target, words: Wording) -> tuple[str, float]:
    """Return the unit shown and what a figure is multiplied by: English keeps the model's."""
    unit = words.target_unit(target)
    return (unit.label or row.unit, unit.factor) if words.lang == "zh" else (row.unit, 1.0)


def _footer(found: Reach) -> str:
    attrs = found.source
    return options.sentence(
        "reach.footer", members=found.rows[0].members, seed=attrs["seed"], fit=attrs["fit"],
        model=attrs["model_sha256"][:12],
    )  # fmt: skip


def _papers(found: Reach, words: Wording) -> list[PaperTable]:
    """Return a table a scenario, its numbers as numbers in the unit shown."""
    from qiantang.files.papertables import PaperTable
    from qiantang.wording.figures import CHANCE_FORMAT

    rows = found.rows
    targets = {target.id: target for target in words.study.plan.targets.targets}
    keys = ("target", "article.short", "unit", "threshold", "median", "p05", "p95", "P", "alone",
            "happened", "grounds")  # fmt: skip
    heads = [options.sentence(f"head.{key}") for key in keys]
    share = CHANCE_FORMAT[words.lang]
    tables = []
    for name in dict.fromkeys(row.scenario for row in rows):
        mine = [row for row in rows if row.scenario == name]
        lines = []
        for row in mine:
            target = targets[row.target]
            unit, factor = _unit(row, target, words)
            figures = [None if value is None else float(value * factor)
                       for value in (row.threshold, row.median, row.p05, row.p95)]  # fmt: skip
            told = row.grade != "assumed" and row.probability == row.probability
            chances = [row.probability, row.structure] if told else [None, None]
            happened = None if row.actual is None else row.actual * factor
            lines.append([words.target(target), row.article, unit, *figures,
                          *chances, happened, _grade(row)])  # fmt: skip
        notes = [_footer(found)]
        title = _title(found, words, mine[0])
        tables.append(PaperTable(title, heads, lines, {7: share, 8: share}, notes))
    return tables


def _print_outcomes(reached: Reach, words: Wording, rows: Sequence[OutcomeRow]) -> None:
    """Print the second table: each outcome at each year, scenarios side by side."""
    outcomes = words.study.outcomes
    assert outcomes is not None
    screen = options.console()
    scenarios = list(dict.fromkeys(row.scenario for row in rows))
    titles = [words.choose(*reached.titles[name]) for name in scenarios]
    heads = [options.sentence(f"head.{key}") for key in ("moved", "article.short", "unit", "year")]
    last = options.sentence("head.before")
    table = options.plain_table(*heads, *titles, last, right=(heads[3], *titles),
                                title=options.sentence("reach.unpromised"))  # fmt: skip
    found = {(row.of, row.year, row.scenario): row for row in rows}
    for item in outcomes.outcomes:
        for year in outcomes.years:
            cells = [found[item.of, year, name] for name in scenarios]
            first = year == outcomes.years[0]
            own = words.lang == "zh" and item.of in words.study.dictionary
            unit = words.unit(item.of) if own else None
            spans = (_spread(c.median, c.p05, c.p95, words, unit.factor if unit else 1.0)
                     for c in cells)  # fmt: skip
            table.add_row(
                words.choose(item.title, item.title_zh) if first else "",
                str(item.article) if first else "",
                ((unit.label if unit else "") or cells[0].unit) if first else "", str(year),
                *spans, options.sentence(f"observed.{item.observed}") if first else "",
            )  # fmt: skip
    screen.print(table)
    screen.print(options.sentence("reach.medians"))


def _spread(median: float, low: float, high: float, words: Wording, factor: float) -> str:
    middle, least, most = (figure(value * factor, words.lang) for value in (median, low, high))
    return options.sentence("reach.spread", middle=middle, low=least, high=most)


def _cells(row: Row, sense: str, words: Wording, factor: float) -> tuple[str, ...]:
    def said(value: float) -> str:
        return figure(value * factor, words.lang)

    return (
        SIGNS[sense] + said(row.threshold),
        said(row.median),
        options.sentence("reach.interval", low=said(row.p05), high=said(row.p95)),
        chance(row),
        "" if row.grade == ASSUMED else probability(row.structure),
        "" if row.actual is None else said(row.actual),
        _grade(row),
    )


def _grade(row: Row) -> str:
    return options.sentence(f"grounds.{row.grade}") if row.grade else ""


def chance(row: Row) -> str:
    """Format a row's probability: in a word where its level is assumed."""
    if row.grade != ASSUMED:
        return probability(row.probability)
    return options.sentence(f"odds.{odds_word(row.probability)}")


def figure(value: float, lang: str = "en") -> str:
    """Format a figure with three significant digits, whole numbers above a hundred."""
    from qiantang.wording.units import number

    return number(value, lang).replace("−", "-")  # type: ignore[arg-type]


def probability(value: float) -> str:
    """Format a probability in the language of the command line."""
    from qiantang.wording import figures

    return figures.chance(value, options.language())
