"""The times at which a model file asks for its results."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Program
from qiantang.engine.request import grid_steps, time_grid
from qiantang.engine.translation.algebra import settle

PRECISION = 1e-5
"""Share of a time step by which a time may miss a saving time, as in PySD."""


def save_times(program: Program, saveper: float | None = None) -> npt.NDArray[np.float64]:
    """Return the steps of the time grid that fall on the saving step.

    Parameters
    ----------
    program : Program
        The model.
    saveper : float, optional
        In place of the file's; without either, every step is saved.

    Returns
    -------
    array of shape (time,) [time unit of the model]

    Raises
    ------
    ValueError
        If the saving step is not above zero, or no constant.
    """
    slot = program.slot_of.get("saveper")
    if saveper is None and slot is not None:
        saveper = settle(slot, dict(program.equations))
        if saveper is None:
            raise ValueError("SAVEPER changes over time, expected a constant")
    dt = program.time_step
    every = dt if saveper is None else saveper
    if not every > 0:
        raise ValueError(f"SAVEPER is {every:g}, expected a number above zero")
    if program.final_time < program.initial_time:
        raise ValueError(
            f"FINAL TIME {program.final_time:g} is before INITIAL TIME {program.initial_time:g}"
        )
    grid_steps(program.initial_time, program.final_time, dt)
    steps = int(np.floor((program.final_time - program.initial_time) / dt + PRECISION))
    grid = time_grid(program.initial_time, dt, steps, 1)
    gone = grid - program.initial_time
    near = PRECISION * dt
    return grid[(np.mod(gone, every) < near) | (np.mod(-gone, every) < near)]
