"""Weighted members as equal ones: drawn by weight, then moved, so that none stands twice.

A member drawn twice keeps its parameters, its past and its world, but what it does next is drawn
anew given the same figures: a step that leaves what is known as it is (resample-move). A draw knows
the figures of series with a deviation. What the others say (a total of two such series, a bound) is
heard by drawing several times and taking one, or what the member had, by how well it fits.

References
----------
Gilks and Berzuini (2001), Following a moving target: Monte Carlo inference for dynamic Bayesian
models, JRSS B 63.
Andrieu, Doucet and Holenstein (2010), Particle Markov chain Monte Carlo methods, JRSS B 72 (a
draw among several with the one that was there leaves the distribution as it is).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.ensemble.case import Case
from qiantang.ensemble.members import Members
from qiantang.review.belief import Belief
from qiantang.review.deviations import Deviation, noise_of
from qiantang.review.filter import ROUNDS, Filter
from qiantang.review.readings import Reading
from qiantang.review.weights import systematic

Array = NDArray[np.float64]

#: Draws besides the first that are tried where a figure speaks of no deviation alone.
TRIES = 5


@dataclass(frozen=True)
class Moved:
    """Members of equal weight, the world that each of them sees, and what they come to.

    Parameters
    ----------
    members : Members
    drivers : mapping of str to Path
    tracker : Filter
        Of these members.
    """

    members: Members
    drivers: Mapping[str, Path]
    tracker: Filter

    def run(self, case: Case | None = None) -> Array:
        """Run the members, in another case than the tracker's own if given.

        Returns
        -------
        ndarray, shape (figure, member)
            Figures of the tracker's readout.
        """
        return self.tracker.run(self.members, self.drivers, case)


def moved(tracker: Filter, belief: Belief, seed: int) -> Moved:
    """Draw members by their weights and draw anew what comes next to each.

    Parameters
    ----------
    tracker : Filter
    belief : Belief
        Of the tracker at its last date.
    seed : int
    """
    if tracker.method == "smoother":  # no member stands twice
        return Moved(belief.members, belief.drivers, tracker)
    rng = np.random.default_rng([seed, belief.members.size])
    rows = systematic(belief.weights, float(rng.random()))
    deviations = _next(tracker, rows, rng)
    members = _taken(tracker, belief, rows, deviations, rng)
    world = replace(tracker.world, rows=rows)
    other = replace(tracker, members=members, deviations=deviations, world=world)
    ours = Moved(members, world.at(belief.known.as_of), other)
    found = _given(ours, belief.known.readings, seed)
    if tracker.alone(belief.known.readings):
        had = {one.innovation: belief.members.innovations[one.innovation][rows]
               for one in deviations.values()}  # fmt: skip
        tried = [_with(found, had), found]
        for _ in range(TRIES):
            deviations = _next(tracker, rows, rng)
            start = _with(members, {o.innovation: o.sign * o.paths for o in deviations.values()})
            again = replace(other, members=start, deviations=deviations)
            draw = replace(ours, members=start, tracker=again)
            tried.append(_given(draw, belief.known.readings, int(rng.integers(2**31))))
        found = _with(found, _fitting(ours, tried, belief.known.readings, list(had), rng))
    return replace(ours, members=found)


def _given(ours: Moved, readings: Sequence[Reading], seed: int) -> Members:
    """Return the members with their deviations drawn given the figures."""
    members, noise = ours.members, noise_of(readings, ours.members.size, seed)
    for _ in range(ROUNDS if readings else 0):
        read = replace(ours, members=members).run()
        members, _ = ours.tracker.drawn(tuple(readings), members, read, noise)
    return members


def _fitting(
    ours: Moved,
    tried: Sequence[Members],
    readings: Sequence[Reading],
    names: Sequence[str],
    rng: np.random.Generator,
) -> dict[str, Array]:
    """Return of each member the innovations of one of its draws, by the figures not yet heard."""
    alone = ours.tracker.alone(readings)
    logs = np.array(
        [ours.tracker.weighed(alone, replace(ours, members=one).run()) for one in tried]
    )
    chosen = (logs + rng.gumbel(size=logs.shape)).argmax(axis=0)  # the largest is drawn by weight
    each = np.arange(logs.shape[1])
    return {n: np.array([one.innovations[n] for one in tried])[chosen, each] for n in names}


def _with(members: Members, innovations: Mapping[str, Array]) -> Members:
    return replace(members, innovations={**members.innovations, **innovations})


def _next(
    tracker: Filter, rows: NDArray[np.intp], rng: np.random.Generator
) -> dict[str, Deviation]:  # fmt: skip
    """Return the deviations of members drawn, each with a draw of what comes next.

    A member goes on as one other did in all series: deviations share a shock of the year.
    """
    others = rng.permutation(len(rows))
    return {name: _anew(one, rows, others) for name, one in tracker.deviations.items()}


def _anew(one: Deviation, rows: NDArray[np.intp], others: NDArray[np.intp]) -> Deviation:
    """Let each member go on from where it stands as another member went on from its own place.

    So the spread of members that move more and of those that move less is kept.
    """
    mean = one.mean[rows]
    later = mean + one.paths[others, one.free :] - one.mean[others]
    return replace(one, mean=mean, paths=np.hstack([one.paths[rows, : one.free], later]))


def _taken(
    tracker: Filter, belief: Belief, rows: NDArray[np.intp], deviations: Mapping[str, Deviation],
    rng: np.random.Generator,
) -> Members:  # fmt: skip
    """Return the members drawn: counts as they fit the figures, drawn anew after them."""
    members = belief.members
    parameters = {name: values[rows] for name, values in members.parameters.items()}
    innovations = {
        name: values[rows] if len(values) == members.size else values
        for name, values in members.innovations.items()
    }
    for one in deviations.values():
        innovations[one.innovation] = one.sign * one.paths
    later = members.times >= belief.known.as_of
    for name in sorted(members.counted):  # draws in one order
        if later.any() and name in innovations:
            shape = (members.size, int(later.sum()))
            innovations[name][:, later] = tracker.study.counts[name].draw(shape, rng)
    return replace(members, parameters=parameters, innovations=innovations)
