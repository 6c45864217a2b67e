"""Run a request by an engine, from the start or from a shared history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qiantang.engine.backends import RUNS, refuse_unknown, run_of
from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.choice import chosen
from qiantang.engine.expressions import is_wide
from qiantang.engine.history import History
from qiantang.engine.inputs import Inputs
from qiantang.engine.ir import Engine, Integrator, Program
from qiantang.engine.path import Path
from qiantang.engine.plan import Plan
from qiantang.engine.request import Request, checked, planned, prepared, refuse_size

if TYPE_CHECKING:
    from qiantang.engine.compiled.blocks import Laid

Floats = npt.NDArray[np.float64]
EXPLAINED = 256
"""Diverged members whose first fault is looked up; the rest are flagged all the same."""

__all__ = ["Path", "RunResult", "run"]


@dataclass(frozen=True)
class RunResult:
    """What a run found.

    Parameters
    ----------
    values : array of shape (output, time, member)
        Values of the outputs.
    names : tuple of str
        The outputs.
    times : array of shape (time,)
        The times.
    diverged : array of bool, shape (member,)
        Members in which a stock or an output ceased to be finite.
    first_fault : tuple of (variable, time)
        For each diverged member in order, where that began; an empty name and NaN if not looked up.
    engine : str
        What ran.
    """

    values: Floats
    names: tuple[str, ...]
    times: Floats
    diverged: npt.NDArray[np.bool_]
    first_fault: tuple[tuple[str, float], ...] = ()
    engine: str = ""


def run(
    program: Program,
    outputs: Sequence[str],
    times: npt.ArrayLike,
    *,
    parameters: Mapping[str, npt.ArrayLike],
    paths: Mapping[str, Path],
    members: int,
    engine: Engine,
    integrator: Integrator,
    time_step: float | None,
    threads: int | None,
    on_compile: Callable[[str], None] | None,
    out: Floats | None,
    history: History | None,
) -> RunResult:
    """Check a request and run it; see :meth:`.LoadedProgram.run`."""
    refuse_unknown(engine, integrator)
    request = checked(program, outputs, times, parameters, paths, members, integrator, time_step)
    out = _room(request, out)
    if engine == "pysd":
        return _by_pysd(request, out, history)
    the_plan = planned(request)
    inputs = prepared(request, the_plan)
    if engine == "auto":
        known = history.engine if history is not None else None
        engine = known or chosen(the_plan, inputs.steps, members, integrator)
    early = None
    if history is not None and history.step > 0:
        history.refuse_other(request, the_plan, inputs, engine)
        history.copy_saved(inputs, out)
        early = history.state
    if engine in RUNS:
        from qiantang.engine.stepping import simulate

        diverged = simulate(run_of(engine)(program, the_plan, inputs, integrator), out, early=early)
    else:
        diverged = by_kernel(request, the_plan, inputs, out, early, threads, on_compile)
    faults = first_faults(request, diverged)
    return RunResult(out, request.outputs, request.times, diverged, faults, engine)


def _room(request: Request, out: Floats | None) -> Floats:
    """Return where the values go: a new array, or the one that is given if it fits."""
    shape = (len(request.outputs), len(request.times), request.members)
    if out is None:
        refuse_size(*shape)
        return np.empty(shape)
    if out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise ValueError(f"out has shape {out.shape}, expected contiguous floats of shape {shape}")
    return out


def _by_pysd(request: Request, out: Floats, history: History | None) -> RunResult:
    if history is not None:
        raise ValueError("the pysd engine runs from the start, it takes no history")
    from qiantang.engine.pysd_oracle import simulate_request

    diverged = simulate_request(request, out)
    return RunResult(out, request.outputs, request.times, diverged, (), "pysd")


def by_kernel(
    request: Request,
    the_plan: Plan,
    inputs: Inputs,
    out: Floats,
    early: Checkpoint | None,
    threads: int | None,
    on_compile: Callable[[str], None] | None,
    laid: Laid | None = None,
) -> npt.NDArray[np.bool_]:
    """Run a request by the kernel, and flag what diverged before its history ends as well."""
    from qiantang.engine.compiled.kernel import simulate_members

    diverged = simulate_members(
        request.program, the_plan, inputs, request.integrator, out,
        threads=threads, on_compile=on_compile, early=early, laid=laid,
    )  # fmt: skip
    if early is not None:
        past = out[:, inputs.saved < early.step]
        diverged |= ~np.isfinite(past).all(axis=(0, 1))
    return diverged


def first_faults(
    request: Request, diverged: npt.NDArray[np.bool_]
) -> tuple[tuple[str, float], ...]:
    """Look up, by a second and slower run, where each diverged member went wrong."""
    members = np.flatnonzero(diverged)
    if not len(members):
        return ()
    from qiantang.engine.stepping import simulate
    from qiantang.engine.watch import Watch

    looked = members[:EXPLAINED]
    the_plan = planned(request)
    inputs = prepared(request, the_plan, looked)
    states = tuple(state.slot for state in the_plan.states)
    names = request.program.name_of
    order = (*the_plan.filled, *states, *(s for s, e in the_plan.step if not is_wide(e)))
    watch = Watch(tuple(sorted(order, key=lambda slot: slot not in names)))
    scratch = np.empty((len(request.outputs), len(request.times), len(looked)))
    run = run_of("scalar" if len(looked) == 1 else "numpy")
    simulate(run(request.program, the_plan, inputs, request.integrator), scratch, watch)
    found = [watch.found.get(place, (-1, float("nan"))) for place in range(len(looked))]
    faults = [(names.get(slot, ""), float(time)) for slot, time in found]
    return tuple(faults + [("", float("nan"))] * (len(members) - len(looked)))
