"""The inputs of a kernel, laid out block by block, and its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.compiled.widths import ALIGNMENT, WIDTH
from qiantang.engine.inputs import Inputs, Row

Floats = npt.NDArray[np.float64]


class Laid:
    """The inputs of a run, laid out for a kernel.

    Parameters
    ----------
    inputs : Inputs
        Constants, filled slots and times.
    size : int
        Members whose inputs are laid out at a time, whole blocks of them.
    kept : bool
        Lay all members out at once and keep that, for runs that differ in shared rows alone.
    """

    def __init__(self, inputs: Inputs, size: int, *, kept: bool = False) -> None:
        self.inputs, self.size = inputs, size
        self.shared = SharedInputs(inputs)
        self._kept = _chunk(inputs, self.shared, 0, inputs.members) if kept else None

    def begins(self, size: int | None = None) -> range:
        """Return the first member of each part; the parts of a kept one may have any size."""
        step = size if self._kept is not None and size is not None else self.size
        return range(0, self.inputs.members, step)

    def with_rows(self, rows: Mapping[int, Row], begin: int) -> Laid:
        """Return the same with other values in some of the shared rows, to be run from a step on.

        Parameters
        ----------
        rows : mapping of int to Row
            By the number of the row.
        begin : int
            First time of the grid that is looked at, besides the very first.
        """
        other = copy(self)
        other.shared = copy(self.shared)
        mine, places = self.shared.series, self.shared.series_of
        series = other.shared.series = np.empty(mine.shape)
        series[0], series[begin:] = mine[0], mine[begin:]
        for number, row in rows.items():
            series[0, places[number]] = row.at(0)
            series[begin:, places[number]] = row.between(begin, None)
        return other

    def arguments(self, flat: Floats, begin: int, size: int | None = None) -> tuple[Any, ...]:
        """Return the arguments of a kernel for a part, save where it flags its members.

        Parameters
        ----------
        flat : array
            Where the values go: output, time and member in one axis.
        begin : int
            First member of the part.
        size : int, optional
            Members of the part, as those of `begins`.
        """
        shared, inputs = self.shared, self.inputs
        if self._kept is not None:
            chunk, offset, first = self._kept, 0, begin // WIDTH
            last = min(-(-(begin + (size or self.size)) // WIDTH), chunk.blocks)
        else:
            count = min(self.size, inputs.members - begin)
            chunk, offset, first = _chunk(inputs, shared, begin, count), begin, 0
            last = chunk.blocks
        return (
            first,
            last,
            offset,
            inputs.steps,
            inputs.time_step,
            shared.constants,
            chunk.constants,
            shared.constant_of,
            len(shared.lane_constants),
            shared.series,
            shared.series_of,
            chunk.knots,
            shared.knot_of,
            shared.knots + 1,
            shared.left,
            shared.share,
            inputs.saved[shared.order],
            shared.order,
            flat,
            inputs.members,
        )


class SharedInputs:
    """The inputs that all members share, and where each row finds its values."""

    def __init__(self, inputs: Inputs) -> None:
        self.order = np.argsort(inputs.saved, kind="stable").astype(np.int64)
        lanes = [i for i, c in enumerate(inputs.constants) if np.ndim(c) == 1]
        self.constant_of = np.full(len(inputs.constants), -1, dtype=np.int64)
        self.constant_of[lanes] = np.arange(len(lanes))
        self.constants = np.array([0.0 if np.ndim(c) == 1 else float(c) for c in inputs.constants])
        self.lane_constants = np.array([inputs.constants[i] for i in lanes])
        count, length = len(inputs.rows), len(inputs.grid)
        self.series_of = np.full(count, -1, dtype=np.int64)
        self.knot_of = np.zeros(count, dtype=np.int64)
        self.left = np.zeros((count, length), dtype=np.int64)
        self.share = np.zeros((count, length))
        series: list[Floats] = []
        knots = 0
        self.lane_rows: list[Row] = []
        for number, row in enumerate(inputs.rows):
            if row.knots.ndim == 1:
                self.series_of[number] = len(series)
                series.append(row.whole())
            else:
                self.left[number], self.share[number] = row.left, row.share
                self.knot_of[number] = knots
                self.lane_rows.append(row)
                knots += len(row.knots)
        self.knots = knots
        self.left = np.ascontiguousarray(self.left.T)
        self.share = np.ascontiguousarray(self.share.T)
        self.series = np.ascontiguousarray(np.array(series).reshape(len(series), length).T)


@dataclass(frozen=True)
class _Chunk:
    """The inputs of some members, block by block, padded by repeating the last member."""

    blocks: int
    constants: Floats
    knots: Floats


def _chunk(inputs: Inputs, shared: SharedInputs, begin: int, count: int) -> _Chunk:
    blocks = -(-count // WIDTH)
    constants = aligned_rows(blocks, len(shared.lane_constants))
    if len(shared.lane_constants):
        _spread(shared.lane_constants[:, begin : begin + count], constants)
    # One row more, as the last knot's right neighbour is read with a weight of zero.
    knots = aligned_rows(blocks, shared.knots + 1)
    at = 0
    for row in shared.lane_rows:
        _spread(row.knots[:, begin : begin + count], knots[:, at : at + len(row.knots)])
        at += len(row.knots)
    knots[:, at] = 0.0
    return _Chunk(blocks, constants.reshape(-1), knots.reshape(-1))


def _spread(values: Floats, rows: Floats) -> None:
    """Put values, (row, member), into the rows of each block, the last member repeated."""
    count = values.shape[1]
    full = count // WIDTH
    rows[:full] = values[:, : full * WIDTH].reshape(len(values), full, WIDTH).transpose(1, 0, 2)
    if full < len(rows):
        rest = count - full * WIDTH
        rows[full, :, :rest] = values[:, full * WIDTH :]
        rows[full, :, rest:] = values[:, -1:]


def aligned_rows(blocks: int, rows: int) -> Floats:
    """Return rows of lanes for each block, the first where a line of memory begins."""
    size = blocks * rows * WIDTH
    raw = np.empty(size + ALIGNMENT // 8)
    skip = -raw.ctypes.data % ALIGNMENT // 8
    return raw[skip : skip + size].reshape(blocks, rows, WIDTH)
