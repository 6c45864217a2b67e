"""Until when one may still change from what is done to a package, so that a target keeps its odds.

References
----------
Haasnoot, Kwakkel, Walker and ter Maat (2013), Dynamic adaptive policy pathways, Global
Environmental Change 23: an action has a time until which it serves. There it is typed in; here it
is found member by member.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.case import case_of
from qiantang.plan.targets import Target
from qiantang.review.dates import QUARTERS, day_of
from qiantang.review.moved import Moved
from qiantang.review.restore import delayed
from qiantang.review.review import Review
from qiantang.scenario import Scenario

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Quantiles of the last start over the members that it decides for.
_AT = (0.05, 0.5, 0.95)
#: Standard errors by which a driver must go with a target to split the members by it.
_SURE = 4.0


@dataclass(frozen=True)
class InWorld:
    """The same in a third of the members, by the world outside that they see.

    Parameters
    ----------
    kind : {"adverse", "favourable"}
        Where the driver does least, or most, for the target.
    driver : str
        The one that goes furthest with what members come to without the package.
    without : float
    chances : tuple of float
    last : str
    """

    kind: str
    driver: str
    without: float
    chances: tuple[float, ...]
    last: str

    def is_needed(self, bar: float) -> bool:
        """Tell whether the target falls below the bar without the package in such a world."""
        return self.without < bar


@dataclass(frozen=True)
class Pathway:
    """When a package must begin at the latest for a target.

    Parameters
    ----------
    target, package : str
    bar : float
        Probability to be kept.
    without : float
        Probability if the package never begins.
    starts : tuple of str
        Days on which it may begin.
    chances : tuple of float
        Probability of the target for each of them.
    last : str
        Last start at which the probability is at least the bar; empty where it is at none.
    decided : float
        Share of the members that the package decides for: reached if it begins at once, and not
        without it.
    quantiles : tuple of str
        Days: 5, 50 and 95 per cent of the last start over these members; empty where there is none.
    worlds : tuple of InWorld
    after : str
        The package that is begun on the day of the review and that this one follows; empty where
        it follows what is done.
    """

    target: str
    package: str
    bar: float
    without: float
    starts: tuple[str, ...]
    chances: tuple[float, ...]
    last: str
    decided: float
    quantiles: tuple[str, ...]
    worlds: tuple[InWorld, ...] = ()
    after: str = ""

    @property
    def is_needed(self) -> bool:
        """Tell whether the target falls below the bar without the package."""
        return self.without < self.bar

    @property
    def is_short(self) -> bool:
        """Tell whether the package is needed and does not keep the bar, begun at once."""
        return self.is_needed and self.chances[0] < self.bar

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)


def transfers(
    review: Review,
    ours: Moved,
    done: Scenario,
    packages: Sequence[Scenario],
    bar: float,
    progress: Callable[[str], None] = lambda _: None,
    targets: Collection[str] | None = None,
) -> list[Pathway]:
    """Find the last change from what is done to each package, for every target.

    Parameters
    ----------
    review : Review
    ours : Moved
        The members that the review left.
    done : Scenario
    packages : sequence of Scenario
    bar : float
    progress : callable
    targets : collection of str, optional
        A package that begins at once and brings none of these to the bar is left out.
    """
    begun, now = review.study.about.plan.date, review.belief.known.as_of
    end = max(target.measure.years[-1] for target in review.belief.targets) + 1.0
    starts = now + np.arange(int(np.ceil((end - now) * QUARTERS))) / QUARTERS
    alone = _measures(review, ours, done)
    thirds = {t.id: _thirds(ours, t, alone[t.id]) for t in review.belief.targets}
    found = []
    for package in packages:
        progress(f"delaying {package.name}")
        runs = [_measures(review, ours, delayed(package, done, begun, now))]
        wanted = [t for t in review.belief.targets if targets is None or t.id in targets]
        if targets is not None and all(
            t.is_reached(runs[0][t.id]).mean() < bar for t in wanted
        ):  # fmt: skip
            continue
        late = [delayed(package, done, begun, at) for at in starts[1:].tolist()]
        runs += [_measures(review, ours, one) for one in late]
        for target in wanted:
            reached = target.is_reached(np.array([run[target.id] for run in runs]))
            without = target.is_reached(alone[target.id])
            one = _pathway(target, package, bar, without, starts, reached)
            found.append(replace(one, worlds=_in_worlds(thirds[target.id], one, without, reached)))
    return found


def packages_of(review: Review) -> list[Scenario]:
    """Return the other scenarios that pull a lever in the world of the one under review."""
    base = review.tracker.scenario
    every = (review.study.scenario(name) for name in review.study.scenario_names())
    return [
        one
        for one in every
        if one.levers and not one.rules and one.name != base.name and one.vintage == base.vintage
        and dict(one.drivers) == dict(base.drivers)
    ]  # fmt: skip


def _measures(review: Review, ours: Moved, scenario: Scenario) -> dict[str, Array]:
    """Return what members come to by target, shape (member,)."""
    tracker = review.tracker
    case = replace(case_of(tracker.study, scenario), vintages=())
    read = ours.run(case)
    return tracker.readout.measures(read, review.belief.targets)


def _thirds(ours: Moved, target: Target, values: Array) -> list[tuple[str, str, Flags]]:
    """Return kind, driver and members of the thirds in which the world does least and most.

    None where no driver goes with what members come to.
    """
    middle = target.measure.years[-1] + 0.5
    found: list[tuple[float, str, Array]] = []
    for name, path in ours.drivers.items():
        rows = np.atleast_2d(path.values)
        seen = np.array([np.interp(middle, path.times, row) for row in rows])
        if len(seen) == len(values) and np.ptp(seen) > 0 and np.nanstd(values) > 0:
            sound = np.isfinite(values)
            found.append((float(np.corrcoef(seen[sound], values[sound])[0, 1]), name, seen))
    if not found:
        return []
    correlation, name, seen = max(found, key=lambda one: abs(one[0]))
    if abs(correlation) < _SURE / np.sqrt(len(values)):  # goes with it by chance alone
        return []
    rank = np.argsort(np.argsort(np.sign(correlation) * seen, kind="stable"), kind="stable")
    third = len(values) // 3
    return [("adverse", name, rank < third), ("favourable", name, rank >= len(values) - third)]


def _in_worlds(
    thirds: list[tuple[str, str, Flags]], whole: Pathway, without: Flags, reached: Flags
) -> tuple[InWorld, ...]:
    found = []
    for kind, driver, mine in thirds:
        chances = reached[:, mine].mean(axis=1)
        last = _last(whole.starts, chances, whole.bar)
        found.append(
            InWorld(kind, driver, float(without[mine].mean()), tuple(map(float, chances)), last)
        )
    return tuple(found)


def _last(days: tuple[str, ...], chances: Array, bar: float) -> str:
    """Return the last start at which a probability is kept; empty where none keeps it."""
    enough = np.flatnonzero(chances >= bar)
    return days[enough[-1]] if len(enough) else ""


def _pathway(
    target: Target, package: Scenario, bar: float, without: Flags, starts: Array, reached: Flags
) -> Pathway:  # fmt: skip
    chances = reached.mean(axis=1)
    decided = reached[0] & ~without
    days = tuple(map(day_of, starts.tolist()))
    quantiles: tuple[str, ...] = ()
    if decided.any():
        last = (reached[:, decided] * np.arange(len(starts))[:, None]).max(axis=0)
        at = np.quantile(last, _AT, method="lower").astype(int)
        quantiles = tuple(days[place] for place in at)
    return Pathway(
        target.id, package.name, bar, float(without.mean()), days, tuple(map(float, chances)),
        _last(days, chances, bar), float(decided.mean()), quantiles,
    )  # fmt: skip
