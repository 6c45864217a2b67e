"""Operations of many numbers for a kernel: rows of the scratch array in, rows out, lane by lane.

The same as in :mod:`qiantang.engine.wide_functions`, in plain arithmetic that Numba compiles.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.operations import (
    EXPONENTIAL,
    HALVINGS,
    NORMAL,
    REACH,
    RECTANGULAR,
    TRIANGULAR,
)

plain = numba.njit(error_model="numpy", nogil=True)
"""Decorator of functions that stay apart from the step."""

REACHES = np.array([0.0, *(REACH[code] for code in sorted(REACH))])


@plain
def inverse(a: Any, at: int, count: int) -> float:
    """Put the inverse of a matrix in its place; of a singular one it is not finite."""
    size = round(math.sqrt(count))
    matrix = np.empty((size, size))
    order = np.empty(size, dtype=np.int64)
    for lane in range(WIDTH):
        for k in range(count):
            matrix[k // size, k % size] = a[at + k * WIDTH + lane]
        _invert(matrix, order)
        for k in range(count):
            a[at + k * WIDTH + lane] = matrix[k // size, k % size]
    return 0.0


@plain
def _invert(matrix: Any, order: Any) -> None:
    """Invert in place, the largest pivot of each column brought up."""
    size = len(order)
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        order[k] = best
        for j in range(size):
            matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
        pivot = matrix[k, k]
        matrix[k, k] = 1.0
        for j in range(size):
            matrix[k, j] /= pivot
        for i in range(size):
            factor = matrix[i, k]
            if i == k or factor == 0.0:
                continue
            matrix[i, k] = 0.0
            for j in range(size):
                matrix[i, j] -= factor * matrix[k, j]
    for k in range(size - 1, -1, -1):
        for i in range(size):
            matrix[i, k], matrix[i, order[k]] = matrix[i, order[k]], matrix[i, k]


@plain
def order(a: Any, at: int, count: int) -> float:
    """Put the places of the entries of a sorted vector into the first rows."""
    entries = np.empty(count - 1)
    for lane in range(WIDTH):
        for k in range(1, count):
            entries[k - 1] = a[at + k * WIDTH + lane]
        found = np.argsort(entries, kind="mergesort")
        upwards = a[at + lane] > 0.0
        for k in range(count - 1):
            a[at + k * WIDTH + lane] = found[k if upwards else count - 2 - k]
    return 0.0


@plain
def ranks(a: Any, at: int, count: int) -> float:
    """Put the place of each entry of a vector in the sorted vector into the first rows."""
    order(a, at, count)
    places = np.empty(count - 1, dtype=np.int64)
    for lane in range(WIDTH):
        for k in range(count - 1):
            places[k] = int(a[at + k * WIDTH + lane])
        for k in range(count - 1):
            a[at + places[k] * WIDTH + lane] = k
    return 0.0


@plain
def market(a: Any, at: int, count: int) -> float:
    """Put the price of a market, and all requests together, into the first two rows."""
    claims = np.empty(count)
    corners = np.empty(3 * (count // 4))
    for lane in range(WIDTH):
        for k in range(count):
            claims[k] = a[at + k * WIDTH + lane]
        wanted, wrong = 0.0, not claims[0] >= 0.0
        for k in range(1, count, 4):
            wanted += claims[k + 1]
            wrong = wrong or not (claims[k + 1] >= 0.0 and claims[k + 3] > 0.0)
        a[at + lane] = math.nan if wrong else _price(claims, corners)
        a[at + WIDTH + lane] = wanted
    return 0.0


@plain
def _price(claims: Any, corners: Any) -> float:
    """Return the price at which claimants together take the supply."""
    found, curved = 0, False
    for k in range(1, len(claims), 4):
        code, priority, width = claims[k], claims[k + 2], claims[k + 3]
        half = REACHES[int(code)] * width
        corners[found], corners[found + 1] = priority - half, priority + half
        found += 2
        if code == TRIANGULAR:
            corners[found] = priority
            found += 1
        curved = curved or code in (NORMAL, EXPONENTIAL)
    ends = np.sort(corners[:found])
    first, last = 0, found - 1
    while last - first > 1:
        middle = (first + last) // 2
        if _taken(claims, ends[middle]) >= claims[0]:
            first = middle
        else:
            last = middle
    low, high = ends[first], ends[last]
    return _halved(claims, low, high) if curved else _rooted(claims, low, high)


@plain
def _halved(claims: Any, low: float, high: float) -> float:
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if _taken(claims, middle) >= claims[0]:
            low = middle
        else:
            high = middle
    return low


@plain
def _rooted(claims: Any, low: float, high: float) -> float:
    """Return the root of first + slope u + bend u^2 = supply, u from 0 at low to 1 at high."""
    first, third = _taken(claims, low), _taken(claims, high)
    bend = 2.0 * (first - 2.0 * _taken(claims, 0.5 * (low + high)) + third)
    slope = third - first - bend
    missing = first - claims[0]
    steep = math.sqrt(max(0.0, slope * slope - 4.0 * bend * missing)) - slope
    share = 2.0 * missing / steep if steep > 0.0 else 0.0
    return low + min(1.0, max(0.0, share)) * (high - low)


@plain
def _taken(claims: Any, price: float) -> float:
    """Return what all take together at a price."""
    total = 0.0
    for k in range(1, len(claims), 4):
        away = (price - claims[k + 2]) / claims[k + 3]
        total += claims[k + 1] * _part(claims[k], away)
    return total


@plain
def _part(code: float, away: float) -> float:
    """Return the part of its request that a claimant takes some widths past its priority."""
    if code == NORMAL:
        return 0.5 * math.erfc(away * 0.7071067811865476)
    if code == EXPONENTIAL:
        tail = 0.5 * math.exp(-abs(away))
        return 1.0 - tail if away < 0.0 else tail
    through = min(1.0, max(0.0, away + 0.5))
    rest = 1.0 - through
    if code == RECTANGULAR:
        return rest
    return 1.0 - 2.0 * through * through if through < 0.5 else 2.0 * rest * rest
