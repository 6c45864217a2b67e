from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from qiantang.engine import Program, load_model

MODELS = Path(__file__).parent / "models"


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compile into a folder of this session, so that no earlier result helps or harms."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("QIANTANG_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def model(cache_folder: Path) -> Callable[[str], Program]:
    """Return a reader of the models beside this file."""
    return lambda name: load_model(MODELS / f"{name}.mdl")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Return a writer of small models: equations in, a file with a time grid out."""

    def write(equations: str, end: float = 10, step: float = 0.5) -> Path:
        lines = [f"{line}\n\t~\tDmnl\n\t~\t|\n" for line in equations.strip().split("\n")]
        grid = (("INITIAL TIME", 0), ("FINAL TIME", end), ("TIME STEP", step), ("SAVEPER", 1))
        lines += [f"{name} = {value}\n\t~\tYear\n\t~\t|\n" for name, value in grid]
        file = tmp_path / "written.mdl"
        text = "{UTF-8}\n" + "\n".join(lines) + "\n\\\\\\---/// Sketch information\n"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def worst(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> float:
    """Return the largest difference, relative to the size of each output."""
    size = np.maximum(np.abs(theirs).max(axis=(1, 2), keepdims=True), 1e-300)
    return float(np.max(np.abs(ours - theirs) / size))
