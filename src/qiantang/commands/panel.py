"""`qiantang panel`: what the panel of peer cities teaches, made anew or shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qiantang.commands import options
from qiantang.wording.tabled import keeps_ids


@click.command()
@click.option("--show", is_flag=True, help="Print the saved estimates; no sampler is needed.")
@options.force_option
@options.seed_option
@options.fit_option
@options.study_option
@options.json_option
def panel(
    show: bool, force: bool, seed: int, fit: str | None, folder: Path | None, as_json: bool
) -> None:
    """Estimate anew what the panel of peer cities teaches, and print it beside the priors.

    Writes calibration/panel/estimates.yaml of the study; --force replaces one that is there. Takes
    a few minutes and needs the extra: pip install 'qiantang[panel]'. Figures later than the last
    full year before the plan are not used. Exits with 1 if the sampler misses its bars.
    """
    from qiantang.files.outfile import refuse_replacing
    from qiantang.panel import table
    from qiantang.panel.estimate import estimate_all, read_all
    from qiantang.panel.estimatefile import estimates_path, read_estimates, write_estimates
    from qiantang.session import open_study

    study = open_study(folder, fit=fit)
    if not show:
        refuse_replacing([("", estimates_path(study.folder))], force=force)
    register = read_all(study).register
    if show:
        found = read_estimates(study.folder)
    else:
        with options.progress_bar(len(register.quantities), "panel") as advance:
            found = estimate_all(study, seed, advance)
        click.echo(write_estimates(study.folder, found), err=True)
    rows = table.rows(study, register, found)
    if as_json:
        options.print_json(rows)
    else:
        _print(rows)
    missed = found.missed()
    if missed:
        names = options.sentence("and").join(missed)
        options.say("panel.missed", err=True, names=names)
        click.get_current_context().exit(1)


def _print(rows: list[dict[str, Any]]) -> None:
    keys = ("estimate", "unit", "panel", "new_city", "own_city", "prior", "posterior")
    heads = [options.sentence(f"panel.{key}") for key in keys]
    screen = options.plain_table(*heads, right=heads[2:], title=options.sentence("panel.title"))
    for row in rows:
        own = _three(row["own"])
        estimate = _named(row["estimate"], row["member"])
        screen.add_row(estimate, row["unit"], _three(row["panel"]),
                       _three(row["new_city"]), own,
                       _three(row["prior"]), _three(row["posterior"]))  # fmt: skip
    options.console(wide=True).print(screen)


def _named(estimate: str, city: str) -> str:
    """Return what an estimate is called: in Chinese its quantity and statistic in words."""
    if not keeps_ids(options.language()):
        quantity, _, statistic = estimate.partition(".")
        estimate = _word(f"panel.of.{quantity}", quantity) + "·" + _word(f"panel.of.{statistic}",
                                                                          statistic)  # fmt: skip
    return estimate + (options.sentence("panel.city", city=city) if city else "")


def _word(key: str, text: str) -> str:
    from qiantang.wording.language import phrases

    return options.sentence(key) if key in phrases() else text


def _three(values: list[float] | None) -> str:
    if values is None:
        return ""
    return "  ".join(f"{value:.3g}" for value in values)
