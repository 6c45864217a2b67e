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
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Result file; its suffix says the format: .nc .parquet .csv .xlsx",
)
@click.option("--variable", "variables", multiple=True, help="Variable to save; may be repeated.")
@options.force_option
@options.members_option
@options.seed_option
@options.vintage_option
@options.engine_option
@options.fit_option
@options.study_option
def run(
    scenarios: tuple[str, ...],
    out: Path,
    variables: tuple[str, ...],
    force: bool,
    members: int,
    seed: int,
    vintage: str | None,
    engine: str,
    fit: str | None,
    folder: Path | None,
) -> None:
    """Run scenarios over members and write the yearly figures to a file.

    A SCENARIO is a name of the study or the path of a scenario file.
    """
    from qiantang.files.outfile import refuse_replacing
    from qiantang.results import check_out, write_results
    from qiantang.session import open_study

    study = open_study(folder, fit=fit)
    check_out(out, len(scenarios), members)
    refuse_replacing([("--out", out)], force=force)
    with options.progress_bar(len(scenarios), options.sentence("reach.running")) as progress:
        runs = study.run(
            scenarios, members=members, seed=seed, vintage=vintage, engine=engine,
            variables=variables or None, progress=progress,
        )  # fmt: skip
    write_results(runs.dataset, out)
    sizes = runs.dataset.sizes
    options.say("run.done", out=out, scenarios=sizes["scenario"], members=sizes["member"],
                years=sizes["time"], variables=len(runs.dataset.data_vars) - 1)  # fmt: skip
    lost = int(runs.dataset["diverged"].sum())
    if lost:
        why = options.divergence(runs.dataset)
        options.say("run.diverged", err=True, lost=lost, why=why)
