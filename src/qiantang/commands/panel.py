"""`qiantang panel`: what the panel of peer cities teaches, made anew or shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qiantang.commands import options


@click.command()
@click.option("--show", is_flag=True, help="Print the saved estimates; no sampler is needed.")
@options.seed_option
@options.fit_option
@options.study_option
@options.json_option
def panel(show: bool, seed: int, fit: str | None, folder: Path | None, as_json: bool) -> None:
    """Estimate anew what the panel of peer cities teaches, and print it beside the priors.

    Writes calibration/panel/estimates.yaml of the study. Takes a few minutes and needs the extra:
    pip install 'qiantang[panel]'. Figures later than the last full year before the plan are not
    used. Exits with 1 if the sampler misses its bars.
    """
    from qiantang.panel import table
    from qiantang.panel.estimate import estimate_all, read_all
    from qiantang.panel.estimatefile import read_estimates, write_estimates
    from qiantang.session import open_study

    study = open_study(folder, fit=fit)
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
        click.echo("bars NOT met: " + ", ".join(missed), err=True)
        click.get_current_context().exit(1)


def _print(rows: list[dict[str, Any]]) -> None:
    heads = ("estimate", "unit", "panel", "new city", "own city", "prior", "posterior")
    screen = options.plain_table(*heads, right=heads[2:], title="p05  p50  p95")
    for row in rows:
        own = _three(row["own"])
        estimate = row["estimate"] + (f" ({row['member']})" if row["member"] else "")
        screen.add_row(estimate, row["unit"], _three(row["panel"]),
                       _three(row["new_city"]), own,
                       _three(row["prior"]), _three(row["posterior"]))  # fmt: skip
    options.console(wide=True).print(screen)


def _three(values: list[float] | None) -> str:
    if values is None:
        return ""
    return "  ".join(f"{value:.3g}" for value in values)
