"""A run up to some time, kept, so that runs that part only later go on from there.

A history holds the stocks, the memory of fixed delays and the values saved so far. A run that goes
on from it gives the same bits as a run from the start. Whether it may is found from the inputs:
constants and the values of all paths at every time stepped over must have the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from qiantang.engine.backends import RUNS, refuse_unknown, run_of
from qiantang.engine.checkpoint import Checkpoint
from qiantang.engine.choice import chosen
from qiantang.engine.inputs import Inputs, Row, first_difference, path_row, same_bits
from qiantang.engine.ir import Engine, Integrator, Program
from qiantang.engine.path import Path
from qiantang.engine.plan import Plan
from qiantang.engine.request import (
    Request,
    checked,
    checked_path,
    planned,
    prepared,
    refuse_size,
    steps_of,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Members run up to a time.

    Parameters
    ----------
    request : Request
        What was asked.
    engine : {"kernel", "numpy"}
        What ran it.
    plan : Plan
        What was computed.
    inputs : Inputs
        A copy of what the members were given.
    state : Checkpoint
        Where they stand.
    values : array of shape (output, time, member)
        Values at the wanted times before.
    """

    request: Request
    engine: Engine
    plan: Plan
    inputs: Inputs
    state: Checkpoint
    values: Floats

    @property
    def step(self) -> int:
        """Number of steps behind."""
        return self.state.step

    @property
    def time(self) -> float:
        """The time reached. [time unit of the model]"""
        return float(self.inputs.grid[self.step * self.inputs.stride])

    def refuse_other(self, request: Request, plan: Plan, inputs: Inputs, engine: str) -> None:
        """Refuse a run that does not share this history.

        Raises
        ------
        ValueError
            Naming what differs.
        """
        mine = self.request
        for what, ours, theirs in (
            ("model", mine.program.hash, request.program.hash),
            ("engine", self.engine, engine),
            ("integrator", mine.integrator, request.integrator),
            ("time step", mine.time_step, request.time_step),
            ("number of members", mine.members, request.members),
            ("list of outputs", mine.outputs, request.outputs),
            ("list of variables replaced", self.plan, plan),
        ):
            if ours != theirs:
                raise ValueError(f"the history has another {what} than the run")
        if request.saved.max(initial=0) < self.step:
            raise ValueError(f"the run ends before the history, which reaches {self.time:g}")
        difference = parting(self.inputs, inputs, self.step)
        if difference.step < self.step:
            name = mine.program.name_of.get(difference.slot(plan), "an input")
            raise ValueError(
                f"the history reaches {self.time:g}, but {name} differs from the run "
                f"before that, expected the same values"
            )
        unknown = set(inputs.saved[inputs.saved < self.step]) - set(self.inputs.saved)
        if unknown:
            time = inputs.grid[min(unknown) * inputs.stride]
            raise ValueError(f"the history did not save time {time:g}, which the run wants")

    def copy_saved(self, inputs: Inputs, out: Floats) -> None:
        """Put the values at the times before into the result of a run."""
        place = {int(step): number for number, step in enumerate(self._saved())}
        for number, step in enumerate(inputs.saved):
            if step < self.step:
                out[:, number] = self.values[:, place[int(step)]]

    def _saved(self) -> npt.NDArray[np.int64]:
        return self.inputs.saved[self.inputs.saved < self.step]


@dataclass(frozen=True)
class Parting:
    """Where two runs part: the steps that they share, and the input that differs then."""

    step: int
    constant: int | None = None
    row: int | None = None

    def slot(self, plan: Plan) -> int:
        """Return the slot of that input, -1 for none."""
        if self.constant is not None:
            return plan.constants[self.constant]
        return -1 if self.row is None else plan.filled[self.row]


def parting(one: Inputs, other: Inputs, limit: int | None = None) -> Parting:
    """Return how many steps two runs of one plan share, at most some number."""
    most = min(one.steps, other.steps)
    most = most if limit is None else min(most, limit)
    for number, (a, b) in enumerate(zip(one.constants, other.constants, strict=True)):
        if not same_bits(a, b):
            return Parting(0, constant=number)
    found = Parting(most)
    length = _looked_at(most, one.stride)
    for number, (p, q) in enumerate(zip(one.rows, other.rows, strict=True)):
        same = first_difference(p, q, length)
        if same < length:
            found, length = Parting(_steps_seen(same, one.stride), row=number), same
    return found


