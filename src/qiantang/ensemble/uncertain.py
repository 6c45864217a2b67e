"""What members differ in, one number a member: parameters, deviations, drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qiantang.changes import Change
from qiantang.ensemble.case import Vintages
from qiantang.ensemble.members import Members
from qiantang.ensemble.outside import drawn_drivers
from qiantang.study import Study

Array = NDArray[np.float64]
Kind = Literal["parameter", "deviation", "driver"]

#: Years before those asked for in which a deviation still counts.
_BEFORE = 2


@dataclass(frozen=True)
class Uncertainty:
    """One thing in which members differ.

    Parameters
    ----------
    name : str
    kind : {"parameter", "deviation", "driver"}
    values : ndarray, shape (member,)
        A deviation as its mean over the years asked for and two before, a driver as its mean over
        the years asked for. [unit of the variable]
    """

    name: str
    kind: Kind
    values: Array


def uncertainties(
    study: Study,
    members: Members,
    seed: int,
    vintages: Vintages,
    years: Sequence[int],
    changed: Sequence[tuple[str, Change]] = (),
) -> list[Uncertainty]:
    """Return everything in which members differ, in the order of the fit and the drivers.

    Parameters
    ----------
    study : Study
    members : Members
    seed : int
        Of the drivers.
    vintages : Vintages
    years : sequence of int
        First and last year of the figure that is asked about.
    changed : sequence of (str, Change), optional
        Changes of drivers that a scenario makes.
    """
    first, until = years[0], years[-1] + 1
    found = [Uncertainty(name, "parameter", np.asarray(values))
             for name, values in members.parameters.items()]  # fmt: skip
    recent = (members.times >= first - _BEFORE) & (members.times <= until)
    for name, paths in members.innovations.items():
        if len(paths) == members.size:
            mean = np.asarray(paths)[:, recent].mean(axis=1)
            found.append(Uncertainty(name, "deviation", mean))
    for name, path in drawn_drivers(
        study.drivers, vintages, members.size, seed, None, changed
    ).items():
        drawn, times = np.atleast_2d(path.values), np.asarray(path.times, dtype=np.float64)
        when = (times >= first) & (times <= until)
        if len(drawn) == members.size and when.any():
            found.append(Uncertainty(name, "driver", drawn[:, when].mean(axis=1)))
    return [item for item in found if np.ptp(item.values) > 0]
