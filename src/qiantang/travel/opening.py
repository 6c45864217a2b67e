"""A slot that a slider changes from a date on: its knots before, and room for those after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.inputs import Inputs, Row, path_row
from qiantang.travel.outside import After, How

Array = NDArray[np.float64]

HOW: tuple[How, ...] = ("growth", "value", "factor")
"""What a slider's number is, by the number that the page knows it by."""


@dataclass(frozen=True)
class Opened:
    """Knots of a slot, those from the date on apart.

    Parameters
    ----------
    knots : ndarray, shape (knot, member)
        Those before, the last of them the value at the date; then zeros, which the page fills.
    before : int
        Number of those before.
    left, share : ndarray, shape (step,)
        Knot before each step, and how far towards the next.
    figures : ndarray, shape (figure, member)
        What the knots from the date on are made of.
    told : (int, int)
        Place in :data:`HOW`, and years that open with a jump, a bit each.
    """

    knots: Array
    before: int
    left: NDArray[np.int64]
    share: Array
    figures: Array
    told: tuple[int, int]


def opened(row: Row, inputs: Inputs, begin: int, after: After) -> Opened:
    """Return a slot with its knots from a date on apart.

    Parameters
    ----------
    row : Row
        Of the slot, as the members have it.
    inputs : Inputs
    begin : int
        Step at which the page begins.
    after : After

    Notes
    -----
    Steps before the date keep places and weights; of a yearly driver the steps after it have those
    that the same times of knots give, so that a world that no slider changes has the same bits.
    """
    whole = row.knots if row.knots.ndim == 2 else row.knots[:, None] + np.zeros(inputs.members)
    first = max(begin, int(np.searchsorted(inputs.grid, after.date - 1e-9)))
    left, share = row.left[begin:].copy(), row.share[begin:].copy()
    early, low = first - begin, int(left[0])
    # Up to the value at the date, which is the right neighbour of the last step before it.
    end = int(left[early - 1]) + 1 if early else low
    before = whole[low : end + 1]
    if after.times is None or after.rows is None:
        figures, lowest = whole[left[early] : left[-1] + 2], int(left[early])
        left[early:] += len(before) - lowest
        count = len(figures)
    else:
        figures, count = after.rows, len(after.times)
        places = path_row(after.times, np.zeros(count), inputs.grid[first:])
        left[early:], share[early:] = places.left + len(before), places.share
    left[:early] -= low
    knots = np.concatenate([before, np.zeros((count, inputs.members))])
    told = HOW.index(after.how), sum(1 << place for place in after.jumps)
    return Opened(knots, len(before), left, share, figures, told)
