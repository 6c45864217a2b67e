"""`qiantang simulate`: run any model file on its own, once or over ranges of its constants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qiantang.commands import options

if TYPE_CHECKING:
    import xarray as xr

#: Suffixes of what is drawn, not written as a table.
PICTURES = (".png", ".svg", ".pdf")


@click.command()
@click.argument("model", type=click.Path(path_type=Path), metavar="MODEL")
@click.option("--out", "outs", type=click.Path(path_type=Path), required=True, multiple=True,
              metavar="FILE", help="Result file; its suffix says the format: .csv .tab .nc "
              ".parquet, of draws .xlsx as well, of --chart .png .svg .pdf; may be "
              "repeated.")  # fmt: skip
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE",
              help="A constant, or the time grid, in place of the file's; may be "
              "repeated.")  # fmt: skip
@click.option("--range", "ranges", multiple=True, metavar="NAME=LOW..HIGH",
              help="A constant drawn between two ends, or by a triangle, NAME=LOW..MODE..HIGH; "
              "may be repeated.")  # fmt: skip
@click.option("--draws", type=int, default=None, metavar="N",
              help="Runs with values drawn from the ranges.  [default: 1000]")  # fmt: skip
@click.option("--design", type=click.Choice(["latin_hypercube", "sobol", "random"]),
              default="latin_hypercube", show_default=True, help="How values are "
              "drawn.")  # fmt: skip
@options.seed_option
@click.option("--chart", metavar="VARIABLE", help="Draw a variable: median and bands of the "
              "draws.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Refuse values outside the limits that the model "
              "file states, in place of a warning.")  # fmt: skip
@click.option("--variable", "variables", multiple=True,
              help="Variable to save; may be repeated.")  # fmt: skip
@click.option("--data", "inputs", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
              help="Table, .tab or .csv, of data variables that name no file; may be "
              "repeated.")  # fmt: skip
@click.option("--engine", type=click.Choice(["auto", "scalar", "numpy", "kernel", "pysd"]),
              default="auto", show_default=True, help="By the work there is; plain floats; plain "
              "arrays; compiled; or PySD, which runs code made of the file.")  # fmt: skip
@click.option("--integrator", type=click.Choice(["euler", "rk4"]), default=None,
              help="In place of the method that the file asks for.")  # fmt: skip
@click.option("--allow-pysd", is_flag=True,
              help="Let a model that is not compiled go to PySD. For files that you "
              "trust.")  # fmt: skip
@options.force_option
@options.lang_option
def simulate(model: Path, outs: tuple[Path, ...], force: bool, lang: str, **asked: Any) -> None:
    """Run a Vensim or XMILE file and write all its variables over time.

    MODEL is a .mdl, .xmile or .stmx file. Columns are named as in the file, subscripts as
    name[a,b]; rows are the file's saving times. With --range it runs many times, constants drawn
    from ranges. A run that ceases to be finite is written as far as it went, says first where, and
    exits with 1.
    """
    from qiantang.files.outfile import refuse_replacing

    many = bool(asked["ranges"] or asked["draws"] is not None or asked["chart"])
    _check_outs(outs, asked["chart"], many=many)
    refuse_replacing([("--out", out) for out in outs], force=force)
    given = _settings(asked.pop("settings"), model, asked["inputs"])
    if many:
        _many(model, outs, given, lang, **asked)
    else:
        _once(model, outs, given, lang, **asked)


def _check_outs(outs: tuple[Path, ...], chart: str | None, *, many: bool) -> None:
    """Refuse files that could not be written, and a picture without its variable."""
    from qiantang.charts.suffixes import check_picture
    from qiantang.faults import Fault, StudyError
    from qiantang.files.tablefile import check_table_out
    from qiantang.spread.files import check_draws_out

    drawn = [out for out in outs if out.suffix.lower() in PICTURES]
    for out in outs:
        if out in drawn:
            check_picture(out)
        elif many:
            check_draws_out(out)
        else:
            check_table_out(out)
    if drawn and chart is None:
        what = "a picture shows one variable, name it with --chart"
        raise StudyError([Fault(drawn[0], None, "--chart", what)])
    if chart is not None and not drawn:
        what = "no picture to draw, expected --out with .png, .svg or .pdf"
        raise StudyError([Fault(outs[0], None, "--chart", what)])


def _once(
    model: Path, outs: tuple[Path, ...], given: dict[str, float], lang: str, **asked: Any
) -> None:
    from qiantang.divergence import first_not_finite
    from qiantang.faults import FAILED
    from qiantang.files.tablefile import write_table
    from qiantang.simulate import simulate_model

    with _elsewhere(model, allowed=asked["allow_pysd"]):
        frame = simulate_model(
            model, given, engine=asked["engine"], integrator=asked["integrator"],
            outputs=asked["variables"] or None, data_files=asked["inputs"],
            allow_pysd=asked["allow_pysd"], strict=asked["strict"],
        )  # fmt: skip
    notes = frame.attrs["notes"]
    broken = [note for note in notes if " not finite" in note] or [first_not_finite(frame)]
    _tell(model, [*filter(None, broken), *(note for note in notes if note not in broken)])
    for out in outs:
        write_table(frame, out)
        options.say("simulate.done", out=out, times=len(frame), variables=len(frame.columns))
    if any(broken):
        click.get_current_context().exit(FAILED)


def _many(
    model: Path, outs: tuple[Path, ...], given: dict[str, float], lang: str, **asked: Any
) -> None:
    from qiantang.faults import FAILED, Fault, StudyError
    from qiantang.spread.draws import simulate_draws
    from qiantang.spread.ranges import read_ranges

    if asked["engine"] == "pysd":
        what = "PySD runs one draw at a time, expected auto, scalar, numpy or kernel"
        raise StudyError([Fault(model, None, "--engine", what)])
    spans = read_ranges(asked["ranges"], model)
    draws = asked["draws"] if asked["draws"] is not None else 1000 if spans else 1
    wanted = asked["variables"] or None
    if asked["chart"] and (wanted or all(out.suffix.lower() in PICTURES for out in outs)):
        wanted = (*(wanted or ()), asked["chart"])
    with _elsewhere(model, allowed=True):
        result = simulate_draws(
            model, spans, draws=draws, design=asked["design"], seed=asked["seed"],
            set_values=given, outputs=wanted, engine=asked["engine"],
            integrator=asked["integrator"], data_files=asked["inputs"], strict=asked["strict"],
        )  # fmt: skip
    _tell(model, result.attrs["notes"])
    for out in outs:
        _write(result, out, asked["chart"], lang)
    if bool(result["diverged"].all()):
        click.get_current_context().exit(FAILED)


def _write(result: xr.Dataset, out: Path, variable: str, lang: str) -> None:
    if out.suffix.lower() in PICTURES:
        from qiantang.charts.spread import spread

        chart = spread(result, variable, lang=lang)
        chart.save(out)
        options.say("simulate.picture", out=out, finding=chart.finding)
        return
    from qiantang.spread.files import write_draws

    write_draws(result, out)
    sizes = result.sizes
    options.say("simulate.draws", out=out, draws=options.count(sizes["draw"]), times=sizes["Time"],
                variables=len(result.data_vars))  # fmt: skip


def _tell(model: Path, notes: list[str]) -> None:
    from qiantang.faults import printable
    from qiantang.wording.refusals import in_language

    for note in notes:
        said = in_language(note, options.language())
        click.echo(printable(f"{model.name}: {said}"), err=True)


@contextmanager
def _elsewhere(model: Path, *, allowed: bool) -> Iterator[None]:
    """Say of a model that is not compiled whether PySD could run it."""
    from qiantang.engine.ir import Unsupported
    from qiantang.faults import Fault, StudyError

    try:
        yield
    except Unsupported as refusal:
        what = refusal.faults[0].what
        if refusal.elsewhere and not allowed:
            what += "; --allow-pysd runs the file with PySD, if you trust it"
        raise StudyError([Fault(model, refusal.line, "", what)]) from None


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
