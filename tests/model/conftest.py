"""Runs of any model file for the checks and loops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qiantang.engine import Path as Course
from qiantang.engine import load_model

Array = NDArray[np.float64]
Loaded = tuple[Callable[..., Array], Array]


@pytest.fixture(scope="session")
def load() -> Callable[[Path], Loaded]:
    """Return a function from a model file to its runner and its time grid."""

    def loaded(file: Path) -> Loaded:
        program = load_model(file, use_cache=False)
        steps = round((program.final_time - program.initial_time) / program.time_step)
        grid = program.initial_time + program.time_step * np.arange(steps + 1)

        def runner(
            outputs: list[str],
            times: Array,
            parameters: dict[str, Any],
            paths: dict[str, tuple[Array, Array]],
            members: int,
        ) -> Array:
            courses = {name: Course(*course) for name, course in paths.items()}
            return program.run(
                outputs,
                times,
                parameters=parameters,
                paths=courses,
                members=members,
                engine="numpy",
            ).values

        return runner, grid

    return loaded
