"""One request to run a program: checked, planned, its inputs laid out on the time grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qiantang.engine.inputs import Inputs, Row, path_row, series_row
from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    MEMBER,
    STEP_TIME,
    TIME,
    TIME_STEP,
    Integrator,
    Program,
)
from qiantang.engine.path import Path
from qiantang.engine.plan import Plan, plan

Floats = npt.NDArray[np.float64]
PLANS = 64
STEPS = 10_000_000
"""Steps of a run that are not refused."""

VALUES = 2_000_000_000
"""Values of a result, 16 GB of them, that are not refused."""

_plans: dict[tuple[str, tuple[str, ...], frozenset[str]], Plan] = {}


@dataclass(frozen=True)
class Request:
    """A run after all checks.

    Parameters
    ----------
    program : Program
        The model.
    outputs : tuple of str
        Variables wanted.
    times : array of shape (time,)
        Times wanted.
    saved : array of int, shape (time,)
        Step of each.
    parameters : mapping of str to float or array of shape (member,)
        Constants replaced.
    paths : mapping of str to (times, values)
        Variables replaced over time; values of shape (K,) or (member, K).
    """

    program: Program
    outputs: tuple[str, ...]
    times: Floats
    saved: npt.NDArray[np.int64]
    parameters: Mapping[str, Floats]
    paths: Mapping[str, tuple[Floats, Floats]]
    members: int
    integrator: Integrator
    time_step: float


def checked(
    program: Program,
    outputs: Sequence[str],
    times: npt.ArrayLike,
    parameters: Mapping[str, npt.ArrayLike],
    paths: Mapping[str, Path],
    members: int,
    integrator: Integrator,
    time_step: float | None,
) -> Request:
    """Refuse what cannot be run; bring the rest into one form."""
    if members < 1:
        raise ValueError(f"members is {members}, expected at least 1")
    dt = program.time_step if time_step is None else float(time_step)
    grid_steps(program.initial_time, program.final_time, dt)
    for name in outputs:
        if program.kind(name) == "lookup":
            raise ValueError(f"{name} is a table and has no value of its own over time")
    for name in (*parameters, *paths):
        _refuse_replacement(program, name)
    both = sorted(set(parameters) & set(paths))
    if both:
        raise ValueError(f"{both[0]} is given both as a parameter and as a path")
    wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
    return Request(
        program=program,
        outputs=tuple(outputs),
        times=wanted,
        saved=steps_of(program, wanted, dt),
        parameters={n: _parameter(n, v, members) for n, v in parameters.items()},
        paths={n: checked_path(n, p, members) for n, p in paths.items()},
        members=members,
        integrator=integrator,
        time_step=dt,
    )


def _refuse_replacement(program: Program, name: str) -> None:
    kind = program.kind(name)
    if kind in ("stock", "lookup", "control"):
        what = {"stock": "a stock", "lookup": "a table", "control": "part of the time grid"}[kind]
        raise ValueError(f"{name} is {what} and cannot be replaced by a value or a path")
    if name in program.structural:
        raise ValueError(f"{name} sets the order of a delay or a shift and cannot be replaced")


def steps_of(program: Program, times: Floats, dt: float) -> npt.NDArray[np.int64]:
    """Return the step of each time."""
    last = grid_steps(program.initial_time, program.final_time, dt)
    steps = np.rint((times - program.initial_time) / dt)
    near = np.abs(times - (program.initial_time + steps * dt)) <= 1e-6 * dt
    on_grid = near & (steps >= 0) & (steps <= last)
    if not on_grid.all():
        raise ValueError(
            f"time {times[~on_grid][0]:g} is not on the time grid, expected "
            f"{program.initial_time:g} to {program.final_time:g} in steps of {dt:g}"
        )
    return steps.astype(np.int64)


def grid_steps(start: float, end: float, dt: float) -> int:
    """Return the number of steps of a time grid, before memory is asked for.

    Raises
    ------
    ValueError
        If they are more than :data:`STEPS`, a time is not finite, or the time step is not above
        zero.
    """
    for name, time in (("INITIAL TIME", start), ("FINAL TIME", end)):
        if not np.isfinite(time):
            raise ValueError(f"{name} is {time:g}, expected a finite number")
    if not 0.0 < dt < np.inf:
        raise ValueError(f"the time step is {dt:g}, expected a number above zero")
    steps = (end - start) / dt
    if not abs(steps) <= STEPS:
        raise ValueError(
            f"FINAL TIME {end:g} is {steps:,.0f} steps of TIME STEP {dt:g} away from INITIAL TIME "
            f"{start:g}, expected at most {STEPS:,}"
        )
    return int(np.rint(steps))


def refuse_size(outputs: int, times: int, members: int) -> None:
    """Refuse a result that memory is not to be asked for.

    Raises
    ------
    ValueError
        If it has more than :data:`VALUES` values.
    """
    values = outputs * times * members
    if values > VALUES:
        raise ValueError(
            f"{outputs:,} variables at {times:,} times for {members:,} members are {values:,} "
            f"values, {values * 8 / 1e9:,.0f} GB, expected at most {VALUES:,}; ask for fewer "
            "variables or times"
        )


def _parameter(name: str, value: npt.ArrayLike, members: int) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    if array.shape not in ((), (members,)):
        raise ValueError(f"{name} has shape {array.shape}, expected a number or ({members},)")
    return array


def checked_path(name: str, path: Path, members: int) -> tuple[Floats, Floats]:
    """Return times and values of a path, or refuse it."""
    times = np.atleast_1d(np.asarray(path.times, dtype=np.float64))
    values = np.asarray(path.values, dtype=np.float64)
    if times.ndim != 1 or not len(times) or not np.all(np.diff(times) > 0):
        raise ValueError(f"the path of {name} has times that do not ascend")
    if values.shape not in ((len(times),), (members, len(times))):
        raise ValueError(
            f"the path of {name} has values of shape {values.shape}, "
            f"expected ({len(times)},) or ({members}, {len(times)})"
        )
    return times, values


def planned(request: Request) -> Plan:
    """Return what a request computes; the same request again is not planned again."""
    program = request.program
    replaced = set(request.paths) | {
        name for name in request.parameters if program.kind(name) != "constant"
    }
    key = program.hash, request.outputs, frozenset(replaced)
    if key not in _plans:
        if len(_plans) >= PLANS:
            _plans.clear()
        _plans[key] = plan(
            program,
            [program.slot_of[name] for name in request.outputs],
            frozenset(program.slot_of[name] for name in replaced),
        )
    return _plans[key]


def prepared(request: Request, the_plan: Plan, only: npt.NDArray[np.int64] | None = None) -> Inputs:
    """Return the inputs of a request, of all members or of some."""
    program, dt = request.program, request.time_step
    steps = int(request.saved.max(initial=0))
    stride = 3 if request.integrator == "rk4" else 1
    grid = time_grid(program.initial_time, dt, steps, stride)
    fixed = {TIME_STEP: dt, INITIAL_TIME: program.initial_time, FINAL_TIME: program.final_time}

    def chosen(array: Floats) -> Floats:
        return array if only is None or array.ndim == 0 else array[only]

    def constant(slot: int) -> float | Floats:
        if slot in fixed:
            return fixed[slot]
        if slot == MEMBER:
            return chosen(np.arange(request.members, dtype=np.float64))
        name = program.name_of.get(slot, "")
        if name in request.parameters:
            return chosen(request.parameters[name])
        return float(getattr(program.equations[slot], "value"))  # noqa: B009 - a Number

    rows = _rows(request, the_plan, grid, stride, fixed, chosen)
    return Inputs(
        constants=[constant(slot) for slot in the_plan.constants],
        grid=grid,
        stride=stride,
        steps=steps,
        time_step=dt,
        rows=rows,
        saved=request.saved,
        members=request.members if only is None else len(only),
    )


def _rows(
    request: Request,
    the_plan: Plan,
    grid: Floats,
    stride: int,
    fixed: Mapping[int, float],
    chosen: Callable[[Floats], Floats],
) -> list[Row]:
    from qiantang.engine.numpy_backend import time_series

    program = request.program
    known: list[object] = [None] * program.slot_count
    for slot, value in fixed.items():
        known[slot] = value
    known[TIME] = grid
    known[STEP_TIME] = step_begins(grid, stride)
    time_series(the_plan.series, program.tables, known)
    of_time = {slot for slot, _ in the_plan.series} | {TIME, STEP_TIME}
    rows = []
    for slot in the_plan.filled:
        if slot in of_time:
            values = np.broadcast_to(np.asarray(known[slot], dtype=np.float64), grid.shape)
            rows.append(series_row(np.ascontiguousarray(values)))
            continue
        name = program.name_of[slot]
        if name in request.paths:
            times, values = request.paths[name]
            rows.append(path_row(times, chosen(values) if values.ndim == 2 else values, grid))
        else:
            level = chosen(request.parameters[name])
            rows.append(path_row(np.zeros(1), level[..., None], grid))
    return rows


def time_grid(start: float, dt: float, steps: int, stride: int) -> Floats:
    """Return the times of the steps, each in one multiplication, so that errors do not add up.

    With ``stride`` 3 the middle and the end of each step stand after its beginning.
    """
    times = start + np.arange(steps + 1) * dt
    if stride == 1:
        return np.asarray(times, dtype=np.float64)
    grid = np.empty(3 * steps + 1)
    grid[::3] = times
    grid[1::3] = times[:-1] + dt / 2
    grid[2::3] = times[1:]
    return grid


def step_begins(grid: Floats, stride: int) -> Floats:
    """Return, for each time of a grid, the time at which its step began."""
    return grid if stride == 1 else np.repeat(grid[::3], 3)[: len(grid)]
