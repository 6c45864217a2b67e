"""The pulses of the Hangzhou model, put on a step for engines that begin them later.

PySD and Simlin begin a pulse between two steps with the later step, Vensim with the nearer one; on
a step all agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PULSED = (
    *("terminal_two_start", "terminal_two_opening", "terminal_three_opening"),
    *("terminal_four_start", "construction_time"),
)
"""Times of pulses, and what is added to them."""


def on_step(values: npt.ArrayLike, step: float) -> npt.NDArray[np.float64]:
    """Return the steps of a time grid nearest to some times."""
    return np.asarray(np.rint(np.asarray(values) / step) * step)