def _looked_at(steps: int, stride: int) -> int:
    """Return how many times of the grid some steps look at."""
    return steps if stride == 1 else 3 * steps


def _steps_seen(length: int, stride: int) -> int:
    """Return how many steps look at no more than some times of the grid."""
    return length if stride == 1 else length // 3


def history(
    program: Program,
    outputs: Sequence[str],
    times: npt.ArrayLike,
    *,
    until: float | None,
    beside: Sequence[Mapping[str, Path]],
    parameters: Mapping[str, npt.ArrayLike],
    paths: Mapping[str, Path],
    members: int,
    engine: Engine,
    integrator: Integrator,
    time_step: float | None,
    threads: int | None,
    on_compile: Callable[[str], None] | None,
    history: History | None,
    keep: bool = False,
) -> History:
    """Run members up to a time and keep them; see :meth:`.LoadedProgram.history`."""
    refuse_unknown(engine, integrator)
    if engine == "pysd":
        raise ValueError("the pysd engine runs from the start, it keeps no history")
    if until is None and not beside:
        raise ValueError("neither a time nor other runs are given to keep a history for")
    request = checked(program, outputs, times, parameters, paths, members, integrator, time_step)
    the_plan = planned(request)
    inputs = prepared(request, the_plan)
    if engine == "auto":
        engine = chosen(the_plan, inputs.steps, members, integrator)
    step = inputs.steps
    if until is not None:
        step = min(step, int(steps_of(program, np.array([until]), request.time_step)[0]))
    for others in beside:
        step = min(step, _shared(request, paths, others, the_plan, inputs, step))
    return history_of(
        request, the_plan, inputs, step, engine, threads=threads, on_compile=on_compile,
        earlier=history, keep=keep,
    )  # fmt: skip


def _shared(
    request: Request,
    paths: Mapping[str, Path],
    others: Mapping[str, Path],
    plan: Plan,
    inputs: Inputs,
    most: int,
) -> int:
    """Return how many steps a request shares with one that has other paths, at most some number.

    A path that is the very same object is not looked at: nothing can change it meanwhile.
    """
    if set(paths) != set(others):
        raise ValueError("the runs do not replace the same variables, so they share no history")
    length = _looked_at(most, inputs.stride)
    for name in paths:
        slot = request.program.slot_of[name]
        if others[name] is paths[name] or slot not in plan.filled:
            continue
        row = path_row(*checked_path(name, others[name], request.members), inputs.grid)
        length = first_difference(inputs.rows[plan.filled.index(slot)], row, length)
    return min(most, _steps_seen(length, inputs.stride))


def history_of(
    request: Request,
    plan: Plan,
    inputs: Inputs,
    step: int,
    engine: Engine,
    *,
    threads: int | None = None,
    on_compile: Callable[[str], None] | None = None,
    earlier: History | None = None,
    keep: bool = False,
) -> History:
    """Run a prepared request for some steps, from the start or from an earlier history.

    With `keep` a kernel's history from the start is kept on disk, or taken from there.
    """
    program = request.program
    shape = len(request.outputs), len(request.times), request.members
    refuse_size(*shape)
    out = np.empty(shape)
    early = None
    if earlier is not None and earlier.step > 0:
        if step < earlier.step:
            raise ValueError("the history to start from reaches further than the one asked for")
        earlier.refuse_other(request, plan, inputs, engine)
        earlier.copy_saved(inputs, out)
        early = earlier.state
    if engine in RUNS:
        from qiantang.engine.stepping import checkpoint

        run = run_of(engine)(program, plan, inputs, request.integrator)
        state, values = checkpoint(run, out, step, early), out[:, inputs.saved < step].copy()
    else:
        from qiantang.engine.compiled.kernel import checkpoint_members
        from qiantang.engine.compiled.remembered import remembered

        def made() -> tuple[Checkpoint, Floats]:
            found = checkpoint_members(
                program, plan, inputs, request.integrator, out, step, early,
                threads=threads, on_compile=on_compile,
            )  # fmt: skip
            return found, out[:, inputs.saved < step].copy()

        kept = keep and early is None
        state, values = remembered(request, plan, inputs, step, made) if kept else made()
    return History(request, engine, plan, _copied(inputs), state, values)


def _copied(inputs: Inputs) -> Inputs:
    """Return inputs that nobody else can change."""
    return replace(
        inputs,
        constants=[c.copy() if isinstance(c, np.ndarray) else c for c in inputs.constants],
        rows=[Row(row.knots.copy(), row.left, row.share) for row in inputs.rows],
    )
