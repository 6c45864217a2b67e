"""`qiantang bench`: measure the kernel against every other engine at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.study import Study

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


@click.command()
@click.option(
    "--model",
    "models",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Model file in place of the study's; may be repeated.",
)
@click.option("--output", "outputs", multiple=True, help="Variable to save; may be repeated.")
@click.option(
    "--members", default=4096, show_default=True, type=click.IntRange(min=1),
    help="Members of a round.",
)  # fmt: skip
@click.option(
    "--peers",
    default="numpy,c,pysd,pysd-interp,simlin,sdeverywhere",
    show_default=True,
    help="Engines to measure against, separated by commas.",
)
@click.option(
    "--sdeverywhere",
    "libraries",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Shared library of SDEverywhere's C for the first model; again for the second.",
)
@click.option(
    "--sizes", default="", metavar="N,N,...", help="Numbers of members whose cost to measure."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--write",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Put the tables into this file, between its marks.",
)
def bench(
    models: tuple[Path, ...],
    outputs: tuple[str, ...],
    members: int,
    peers: str,
    libraries: tuple[Path, ...],
    sizes: str,
    as_json: bool,
    file: Path | None,
) -> None:
    """Run the same members through the kernel and its peers, and print rates and ratios.

    Without a model it is the study's, with the variables of its headlines. A peer that is not
    installed is left out and named.
    """
    import json

    from qiantang.benchmark import measure
    from qiantang.benchmark import report as page
    from qiantang.benchmark.study import starts, waits
    from qiantang.session import open_study

    chosen, counts = _peers(peers), _counts(sizes)
    reports = []
    study = open_study()
    bundled = _of_study(study, outputs)
    for number, model in enumerate(models or (bundled[0],)):
        own = model.resolve() == bundled[0].resolve()
        place, wanted, times = bundled if own else (model, outputs, ())
        reports.append(
            measure.bench(
                place, wanted, times, members=members, peers=chosen,
                library=libraries[number] if number < len(libraries) else None, sizes=counts,
                progress=options.tell,
            )
        )  # fmt: skip
        if own and study.has_fit():
            options.say("bench.of_fit", err=True)
            reports[-1].seconds |= waits(study) | starts(study)
    if file is not None:
        page.write(reports, file, BEGIN, END)
    if as_json:
        click.echo(json.dumps([page.as_dict(report) for report in reports], indent=1))
    else:
        click.echo("\n".join(page.table(report, options.language()) for report in reports))


def _peers(given: str) -> tuple[str, ...]:
    from qiantang.benchmark import measure

    chosen = tuple(name for name in given.split(",") if name)
    unknown = [name for name in chosen if name not in measure.PEERS]
    if unknown:
        raise click.UsageError(f"no peer {unknown[0]}, expected {', '.join(measure.PEERS)}")
    return chosen


def _counts(given: str) -> list[int]:
    try:
        return [int(size) for size in given.split(",") if size]
    except ValueError:
        what = f"sizes is {given}, expected numbers separated by commas"
        raise click.UsageError(what) from None


def _of_study(
    study: Study, outputs: tuple[str, ...]
) -> tuple[Path, tuple[str, ...], tuple[float, ...]]:
    """Return the bundled study's model, and what a run of it saves."""
    from qiantang.benchmark.study import headline_readout

    readout = headline_readout(study)
    return study.model_file, outputs or readout.outputs, tuple(map(float, readout.times))
