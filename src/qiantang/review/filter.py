"""Members given what was published by a date: their deviations drawn, their weights known.

Each member keeps its parameters and its past. The deviations of its later years are drawn given
the new figures and the member is weighted by how likely these were before, with the tails of a
Student t as in the fit. A figure that no deviation answers for, a bound or a count, weighs alone;
the draws of counts are tried several times. All members meet the same random numbers at every
date, so that two dates differ by what was published between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from qiantang.calibrate.target import SHARPEST, TAIL
from qiantang.engine import History
from qiantang.engine.path import Path
from qiantang.ensemble.batch import Batch
from qiantang.ensemble.case import Case, case_of
from qiantang.ensemble.ensemble import Ensemble, levers_of
from qiantang.ensemble.members import Members
from qiantang.ensemble.readout import Readout
from qiantang.plan.targets import Target
from qiantang.review.belief import Belief
from qiantang.review.deviations import Deviation, by_series, noise_of
from qiantang.review.readings import Known, Reading, known_at
from qiantang.review.settings import Settings
from qiantang.review.smooth import parts_of, taper_of
from qiantang.review.smoother import smoothed
from qiantang.review.world import World
from qiantang.scenario import Scenario
from qiantang.study import Study

Array = NDArray[np.float64]

#: Rounds of running and drawing: a deviation moves other series through the model.
ROUNDS = 4
#: The same where the figures differ by few from others that were taken in before.
AGAIN = 2
#: Draws of the counts that are tried.
TRIES = 6


@dataclass
class Filter:
    """A scenario of a study, ready to be reviewed at any date.

    Parameters
    ----------
    study : Study
    scenario : Scenario
    settings : Settings
    members : Members
        Before any new figure.
    seed : int
    world : World
    deviations : mapping of str to Deviation
    readout : Readout
    last : float
        The latest date that will be asked for: until the world at it parts from that which the fit
        saw, the years are run once. [Year]
    method : {"weights", "smoother"}
        Whether members are weighted by the figures, or moved towards them.
    """

    study: Study
    scenario: Scenario
    settings: Settings
    members: Members
    seed: int
    world: World
    deviations: Mapping[str, Deviation]
    readout: Readout
    last: float
    method: str = "weights"

    def at(self, as_of: float) -> Belief:
        """Return what the members come to at a date."""
        return self.given(self.known(as_of), self.world.at(as_of))

    def known(self, as_of: float) -> Known:
        """Return what was published by a date, as far as it speaks of the years that are run."""
        found = known_at(self.study, self.settings, as_of)
        kept = (reading for reading in found.readings if reading.figure in self.readout.place)
        return replace(found, readings=tuple(kept))

    def given(
        self, known: Known, drivers: Mapping[str, Path], start: Belief | None = None
    ) -> Belief:
        """Return what the members come to given figures and the world outside.

        Where a belief to start from is given, of nearly the same figures, fewer rounds suffice.
        """
        readings = known.readings
        if self.method == "smoother" and readings:
            return self._smoothed(known, drivers)
        noise = noise_of(readings, self.members.size, self.seed)
        members, weights = self.members, np.zeros(self.members.size)
        if start is not None and readings:
            members = replace(members, innovations=start.members.innovations)
        read = self.run(members, drivers)
        for _ in range(0 if not readings else AGAIN if start is not None else ROUNDS):
            members, weights = self.drawn(readings, members, read, noise)
            read = self.run(members, drivers)
        counts = [r for r in readings if r.series in self.settings.counts and not r.side]
        weights = weights + self.weighed(self.alone(readings), read)
        if counts:
            members, read, more = self._counted(counts, members, read, drivers)
            weights = weights + more
        weights = np.where(np.isfinite(read).all(axis=0), weights, -np.inf)
        return Belief(known, self.targets, members, drivers, self.readout, read, weights)

    def _smoothed(self, known: Known, drivers: Mapping[str, Path]) -> Belief:
        """Move members towards figures; bounds and counts weigh them afterwards."""
        points = [r for r in known.readings if not r.side and r.series not in self.settings.counts]
        carried = [one.innovation for one in self.deviations.values()]
        parts = parts_of(self.study.priors, self.members, drivers, carried)

        def say(state: Array) -> Array:
            return self._logs(points, self.run(*parts.members_of(state)))

        values, error = (np.array([getattr(r, n) for r in points]) for n in ("log_value", "error"))
        rng = np.random.default_rng([self.seed, len(points)])
        state = parts.state()
        if points:
            state = smoothed(state, say, values, error, rng, taper_of)
        members, moved = parts.members_of(state)
        read = self.run(members, moved)
        weights = self.weighed([r for r in known.readings if r.side], read)
        counts = [r for r in known.readings if not r.side and r.series in self.settings.counts]
        if counts:
            members, read, more = self._counted(counts, members, read, moved)
            weights = weights + more
        weights = np.where(np.isfinite(read).all(axis=0), weights, -np.inf)
        return Belief(
            known, self.targets, members, moved, self.readout, read, weights, is_moved=True
        )

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets whose odds are told: those whose level is more than an assumption."""
        return tuple(
            target
            for target in self.study.plan.targets.targets
            if target.grounds is None or target.grounds.grade != "assumed"
        )

    def run(self, members: Members, drivers: Mapping[str, Path], case: Case | None = None) -> Array:
        """Run members and return the figures of the readout, shape (figure, member).

        A case in place of the scenario's own must be the same until the plan was made.
        """
        batch = self._batch(members, drivers, case)
        same = members.parameters is self.members.parameters
        history = self._history if same else None
        result = batch.run(self.study.program, self.readout, history=history)
        return self.readout.read(result)

    def _batch(
        self, members: Members, drivers: Mapping[str, Path], case: Case | None = None
    ) -> Batch:
        study = self.study
        ensemble = Ensemble(
            study.program, levers_of(study), members, drivers, self.seed, self.readout
        )
        return ensemble.batch(case or self.case)

    @property
    def case(self) -> Case:
        """The scenario's levers; the drivers are those of the world at a date."""
        return replace(case_of(self.study, self.scenario), vintages=())

    @cached_property
    def _history(self) -> History:
        """The years that nothing published later can move."""
        first = self._batch(self.members, self.world.at(self.study.fit.record.sees_until))
        later = self._batch(self.members, self.world.at(self.last))
        free = next(iter(self.deviations.values())).free
        for name in self.members.innovations:  # parts at the first knot that figures may move
            path = first.paths[name]
            moved = np.array(np.broadcast_to(path.values, (first.size, len(path.times))))
            moved[:, free:] += 1.0
            later.paths[name] = Path(path.times, moved)
        return self.study.program.history(
            self.readout.outputs, self.readout.times, beside=[later.paths],
            parameters=first.parameters, paths=first.paths, members=first.size,
        )  # fmt: skip

    def drawn(
        self, readings: tuple[Reading, ...], members: Members, read: Array, noise: Array
    ) -> tuple[Members, Array]:
        """Draw the deviations given the figures of a run with earlier ones, and weigh the members.

        Parameters
        ----------
        readings : tuple of Reading, length n
        members : Members
            As they were run.
        read : ndarray, shape (figure, member)
            Figures of that run.
        noise : ndarray, shape (n, member)
        """
        innovations = dict(self.members.innovations)
        weights = np.zeros(members.size)
        for name, places in by_series(readings).items():
            places = [place for place in places if not readings[place].side]
            if name not in self.deviations or not places:
                continue
            deviation = self.deviations[name]
            mine = [readings[place] for place in places]
            now = deviation.sign * members.innovations[deviation.innovation]
            path, surprise = deviation.given(mine, self._logs(mine, read), now, noise[places])
            innovations[deviation.innovation] = deviation.sign * path
            weights += student(surprise)
        return replace(members, innovations=innovations), weights

    def _logs(self, readings: Sequence[Reading], read: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            said = np.log(read[[self.readout.place[r.figure] for r in readings]])
        return np.where(np.isfinite(said), said, 0.0)  # a diverged member weighs nothing later

    def alone(self, readings: Sequence[Reading]) -> list[Reading]:
        """Return the figures that no deviation and no count answers for."""
        carried = self.deviations.keys() | self.settings.counts.keys()
        return [reading for reading in readings if reading.side or reading.series not in carried]

    def weighed(self, readings: Sequence[Reading], read: Array) -> Array:
        """Return the log weight of figures that move no deviation, shape (member,).

        Parameters
        ----------
        readings : sequence of Reading
        read : ndarray, shape (figure, member)
            Figures of a run.
        """
        weights = np.zeros(self.members.size)
        for reading, said in zip(readings, self._logs(readings, read), strict=True):
            gap = (said - reading.log_value) / max(reading.error, SHARPEST)
            weights += log_ndtr(reading.side * gap) if reading.side else student(gap[None])
        return weights

    def _counted(
        self, readings: list[Reading], members: Members, read: Array, drivers: Mapping[str, Path]
    ) -> tuple[Members, Array, Array]:
        """Try other draws of the counts, and take one of each member by how well it fits."""
        named = dict.fromkeys(self.settings.counts[r.series] for r in readings)
        draws = [name for name in named if name in members.innovations]  # an old fit has none
        last = max(reading.figure.times[-1] for reading in readings)
        moved = (members.times > self.study.fit.record.sees_until) & (members.times < last)
        rng = np.random.default_rng([self.seed, len(readings)])
        tried = [(members, read)]
        for _ in range(TRIES - 1 if draws else 0):
            innovations = dict(members.innovations)
            for name in draws:
                path = innovations[name].copy()
                shape = (members.size, int(moved.sum()))
                path[:, moved] = self.study.counts[name].draw(shape, rng)
                innovations[name] = path
            other = replace(members, innovations=innovations)
            tried.append((other, self.run(other, drivers)))
        logs = np.array([self.weighed(readings, seen) for _, seen in tried])
        race = logs + rng.gumbel(size=logs.shape)  # the largest is drawn by weight
        chosen = race.argmax(axis=0)
        each = np.arange(members.size)
        picked = {
            name: np.array([one.innovations[name] for one, _ in tried])[chosen, each]
            for name in draws
        }
        best = np.array([seen for _, seen in tried])[chosen, :, each].T
        kept = replace(members, innovations={**members.innovations, **picked})
        return kept, best, logsumexp(logs, axis=0) - np.log(len(tried))


def student(white: Array) -> Array:
    """Return the log density of whitened figures, shape (n, member), up to a constant."""
    return np.asarray(-(TAIL + 1) / 2 * np.log1p(np.square(white) / TAIL).sum(axis=0))
