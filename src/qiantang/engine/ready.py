"""A request laid out once for the kernel, for many runs that differ in a few shared paths.

Checking, planning and laying out the inputs of a thousand members takes as long as half of the
kernel's work from a checkpoint. Where only paths that all members share are new, it is done once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qiantang.engine.backends import refuse_unknown
from qiantang.engine.history import History
from qiantang.engine.inputs import Inputs, Row, path_row, same_bits
from qiantang.engine.ir import Integrator, Program
from qiantang.engine.path import Path
from qiantang.engine.plan import Plan
from qiantang.engine.request import (
    Request,
    checked,
    checked_path,
    planned,
    prepared,
    refuse_size,
)
from qiantang.engine.run import RunResult, by_kernel, first_faults

if TYPE_CHECKING:
    from qiantang.engine.compiled.blocks import Laid

Floats = npt.NDArray[np.float64]

_MINUS_NOUGHT = np.float64(-0.0).view(np.int64)
"""Bits of the one number that is another once nought is added."""


@dataclass(frozen=True)
class Ready:
    """Members ready to run again and again; each run gives the bits of one by itself.

    Parameters
    ----------
    request : Request
        With some paths in place of those to come.
    plan : Plan
    inputs : Inputs
    laid : Laid
        The inputs as the kernel takes them.
    varying : tuple of str
        Paths that each run has of its own.
    history : History or None
        Years that all runs share.
    """

    request: Request
    plan: Plan
    inputs: Inputs
    laid: Laid
    varying: tuple[str, ...]
    history: History | None

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Row of each path that varies and is read."""
        place = {slot: number for number, slot in enumerate(self.plan.filled)}
        slots = self.request.program.slot_of
        return {name: place[slots[name]] for name in self.varying if slots[name] in place}

    @cached_property
    def _grid(self) -> bytes:
        """The grid to look places up by; as one object it is hashed once."""
        return self.inputs.grid.tobytes()

    @cached_property
    def _seen(self) -> int:
        """Times of the grid that lie behind."""
        return 0 if self.history is None else self.history.step * self.inputs.stride

    @cached_property
    def _behind(self) -> dict[int, tuple[Floats, np.int64 | None]]:
        """Values behind of each row that varies, and the bits of their level if they are one."""
        found = {}
        for number in self._numbers.values():
            values = self.inputs.rows[number].whole(self._seen)
            bits = values.view(np.int64)
            level = bits[0] if (bits == bits[0]).all() and np.isfinite(values[0]) else None
            found[number] = values, None if level == _MINUS_NOUGHT else level
        return found

    def run(
        self, paths: Mapping[str, Path], *, threads: int | None = None,
        on_compile: Callable[[str], None] | None = None,
    ) -> RunResult:  # fmt: skip
        """Run with paths of its own, values of shape (K,); what is not given stays as it was.

        Raises
        ------
        ValueError
            If a path is not one of those that vary, has a row a member, or differs from the
            history before that ends.
        """
        given = {name: self._checked(name, path) for name, path in paths.items()}
        rows = {}
        for name, (times, values) in given.items():
            if name in self._numbers:
                row = path_row(times, values, self.inputs.grid, self._grid)
                self._refuse_parting(name, self._numbers[name], row)
                rows[self._numbers[name]] = row
        request = self.request
        out = np.empty((len(request.outputs), len(request.times), request.members))
        early = None
        if self.history is not None and self.history.step > 0:
            self.history.copy_saved(self.inputs, out)
            early = self.history.state
        laid = self.laid.with_rows(rows, self._seen)
        diverged = by_kernel(request, self.plan, self.inputs, out, early, threads, on_compile, laid)
        faults: tuple[tuple[str, float], ...] = ()
        if diverged.any():
            faults = first_faults(replace(request, paths={**request.paths, **given}), diverged)
        return RunResult(out, request.outputs, request.times, diverged, faults, "kernel")

    def _checked(self, name: str, path: Path) -> tuple[Floats, Floats]:
        if name not in self.varying:
            raise ValueError(f"{name} was not given as a path that varies")
        times, values = checked_path(name, path, self.request.members)
        if values.ndim > 1:
            raise ValueError(f"the path of {name} has a row a member, expected one for all")
        return times, values

    def _refuse_parting(self, name: str, number: int, row: Row) -> None:
        if self.history is None or not self._seen:
            return
        behind, level = self._behind[number]
        knots = row.knots[: int(row.left[self._seen - 1]) + 2]
        if level is not None and (knots.view(np.int64) == level).all():
            return  # between knots of one value there is no other
        if not same_bits(row.whole(self._seen), behind):
            raise ValueError(f"{name} differs before {self.history.time:g}, where the history ends")


def ready(
    program: Program,
    outputs: Sequence[str],
    times: npt.ArrayLike,
    *,
    varying: Sequence[str],
    parameters: Mapping[str, npt.ArrayLike],
    paths: Mapping[str, Path],
    members: int,
    integrator: Integrator,
    time_step: float | None,
    history: History | None,
) -> Ready:
    """Check and lay out a request once; see :meth:`.LoadedProgram.ready`."""
    from qiantang.engine.compiled.blocks import Laid
    from qiantang.engine.compiled.kernel import chunk_size

    refuse_unknown("kernel", integrator)
    request = checked(program, outputs, times, parameters, paths, members, integrator, time_step)
    for name in varying:
        if name not in paths or np.ndim(paths[name].values) != 1:
            raise ValueError(f"{name} is to vary, and no path that all members share is given")
    refuse_size(len(request.outputs), len(request.times), members)
    the_plan = planned(request)
    inputs = prepared(request, the_plan)
    if history is not None and history.step > 0:
        history.refuse_other(request, the_plan, inputs, "kernel")
    laid = Laid(inputs, chunk_size(members, os.cpu_count() or 1), kept=True)
    return Ready(request, the_plan, inputs, laid, tuple(varying), history)
