"""A value over time: the one form in which levers, drivers and innovations reach a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """Values of a variable over time, linear between knots, held outside.

    Parameters
    ----------
    times : array of shape (K,) [time unit of the model]
        Knots, ascending.
    values : array of shape (K,) or (members, K)
        Values at the knots, the same for all members or one row each.
    """

    times: Floats
    values: Floats

    @classmethod
    def level(cls, value: float, at: float) -> Path:
        """Return a path that stays at one value."""
        return cls(np.array([at]), np.array([value]))

    def stays_at(self, value: float) -> bool:
        """Return whether a path that all members share has one value throughout, to the bit."""
        mine = np.asarray(self.values, dtype=np.float64)
        return mine.ndim == 1 and bool(
            (mine.view(np.int64) == np.float64(value).view(np.int64)).all()
        )

    def at(self, times: Floats) -> Floats:
        """Return the values of a path that is the same for all members, shape of the times."""
        return np.asarray(np.interp(times, self.times, self.values))

    def scaled(self, share: float) -> Path:
        """Return the path with every value times a share."""
        return Path(self.times, float(share) * np.asarray(self.values, dtype=np.float64))

    def later(self, years: float) -> Path:
        """Return the path with every knot so much later. [time unit of the model]"""
        return Path(np.asarray(self.times, dtype=np.float64) + years, self.values)

    def towards(self, full: Path, share: npt.ArrayLike) -> Path:
        """Return the path some way towards another: itself at share 0, the other at share 1.

        Parameters
        ----------
        full : Path
        share : float or array of shape (members,)
            Either gives a path of its own to each member or one to all.
        """
        return self.way_to(full).at(share)

    def way_to(self, full: Path) -> Way:
        """Return the way to another path, for many shares of it."""
        times = np.union1d(self.times, full.times)
        low = self.at(times)
        return Way(times, low, full.at(times) - low)

    def parting(self, other: Path) -> float:
        """Return the last time up to which two paths are surely the same; infinite if throughout.

        Paths that differ from the first knot on have minus infinity.
        """
        if np.size(other.times) == np.size(other.values) == 1 and np.ndim(self.values) == 1:
            mine = np.asarray(self.values)  # a level, as most are held against
            differs = np.flatnonzero(mine != np.ravel(other.values)[0])
            return _before(np.asarray(self.times), differs)
        times = np.union1d(self.times, other.times)
        rows = (np.atleast_2d(np.asarray(p.values, dtype=np.float64)) for p in (self, other))
        mine, theirs = (
            np.array([np.interp(times, p.times, row) for row in values])
            for p, values in zip((self, other), rows, strict=True)
        )
        return _before(times, np.flatnonzero((mine != theirs).any(axis=0)))

    def repeated(self, count: int) -> Path:
        """Return a path with its rows several times over, block after block."""
        values = np.asarray(self.values)
        return self if count == 1 or values.ndim == 1 else Path(
            self.times, np.tile(values, (count, 1))
        )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """All paths between two: their knots, the values at one end, and how far it is to the other."""

    times: Floats
    low: Floats
    span: Floats

    def at(self, share: npt.ArrayLike) -> Path:
        """Return the path some way along; see :meth:`Path.towards`."""
        return Path(
            self.times, self.low + np.asarray(share, dtype=np.float64)[..., None] * self.span
        )


def _before(times: Floats, differs: npt.NDArray[np.intp]) -> float:
    """Return the knot before the first that differs."""
    if not len(differs):
        return float("inf")
    return float(times[differs[0] - 1]) if differs[0] else float("-inf")
