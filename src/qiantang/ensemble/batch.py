"""Members of a case, put together and ready to run, and what they came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import LoadedProgram, RunResult
from qiantang.engine.path import Path
from qiantang.ensemble.case import Case
from qiantang.ensemble.readout import Readout

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """Members of a case ready to run: parameters of shape (member,), paths, and their number."""

    parameters: dict[str, Any]
    paths: dict[str, Path]
    size: int

    def run(self, program: LoadedProgram, readout: Readout, **options: Any) -> RunResult:
        """Run the members and save what the figures need; the options are the program's."""
        return program.run(
            outputs=readout.outputs, times=readout.times, parameters=self.parameters,
            paths=self.paths, members=self.size, **options,
        )  # fmt: skip

    def repeated(self, count: int) -> Batch:
        """Return the members several times over, block after block."""
        parameters = {name: np.tile(v, count) if np.ndim(v) else v
                      for name, v in self.parameters.items()}  # fmt: skip
        paths = {name: path.repeated(count) for name, path in self.paths.items()}
        return Batch(parameters, paths, self.size * count)


@dataclass(frozen=True)
class Outcome:
    """What one case came to.

    Parameters
    ----------
    case : Case
    read : ndarray, shape (figure, member)
        Figures of the readout; NaN where the member diverged.
    diverged : ndarray of bool, shape (member,)
    first_fault : tuple of (str, float)
        Variable and time at which each diverged member ceased to be finite. [Year]
    acts : tuple of ndarray of bool, shape (date, member)
        For each rule of the case, the members whose levers answer from each of its dates on.
    """

    case: Case
    read: Array
    diverged: NDArray[np.bool_]
    first_fault: tuple[tuple[str, float], ...] = ()
    acts: tuple[NDArray[np.bool_], ...] = ()
