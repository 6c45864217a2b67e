"""`qiantang new`: a new scenario file, or the schemas for editors anew."""

from __future__ import annotations

from pathlib import Path

import click

from qiantang.commands import options


@click.group()
def new() -> None:
    """Write a scenario or a study to start from, or the JSON Schemas for editors anew."""


@new.command()
@click.argument("name")
@click.option("--base", default=None, help="Scenario to start from.  [default: the study's base]")
@click.option(
    "--lever", "levers", multiple=True, metavar="LEVER",
    help="Lever to pull, in English or Chinese; may be repeated.",
)  # fmt: skip
@options.force_option
@options.study_option
def scenario(
    name: str, base: str | None, levers: tuple[str, ...], force: bool, folder: Path | None
) -> None:
    """Write a scenario file NAME.yaml that checks clean.

    It stands in the working folder, or with --study in the scenarios of that study. NAME may be a
    path that ends in .yaml.
    """
    from qiantang.session import open_study
    from qiantang.template import new_scenario

    opened = open_study(folder)
    path = Path(name)
    if path.suffix != ".yaml":
        path = (Path() if folder is None else folder / "scenarios") / f"{name}.yaml"
    new_scenario(opened, path, base=base, levers=levers, force=force)
    options.say("new.scenario", out=path.as_posix())


@new.command()
@click.argument("name", type=click.Path(path_type=Path))
@options.study_option
def study(name: Path, folder: Path | None) -> None:
    """Write a folder NAME with the files of a study, to be made another's; never over one.

    What was computed from them is left out: fits and scoreboards.
    """
    from qiantang.newstudy import new_study
    from qiantang.session import open_study

    files = new_study(open_study(folder).folder, name)
    options.say("new.study", out=name.as_posix(), files=files)


@new.command()
@options.force_option
@options.study_option
def schemas(force: bool, folder: Path | None) -> None:
    """Write the JSON Schemas of a study's YAML files into scenarios/schemas."""
    from qiantang.schemas import write_schemas
    from qiantang.session import open_study

    opened = open_study(folder)
    place = opened.folder / "scenarios" / "schemas"
    written = write_schemas(opened, place, force=force)
    for path in written:
        click.echo(path.as_posix())
    if not written:
        options.say("new.same", out=place.as_posix())
