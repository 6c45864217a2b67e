"""The world outside as paths: drivers drawn for the members, constants with a date."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qiantang.changes import Change
from qiantang.engine.path import Path
from qiantang.ensemble.case import Vintages
from qiantang.evidence.drivers import Drivers
from qiantang.rule import STEP_WIDTH

Array = NDArray[np.float64]


def drawn_drivers(
    drivers: Drivers, vintages: Vintages, members: int, seed: int, origin: float | None = None,
    changes: Sequence[tuple[str, Change]] = (),
) -> dict[str, Path]:  # fmt: skip
    """Draw the drivers of members: the same seed gives the same surprises in every case."""
    return drivers.draw(dict(vintages), members, np.random.default_rng(seed), origin, changes)


def dated(own: float | Array, change: Change) -> Path:
    """Return a constant as a path: its own value, then what holds from each date on.

    Parameters
    ----------
    own : float or ndarray, shape (member,)
        A factor is of this value, so that members keep what they differ by.
    change : Change
    """
    times, values = [change.first - STEP_WIDTH], [np.asarray(own, dtype=np.float64)]
    for step in change.steps:
        if len(times) > 1:
            times, values = [*times, step.time - STEP_WIDTH], [*values, values[-1]]
        held = step.number * values[0] if step.kind == "factor" else step.number + 0 * values[0]
        times, values = [*times, step.time], [*values, held]
    return Path(np.array(times), np.stack(values, axis=-1))
