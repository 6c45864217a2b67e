"""The parts of a kernel that are the same for every model: rows in, rows out."""

from __future__ import annotations

from typing import Any

import numpy as np

from qiantang.engine.compiled.intrinsics import inline
from qiantang.engine.compiled.lanes import load, store
from qiantang.engine.compiled.widths import WIDTH


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
def common_orders(a: Any, delays: Any, common: Any) -> None:
    """Note the number of steps of each fixed delay where all lanes share it, else -1."""
    for d in range(delays.shape[0]):
        row = delays[d, 3] * WIDTH
        common[d] = int(a[row]) if a[row] >= 0.0 else -1
        for lane in range(WIDTH):
            if a[row + lane] != a[row]:
                common[d] = -1


@inline
def expect(delays: Any, past: Any, due: Any, k: Any, steps: Any) -> None:
    """Note when what came in at a step will arrive, in delays of a varying number of steps.

    Of material the sum of what arrives is kept, of information the step from which it came, from
    1; a number of steps that is none makes what arrives at the next step none.
    """
    for d in range(delays.shape[0]):
        rule, here = delays[d, 4], delays[d, 6] * (steps + 2)
        for lane in range(WIDTH if rule > 0 else 0):
            number = past[(delays[d, 5] * (steps + 1) + k) * WIDTH + lane]
            value = past[(d * (steps + 1) + k) * WIDTH + lane]
            if number != number:
                due[(here + k + 1) * WIDTH + lane] = np.nan
            elif k + number <= steps:
                at = (here + k + int(number)) * WIDTH + lane
                due[at] = k + 1.0 if rule == 1 else due[at] + value


@inline
def arrived(a: Any, delays: Any, d: Any, past: Any, due: Any, k: Any, steps: Any) -> None:
    """Put what a delay of a varying number of steps yields at a step into its row."""
    here = (delays[d, 6] * (steps + 2) + k) * WIDTH
    for lane in range(WIDTH):
        first, value = a[delays[d, 1] * WIDTH + lane], due[here + lane]
        if k == 0:
            value = first
        elif delays[d, 4] == 2:
            waiting = k < past[delays[d, 5] * (steps + 1) * WIDTH + lane]
            value = (first if waiting else 0.0) + value
        else:
            if due[here - WIDTH + lane] > value:
                value = due[here - WIDTH + lane]
                due[here + lane] = value
            if value == 0.0:
                value = first
            elif value == value:
                value = past[(d * (steps + 1) + int(value) - 1) * WIDTH + lane]
        a[delays[d, 0] * WIDTH + lane] = value


@inline
def arrivals(a: Any, delays: Any, past: Any, due: Any, begin: Any, steps: Any) -> None:
    """Begin with nothing on the way but what came in before a step."""
    due[:] = 0.0
    for k in range(begin):
        for d in range(delays.shape[0]):
            if delays[d, 4] > 0:
                arrived(a, delays, d, past, due, k, steps)
        expect(delays, past, due, k, steps)


@inline
def delayed(a: Any, delays: Any, common: Any, past: Any, due: Any, k: Any, steps: Any) -> None:
    """Put what fixed delays yield at a step into their rows."""
    for d in range(delays.shape[0]):
        row, first = delays[d, 0] * WIDTH, delays[d, 1] * WIDTH
        if delays[d, 4] > 0:
            arrived(a, delays, d, past, due, k, steps)
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
def remember(a: Any, delays: Any, past: Any, due: Any, k: Any, steps: Any) -> None:
    """Keep the inputs of fixed delays at a step."""
    for d in range(delays.shape[0]):
        store(past, (d * (steps + 1) + k) * WIDTH, load(a, delays[d, 2] * WIDTH))
    if due.size > 0:
        expect(delays, past, due, k, steps)


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
