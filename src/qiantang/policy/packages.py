"""Packages of lever intensities, run under common random numbers and scored on every target."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qiantang.divergence import losses
from qiantang.engine.path import Path, Way
from qiantang.ensemble.batch import Outcome
from qiantang.ensemble.case import Case, vintages_of
from qiantang.ensemble.ensemble import Ensemble, ensemble_of
from qiantang.ensemble.members import Members, choose_members
from qiantang.ensemble.readout import Readout, readout_of, target_figures, yearly
from qiantang.faults import DivergedError, StudyError
from qiantang.model.figures import Figure
from qiantang.plan.targets import Target
from qiantang.policy.score import Score, score_key
from qiantang.scenario import Scenario, refuse_rules
from qiantang.study import Study

Array = NDArray[np.float64]

#: Packages whose scores are kept; with 1,000 members each takes 72 kB.
KEPT = 2000


@dataclass(frozen=True)
class Packages:
    """A base, a full plan, and everything between: each lever at a share of its path in the plan.

    Every package meets the same members and the same surprises of the drivers, so the difference
    of two packages is the work of the levers alone.

    Parameters
    ----------
    study : Study
    base, full : Scenario
        Intensity 0 of every lever is its path in the base, 1 its path in the full plan.
    members : Members
    seed : int
        Of the drivers.
    vintage : str, optional
        Of the drivers, in place of the base's own.
    drivers : mapping of str to Path, optional
        In place of any vintage: the world outside as somebody else has it.
    others : Packages, optional
        The same on other draws; by default of the fit and of the drivers.
    sought : frozenset of str, optional
        Targets by their ids: only these are measured, and of the model no more is run than they
        need. By default all.
    """

    study: Study
    base: Scenario
    full: Scenario
    members: Members
    seed: int
    vintage: str | None = None
    drivers: Mapping[str, Path] | None = None
    others: Packages | None = None
    sought: frozenset[str] | None = None
    _known: dict[bytes, Score] = field(default_factory=dict, repr=False, compare=False)
    _ways: dict[tuple[str, float], Way] = field(default_factory=dict, repr=False, compare=False)
    _count: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse scenarios whose levers answer."""
        refuse_rules(self.base, self.full)

    @property
    def runs(self) -> int:
        """Packages run so far, each over every member."""
        return self._count[0]

    @cached_property
    def levers(self) -> tuple[str, ...]:
        """Levers that the full plan pulls, in the order of the model."""
        return tuple(name for name in self.study.vocabulary.levers if name in self.full.levers)

    @property
    def targets(self) -> Sequence[Target]:
        """The targets of the plan, or those that are sought."""
        every = self.study.plan.targets.targets
        return every if self.sought is None else [t for t in every if t.id in self.sought]

    @cached_property
    def _readout(self) -> Readout:
        """Yearly figures that the targets need, and no others: a run ends with the last of them."""
        figures = target_figures(self.study, self.targets)
        return readout_of(self.study, figures, alone=self.sought is not None)

    @cached_property
    def _ensemble(self) -> Ensemble:
        """The members, from where the base and the full plan part."""
        ends = [self._case(np.full(len(self.levers), share), {}) for share in (0.0, 1.0)]
        ground = ensemble_of(self.study, self.members, self.seed, self._readout)
        if self.drivers is not None:
            ground = replace(ground, drivers=self.drivers)
        return ground.sharing(ends, rest=ends[0], eager=True)

    def on_other_draws(self) -> Packages:
        """Return the same packages on draws on which nothing was searched."""
        if self.others is not None:
            return self.others
        seed = self.seed + 1
        members = choose_members(self.study, self.members.size, seed)
        return Packages(self.study, self.base, self.full, members, seed, self.vintage,
                        sought=self.sought)  # fmt: skip

    def score(
        self,
        intensities: Array,
        *,
        delays: Array | None = None,
        parameters: Mapping[str, ArrayLike] | None = None,
        states: Sequence[str] = (),
        year: int = 0,
    ) -> Score:
        """Run one package; the same package again is not run again.

        Parameters
        ----------
        intensities : ndarray, shape (lever,) or (lever, member)
            Share of each lever's path in the full plan. [Dmnl]
        delays : ndarray, shape (lever,), optional
            Years by which each lever's path in the full plan comes later, nought or more. [Year]
        parameters : mapping of str to float or ndarray of shape (member,), optional
            In place of the fit's. [unit of the parameter]
        states : sequence of str, optional
            Variables to read besides.
        year : int
            Year of the states: a flow as the total of the year, any other as the mean of the
            year's two ends.

        Raises
        ------
        DivergedError
            Every member of the base or of the full plan diverged.
        """
        changed = {name: np.asarray(value) for name, value in (parameters or {}).items()}
        late = np.zeros(len(self.levers)) if delays is None else np.asarray(delays, np.float64)
        key = score_key(np.vstack([np.asarray(intensities).T, late]), changed, states, year)
        if key not in self._known:
            self._keep(key, self._run(intensities, late, changed, states, year))
        return self._known[key]

    def score_all(self, packages: Sequence[tuple[Array, Array]]) -> list[Score]:
        """Run many packages side by side, as many at once as there are cores.

        Parameters
        ----------
        packages : sequence of (ndarray, ndarray), each of shape (lever,)
            Intensities and delays, as in :meth:`score`.

        Raises
        ------
        DivergedError
            As :meth:`score`.
        """
        keys = [score_key(np.vstack([np.asarray(x).T, late]), {}, (), 0) for x, late in packages]
        new = {key: both for key, both in zip(keys, packages, strict=True)
               if key not in self._known}  # fmt: skip
        found = {key: self._known[key] for key in keys if key not in new}
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            ran = pool.map(
                lambda both: self._run(both[0], both[1], {}, (), 0, threads=1), new.values()
            )
            for key, score in zip(new, ran, strict=True):
                found[key] = score
                self._keep(key, score)
        return [found[key] for key in keys]

    def _keep(self, key: bytes, score: Score) -> None:
        self._count[0] += 1
        if len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        self._known[key] = score

    def _run(
        self,
        intensities: Array,
        late: Array,
        changed: Mapping[str, Array],
        states: Sequence[str],
        year: int,
        threads: int | None = None,
    ) -> Score:
        extra = [figure for name in states for figure in self._state(name, year)]
        readout = self._readout
        if extra:
            readout = readout_of(self.study, [*readout.figures, *extra])
        case = self._case(intensities, changed, late)
        outcome = self._ensemble.run_one(case, readout=readout, threads=threads)
        if not changed:
            self._refuse_lost(intensities, outcome)
        found = {
            name: np.mean([outcome.read[readout.place[f]] for f in self._state(name, year)], axis=0)
            for name in states
        }
        return Score(readout.measures(outcome.read, self.targets), found)

    def _refuse_lost(self, intensities: Array, outcome: Outcome) -> None:
        """Refuse the base and the full plan if no member is left; a package between is no result.

        A search may well pass through packages that diverge; it turns back from them.
        """
        for scenario, share in ((self.base, 0.0), (self.full, 1.0)):
            asked = (np.asarray(intensities) == share).all()
            if asked and (faults := losses(scenario, outcome)):
                raise DivergedError(faults)

    def _case(
        self, intensities: Array, changed: Mapping[str, Array], late: Array | None = None
    ) -> Case:
        shares = dict(zip(self.levers, np.asarray(intensities, dtype=np.float64), strict=True))
        delays = {} if late is None else dict(zip(self.levers, late, strict=True))
        paths = {}
        for name in self.study.vocabulary.levers:
            if name in shares:
                paths[name] = self._way(name, delays.get(name, 0.0)).at(shares[name])
            elif name in self.base.levers:
                paths[name] = self.base.path(name)
        world = vintages_of(self.study, self.base, self.vintage)
        return Case(paths, world, changed, self.base.changes)

    def _way(self, lever: str, delay: float) -> Way:
        """Return what lies between base and full plan, the latter so many years later."""
        key = lever, float(delay)
        if key not in self._ways:
            if len(self._ways) >= KEPT:
                self._ways.clear()
            full = self.full.path(lever)
            self._ways[key] = self._ground(lever).way_to(full.later(delay) if delay else full)
        return self._ways[key]

    def _ground(self, lever: str) -> Path:
        if lever in self.base.levers:
            return self.base.path(lever)
        program = self.study.program
        return Path.level(program.constants[lever], program.initial_time)

    def _state(self, name: str, year: int) -> tuple[Figure, ...]:
        """Return the figures whose mean is a variable's value in a year."""
        now = yearly(self.study, name, year)
        return (now,) if now.kind == "yearly_total" else (yearly(self.study, name, year - 1), now)


def open_packages(
    study: Study,
    *,
    base: str | None = None,
    full: str | None = None,
    members: int = 1000,
    seed: int = 1,
    vintage: str | None = None,
) -> Packages:
    """Choose members and draw the drivers once, for any number of packages.

    Parameters
    ----------
    study : Study
    base, full : str, optional
        Scenarios at intensity 0 and 1 of every lever; by default those of `study.yaml`.
    members, seed : int
    vintage : str, optional

    Raises
    ------
    StudyError
        Unknown scenario or vintage, or more members than the fit has.
    """
    if faults := study.about.vintage_faults(vintage):
        raise StudyError(faults)
    chosen = choose_members(study, members, seed)
    ends = study.about.scenarios
    low, high = study.scenario(base or ends.base), study.scenario(full or ends.full)
    return Packages(study, low, high, chosen, seed, vintage)
