"""One model file in a process of its own: opened, run, timed, and what came of it.

``python -m tools.outside_run MODEL RESULT.npz ENGINE [DATA...]`` prints one line of JSON. Times are
processor seconds, so that other work on the machine does not count.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def run(model: Path, result: Path, engine: Any, data: list[Path]) -> dict[str, Any]:
    """Open and run a model file, and keep its variables over time.

    Parameters
    ----------
    model : Path
        Vensim or XMILE.
    result : Path
        Where ``names``, ``constant``, ``times`` and ``values`` go (.npz).
    engine : str
        As of :func:`qiantang.simulate.simulate_model`.
    data : list of Path
        Tables of data variables.

    Returns
    -------
    dict
        ``scalars``, ``variables``, ``opened`` and ``ran`` [s], ``engine``; or ``refused``.
    """
    from qiantang.engine.ir import Unsupported
    from qiantang.faults import StudyError
    from qiantang.simulate import load, simulate_model

    said: dict[str, Any] = {}
    constant: set[str] = set()
    try:
        begun = time.process_time()
        if engine != "pysd":
            program = load(model, data)
            said["opened"] = time.process_time() - begun
            said["scalars"] = len(program.names)
            said["variables"] = len({title.partition("[")[0] for title in program.titles})
            pairs = zip(program.names, program.titles, strict=True)
            constant = {title for name, title in pairs if program.kind(name) == "constant"}
            begun = time.process_time()
            load(model, data)
        opening = time.process_time() - begun if engine != "pysd" else 0.0
        begun = time.process_time()
        frame = simulate_model(model, engine=engine, data_files=data)
        said["ran"] = max(time.process_time() - begun - opening, 0.0)
        said["engine"] = frame.attrs["engine"]
    except Unsupported as refusal:
        return {**said, "refused": str(refusal)}
    except StudyError as error:
        fault, more = error.faults[0], len(error.faults) - 1
        line = "" if fault.line is None else f"line {fault.line}: "
        where = f"{fault.where}: " if fault.where else ""
        rest = f" (and {more} more)" if more else ""
        return {**said, "refused": f"{line}{where}{fault.what}{rest}"}
    names = [str(name) for name in frame.columns]
    np.savez(
        result,
        names=np.array(names),
        constant=np.array([name in constant for name in names]),
        times=frame.index.to_numpy(float),
        values=frame.to_numpy(float),
    )
    return said


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    sys.stdout.write(json.dumps(run(given[0], given[1], sys.argv[3], given[3:])) + "\n")
