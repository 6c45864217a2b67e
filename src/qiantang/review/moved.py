"""Weighted members as equal ones: drawn by weight, then moved, so that none stands twice.

A member drawn twice keeps its parameters, its past and its world, but what it does next is drawn
anew given the same figures: a step that leaves what is known as it is (resample-move).

References
----------
Gilks and Berzuini (2001), Following a moving target: Monte Carlo inference for dynamic Bayesian
models, JRSS B 63.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.ensemble.case import Case
from qiantang.ensemble.members import Members
from qiantang.review.belief import Belief
from qiantang.review.deviations import Deviation, noise_of
from qiantang.review.filter import ROUNDS, Filter
from qiantang.review.weights import systematic

Array = NDArray[np.float64]


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
    deviations = {
        name: _anew(one, rows, rng.permutation(belief.members.size))
        for name, one in tracker.deviations.items()
    }
    members = _taken(tracker, belief, rows, deviations, rng)
    other = replace(
        tracker, members=members, deviations=deviations, world=replace(tracker.world, rows=rows)
    )
    drivers = other.world.at(belief.known.as_of)
    readings = belief.known.readings
    noise = noise_of(readings, members.size, seed)
    for _ in range(ROUNDS if readings else 0):
        members, _ = other.drawn(readings, members, other.run(members, drivers), noise)
    return Moved(members, drivers, other)


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
