from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from qiantang.engine import Program, load_model

MODELS = Path(__file__).parent / "models"


@pytest.fixture(scope="session")
def model() -> Callable[[str], Program]:
    """Return a reader of the models beside this file."""
    return lambda name: load_model(MODELS / f"{name}.mdl")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Return a writer of small models: equations in, a file with a time grid out."""
    return partial(write_model, tmp_path / "written.mdl")


def write_model(file: Path, equations: str, end: float = 10, step: float = 0.5) -> Path:
    """Write a small model of some equations and a time grid."""
    lines = [f"{line}\n\t~\tDmnl\n\t~\t|\n" for line in equations.strip().split("\n")]
    grid = (("INITIAL TIME", 0), ("FINAL TIME", end), ("TIME STEP", step), ("SAVEPER", 1))
    lines += [f"{name} = {value}\n\t~\tYear\n\t~\t|\n" for name, value in grid]
    text = "{UTF-8}\n" + "\n".join(lines) + "\n\\\\\\---/// Sketch information\n"
    file.write_text(text, encoding="utf-8")
    return file


def worst(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> float:
    """Return the largest difference, relative to the size of each output."""
    size = np.maximum(np.abs(theirs).max(axis=(1, 2), keepdims=True), 1e-300)
    return float(np.max(np.abs(ours - theirs) / size))
