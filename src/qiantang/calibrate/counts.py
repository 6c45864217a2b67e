"""Counts: whole numbers that start at the last figure known, moved by draws of their own.

The model file carries the thresholds: it turns what is likely to happen in a plan year into a whole
number by a draw that is given from outside, so that a run stays deterministic and any program that
opens the file can make it. Members differ by their draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, RootModel

from qiantang.files.yamlfile import read_yaml, validate
from qiantang.known import KnownDate

Array = NDArray[np.float64]

#: A date after any run: the count never begins.
NEVER = 2100.0


class CountRecord(BaseModel):
    """How one draw of the model file is drawn.

    Parameters
    ----------
    draws : {"normal", "uniform"}
        Independent from year to year: standard normal, or between 0 and 1.
    start : str
        Constant of the model file: date of the last count known. [Year]
    """

    model_config = ConfigDict(extra="forbid")

    draws: Literal["normal", "uniform"]
    start: str = Field(min_length=1)
    known: KnownDate
    note: str = ""

    def draw(self, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        """Return draws of a shape, (member, year)."""
        return rng.standard_normal(shape) if self.draws == "normal" else rng.random(shape)


class CountsFile(RootModel[dict[str, CountRecord]]):
    """The whole file: variable of the model that takes the draw, to its record."""


def counts_path(folder: Path) -> Path:
    """Return where a study says how its counts are drawn."""
    return folder / "calibration" / "counts.yaml"


def read_counts(path: Path) -> dict[str, CountRecord]:
    """Read `calibration/counts.yaml`; a study without counts has no such file."""
    return validate(read_yaml(path), CountsFile).root if path.is_file() else {}


def draw_counts(
    counts: Mapping[str, CountRecord], shape: tuple[int, int], rng: np.random.Generator
) -> dict[str, Array]:
    """Draw the paths of all counts, each of shape (member, year)."""
    return {name: record.draw(shape, rng) for name, record in counts.items()}
