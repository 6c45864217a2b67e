"""The patient rule induction method: a box of circumstances in which failures gather.

From the box of all cases a slice is peeled off, again and again: of every input the lowest or the
highest cases, whichever raises the share of failures most for each case that is lost. The boxes on
the way, each smaller and purer than the one before, are the peeling trajectory, from which one is
picked. No slice is pasted back: what pasting mends is the last box, and the box picked lies before.

References
----------
Friedman and Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9,
sections 8 and 14.6. Bryant and Lempert (2010), Thinking inside the box, Technological Forecasting
and Social Change 77: coverage, density, quasi-p, resampling. Kwakkel and Jaxa-Rozen (2016),
Improving scenario discovery for handling heterogeneous uncertainties, Environmental Modelling and
Software 79: the gain of a slice over the cases that it costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Share of the cases in the box that a slice takes away.
ALPHA = 0.05
#: Share of all cases below which no box is cut further.
LEAST = 0.05


@dataclass(frozen=True)
class Cases:
    """What is searched.

    Parameters
    ----------
    inputs : ndarray, shape (case, input)
    hits : ndarray of bool, shape (case,)
        The cases of interest.
    repeats : ndarray, shape (input,)
        Cases that share one value of an input by design, so that they count as one.
    """

    inputs: Array
    hits: Mask
    repeats: Array

    def part(self, chosen: Mask) -> Cases:
        """Return some of the cases."""
        return replace(self, inputs=self.inputs[chosen], hits=self.hits[chosen])


@dataclass(frozen=True)
class Box:
    """Limits on inputs.

    Parameters
    ----------
    low, high : ndarray, shape (input,)
        Infinite where there is no limit; a case on a limit is inside.
    """

    low: Array
    high: Array

    @property
    def limits(self) -> Mask:
        """Which ends are limited, shape (2, input): the lower ones, the upper ones."""
        return np.isfinite([self.low, self.high])

    @property
    def restricted(self) -> NDArray[np.intp]:
        """Places of the inputs that are limited."""
        return np.flatnonzero(self.limits.any(axis=0))

    def holds(self, inputs: Array) -> Mask:
        """Tell which cases are inside, shape (case,)."""
        which = self.restricted
        values = inputs[:, which]
        return np.asarray(((values >= self.low[which]) & (values <= self.high[which])).all(axis=1))

    def opened(self, place: int) -> Box:
        """Return the box without the limits of an input."""
        low, high = self.low.copy(), self.high.copy()
        low[place], high[place] = -np.inf, np.inf
        return Box(low, high)


@dataclass(frozen=True)
class Quality:
    """How good a box is.

    Parameters
    ----------
    coverage : float
        Share of all cases of interest that are inside.
    density : float
        Share of the cases inside that are of interest.
    mass : float
        Share of all cases that are inside.
    restricted : int
        Inputs that are limited.
    """

    coverage: float
    density: float
    mass: float
    restricted: int

    @property
    def balance(self) -> float:
        """Harmonic mean of coverage and density."""
        both = self.coverage + self.density
        return 2 * self.coverage * self.density / both if both else 0.0


def whole(inputs: int) -> Box:
    """Return the box without limits."""
    return Box(np.full(inputs, -np.inf), np.full(inputs, np.inf))


def quality(cases: Cases, box: Box) -> Quality:
    """Measure a box; without a case inside, its density is nought."""
    inside = box.holds(cases.inputs)
    hits, count = int(cases.hits[inside].sum()), int(inside.sum())
    return Quality(
        hits / max(int(cases.hits.sum()), 1), hits / max(count, 1), count / len(inside),
        len(box.restricted),
    )  # fmt: skip


def peel(cases: Cases, alpha: float = ALPHA, least: float = LEAST) -> list[Box]:
    """Return the peeling trajectory, from the box without limits to the smallest.

    Parameters
    ----------
    cases : Cases
    alpha : float
        Share of the cases in the box that a slice takes away, between 0 and 1/2.
    least : float
        Share of all cases below which no box is cut further.
    """
    values = np.ascontiguousarray(cases.inputs.T)
    order = np.argsort(values, axis=1, kind="stable").astype(np.int32)
    boxes = [whole(len(values))]
    while (cut := _best(values, cases.hits, order, boxes[-1], alpha)) is not None:
        box, gone = cut
        if order.shape[1] - len(gone) < least * len(cases.hits):
            break
        stays = np.ones(len(cases.hits), dtype=bool)
        stays[gone] = False
        order = order[stays[order]].reshape(len(order), -1)
        boxes.append(box)
    return boxes


def _best(
    values: Array, hits: Mask, order: NDArray[np.int32], box: Box, alpha: float
) -> tuple[Box, NDArray[np.int32]] | None:
    """Return the box after the best slice and the cases that it loses; None where none is a gain.

    Of slices of equal gain the one that limits fewest inputs is the best.

    Parameters
    ----------
    values : ndarray, shape (input, case)
    order : ndarray, shape (input, case inside)
        Numbers of the cases inside, by each input's value.
    """
    found = (0.0, 0)
    best: tuple[int, int, float, NDArray[np.int32]] | None = None
    size, count = order.shape[1], int(hits[order[0]].sum())
    limited: Mask = np.asarray(box.limits.any(axis=0))
    for end, ranked in ((1, order[:, ::-1]), (0, order)):
        edges, cuts, lost = _slices(values, hits, ranked, alpha)
        left = size - cuts
        with np.errstate(divide="ignore", invalid="ignore"):
            gains: Array = np.asarray(((count - lost) / left - count / size) / cuts)
        for place in map(int, np.flatnonzero((cuts > 0) & (left > 0) & (gains > 0))):
            rank = float(gains[place]), -int(limited.sum() + (not limited[place]))
            if best is None or rank > found:
                found, best = rank, (end, place, float(edges[place]), ranked[place, : cuts[place]])
    if best is None:
        return None
    end, place, edge, gone = best
    low, high = box.low.copy(), box.high.copy()
    (high if end else low)[place] = edge
    return Box(low, high), gone


def _slices(
    values: Array, hits: Mask, ranked: NDArray[np.int32], alpha: float
) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Return the limit, the cases lost and the hits lost of a slice of each input, shape (input,).

    The limit lies halfway between the values on both sides of the quantile; where these are the
    same, between this value and the next that differs, so that equal values stay together.
    """
    place = (ranked.shape[1] - 1) * alpha
    last, first = int(np.floor(place)), int(np.ceil(place))
    every = np.arange(len(values))
    inner, outer = values[every, ranked[:, first]], values[every, ranked[:, last]]
    cuts = np.full(len(values), first)
    lost = hits[ranked[:, :first]].sum(axis=1)
    for row in np.flatnonzero(inner == outer):
        column = values[row, ranked[row]]
        differs = column != outer[row]
        differs[:last] = False
        cuts[row] = int(differs.argmax()) if differs.any() else 0
        inner[row] = column[cuts[row]]
        lost[row] = hits[ranked[row, : cuts[row]]].sum()
    return (inner + outer) / 2, cuts, lost


