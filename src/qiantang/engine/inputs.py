"""What a run is given: constants per member, and slots filled at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Inputs:
    """Everything a run reads from outside.

    Parameters
    ----------
    constants : list of float or array of shape (member,)
        One entry a constant slot.
    grid : array of shape (index,)
        Times; with ``stride`` 3 middle and end of each step stand between them.
    stride : int
        1, or 3 where the integrator looks at the middle and the end of a step.
    steps : int
        Number of steps.
    time_step : float
        Their length.
    rows : list of Row
        One a filled slot.
    saved : array of int, shape (time,)
        Step of each wanted time.
    members : int
        Number of members.
    """

    constants: Sequence[float | Floats]
    grid: Floats
    stride: int
    steps: int
    time_step: float
    rows: Sequence[Row]
    saved: npt.NDArray[np.int64]
    members: int

    def row(self, row: int, index: int) -> float | Floats:
        """Return the value of a filled slot at an index of the grid."""
        return self.rows[row].at(index)


@dataclass(frozen=True)
class Row:
    """Values of one filled slot.

    Parameters
    ----------
    knots : array of shape (K,) or (K, member)
        Values; one for all members, or one each.
    left : array of int, shape (index,)
        Knot before each time of the grid.
    share : array of shape (index,)
        How far towards the next knot.
    """

    knots: Floats
    left: npt.NDArray[np.int64]
    share: Floats

    def at(self, index: int) -> float | Floats:
        """Return the value, linear between knots."""
        left, share = self.left[index], self.share[index]
        value: float | Floats = self.knots[left]
        if share != 0.0:
            value = value + (self.knots[left + 1] - value) * share
        return value

    def whole(self, length: int | None = None) -> Floats:
        """Return the values of a shared slot at all times of the grid, or at the first few."""
        return self.between(0, length)

    def between(self, begin: int, end: int | None) -> Floats:
        """Return the values of a slot of one member, or a shared one, at some times of the grid."""
        left, share = self.left[begin:end], self.share[begin:end]
        knots = self.knots if self.knots.ndim == 1 else self.knots[:, 0]
        value = knots[left]
        right = np.minimum(left + 1, len(knots) - 1)
        return np.asarray(np.where(share == 0.0, value, value + (knots[right] - value) * share))


def path_row(times: Floats, values: Floats, grid: Floats, bits: bytes | None = None) -> Row:
    """Return a path on a grid, whose bits may be at hand: linear between knots, held outside."""
    left, share = _places(times.tobytes(), grid.tobytes() if bits is None else bits)
    return Row(np.ascontiguousarray(values.T), left, share)


@lru_cache(maxsize=128)
def _places(times_bits: bytes, grid_bits: bytes) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the knot before each time of a grid and how far towards the next one it lies.

    Most paths of a study have the same knots, in this run and the next.
    """
    times, grid = np.frombuffer(times_bits), np.frombuffer(grid_bits)
    left = np.clip(np.searchsorted(times, grid, side="right") - 1, 0, len(times) - 1)
    right = np.minimum(left + 1, len(times) - 1)
    width = np.where(right > left, times[right] - times[left], 1.0)
    share = np.where(right > left, np.clip((grid - times[left]) / width, 0.0, 1.0), 0.0)
    left = left.astype(np.int64)
    left.flags.writeable = share.flags.writeable = False
    return left, share


def series_row(values: Floats) -> Row:
    """Return a slot whose value is known at each time of the grid."""
    return Row(values, *_every_time(len(values)))


@lru_cache(maxsize=4)
def _every_time(length: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the places of knots that stand at each time of a grid, shared by all such rows."""
    left, share = np.arange(length, dtype=np.int64), np.zeros(length)
    left.flags.writeable = share.flags.writeable = False
    return left, share


def same_bits(one: float | Floats, other: float | Floats) -> bool:
    """Return whether two values are the same bit for bit, one for all counting as one each."""
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if a.shape == b.shape:
        return a.tobytes() == b.tobytes()
    return bool(np.all(a.view(np.int64) == b.view(np.int64)))


def first_difference(one: Row, other: Row, length: int) -> int:
    """Return the first of some indices of the grid at which two rows differ, or their number."""
    if one is other:
        return length
    if one.knots.ndim == other.knots.ndim == 1:
        a, b = one.whole(length).view(np.int64), other.whole(length).view(np.int64)
        return _first(a != b, length)
    left, share = one.left[:length], one.share[:length]
    aligned = one.left is other.left and one.share is other.share
    aligned = aligned or (
        np.array_equal(left, other.left[:length]) and np.array_equal(share, other.share[:length])
    )
    if aligned and len(one.knots) == len(other.knots):
        a, b = (row.knots.reshape(len(row.knots), -1).view(np.int64) for row in (one, other))
        off = np.append((a != b).any(axis=1), False)  # what all share counts as one's own
        return _first(off[left] | (off[left + 1] & (share != 0.0)), length)
    for index in _moves(one, other, length):
        if not same_bits(one.at(index), other.at(index)):
            return int(index)
    return length


def _moves(one: Row, other: Row, length: int) -> npt.NDArray[np.intp]:
    """Return the times at which either row leaves its place; in between neither has a new value."""
    moved = np.zeros(length, dtype=np.bool_)
    moved[:1] = True
    for place in (one.left, one.share, other.left, other.share):
        moved[1:] |= place[1:length] != place[: length - 1]
    return np.flatnonzero(moved)


def _first(differs: npt.NDArray[np.bool_], length: int) -> int:
    return int(np.argmax(differs)) if differs.any() else length
