"""`qiantang run`: run scenarios and write the results."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.argument(
    "scenarios",
    nargs=-1,
    required=True,
    metavar="SCENARIO...",
    shell_complete=options.complete_scenarios,
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Result file; its suffix says the format: .nc .parquet .csv .xlsx",
)
@click.option("--variable", "variables", multiple=True, help="Variable to save; may be repeated.")
@options.members_option
@options.seed_option
@options.vintage_option
@options.engine_option
@options.study_option
def run(
    scenarios: tuple[str, ...],
    out: Path,
    variables: tuple[str, ...],
    members: int,
    seed: int,
    vintage: str | None,
    engine: str,
    folder: Path | None,
) -> None:
    """Run scenarios over members and write the yearly figures to a file.

    A SCENARIO is a name of the study or the path of a scenario file.
    """
    from qiantang.results import check_out, write_results
    from qiantang.session import open_study

    study = open_study(folder)
    check_out(out, len(scenarios), members)
    with options.progress_bar(len(scenarios), "running") as progress:
        runs = study.run(
            scenarios, members=members, seed=seed, vintage=vintage, engine=engine,
            variables=variables or None, progress=progress,
        )  # fmt: skip
    write_results(runs.dataset, out)
    sizes = runs.dataset.sizes
    click.echo(
        f"{out}: {sizes['scenario']} scenarios, {sizes['member']} members, {sizes['time']} years, "
        f"{len(runs.dataset.data_vars) - 1} variables"
    )
    lost = int(runs.dataset["diverged"].sum())
    if lost:
        click.echo(f"{lost} members diverged: {runs.dataset.attrs['divergence']}", err=True)
