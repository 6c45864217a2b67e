"""The deviations of a member's series given figures: what the structure leaves unexplained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.discrepancy import covariance
from qiantang.ensemble.members import Members
from qiantang.review.guide import Prior, Seen, guide
from qiantang.review.readings import Reading
from qiantang.study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """One series' deviation in every member, free from the last knot that the fit has seen.

    Parameters
    ----------
    innovation : str
    sign : float
    knots : ndarray, shape (k,)
        [Year]
    paths : ndarray, shape (member, k)
        In logs of the series, before new figures.
    free : int
        First knot that new figures may move.
    mean : ndarray, shape (member, k - free)
    covariance : ndarray, shape (k - free, k - free)
    """

    innovation: str
    sign: float
    knots: Array
    paths: Array
    free: int
    mean: Array
    covariance: Array

    def given(
        self, readings: Sequence[Reading], said: Array, now: Array, noise: Array
    ) -> tuple[Array, Array]:
        """Draw the deviation given figures of the series.

        Parameters
        ----------
        readings : sequence of Reading, length n
        said : ndarray, shape (n, member)
            Log figures of a run whose deviation was `now`.
        now : ndarray, shape (member, k)
        noise : ndarray, shape (n, member)

        Returns
        -------
        tuple of ndarray
            Deviation, shape (member, k), and the surprise of the figures, shape (n, member).
        """
        rows = np.array([self._row(reading.figure.centre) for reading in readings])
        values = np.array([reading.log_value for reading in readings])[:, None]
        left = values - (said - rows @ now.T) - rows[:, : self.free] @ self.paths[:, : self.free].T
        error = np.array([reading.error for reading in readings])
        prior = Prior(self.paths[:, self.free :], self.mean, self.covariance)
        found = guide(prior, Seen(rows[:, self.free :], error, left, noise))
        return np.hstack([self.paths[:, : self.free], found.draws]), found.surprise

    def _row(self, time: float) -> Array:
        """Return the weights of the knots at a time, by which the fit reads a deviation too."""
        row = np.zeros(len(self.knots))
        right = int(np.clip(np.searchsorted(self.knots, time), 1, len(self.knots) - 1))
        gap = self.knots[right] - self.knots[right - 1]
        share = np.clip((time - self.knots[right - 1]) / gap, 0.0, 1.0)
        row[right - 1], row[right] = 1.0 - share, share
        return row


def deviations_of(study: Study, members: Members) -> dict[str, Deviation]:
    """Return the deviation of every series that the model carries.

    How far it moves in a year and what of it stays are those of the fit, the same for all members:
    a fit keeps their middle, not what each member drew. Where the fit has none, the prior's.
    """
    found = {}
    for name, record in study.discrepancy.items():
        if record.innovation is None:
            continue
        yearly, kept = record.natural(np.zeros(2))
        drift = study.fit.record.drift.get(name, {})
        yearly = np.asarray(drift.get("yearly_sd", yearly))
        kept = np.asarray(drift.get("persistence", kept))
        knots = members.times
        free = int(np.searchsorted(knots, study.fit.record.sees_until))
        paths = record.sign * np.broadcast_to(
            members.innovations[record.innovation], (members.size, len(knots))
        )
        last, later = knots[free - 1 : free], knots[free:]
        start = covariance(later, last, yearly, kept)
        variance = covariance(last, last, yearly, kept)
        found[name] = Deviation(
            record.innovation, float(record.sign), knots, paths, free,
            paths[:, free - 1 : free] @ (start / variance).T,
            covariance(later, later, yearly, kept) - start @ start.T / variance,
        )  # fmt: skip
    return found


def noise_of(readings: Sequence[Reading], members: int, seed: int) -> Array:
    """Return the errors that draws suppose, shape (n, member): a figure's own whatever else is."""
    return np.array(
        [np.random.default_rng([seed, _key(r.key)]).standard_normal(members) for r in readings]
    ).reshape(len(readings), members)


def by_series(readings: Sequence[Reading]) -> Mapping[str, list[int]]:
    """Return the places of the readings of each series."""
    found: dict[str, list[int]] = {}
    for place, reading in enumerate(readings):
        found.setdefault(reading.series, []).append(place)
    return found


def _key(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "little")
