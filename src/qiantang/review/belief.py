"""What weighted members say at a date, and when they are too few to say anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.ensemble.members import Members
from qiantang.ensemble.readout import Readout
from qiantang.model.figures import Figure
from qiantang.plan.targets import Target
from qiantang.review.readings import Known
from qiantang.review.weights import effective, normalised, pareto_shape

Array = NDArray[np.float64]

#: Members of equal weight below which no probability is told; of few members a quarter.
LEAST = 50
#: Shape of the weights' tail above which no mean of theirs can be trusted by Vehtari et al. (2024).
HEAVY = 0.7


@dataclass(frozen=True)
class Belief:
    """Members given what was known.

    Parameters
    ----------
    known : Known
    targets : sequence of Target
    members : Members
    drivers : mapping of str to Path
    readout : Readout
    read : ndarray, shape (figure, member)
    log_weights : ndarray, shape (member,)
        Minus infinity where the member diverged.
    is_moved : bool
        Members that were moved to the figures are weighted by bounds and counts alone. These
        weights have an upper end, so their tail says nothing.
    """

    known: Known
    targets: Sequence[Target]
    members: Members
    drivers: Mapping[str, Path]
    readout: Readout
    read: Array
    log_weights: Array
    is_moved: bool = False

    @cached_property
    def weights(self) -> Array:
        """Weights that sum to one, shape (member,)."""
        return normalised(self.log_weights)

    @cached_property
    def effective(self) -> float:
        """How many equal members the weights are worth."""
        return effective(self.weights)

    @cached_property
    def tail(self) -> float:
        """Shape of the weights' tail; minus infinity where all are the same."""
        sound = self.log_weights[np.isfinite(self.log_weights)]
        return pareto_shape(sound)

    @property
    def refusal(self) -> str:
        """Why the members can say nothing; empty where they can."""
        size = len(self.weights)
        least = min(LEAST, size / 4)
        if self.effective < least:
            return (
                f"{size} members are worth {self.effective:.0f} given the figures, expected at "
                f"least {least:.0f}: the figures lie where few members are"
            )
        if self.tail > HEAVY and not self.is_moved:
            return (
                f"the weights have a tail of shape {self.tail:.2f}, expected at most {HEAVY}: a "
                "few members decide"
            )
        return ""

    def chance(self, target: Target) -> float:
        """Return the probability that a target is reached."""
        reached = target.is_reached(self.measures[target.id])
        return min(float(self.weights @ reached), 1.0)

    @cached_property
    def measures(self) -> dict[str, Array]:
        """Measure of each target by its id, shape (member,)."""
        return self.readout.measures(self.read, self.targets)

    def figure(self, figure: Figure) -> Array:
        """Return a figure of every member, shape (member,)."""
        return np.asarray(self.read[self.readout.place[figure]])

    def quantiles(self, values: Array, at: tuple[float, ...]) -> Array:
        """Return weighted quantiles of a value of every member; those of a count are whole."""
        sound = np.isfinite(values) & (self.weights > 0)
        chosen = values[sound]
        order = np.argsort(chosen)
        share = np.cumsum(self.weights[sound][order])
        found = np.asarray(np.interp(at, (share - 0.5 * self.weights[sound][order]) / share[-1],
                                     chosen[order]))  # fmt: skip
        return np.rint(found) if np.array_equal(chosen, np.rint(chosen)) else found
