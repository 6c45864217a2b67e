"""Where the members of a run stand before some step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Checkpoint:
    """What must be kept of a run, beside its inputs, to go on from a step.

    What is found at the initial time is not kept: it follows from the inputs again.

    Parameters
    ----------
    step : int
        Steps behind.
    blocks : array, optional
        Of the kernel: a record for each block of members, stocks, whether the last step was a
        careful one, and the memory of the fixed delays, in rows of lanes.
    states, past : tuple
        Of the NumPy engine: an array for each stock that moves, and for each fixed delay its
        inputs, step by step.
    """

    step: int
    blocks: npt.NDArray[np.float64] | None = None
    states: tuple[Any, ...] = ()
    past: tuple[tuple[Any, ...], ...] = ()
