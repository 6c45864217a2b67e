"""What each new figure did to the odds: a change of P split by figure, averaged over orders.

What a figure does depends on which others are known already, so the figures are taken in in an
order and in its reverse, and each is given the mean of the two steps; the parts add up to the whole
change. Each step goes on from the members of the one before.

References
----------
Castro, Gómez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling,
Computers & Operations Research 36; Mitchell, Cooper, Frank and Holmes (2022), Sampling permutations
for Shapley value estimation, JMLR 23 (an order and its reverse).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from qiantang.review.belief import Belief
from qiantang.review.filter import Filter
from qiantang.review.readings import Known, Reading

#: Drivers up to which each is told on its own; more are told as one.
FEW = 3
#: What tables call the drivers together.
WORLD = "world outside"
#: Follows the key of a figure that was out before and came anew.
REVISED = "revised"
#: Quantiles of what was expected.
_AT = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Item:
    """One piece of news.

    Parameters
    ----------
    key : str
    gained, lost : tuple of Reading
        Figures that came, and parts of years that they took the place of.
    drivers : tuple of str
        Drivers of which more is known.
    """

    key: str
    gained: tuple[Reading, ...] = ()
    lost: tuple[Reading, ...] = ()
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class News:
    """What one piece of news did.

    Parameters
    ----------
    key : str
    figures : int
        How many it holds.
    came, p05, expected, p95 : float
        The figure, and what was expected of it before; of a part of a year the year it points to.
        NaN where the news is no single figure.
    change : dict of str to float
        Change of the probability of each target, by id.
    """

    key: str
    figures: int
    came: float
    p05: float
    expected: float
    p95: float
    change: dict[str, float]

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON: what is not a number is null."""
        found = asdict(self)
        return {k: None if isinstance(v, float) and v != v else v for k, v in found.items()}


def items_between(tracker: Filter, before: Known, after: Known) -> list[Item]:
    """Return the news between two dates, drivers last."""
    old, new = set(before.readings), set(after.readings)
    lost = [reading for reading in before.readings if reading not in new]
    items = []
    for reading in after.readings:
        if reading in old:
            continue
        gone = tuple(r for r in lost if (r.series, r.figure) == (reading.series, reading.figure))
        lost = [r for r in lost if r not in gone]
        is_revised = any(r.key == reading.key for r in gone)
        key = f"{reading.key} {REVISED}" if is_revised else reading.key
        items.append(Item(key, (reading,), gone))
    items += [Item(f"{reading.key} superseded", (), (reading,)) for reading in lost]
    drivers = tracker.world.news(before.as_of, after.as_of)
    if len(drivers) <= FEW:
        return [*items, *(Item(name, drivers=(name,)) for name in drivers)]
    return [*items, Item(WORLD, drivers=drivers)]


def news_between(
    tracker: Filter,
    before: Belief,
    after: Belief,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[News, ...]:
    """Split the change of every target's probability between two dates by piece of news."""
    items = items_between(tracker, before.known, after.known)
    steps = np.zeros((len(items), len(before.targets)))
    orders = [range(len(items)), range(len(items) - 1, -1, -1)]
    for order in orders[: min(len(items), 2)]:
        here = before
        for number, place in enumerate(order):
            progress(f"taking in {items[place].key}")
            last = number == len(items) - 1
            told = [items[at] for at in list(order)[: number + 1]]
            there = after if last else _with(tracker, before, after, told, here)
            steps[place] += chances(there) - chances(here)
            here = there
    steps /= min(max(len(items), 1), 2)
    ids = [target.id for target in before.targets]
    found = [
        _told(before, item, dict(zip(ids, map(float, row), strict=True)))
        for item, row in zip(items, steps, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -max(map(abs, one.change.values()), default=0.0)))


def chances(belief: Belief) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the probability of every target, shape (target,)."""
    return np.array([belief.chance(target) for target in belief.targets])


def _with(
    tracker: Filter, before: Belief, after: Belief, told: Sequence[Item], start: Belief
) -> Belief:
    """Return what members come to with a part of the news."""
    lost = {reading for item in told for reading in item.lost}
    kept = [reading for reading in before.known.readings if reading not in lost]
    kept += [reading for item in told for reading in item.gained]
    drivers = frozenset(name for item in told for name in item.drivers)
    world = tracker.world.mixed(before.known.as_of, after.known.as_of, drivers)
    known = replace(before.known, readings=tuple(kept))
    return tracker.given(known, world, start)


def _told(before: Belief, item: Item, change: dict[str, float]) -> News:
    count = len(item.gained) + len(item.drivers)
    if len(item.gained) != 1 or item.gained[0].side:
        return News(item.key, count, np.nan, np.nan, np.nan, np.nan, change)
    reading = item.gained[0]
    rng = np.random.default_rng(0)
    values = before.figure(reading.figure)
    seen = values * np.exp(reading.error * rng.standard_normal(values.shape))
    low, middle, high = map(float, before.quantiles(seen, _AT))
    return News(item.key, count, float(np.exp(reading.log_value)), low, middle, high, change)
