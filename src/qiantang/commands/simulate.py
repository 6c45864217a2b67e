"""`qiantang simulate`: run any model file on its own."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("model", type=click.Path(path_type=Path), metavar="MODEL")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Result file; its suffix says the format: .csv .tab .nc .parquet",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A constant, or the time grid, in place of the file's; may be repeated.",
)
@click.option("--variable", "variables", multiple=True, help="Variable to save; may be repeated.")
@click.option(
    "--data",
    "data_files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Table, .tab or .csv, of data variables that name no file; may be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "scalar", "numpy", "kernel", "pysd"]),
    default="auto",
    show_default=True,
    help="By the work there is; plain floats; plain arrays; compiled; or PySD, which runs code "
    "made of the file.",
)
@click.option(
    "--integrator",
    type=click.Choice(["euler", "rk4"]),
    default=None,
    help="In place of the method that the file asks for.",
)
@click.option(
    "--allow-pysd",
    is_flag=True,
    help="Let a model that is not compiled go to PySD. For files that you trust.",
)
def simulate(
    model: Path,
    out: Path,
    settings: tuple[str, ...],
    variables: tuple[str, ...],
    data_files: tuple[Path, ...],
    engine: str,
    integrator: str | None,
    allow_pysd: bool,
) -> None:
    """Run a Vensim or XMILE file once and write all its variables over time.

    MODEL is a .mdl, .xmile or .stmx file. Columns are named as in the file, subscripts as
    name[a,b]; rows are the file's saving times. A run that ceases to be finite is written as far
    as it went, says first where, and exits with 1.
    """
    from qiantang.divergence import first_not_finite
    from qiantang.engine.ir import Unsupported
    from qiantang.faults import FAILED, Fault, StudyError, printable
    from qiantang.simulate import simulate_model
    from qiantang.tablefile import check_table_out, write_table

    check_table_out(out)
    given = _settings(settings, model, data_files)
    try:
        frame = simulate_model(
            model,
            given,
            engine=engine,  # type: ignore[arg-type]
            integrator=integrator,  # type: ignore[arg-type]
            outputs=variables or None,
            data_files=data_files,
            allow_pysd=allow_pysd,
        )
    except Unsupported as refusal:
        what = refusal.faults[0].what
        if refusal.elsewhere and not allow_pysd:
            what += "; --allow-pysd runs the file with PySD, if you trust it"
        raise StudyError([Fault(model, refusal.line, "", what)]) from None
    notes = frame.attrs["notes"]
    broken = [note for note in notes if " not finite" in note] or [first_not_finite(frame)]
    for note in [*filter(None, broken), *(note for note in notes if note not in broken)]:
        click.echo(printable(f"{model.name}: {note}"), err=True)
    write_table(frame, out)
    click.echo(printable(f"{out}: {len(frame)} times, {len(frame.columns)} variables"))
    if any(broken):
        click.get_current_context().exit(FAILED)


def _settings(
    settings: tuple[str, ...], model: Path, data_files: tuple[Path, ...]
) -> dict[str, float]:
    """Return the values to set, by name.

    Raises
    ------
    StudyError
        If a setting is no NAME=VALUE, or the same name is set twice; with what is wrong about the
        others too.
    """
    from qiantang.engine.translation.external.cells import number
    from qiantang.faults import Fault, StudyError
    from qiantang.simulate import refuse_settings

    found: dict[str, float] = {}
    faults = []
    for setting in settings:
        name, sign, text = (part.strip() for part in setting.rpartition("="))
        what = ""
        value = number(text)
        if value is None:
            value, what = 0.0, f"the value of {name} is {text!r}, expected a number"
        if not sign or not name:
            what = f"{setting!r} is no setting, expected NAME=VALUE"
        elif name in found:
            what = f"{name} is set twice"
        if what:
            faults.append(Fault(model, None, "--set", what))
        else:
            found[name] = value
    if not faults:
        return found
    try:
        refuse_settings(model, found, data_files)
    except StudyError as error:
        faults += error.faults
    raise StudyError(faults)
