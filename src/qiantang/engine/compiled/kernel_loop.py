"""The parts of a kernel that are the same for every model: rows in, rows out."""

from __future__ import annotations

from typing import Any

import numpy as np

from qiantang.engine.compiled.intrinsics import inline
from qiantang.engine.compiled.lanes import ALIGNMENT, WIDTH, load, store


@inline
def fill(
    a: Any,
    first: Any,
    index: Any,
    series: Any,
    series_of: Any,
    knots: Any,
    knot_of: Any,
    left: Any,
    share: Any,
    base: Any,
) -> None:
    """Put the given values of one time into their rows, shared ones and paths of members."""
    for r in range(series_of.size):
        row = (first + r) * WIDTH
        if series_of[r] >= 0:
            store(a, row, series[index, series_of[r]])
        else:
            at = base + (knot_of[r] + left[index, r]) * WIDTH
            part = share[index, r]
            value = load(knots, at)
            if part != 0.0:
                value = value + (load(knots, at + WIDTH) - value) * part
            store(a, row, value)


@inline
def constants(a: Any, shared: Any, own: Any, own_of: Any, base: Any) -> None:
    """Put the constants into their rows, shared ones and those of members."""
    for r in range(own_of.size):
        if own_of[r] < 0:
            store(a, r * WIDTH, shared[r])
        else:
            store(a, r * WIDTH, load(own, base + own_of[r] * WIDTH))


@inline
def aligned(size: Any) -> Any:
    """Return zeros that begin where a line of memory does."""
    raw = np.zeros(size + ALIGNMENT // 8)
    skip = (ALIGNMENT - raw.ctypes.data % ALIGNMENT) % ALIGNMENT // 8
    return raw[skip : skip + size]


@inline
def common_orders(a: Any, delays: Any, common: Any) -> None:
    """Note the number of steps of each fixed delay where all lanes share it, else -1."""
    for d in range(delays.shape[0]):
        row = delays[d, 3] * WIDTH
        common[d] = int(a[row]) if a[row] >= 0.0 else -1
        for lane in range(WIDTH):
            if a[row + lane] != a[row]:
                common[d] = -1


@inline
def arrived(a: Any, delays: Any, d: Any, past: Any, k: Any, steps: Any, lane: Any) -> Any:
    """Return what a delay of a varying number of steps yields at a step in one lane."""
    first, reach = a[delays[d, 1] * WIDTH + lane], a[delays[d, 6] * WIDTH + lane]
    inputs = d * (steps + 1) * WIDTH + lane
    numbers = delays[d, 5] * (steps + 1) * WIDTH + lane
    if k == 0:
        return first
    if reach != reach:
        return np.nan
    begin = k - int(min(reach, float(k)))
    if delays[d, 4] == 1:
        for i in range(k - 1, begin - 1, -1):
            if i + past[numbers + i * WIDTH] <= k:
                return past[inputs + i * WIDTH]
        return first
    total = first if k < past[numbers] else 0.0
    for i in range(k - 1, begin - 1, -1):  # as the other engines add them up
        if i + past[numbers + i * WIDTH] == k:
            total += past[inputs + i * WIDTH]
    return total


@inline
def delayed(a: Any, delays: Any, common: Any, past: Any, k: Any, steps: Any) -> None:
    """Put what fixed delays yield at a step into their rows."""
    for d in range(delays.shape[0]):
        row, first = delays[d, 0] * WIDTH, delays[d, 1] * WIDTH
        if delays[d, 4] > 0:
            for lane in range(WIDTH):
                a[row + lane] = arrived(a, delays, d, past, k, steps, lane)
        elif common[d] > k:
            store(a, row, load(a, first))
        elif common[d] >= 0:
            store(a, row, load(past, (d * (steps + 1) + k - common[d]) * WIDTH))
        else:
            for lane in range(WIDTH):
                order = a[delays[d, 3] * WIDTH + lane]
                value = a[first + lane]
                if order != order:
                    value = np.nan
                elif order <= k:
                    value = past[(d * (steps + 1) + k - int(order)) * WIDTH + lane]
                a[row + lane] = value


@inline
def remember(a: Any, delays: Any, past: Any, k: Any, steps: Any) -> None:
    """Keep the inputs of fixed delays at a step."""
    for d in range(delays.shape[0]):
        store(past, (d * (steps + 1) + k) * WIDTH, load(a, delays[d, 2] * WIDTH))


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


@inline
def keep(
    a: Any, rows: Any, delays: Any, past: Any, k: Any, steps: Any, careful: Any, at: Any, late: Any
) -> None:
    """Copy what a block needs to go on from a step into its record."""
    for i in range(rows.size):
        store(late, at + i * WIDTH, load(a, rows[i] * WIDTH))
    store(late, at + rows.size * WIDTH, float(careful))
    at += (rows.size + 1) * WIDTH
    for d in range(delays.shape[0]):
        for i in range(k):
            store(late, at + (d * k + i) * WIDTH, load(past, (d * (steps + 1) + i) * WIDTH))


@inline
def resume(
    a: Any, rows: Any, delays: Any, past: Any, k: Any, steps: Any, at: Any, early: Any
) -> Any:
    """Put the record of a block back in place; return whether its last step was a careful one."""
    for i in range(rows.size):
        store(a, rows[i] * WIDTH, load(early, at + i * WIDTH))
    careful = int(early[at + rows.size * WIDTH])
    at += (rows.size + 1) * WIDTH
    for d in range(delays.shape[0]):
        for i in range(k):
            store(past, (d * (steps + 1) + i) * WIDTH, load(early, at + (d * k + i) * WIDTH))
    return careful
