"""One member at a time through PySD, the reference; always freshly loaded.

PySD executes the Python code that it generates from the model file, so this path is for files
one trusts. A value given to a PySD model stays for its next run; here each run starts anew.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from qiantang.engine.run import Request

Floats = npt.NDArray[np.float64]


def simulate_request(request: Request, out: Floats) -> npt.NDArray[np.bool_]:
    """Run each member of a request; see :func:`simulate_one`."""
    program = request.program
    if request.integrator != "euler":
        raise ValueError("PySD integrates by Euler only, expected integrator euler")
    with tempfile.TemporaryDirectory() as folder:
        translated = translated_model(Path(program.source), Path(folder))
        for member in range(request.members):
            given: dict[str, Any] = {}
            for name, value in request.parameters.items():
                given[name] = float(value if value.ndim == 0 else value[member])
            for name, (times, values) in request.paths.items():
                row = values if values.ndim == 1 else values[member]
                given[name] = (times, row)
            out[:, :, member] = simulate_one(
                translated,
                request.outputs,
                request.times,
                given,
                time_step=request.time_step,
                final_time=program.final_time,
            )
    return np.asarray(~np.isfinite(out).all(axis=(0, 1)), dtype=np.bool_)


def translated_model(source: Path, folder: Path) -> Path:
    """Translate a copy of a model file, so that nothing is written beside the original."""
    import pysd

    copied = Path(shutil.copy(source, folder / f"model{source.suffix.lower()}"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = pysd.read_vensim if copied.suffix == ".mdl" else pysd.read_xmile
        read(str(copied))
    return copied.with_suffix(".py")


def simulate_one(
    translated: Path,
    outputs: Sequence[str],
    times: Floats,
    given: Mapping[str, float | tuple[Floats, Floats]],
    *,
    time_step: float | None = None,
    final_time: float | None = None,
) -> Floats:
    """Run one member in a model loaded for it alone.

    Parameters
    ----------
    translated : Path
        The Python file PySD made.
    outputs : sequence of str
        Identifiers; an array's element as ``name[a,b]``.
    times : array of shape (time,)
        Times wanted, on the grid.
    given : mapping of str to float or (times, values)
        Values in place of the file's; floats only, as PySD takes an integer for an integer stock.
    time_step, final_time : float, optional
        In place of the file's.

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
        params = {
            name: value if isinstance(value, float) else pd.Series(value[1], index=value[0])
            for name, value in given.items()
        }
        titles = {identifier: title for title, identifier in model.namespace.items()}
        asked = [titles.get(name.partition("[")[0], name) for name in outputs]
        try:
            frame = model.run(
                params=params,
                return_columns=list(dict.fromkeys(asked)),
                return_timestamps=sorted(set(times.tolist())),
                time_step=time_step,
                final_time=final_time,
                flatten_output=True,
            )
        except (ZeroDivisionError, OverflowError, TypeError, FloatingPointError):
            return np.full((len(outputs), len(times)), np.nan)
    columns = [
        title + ("[" + name.partition("[")[2] if "[" in name else "")
        for title, name in zip(asked, outputs, strict=True)
    ]
    index = np.asarray(frame.index, dtype=np.float64)
    rows = [int(np.argmin(np.abs(index - time))) for time in times]
    return np.array([frame[column].to_numpy(dtype=np.float64)[rows] for column in columns])
