"""`qiantang skill`: the model's hindcasts held against naive forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options
from qiantang.wording.language import phrase

if TYPE_CHECKING:
    from qiantang.skill.settings import SeriesRecord
    from qiantang.study import Study
    from qiantang.wording import Language

#: Columns of the table, in order.
_HEADS = ("series", "ahead", "n", "crps", "best_crps", "ratio", "mape", "best_mape", "in_50",
          "in_80", "in_90", "best")  # fmt: skip


@click.command()
@click.option("--rerun", is_flag=True, help="Forecast and score anew; takes minutes.")
@click.option(
    "--name", default=None, help="Name of the new scoreboard.  [default: date and -skill]"
)
@click.option(
    "--select-until",
    type=int,
    default=None,
    metavar="YEAR",
    help="Score origins up to this year only, to decide on structure; saves nothing.",
)
@click.option("--baselines", "baselines_only", is_flag=True,
              help="Score the baselines alone; saves nothing.")  # fmt: skip
@click.option(
    "--complete",
    "completing",
    is_flag=True,
    help="Score the naive methods that the newest scoreboard lacks beside its forecasts.",
)
@click.option("--horizons", is_flag=True, help="Show each horizon, not only all together.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True,
              help="Language of titles.")  # fmt: skip
@options.members_option
@options.seed_option
@options.study_option
@options.json_option
def skill(
    rerun: bool,
    name: str | None,
    select_until: int | None,
    baselines_only: bool,
    completing: bool,
    horizons: bool,
    lang: Language,
    members: int,
    seed: int,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show how well forecasts from earlier years would have done, beside naive ones.

    Prints the saved scoreboard. With --rerun every forecast is made again from what was known at
    its origin, and the result is saved under calibration/skill; none is ever overwritten. With
    --complete a new one keeps the forecasts of the newest and adds naive methods that it lacks.
    """
    from qiantang.session import open_study
    from qiantang.skill import saved
    from qiantang.skill.settings import read_series

    study = open_study(folder)
    place = saved.skill_folder(study)
    series = read_series(place / "series.yaml", study.evidence, study.drivers)
    if completing:
        rows, footer = _completed(study, series, name)
    elif rerun or select_until is not None or baselines_only:
        rows, footer = _made(study, series, name, members, seed, select_until, baselines_only)
    else:
        board = saved.newest(study)
        changed = saved.changed_inputs(study, board.record)
        if changed:
            options.say("skill.stale", err=True, name=board.record.version,
                        files=options.sentence("and").join(changed))  # fmt: skip
        rows, footer = board.rows, _source(board)
    if as_json:
        options.print_json(rows)
        return
    _print(study, series, rows, horizons=horizons, lang=lang)
    click.echo(footer)


def _made(
    study: Study,
    series: dict[str, SeriesRecord],
    name: str | None,
    members: int,
    seed: int,
    select_until: int | None,
    baselines_only: bool,
) -> tuple[list[dict[str, Any]], str]:
    """Score anew; save the whole scoreboard, not a part of it."""
    from datetime import date

    from qiantang.faults import Fault, StudyError
    from qiantang.skill import saved
    from qiantang.skill.make import make, selected_origins
    from qiantang.skill.model_forecast import model_forecaster
    from qiantang.skill.scoreboard import score

    forecaster = None if baselines_only else model_forecaster(study, members, seed)
    if select_until is None and not baselines_only:
        version = name or f"{date.today().isoformat()}-skill"
        command = f"qiantang skill --rerun --name {version} --members {members} --seed {seed}"
        board = make(study, series, forecaster, version, command, members=members, seed=seed,
                     progress=options.tell)  # fmt: skip
        return board.rows, _source(board)
    origins = selected_origins(study, select_until)
    if not origins:
        what = f"no origin up to {select_until}, the first is {study.about.hindcasts.first}"
        raise StudyError([Fault(study.folder, None, "--select-until", what)])
    part = score(study, series, forecaster, origins=origins, members=members, seed=seed,
                 progress=options.tell)  # fmt: skip
    rows = [saved.rounded(row) for row in part.rows]
    first, last = (f"{origins[place]:g}" for place in (0, -1))
    return rows, options.sentence("skill.part", first=first, last=last)


def _completed(
    study: Study, series: dict[str, SeriesRecord], name: str | None
) -> tuple[list[dict[str, Any]], str]:
    """Add the methods that the newest scoreboard lacks, with its members and its seed."""
    from datetime import date

    from qiantang.skill.complete import complete

    version = name or f"{date.today().isoformat()}-skill"
    command = f"qiantang skill --complete --name {version}"
    board = complete(study, series, version, command,
                     progress=options.tell)  # fmt: skip
    return board.rows, _source(board)


def _source(board: Any) -> str:
    record = board.record
    kept = record.completes and options.sentence("skill.kept", name=record.completes)
    first, last = (f"{record.origins[place]:g}" for place in (0, -1))
    return options.sentence(
        "skill.source", name=record.version, first=first, last=last, members=record.members,
        seed=record.seed, kept=kept or "", folder=board.folder,
    )  # fmt: skip


def _print(
    study: Study, series: dict[str, SeriesRecord], rows: Sequence[dict[str, Any]],
    *, horizons: bool, lang: Language,
) -> None:  # fmt: skip
    from qiantang.skill import verdict
    from qiantang.skill.settings import setting_words, titles_of

    screen = options.console(wide=True)
    titles = titles_of(study, series, lang)
    for setting, words in setting_words(study.about, lang).items():
        shown = [row for row in rows if row["setting"] == setting
                 and (horizons or row["horizon"] == "all")]  # fmt: skip
        if not shown:
            continue
        heads = [phrase(f"skill.head.{key}", lang) for key in _HEADS]
        table = options.plain_table(*heads, title=words, right=heads[1:-1])
        for row in shown:
            table.add_row(titles[row["series"]], *_cells(row, lang))
        screen.print(table)
    if any(row["crps_model"] is not None for row in rows):
        for name in series:
            for setting in ("conditional", "ex_ante"):
                found = verdict.whole(rows, setting).get(name)
                click.echo(verdict.verdict_line(titles[name], found, setting, lang))
        for bar in verdict.bars(rows, series, lang, titles):
            met = options.sentence("skill.met" if bar.passed else "skill.missed")
            parts = (met, bar.statement, bar.detail)
            click.echo(options.sentence("colon").join(parts))
    click.echo(options.sentence("skill.foot"))


def _ahead(horizon: int | str, lang: Language) -> str:
    return phrase("skill.all", lang) if horizon == "all" else str(horizon)


def _cells(row: dict[str, Any], lang: Language) -> tuple[str, ...]:
    from qiantang.skill import verdict

    model = row["crps_model"]
    return (
        _ahead(row["horizon"], lang),
        str(row["n"]),
        "" if model is None else f"{model:.3f}",
        f"{row['crps_best_baseline']:.3f}",
        "" if model is None else f"{row['ratio']:.2f}",
        "" if model is None else f"{100 * row['mape_model']:.1f}",
        f"{100 * row['mape_best_baseline']:.1f}",
        *(
            "" if model is None else f"{100 * row[f'coverage{level}']:.0f}"
            for level in (50, 80, 90)
        ),
        verdict.baseline_name(row["best_baseline"], lang),
    )
