"""Members of a case, put together and ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qiantang.engine import LoadedProgram, RunResult
from qiantang.engine.path import Path
from qiantang.ensemble.readout import Readout


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
