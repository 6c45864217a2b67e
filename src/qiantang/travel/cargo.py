"""What a page runs: members of a run from where its levers first move, laid out for its engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import History, LoadedProgram
from qiantang.engine.compiled.blocks import SharedInputs
from qiantang.engine.compiled.rewrite import rewritten
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.inputs import Inputs, Row
from qiantang.engine.ir import slots_in
from qiantang.engine.plan import Plan
from qiantang.engine.request import checked, planned, prepared
from qiantang.ensemble.batch import Batch
from qiantang.travel.opening import opened
from qiantang.travel.outside import After
from qiantang.travel.pack import Rows

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cargo:
    """Members ready to run from some step on.

    Parameters
    ----------
    plan : Plan
        What is computed.
    arrays : mapping of str to ndarray or Rows
        What the engine of the page reads; see ``front/engine.js``.
    sizes : mapping of str to float
        Numbers beside them.
    begin : int
        Step at which the page begins, 0 for the start of the run.
    """

    plan: Plan
    inputs: Inputs
    arrays: Mapping[str, NDArray[Any] | Rows]
    sizes: Mapping[str, float]
    begin: int

    def column(self, slot: int) -> int:
        """Return the place of a filled slot among those that all members share, -1 for none."""
        if slot not in self.plan.filled:
            return -1
        return int(self.arrays["series_of"][self.plan.filled.index(slot)])  # type: ignore[index]


def cargo_of(
    program: LoadedProgram,
    batch: Batch,
    outputs: Sequence[str],
    times: Array,
    history: History | None = None,
    outside: Mapping[str, After] | None = None,
) -> Cargo:
    """Lay out members for the engine of a page.

    Parameters
    ----------
    program : LoadedProgram
    batch : Batch
        Members of one case, with every lever as a path that they share.
    outputs, times
        What is saved.
    history : History, optional
        Of those members, from whose end the page goes on; from the start where it is left out, or
        where the model keeps something of its start that a history does not hold.
    outside : mapping of str to After, optional
        Variables whose values a slider changes from a date on.
    """
    request = checked(program, outputs, times, batch.parameters, batch.paths, batch.size,
                      program.integrator, None)  # fmt: skip
    plan = planned(request)
    inputs = prepared(request, plan)
    if any(not state.moves for state in plan.states) or plan.delays:
        history = None
    begin = history.step if history is not None else 0
    constants = _constants(plan, inputs, begin)
    rows = {
        row: after for name, after in (outside or {}).items()
        for row, slot in enumerate(plan.filled) if slot == program.slot_of[name]
    }  # fmt: skip
    series = _series(inputs, begin, rows)
    late = inputs.saved >= begin
    order = np.argsort(inputs.saved[late], kind="stable")
    arrays: dict[str, NDArray[Any] | Rows] = {
        **constants, **series,
        "saved": (inputs.saved[late][order] - begin).astype(np.int32),
        "place": order.astype(np.int32),
        "early": _early(plan, history),
    }  # fmt: skip
    sizes = {
        "members": inputs.members, "steps": inputs.steps - begin, "begin": begin,
        "dt": inputs.time_step, "outputs": len(outputs), "times": int(late.sum()),
        "delays": len(plan.delays),
    }  # fmt: skip
    return Cargo(plan, inputs, arrays, sizes, begin)


def _constants(plan: Plan, inputs: Inputs, begin: int) -> dict[str, NDArray[Any] | Rows]:
    """Return shared constants and those of members; what only the start reads is left out."""
    read = _read_later(plan) if begin else set(plan.constants)
    shared: list[float] = []
    own: list[Array] = []
    own_of: list[int] = []
    for slot, value in zip(plan.constants, inputs.constants, strict=True):
        one_each = np.ndim(value) == 1 and slot in read
        own_of.append(len(own) if one_each else -1)
        shared.append(0.0 if np.ndim(value) == 1 else float(value))
        if one_each:
            own.append(np.asarray(value, dtype=np.float64))
    return {
        "shared": np.array(shared),
        "own_of": np.array(own_of, dtype=np.int32),
        "own": Rows(np.array(own).reshape(len(own), inputs.members)),
    }


def _read_later(plan: Plan) -> set[int]:
    """Return the slots that anything but the start reads."""
    hot, careful = rewritten(plan)
    expressions = [e for p in (hot, careful) for _, e in (*p.still, *p.step)]
    expressions += [state.expression for p in (hot, careful) for state in p.states]
    return {slot for expression in expressions for slot in slots_in(expression)}


def _series(
    inputs: Inputs, begin: int, outside: Mapping[int, After]
) -> dict[str, NDArray[Any] | Rows]:
    """Return what is given at each step from some step on, knots that are not reached left out."""
    shared = SharedInputs(inputs)
    last = len(inputs.grid) - 1
    left, share = shared.left[begin : last + 1].copy(), shared.share[begin : last + 1].copy()
    series_of, knot_of = shared.series_of.astype(np.int32), np.zeros(len(inputs.rows), np.int32)
    knots: list[Array] = []
    figures: list[Array] = []
    after = np.zeros((len(outside), 6), dtype=np.int32)
    for number, row in enumerate(inputs.rows):
        if number in outside:
            part = opened(row, inputs, begin, outside[number])
            at, here = sum(map(len, knots)) + part.before, sum(map(len, figures))
            size = len(part.knots) - part.before
            place = list(outside).index(number)
            after[place] = (*part.told, at, size, here, len(part.figures))
            figures.append(part.figures)
            own, left[:, number], share[:, number] = part.knots, part.left, part.share
            series_of[number] = -1
        elif series_of[number] >= 0:
            continue
        else:
            own, left[:, number] = _reached(row, left[:, number])
        knot_of[number] = sum(map(len, knots))
        knots.append(own)
    # One row more: the last knot's right neighbour is read with a weight of zero.
    knots.append(np.zeros((1, inputs.members)))
    return {
        "series": shared.series[begin : last + 1],
        "series_of": series_of,
        "knots": Rows(np.concatenate(knots)),
        "knot_of": knot_of,
        "left": left.astype(np.int32),
        "share": share,
        "after": after,
        "figures": Rows(np.concatenate([*figures, np.zeros((0, inputs.members))])),
    }


def _reached(row: Row, left: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
    """Return the knots that some places reach, and the places among them."""
    first, end = int(left[0]), int(left[-1]) + 1
    return row.knots[first : min(end, len(row.knots) - 1) + 1], left - first


def _early(plan: Plan, history: History | None) -> Rows:
    """Return where the states of the members stand at the end of a history, (state, member)."""
    if history is None:
        return Rows(np.zeros((0, 1)))
    blocks = history.state.blocks
    assert blocks is not None
    moved = sum(state.moves for state in plan.states)
    rows = blocks.reshape(-1, moved + 1, WIDTH)[:, :moved]
    states = rows.transpose(1, 0, 2).reshape(moved, -1)
    return Rows(np.ascontiguousarray(states[:, : history.request.members]))
