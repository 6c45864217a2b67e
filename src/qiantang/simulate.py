"""Any model file on its own: all its variables over time, at the file's own saving times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.divergence import first_not_finite
from qiantang.engine.circles import told
from qiantang.engine.ir import Engine, Integrator, Program, Unsupported
from qiantang.engine.plan import CircleError
from qiantang.engine.program import LoadedProgram
from qiantang.engine.savetimes import save_times
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.limits import warned
from qiantang.modelfile.names import spelled
from qiantang.settings import applied, roles_of, spellings, stem

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.engine.run import RunResult

TRUST = "PySD runs Python code that it makes from the model file; this is for files that you trust"
RUNGE_KUTTA = "integrated by Runge-Kutta of the fourth order, as the file asks"


def simulate_model(
    path: str | Path,
    set_values: Mapping[str, float] | None = None,
    *,
    engine: Engine = "auto",
    integrator: Integrator | None = None,
    outputs: Sequence[str] | None = None,
    data_files: Iterable[str | Path] = (),
    allow_pysd: bool = False,
    strict: bool = False,
) -> pd.DataFrame:
    """Run a model file once.

    Parameters
    ----------
    path : str or Path
        A Vensim ``.mdl`` file, or XMILE.
    set_values : mapping of str to float, optional
        Values in place of the file's, by name as in the file or in lower case with underscores.
        ``name[a,b]`` sets one element, ``name`` all of them. The time grid can be set as well.
    engine : {"auto", "scalar", "numpy", "kernel", "pysd"}
        ``auto`` takes plain floats, ``scalar``, which need no compilation, or the kernel where a
        run is so long that its compilation pays. ``numpy`` is plain arrays; ``pysd`` runs code
        made from the file.
    integrator : {"euler", "rk4"}, optional
        In place of what the file asks for: Euler, or fourth-order Runge-Kutta.
    outputs : sequence of str, optional
        Variables wanted; all of them if left out.
    data_files : iterable of str or Path
        Tables, .tab or .csv, of data variables that name no file themselves.
    allow_pysd : bool
        Whether a model that is not compiled may go to PySD.
    strict : bool
        Whether a value outside the limits of the model file is refused, not only noted.

    Returns
    -------
    pandas.DataFrame
        One row a saving time, index ``Time``; one column a scalar, named as in the file. ``attrs``
        says which engine ran and, under ``notes``, what a reader must know.

    Raises
    ------
    StudyError
        If the file cannot be read or parsed, a name is unknown, or a value does not fit.
    Unsupported
        If the model is not compiled, and PySD is not allowed.
    """
    file = Path(path)
    given = dict(set_values or {})
    if engine == "pysd":
        settings = (given, integrator or "euler", outputs, data_files)
        return _by_pysd(file, *settings, [TRUST], strict=strict)
    try:
        program = load(file, data_files)
    except Unsupported as refusal:
        if not (allow_pysd and refusal.elsewhere):
            raise
        notes = [f"{refusal}; the run goes to PySD. {TRUST}"]
        settings = (given, integrator or "euler", outputs, data_files)
        return _by_pysd(file, *settings, notes, strict=strict)
    program, saveper, parameters = applied(program, given, file)
    outside = warned(file, {name: (value,) for name, value in given.items()}, strict=strict)
    wanted = wanted_of(program, outputs, file)
    titles = dict(zip(program.names, program.titles, strict=True))
    with refusing(file, program):
        times, saving_note = save_times(program, saveper, parameters)
        result = program.run(
            wanted, times, parameters=dict(parameters), engine=engine,
            integrator=integrator or program.integrator,
        )  # fmt: skip
    frame = _frame(result, [titles[name] for name in wanted])
    asked = [RUNGE_KUTTA] if integrator is None and program.integrator == "rk4" else []
    notes = [*outside, *program.notes, *asked, *saving_note, *_broken(result, titles, frame)]
    frame.attrs.update(_attrs(file, result.engine, integrator or program.integrator, notes))
    return frame


@contextmanager
def refusing(file: Path, program: Program) -> Iterator[None]:
    """Turn what the engine says of a run that cannot be made into faults of its model file.

    Raises
    ------
    StudyError
    """
    try:
        yield
    except CircleError as circle:
        raise StudyError([told(file, program, circle.names)]) from None
    except ValueError as error:
        raise StudyError([Fault(file, None, "", str(error))]) from None


def _frame(result: RunResult, titles: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    index = pd.Index(result.times, name="Time")
    return pd.DataFrame(result.values[:, :, 0].T, index=index, columns=list(titles))


def load(file: Path, data_files: Iterable[str | Path] = ()) -> LoadedProgram:
    """Read a model file; every fault is one sentence.

    Raises
    ------
    StudyError
        If the file cannot be read, is refused, or cannot be parsed.
    Unsupported
        If the model is not compiled.
    """
    from qiantang.engine.load import load_model

    try:
        return load_model(file, data_files=data_files)
    except FileNotFoundError as error:
        raise StudyError([Fault(error.filename or file, None, "", "file not found")]) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise StudyError([Fault(error.filename or file, None, "", what)]) from None


def refuse_settings(
    file: Path, given: Mapping[str, float], data_files: Iterable[str | Path] = ()
) -> dict[str, float]:
    """Refuse values that a model cannot be run with, and time grids, before anything is run.

    Where the model is not compiled, its time grid alone is looked at.

    Returns
    -------
    dict of str to float
        The values, those of the time grid by their usual names.

    Raises
    ------
    StudyError
        With all faults at once.
    """
    from qiantang.engine.gridpart import grid_program

    program: Program | None
    values = given
    try:
        program = load(file, data_files)
    except StudyError:
        program = grid_program(file)
        known = {} if program is None else roles_of(program, file) | spellings(program)
        values = {name: value for name, value in given.items() if spelled(name) in known}
    if program is None:
        return dict(given)
    roles = roles_of(program, file)
    program, saveper, parameters = applied(program, values, file)
    try:
        save_times(program, saveper, parameters)
    except ValueError as error:
        raise StudyError([Fault(file, None, "", str(error))]) from None
    return {roles.get(spelled(name), name): value for name, value in given.items()}


def _attrs(
    file: Path, engine: str, integrator: str, notes: Sequence[str]
) -> dict[str, str | list[str]]:
    return {
        "model": file.name,
        "model_sha256": door.digest(file),
        "engine": engine,
        "integrator": integrator,
        "notes": list(notes),
    }


def _broken(result: RunResult, titles: Mapping[str, str], frame: pd.DataFrame) -> list[str]:
    """Say where a run ceased to be numbers."""
    if not result.diverged.any():
        return []
    name, time = result.first_fault[0] if result.first_fault else ("", float("nan"))
    if not name:
        return [first_not_finite(frame) or "some values are not finite"]
    return [f"{titles.get(name, name)} is not finite from time {time:g} on"]


def wanted_of(program: LoadedProgram, outputs: Sequence[str] | None, file: Path) -> list[str]:
    """Return the variables asked for, whole arrays by their name; all where none is.

    Raises
    ------
    StudyError
        With every name that the model does not have.
    """
    known = [
        name
        for name, slot in zip(program.names, program.slots, strict=True)
        if slot > 0 or name != "time"
        if slot >= 0
    ]
    if outputs is None:
        return known
    names = spellings(program)
    close = [*names, *dict.fromkeys(stem(k) for k in names)]
    faults = [
        Fault(file, None, "outputs", f"the model has no variable {o}{nearest(spelled(o), close)}")
        for o in outputs
        if not names.get(spelled(o)) and not any(stem(k) == spelled(o) for k in names)
    ]
    if faults:
        raise StudyError(faults)
    keys = {spelled(o) for o in outputs}
    wanted = {n for k, ns in names.items() if k in keys or stem(k) in keys for n in ns}
    return [name for name in known if name in wanted]


def _by_pysd(
    file: Path,
    given: Mapping[str, float],
    integrator: str,
    outputs: Sequence[str] | None,
    data_files: Iterable[str | Path],
    notes: Sequence[str],
    *,
    strict: bool,
) -> pd.DataFrame:
    """Run a file with PySD, which executes what it makes of it."""
    from qiantang.engine.pysd_oracle import run_alone

    if integrator != "euler":
        what = "PySD integrates by Euler only, expected integrator euler"
        raise StudyError([Fault(file, None, "--integrator", what)])
    given = refuse_settings(file, given, data_files)
    outside = warned(file, {name: (value,) for name, value in given.items()}, strict=strict)
    try:
        frame = run_alone(file, given, [Path(item) for item in data_files])
    except FileNotFoundError as error:
        raise StudyError([Fault(error.filename or file, None, "", "file not found")]) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise StudyError([Fault(error.filename or file, None, "", what)]) from None
    except ValueError as error:
        what = str(error).removeprefix(str(file)).strip()
        raise StudyError([Fault(file, None, "", what)]) from None
    if outputs is not None:
        keys = {spelled(o) for o in outputs}
        kept = [c for c in frame.columns if {spelled(c), stem(spelled(c))} & keys]
        frame = frame[kept]
    frame.attrs.clear()
    frame.attrs.update(_attrs(file, "pysd", integrator, [*outside, *notes]))
    return frame
