"""Operations of many numbers at once: an inverse matrix, the price of a market, a sorted vector.

Their value is a row of numbers, of which ``entry`` takes one; members stand along the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.array_functions import normal_share
from qiantang.engine.operations import (
    EXPONENTIAL,
    HALVINGS,
    NORMAL,
    REACH,
    RECTANGULAR,
    TRIANGULAR,
)

Floats = npt.NDArray[np.float64]


def entry(values: Any, place: float) -> Any:
    """Return one of the numbers that a wide operation yields."""
    return values[int(place)]


def inverse(*entries: Any) -> Floats:
    """Return the inverse of a square matrix, by LU with partial pivoting (LAPACK's getrf).

    Parameters
    ----------
    *entries : float or array of shape (member,)
        Row by row.

    Returns
    -------
    array of shape (entry,) or (entry, member)
        Not a number where the matrix of a member is singular.
    """
    rows = _rows(entries)
    size = math.isqrt(len(entries))
    matrices = rows.reshape(size, size, -1).transpose(2, 0, 1)
    try:
        found = np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        found = np.array([_inverse_or_none(matrix) for matrix in matrices])
    across = np.asarray(found, dtype=np.float64).reshape(len(found), -1).T
    return np.ascontiguousarray(across).reshape(rows.shape)


def _inverse_or_none(matrix: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(matrix.shape, np.nan)


def _rows(values: Sequence[Any]) -> Floats:
    """Return values as rows of one width."""
    wide = max(map(np.shape, values), key=len)
    rows = np.empty((len(values), *wide))
    for row, value in zip(rows if wide else rows.reshape(-1, 1), values, strict=True):
        row[...] = value
    return rows


def order(upwards: Any, *entries: Any) -> Floats:
    """Return the place of each entry of a sorted vector in the vector, from 0.

    Equals keep their order; downwards is upwards reversed, equals included.

    Parameters
    ----------
    upwards : float or array of shape (member,)
        Above zero where the least comes first.
    *entries : float or array of shape (member,)

    Returns
    -------
    array of shape (entry,) or (entry, member)
    """
    rows = _rows((upwards, *entries))
    found = np.argsort(rows[1:], axis=0, kind="stable")
    return np.where(rows[0] > 0.0, found, found[::-1]).astype(np.float64)


def ranks(upwards: Any, *entries: Any) -> Floats:
    """Return the place of each entry of a vector in the sorted vector; see :func:`order`."""
    return np.argsort(order(upwards, *entries), axis=0, kind="stable").astype(np.float64)


def market(supply: Any, *claims: Any) -> Floats:
    """Return the price at which all claimants together take a supply.

    Between two neighbouring corners of the profiles, found by halving among them, the total of
    rectangular and triangular profiles is a polynomial of the second degree, whose root is taken;
    with others the price is halved on.

    Parameters
    ----------
    supply : float or array of shape (member,)
    *claims : float or array of shape (member,)
        Of each claimant profile, request, priority and width.

    Returns
    -------
    array of shape (2,) or (2, member)
        The price, not a number where the supply or a request is negative or a width is not
        positive, and all requests together.
    """
    rows = _rows((supply, *claims))
    flat = rows.reshape(len(rows), -1)
    codes, requests, priorities, widths = (flat[first::4] for first in range(1, 5))
    wanted = requests.sum(axis=0)
    wrong = ~((flat[0] >= 0.0) & (requests >= 0.0).all(axis=0) & (widths > 0.0).all(axis=0))
    taken = _Taken(codes[:, 0], requests, priorities, np.where(wrong, 1.0, widths))
    price = taken.price(flat[0])
    found = np.array([np.where(wrong, np.nan, price), wanted])
    return found.reshape(2, *rows.shape[1:])


class _Taken:
    """What claimants take at a price, each array of shape (claimant, member)."""

    def __init__(self, codes: Floats, requests: Floats, priorities: Floats, widths: Floats) -> None:
        self.codes, self.requests = codes, requests
        self.priorities, self.widths = priorities, widths

    def price(self, supply: Floats) -> Floats:
        """Return the price at which they take a supply."""
        half = np.array([REACH[int(code)] for code in self.codes])[:, None] * self.widths
        triangles = self.priorities[self.codes == TRIANGULAR]
        ends = (self.priorities - half, self.priorities + half, triangles)
        corners = np.sort(np.concatenate(ends), axis=0)
        members = np.arange(corners.shape[1])
        low = np.zeros(len(members), dtype=np.int64)
        high = np.full(len(members), len(corners) - 1)
        while (high - low > 1).any():
            middle = (low + high) // 2
            enough = self.at(corners[middle, members]) >= supply
            low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        below, above = corners[low, members], corners[high, members]
        if np.isin(self.codes, (NORMAL, EXPONENTIAL)).any():
            return self._halved(supply, below, above)
        return self._rooted(supply, below, above)

    def _halved(self, supply: Floats, low: Floats, high: Floats) -> Floats:
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            enough = self.at(middle) >= supply
            low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        return low

    def _rooted(self, supply: Floats, low: Floats, high: Floats) -> Floats:
        """Return the root of first + slope u + bend u^2 = supply, u from 0 at low to 1 at high."""
        first, second, third = self.at(low), self.at(0.5 * (low + high)), self.at(high)
        bend = 2.0 * (first - 2.0 * second + third)
        slope = third - first - bend
        missing = first - supply
        steep = np.sqrt(np.maximum(0.0, slope * slope - 4.0 * bend * missing)) - slope
        share = np.where(steep > 0.0, 2.0 * missing / np.where(steep > 0.0, steep, 1.0), 0.0)
        return np.asarray(low + np.clip(share, 0.0, 1.0) * (high - low))

    def at(self, price: Floats) -> Floats:
        """Return what all take together at a price."""
        away = (price - self.priorities) / self.widths
        through = np.clip(away + 0.5, 0.0, 1.0)
        rest = 1.0 - through
        bent = np.where(through < 0.5, 1.0 - 2.0 * through * through, 2.0 * rest * rest)
        tail = 0.5 * np.exp(-np.abs(away))
        fallen = np.where(away < 0.0, 1.0 - tail, tail)
        codes = self.codes[:, None]
        kinds = [codes == code for code in (RECTANGULAR, TRIANGULAR, EXPONENTIAL)]
        part = np.select(kinds, [rest, bent, fallen], normal_share(-away))
        return np.asarray((self.requests * part).sum(axis=0))
