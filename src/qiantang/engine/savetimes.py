"""The times at which a model file asks for its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import FINAL_TIME, INITIAL_TIME, TIME_STEP, Expression, Number, Program
from qiantang.engine.request import grid_steps, time_grid
from qiantang.engine.translation.algebra import settle

PRECISION = 1e-5
"""Share of a time step by which a time may miss a saving time, as in PySD."""

AnyProgram = TypeVar("AnyProgram", bound=Program)


def on_grid(
    program: AnyProgram, grid: Mapping[str, float], parameters: Mapping[str, float]
) -> AnyProgram:
    """Return a program on another time grid.

    Parameters
    ----------
    program : Program
        The model.
    grid : mapping of str to float
        Values of ``initial_time``, ``final_time`` or ``time_step`` in place of the file's.
    parameters : mapping of str to float
        Constants replaced; what the file computes of the time grid follows.

    Returns
    -------
    Program
    """
    if not grid and not parameters:
        return program
    equations = _replaced(program, parameters)
    slots = {"initial_time": INITIAL_TIME, "final_time": FINAL_TIME, "time_step": TIME_STEP}
    equations |= {slots[name]: Number(value) for name, value in grid.items()}
    found = {name: settle(slot, equations, tables=program.tables) for name, slot in slots.items()}
    return replace(program, **{n: v for n, v in found.items() if v is not None})  # type: ignore[arg-type]


def save_times(
    program: Program, saveper: float | None = None, parameters: Mapping[str, float] | None = None
) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Return the steps of the time grid that fall on the saving step.

    Parameters
    ----------
    program : Program
        The model, on the time grid wanted.
    saveper : float, optional
        In place of the file's; without either, every step is saved.
    parameters : mapping of str to float, optional
        Constants replaced, of which the file may compute the saving step.

    Returns
    -------
    array of shape (time,) [time unit of the model]
    list of str
        A note each where saving times, or the final time, lie between steps.

    Raises
    ------
    ValueError
        If the saving step is not above zero, or no constant.
    """
    dt = program.time_step
    grid_steps(program.initial_time, program.final_time, dt)
    every = saveper if saveper is not None else _file_saveper(program, parameters or {})
    if not every > 0:
        raise ValueError(f"SAVEPER is {every:g}, expected a number above zero")
    if program.final_time < program.initial_time:
        raise ValueError(
            f"FINAL TIME {program.final_time:g} is before INITIAL TIME {program.initial_time:g}"
        )
    steps = int(np.floor((program.final_time - program.initial_time) / dt + PRECISION))
    grid = time_grid(program.initial_time, dt, steps, 1)
    gone = grid - program.initial_time
    near = PRECISION * dt
    saved = grid[(np.mod(gone, every) < near) | (np.mod(-gone, every) < near)]
    notes = []
    if steps * dt < program.final_time - program.initial_time - near:
        notes.append(
            f"FINAL TIME {program.final_time:g} lies between two steps of TIME STEP {dt:g}: "
            f"the run ends at {grid[-1]:g}"
        )
    whole = abs(every / dt - np.rint(every / dt)) < PRECISION
    if not whole:
        notes.append(
            f"SAVEPER {every:g} is no multiple of TIME STEP {dt:g}: "
            f"only the {len(saved)} saving times that fall on a step are saved"
        )
    return saved, notes


def _file_saveper(program: Program, parameters: Mapping[str, float]) -> float:
    slot = program.slot_of.get(program.controls.get("saveper", "saveper"))
    if slot is None:
        return program.time_step
    equations = _replaced(program, parameters)
    equations[TIME_STEP] = Number(program.time_step)
    equations[INITIAL_TIME] = Number(program.initial_time)
    equations[FINAL_TIME] = Number(program.final_time)
    value = settle(slot, equations, tables=program.tables)
    if value is None:
        raise ValueError("SAVEPER changes over time, expected a constant")
    return value


def _replaced(program: Program, parameters: Mapping[str, float]) -> dict[int, Expression]:
    given = {program.slot_of[name]: Number(float(v)) for name, v in parameters.items()}
    return {**program.equations, **given}
