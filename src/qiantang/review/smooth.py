"""Members moved towards the figures, parameters included, where weights would leave too few.

Parameters, deviations and drivers are moved together by an ensemble smoother: each member becomes a
mixture of members, so that what held between parameters and past holds on. It is exact where the
model is linear and everything normal, and moves members to where the figures are instead of asking
which of them were there. Draws of counts stay as they are.

References
----------
Emerick and Reynolds (2013), Computers & Geosciences 55.
Luo and Bhakta (2020), Automatic and adaptive localization for ensemble-based history matching,
Journal of Petroleum Science and Engineering 184.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.ensemble.members import Members
from qiantang.priors import Priors

Array = NDArray[np.float64]

#: A correlation below this many standard errors of none counts as none.
SURE = 2.0


@dataclass(frozen=True)
class Parts:
    """Which rows of a state are what.

    Parameters
    ----------
    priors : Priors
        Its parameters come first, on the standard scale.
    members : Members
    drivers : mapping of str to Path
    innovations, moving : tuple of str
        Innovations that are moved, and drivers, in logs.
    """

    priors: Priors
    members: Members
    drivers: Mapping[str, Path]
    innovations: tuple[str, ...]
    moving: tuple[str, ...]

    def state(self) -> Array:
        """Return the members as a state, shape (k, member)."""
        names = self.priors.names
        natural = np.column_stack([self.members.parameters[name] for name in names])
        rows = [self.priors.standard(natural).T]
        rows += [self.members.innovations[name].T for name in self.innovations]
        rows += [np.log(np.asarray(self.drivers[name].values)).T for name in self.moving]
        return np.vstack(rows)

    def members_of(self, state: Array) -> tuple[Members, dict[str, Path]]:
        """Return the members of a state, and their drivers."""
        priors, place = self.priors, len(self.priors.names)
        z = np.clip(state[:place].T, priors.lower, priors.upper)
        parameters = {**self.members.parameters, **priors.as_parameters(z)}
        innovations, drivers = dict(self.members.innovations), dict(self.drivers)
        for name in self.innovations:
            innovations[name] = state[place : place + len(self.members.times)].T.copy()
            place += len(self.members.times)
        for name in self.moving:
            times = np.asarray(self.drivers[name].times)
            drivers[name] = Path(times, np.exp(state[place : place + len(times)]).T.copy())
            place += len(times)
        moved = replace(self.members, parameters=parameters, innovations=innovations)
        return moved, drivers


def parts_of(
    priors: Priors, members: Members, drivers: Mapping[str, Path], carried: Sequence[str]
) -> Parts:
    """Return what of some members can be moved."""
    moving = tuple(
        name
        for name, path in drivers.items()
        if np.ndim(path.values) == 2 and (np.asarray(path.values) > 0).all()
        and (np.ptp(path.values, axis=0) > 0).any()
    )  # fmt: skip
    names = tuple(n for n in carried if len(members.innovations[n]) == members.size)
    return Parts(priors, members, drivers, names, moving)


def taper_of(state: Array, said: Array) -> Array:
    """Return 1 where a part of the state goes with a figure, 0 where it does so by chance alone.

    Parameters
    ----------
    state : ndarray, shape (k, member)
    said : ndarray, shape (n, member)

    Returns
    -------
    ndarray, shape (k, n)
    """
    away = state - state.mean(axis=1, keepdims=True)
    told = said - said.mean(axis=1, keepdims=True)
    size = np.outer(np.linalg.norm(away, axis=1), np.linalg.norm(told, axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(size > 0, away @ told.T / size, 0.0)
    kept = np.abs(correlation) > SURE / np.sqrt(state.shape[1])
    return np.asarray(kept, dtype=np.float64)
