"""Levers on a page: the columns of the engine that a slider moves, and how a file says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.compiled.blocks import SharedInputs
from qiantang.engine.inputs import Inputs, path_row

if TYPE_CHECKING:
    from qiantang.scenario import Lever, Scenario
    from qiantang.study import Study
    from qiantang.travel.cargo import Cargo


@dataclass
class Timings:
    """The ways in which levers move in time: on the steps of the page, each once.

    A way is the knot before each step and how far towards the next the step lies.
    """

    grid: NDArray[np.float64]
    found: dict[bytes, tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=dict)

    def place(self, times: NDArray[np.float64]) -> int:
        """Return the place of the way that knots at some times give."""
        row = path_row(times, np.zeros(len(times)), self.grid)
        self.found.setdefault(times.tobytes(), (row.left, row.share))
        return list(self.found).index(times.tobytes())

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of them, each of shape (way, step)."""
        left, share = zip(*self.found.values(), strict=True)
        return {"way_left": np.array(left, dtype=np.int32), "way_share": np.array(share)}


def lever_records(
    study: Study, names: Sequence[str], ends: tuple[Scenario, Scenario], cargo: Cargo,
    timings: Timings,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return for each slider its column, its path at full intensity and how a file says it.

    Parameters
    ----------
    study : Study
    names : sequence of str
        Levers, in the order of the sliders.
    ends : tuple of Scenario
        The base, and the plan whose paths the sliders scale.
    cargo : Cargo
    timings : Timings
        Those of the levers are put there.
    """
    base, plan = ends
    return [
        {
            "name": name,
            "column": cargo.column(study.program.slot_of[name]),
            "rest": float(study.program.constants[name]),
            "way": timings.place(plan.path(name).times),
            "knots": _knots(plan.levers[name]),
            "base": _pairs(base.levers[name]) if name in base.levers else None,
            **_said(plan.levers[name]),
        }
        for name in names
    ]


def _knots(lever: Lever) -> list[int]:
    """Return which entry of a lever's path each knot of its line in time has."""
    count = len(lever.path)
    if lever.between == "ramp":
        return list(range(count))
    return [0, *(place for after in range(1, count) for place in (after - 1, after))]


def _said(lever: Lever) -> dict[str, Any]:
    return {
        "path": _pairs(lever), "unit": lever.unit, "between": lever.between,
        "cites": list(lever.cites),
    }  # fmt: skip


def _pairs(lever: Lever) -> list[tuple[float, float]]:
    return [(float(time), float(value)) for time, value in lever.path.items()]


def columns_of(
    cargo: Cargo, inputs: Inputs, records: Sequence[Mapping[str, Any]]
) -> NDArray[np.float64]:
    """Return what the sliders' columns are in another case, shape (lever, step)."""
    series = SharedInputs(inputs).series[cargo.begin : cargo.inputs.steps + 1]
    columns = [record["column"] for record in records]
    return np.array([series[:, c] if c >= 0 else np.zeros(len(series)) for c in columns])
