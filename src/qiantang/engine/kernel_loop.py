"""The parts of a kernel that are the same for every model: rows in, rows out."""

from __future__ import annotations

from typing import Any

import numpy as np

from qiantang.engine.intrinsics import inline

unsigned = np.uint64
"""An index without a sign spares the check for one, which would keep LLVM from vectorising."""


@inline
def fill(
    a: Any,
    first: Any,
    width: Any,
    index: Any,
    series: Any,
    series_of: Any,
    knots: Any,
    knot_of: Any,
    left: Any,
    share: Any,
    lanes: Any,
    here: Any,
) -> None:
    """Put the given values of one time into their rows, shared ones and paths of members."""
    count = unsigned(width)
    for r in range(series_of.size):
        row = unsigned((first + r) * width)
        if series_of[r] >= 0:
            value = series[series_of[r], index]
            for lane in range(count):
                a[row + lane] = value
        else:
            at = unsigned((knot_of[r] + left[r, index]) * lanes + here)
            part = share[r, index]
            if part == 0.0:
                for lane in range(count):
                    a[row + lane] = knots[at + lane]
            else:
                after = at + unsigned(lanes)
                for lane in range(count):
                    value = knots[at + lane]
                    a[row + lane] = value + (knots[after + lane] - value) * part


@inline
def delayed(a: Any, delays: Any, past: Any, k: Any, steps: Any, width: Any) -> None:
    """Put what fixed delays yield at a step into their rows."""
    for d in range(delays.shape[0]):
        for lane in range(width):
            order = a[delays[d, 3] * width + lane]
            value = a[delays[d, 1] * width + lane]
            if order != order:
                value = np.nan
            elif order <= k:
                value = past[(d * (steps + 1) + k - int(order)) * width + lane]
            a[delays[d, 0] * width + lane] = value


@inline
def remember(a: Any, delays: Any, past: Any, k: Any, steps: Any, width: Any) -> None:
    """Keep the inputs of fixed delays at a step."""
    for d in range(delays.shape[0]):
        for lane in range(width):
            past[(d * (steps + 1) + k) * width + lane] = a[delays[d, 2] * width + lane]


@inline
def record(
    a: Any,
    rows: Any,
    width: Any,
    place: Any,
    times: Any,
    out: Any,
    members: Any,
    here: Any,
    bad: Any,
) -> None:
    """Copy the rows of outputs to the result, and flag what is not finite."""
    count = min(width, members - here)
    for i in range(rows.shape[0]):
        at = (rows[i, 0] * times + place) * members + here
        row = rows[i, 1] * width
        for lane in range(count):
            value = a[row + lane]
            out[at + lane] = value
            if value - value != 0.0:
                bad[here + lane] = 1


@inline
def check(a: Any, rows: Any, width: Any, members: Any, here: Any, bad: Any) -> None:
    """Flag the members in which a state is not finite at the end; a fault stays in a state."""
    count = min(width, members - here)
    for i in range(rows.size):
        for lane in range(count):
            value = a[rows[i] * width + lane]
            if value - value != 0.0:
                bad[here + lane] = 1
