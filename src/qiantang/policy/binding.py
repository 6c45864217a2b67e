"""What stands in the way of a target: each limit of the model loosened in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.plan.targets import Target
from qiantang.policy.effort import Effort, Limit
from qiantang.policy.packages import Packages

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Binding:
    """One limit before one target, at one package.

    Parameters
    ----------
    id, name, name_zh : str
    variable : str or None
        Variable of the model that limits.
    lowest : float or None
        Share of members in which it is the lowest of the limiting variables in the target's year.
    loosened : float or None
        Probability that the target is reached when the limit is loosened and the package stays;
        None for one that cannot be loosened.
    gain : float or None
        Against the probability with the limit in place.
    note : str
    note_zh : str or None
        How it was loosened.
    """

    id: str
    name: str
    name_zh: str
    variable: str | None
    lowest: float | None
    loosened: float | None
    gain: float | None
    note: str
    note_zh: str | None = None


def find_binding(
    packages: Packages, effort: Effort, target: Target, package: Array
) -> tuple[Binding, ...]:
    """Loosen each limit that may stand before a target; the one that gains most comes first.

    Parameters
    ----------
    packages : Packages
    effort : Effort
    target : Target
    package : ndarray, shape (lever,)
    """
    limits = [limit for limit in effort.file.limits if limit.stands_before(target.id)]
    kept = target.is_reached(packages.score(package).values[target.id]).mean()
    lowest = _lowest(packages, limits, target, package)
    found = []
    for limit in limits:
        loosened = None
        if limit.set or limit.times:
            changed = limit.loosened({**packages.members.parameters, **_constants(packages, limit)})
            values = packages.score(package, parameters=changed).values[target.id]
            loosened = float(target.is_reached(values).mean())
        gain = None if loosened is None else float(loosened - kept)
        share = lowest.get(limit.variable or "")
        found.append(
            Binding(limit.id, limit.name, limit.name_zh, limit.variable, share, loosened, gain,
                    limit.note, limit.note_zh)
        )  # fmt: skip
    return tuple(sorted(found, key=lambda item: 1.0 if item.gain is None else -item.gain))


def _constants(packages: Packages, limit: Limit) -> dict[str, Array]:
    """Return the model's own value of a parameter that the fit leaves alone."""
    constants = packages.study.program.constants
    drawn = packages.members.parameters
    return {name: np.asarray(constants[name]) for name in limit.times if name not in drawn}


def _lowest(
    packages: Packages, limits: Sequence[Limit], target: Target, package: Array
) -> dict[str, float]:
    """Return for each limiting variable the share of members in which it is the lowest."""
    names = list(dict.fromkeys(limit.variable for limit in limits if limit.variable))
    if len({packages.study.dictionary[name].unit for name in names}) != 1:
        return {}  # nothing to compare, or units that do not compare
    year = target.measure.years[-1]
    states = packages.score(package, states=names, year=year).states
    first = np.argmin([states[name] for name in names], axis=0)
    return {name: float((first == place).mean()) for place, name in enumerate(names)}
