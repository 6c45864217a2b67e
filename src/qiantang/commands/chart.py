"""`qiantang chart`: draw a chart from a fresh run."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.argument("kind", type=click.Choice(["fan"]))
@click.argument("variable")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Picture file: .svg .png .pdf",
)
@options.members_option
@options.seed_option
@options.vintage_option
@options.study_option
def chart(
    kind: str,
    variable: str,
    scenarios: tuple[str, ...],
    out: Path,
    members: int,
    seed: int,
    vintage: str | None,
    folder: Path | None,
) -> None:
    """Draw a fan chart of a VARIABLE: history, bands, target.

    Without a scenario: current policy and the plan in full.
    """
    from qiantang.commands.reach import DEFAULT
    from qiantang.faults import Fault, StudyError
    from qiantang.study import open_study

    if out.suffix not in (".svg", ".png", ".pdf"):
        what = f"suffix {out.suffix or 'missing'}, expected .svg, .png or .pdf"
        raise StudyError([Fault(out, None, "--out", what)])
    study = open_study(folder)
    wanted = [*dict.fromkeys([*study.headlines, variable])]
    runs = study.run(
        scenarios or DEFAULT, members=members, seed=seed, vintage=vintage, variables=wanted
    )
    from qiantang.charts import fan

    metadata = {"Date": None} if out.suffix == ".svg" else None
    fan(runs, variable).savefig(out, dpi=300, metadata=metadata)
    click.echo(f"{out}: {kind} of {variable}")