def quasi_p(cases: Cases, box: Box) -> Array:
    """Return how likely chance alone makes a box as dense as with each of its limits.

    The chance of at least as many cases of interest inside, were they spread as in the box without
    that limit (binomial). Cases that share the value of an input by design count as one.

    Returns
    -------
    ndarray, shape (2, input)
        Of the lower and of the upper limits; NaN where there is none.
    """
    found = np.full(box.limits.shape, np.nan)
    ends, outside = _outside(cases, box)
    found[ends[:, 0], ends[:, 1]] = _chances(cases, ends, outside)
    return found


def simplified(cases: Cases, box: Box, significance: float) -> Box:
    """Drop limits that chance explains, the least significant input first."""
    ends, outside = _outside(cases, box)
    while len(ends):
        chances = _chances(cases, ends, outside)
        of_input = {place: chances[ends[:, 1] == place].min() for place in ends[:, 1]}
        worst = max(of_input, key=lambda place: float(of_input[place]))
        if of_input[worst] <= significance:
            break
        box = box.opened(int(worst))
        kept = ends[:, 1] != worst
        ends, outside = ends[kept], outside[:, kept]
    return box


def _outside(cases: Cases, box: Box) -> tuple[NDArray[np.intp], Mask]:
    """Return the limits as (end, input), and the cases beyond each, shape (case, limit)."""
    ends = np.argwhere(box.limits)
    edges = np.array([box.low, box.high])[ends[:, 0], ends[:, 1]]
    values = cases.inputs[:, ends[:, 1]]
    return ends, np.where(ends[:, 0] == 0, values < edges, values > edges)


def _chances(cases: Cases, ends: NDArray[np.intp], outside: Mask) -> Array:
    """Return the quasi-p of each limit, shape (limit,).

    A case enters when a limit is opened if that limit alone keeps it out.
    """
    beyond = outside.sum(axis=1)
    hits, count = int(cases.hits[beyond == 0].sum()), int((beyond == 0).sum())
    if not hits:
        return np.ones(len(ends))
    alone = beyond == 1
    more = outside[alone].sum(axis=0), outside[alone & cases.hits].sum(axis=0)
    rate = (hits + more[1]) / (count + more[0])
    repeats = cases.repeats[ends[:, 1]]
    # P(X >= k) of a binomial is the regularised incomplete beta, for parts of a case as well.
    return np.asarray(betainc(hits / repeats, (count - hits) / repeats + 1, rate))
