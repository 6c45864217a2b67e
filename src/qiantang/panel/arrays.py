"""The panel as arrays, one record a kind of model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """Yearly log changes of shares.

    Parameters
    ----------
    names : tuple of str, length k
        Members: cities, or series of one city.
    city, year : ndarray of int, shape (n,)
        Member and year of each change, both counted from 0.
    change, last : ndarray, shape (n,)
        Log change of the share, and its log the year before, up to a constant. [Dmnl]
    error : ndarray, shape (n,)
        Standard deviation of the measurement error of the change. [Dmnl]
    first : ndarray, shape (k,)
        Log share of each member when it is first seen.
    span : (int, int)
        First and last year of a change.
    """

    names: tuple[str, ...]
    city: Index
    year: Index
    change: Array
    last: Array
    error: Array
    first: Array
    span: tuple[int, int]

    @property
    def cities(self) -> int:
        """Number of members."""
        return len(self.names)

    @property
    def years(self) -> int:
        """Number of years from the first change to the last."""
        return self.span[1] - self.span[0] + 1


@dataclass(frozen=True)
class Crowding:
    """Changes of airports' shares with their crowding.

    Parameters
    ----------
    changes : Changes
    load : ndarray, shape (n, s)
        Log of last year's traffic over design capacity; with a knee one column below it, one above.
    """

    changes: Changes
    load: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Airports."""
        return self.changes.names

    @property
    def city(self) -> Index:
        """Airport of each change."""
        return self.changes.city

    @property
    def span(self) -> tuple[int, int]:
        """First and last year of a change."""
        return self.changes.span


@dataclass(frozen=True)
class Counts:
    """Events counted by city and year.

    Parameters
    ----------
    names : tuple of str, length k
    city : ndarray of int, shape (n,)
    signed : ndarray of int, shape (n,)
    span : (int, int)
    """

    names: tuple[str, ...]
    city: Index
    signed: Index
    span: tuple[int, int]

    @property
    def cities(self) -> int:
        """Number of cities."""
        return len(self.names)
