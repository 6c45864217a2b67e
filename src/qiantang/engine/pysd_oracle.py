"""One member at a time through PySD, the reference; always freshly loaded.

PySD executes the Python code that it generates from the model file, so this path is for files
one trusts. A value given to a PySD model stays for its next run; here each run starts anew.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.pysd_parser import parse, with_decimals
from qiantang.files import door, put
from qiantang.modelfile.names import plain, spelled

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.engine.ir import Program
    from qiantang.engine.request import Request

Floats = npt.NDArray[np.float64]
GRID = ("initial_time", "final_time", "time_step", "saveper")


def simulate_request(request: Request, out: Floats) -> npt.NDArray[np.bool_]:
    """Run each member of a request; see :func:`simulate_one`."""
    program = request.program
    if request.integrator != "euler":
        raise ValueError("PySD integrates by Euler only, expected integrator euler")
    source = Path(program.source)
    if door.digest(source) != program.source_sha256:
        raise ValueError(f"{source} has changed since it was read: load it again to run it on PySD")
    watched = read_by_delays(program)
    every = _added_up(program.initial_time, request.time_step, int(request.saved.max()))
    title = dict(zip(program.names, program.titles, strict=True))
    with put.scratch() as folder:
        translated = translated_model(source, folder)
        for member in range(request.members):
            given: dict[str, Any] = {}
            for name, value in request.parameters.items():
                given[title[name]] = float(value if value.ndim == 0 else value[member])
            for name, (times, values) in request.paths.items():
                row = values if values.ndim == 1 else values[member]
                given[title[name]] = (times, row)
            out[:, :, member] = simulate_one(
                translated,
                [title[name] for name in request.outputs],
                every[request.saved],
                given,
                time_step=request.time_step,
                final_time=program.final_time,
                watched=watched,
                every=every if watched else None,
            )
    return np.asarray(~np.isfinite(out).all(axis=(0, 1)), dtype=np.bool_)


def translated_model(source: Path, folder: Path, *, decimals: bool = False) -> Path:
    """Let PySD write its Python for a model into a folder, nothing beside the original.

    Parameters
    ----------
    source : Path
        The model file; files it refers to are read from beside it.
    folder : Path
        Where the Python goes.
    decimals : bool
        Whether to write whole numbers as floats; PySD keeps the states of smooths that begin at a
        whole number as whole numbers.

    Returns
    -------
    Path
        The file to load. Loading it runs what PySD made of the model.

    Raises
    ------
    ValueError
        If the file is refused or cannot be parsed, see
        :func:`qiantang.engine.pysd_parser.parse`.
    """
    from pysd.builders.python.python_model_builder import ModelBuilder

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = parse(source)
        if decimals:
            for section in model.sections:
                for component in (c for e in section.elements for c in e.components):
                    component.ast = with_decimals(component.ast)
        builder = ModelBuilder(model)
        for section in builder.sections:
            section.path = folder / f"m_{section.path.name}"
        main = Path(builder.build_model())
    for section in builder.sections:
        text = door.text(section.path)
        # Macros stand beside the main file, data beside the model.
        text = re.sub(r"Macro\(\s*_root\.", "Macro(Path(__file__).parent.", text)
        text = text.replace(
            "_root = Path(__file__).parent", f"_root = Path({str(source.parent.resolve())!r})", 1
        )
        put.text(section.path, text)
    return main


def read_by_delays(program: Program) -> tuple[str, ...]:
    """Return the variables that PySD must be asked for where a model has a DELAY FIXED.

    PySD evaluates a variable that is not asked for only when something reads it; the input of a
    DELAY FIXED is then read between two steps, when some stocks have moved and others have not.
    """
    kinds = zip(program.titles, program.kinds, strict=True)
    return tuple(n for n, kind in kinds if kind == "auxiliary") if program.delays else ()


def _added_up(start: float, dt: float, steps: int) -> Floats:
    """Return the times of the steps as PySD finds them, one by one."""
    return np.add.accumulate(np.concatenate([[start], np.full(steps, dt)]))


def simulate_one(
    translated: Path,
    outputs: Sequence[str],
    times: Floats,
    given: Mapping[str, float | tuple[Floats, Floats]],
    *,
    time_step: float | None = None,
    final_time: float | None = None,
    watched: Sequence[str] = (),
    every: Floats | None = None,
) -> Floats:
    """Run one member in a model loaded for it alone.

    Parameters
    ----------
    translated : Path
        The Python file PySD made.
    outputs : sequence of str
        Titles; an array's element as ``name[a,b]``.
    times : array of shape (time,)
        Times wanted, on the grid.
    given : mapping of str to float or (times, values)
        Values in place of the file's; floats only, as PySD takes an integer for an integer stock.
    time_step, final_time : float, optional
        In place of the file's.
    watched : sequence of str
        Further variables that PySD is to evaluate at every step, see :func:`read_by_delays`.
    every : array, optional
        All times of the grid: PySD evaluates what is asked for at the times asked for alone.

    Returns
    -------
    array of shape (output, time)
        NaN from the first time at which PySD stopped with an arithmetic error.
    """
    import pandas as pd
    import pysd

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = pysd.load(str(translated))
        known = {plain(str(name)): str(name) for name in model.namespace}

        def title(name: str) -> str:
            return known.get(plain(name.partition("[")[0]), name)

        params = {
            title(name): value if isinstance(value, float) else pd.Series(value[1], index=value[0])
            for name, value in given.items()
        }
        asked, also = ([title(name) for name in names] for names in (outputs, watched))
        try:
            frame = model.run(
                params=params,
                return_columns=list(dict.fromkeys([*asked, *also])),
                return_timestamps=sorted(set((times if every is None else every).tolist())),
                time_step=time_step,
                final_time=final_time,
                flatten_output=True,
            )
        except (ZeroDivisionError, OverflowError, TypeError, FloatingPointError):
            return np.full((len(outputs), len(times)), np.nan)
    found = {spelled(str(column)): column for column in frame.columns}
    columns = [found[spelled(name)] for name in outputs]
    index = np.asarray(frame.index, dtype=np.float64)
    rows = [int(np.argmin(np.abs(index - time))) for time in times]
    return np.array([frame[column].to_numpy(dtype=np.float64)[rows] for column in columns])


def run_alone(
    source: Path,
    given: Mapping[str, float],
    data_files: Sequence[Path] = (),
    *,
    decimals: bool = False,
) -> pd.DataFrame:
    """Run a model file once with PySD alone, at the file's saving times.

    Parameters
    ----------
    source : Path
        The model file. PySD executes what it makes of it.
    given : mapping of str to float
        Values in place of the file's, by name as in the file or as PySD forms it.
    data_files : sequence of Path
        Tables of data variables that name no file themselves.
    decimals : bool
        See :func:`translated_model`.

    Returns
    -------
    pandas.DataFrame
        Index ``Time``, columns named as in the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is refused or cannot be parsed, PySD cannot run it, or a name is unknown.
    """
    import pysd

    door.check(source, door.TEXT_LIMIT)
    for item in data_files:
        door.check(item, door.DATA_LIMIT)
    with put.scratch() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            translated = translated_model(source, folder, decimals=decimals)
            files = [str(file) for file in data_files]
            model = pysd.load(str(translated), data_files=files or None)
        except ValueError:
            raise
        except Exception as error:  # PySD raises errors of many kinds
            raise ValueError(f"{source} cannot be loaded by PySD: {_sentence(error)}") from error
        try:
            with np.errstate(all="ignore"):
                frame = model.run(**_arguments(given), flatten_output=True)
        except Exception as error:  # PySD raises errors of many kinds
            raise ValueError(f"{source} cannot be run by PySD: {_sentence(error)}") from error
    frame.index.name = "Time"
    kept = [name for name in frame.columns if frame[name].map(np.isscalar).all()]
    values: pd.DataFrame = frame[kept].astype(np.float64)
    return values


def _arguments(given: Mapping[str, float]) -> dict[str, Any]:
    """Return what PySD takes: the time grid apart from constants, the initial time as a state."""
    grid = {plain(name): float(value) for name, value in given.items() if plain(name) in GRID}
    params = {n: float(value) for n, value in given.items() if plain(n) not in GRID}
    found: dict[str, Any] = {"params": params}
    if "initial_time" in grid:
        found["initial_condition"] = (grid.pop("initial_time"), {})
    return found | grid


def _sentence(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
