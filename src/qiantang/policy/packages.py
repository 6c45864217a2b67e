"""Packages of lever intensities, run under common random numbers and scored on every target."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qiantang.divergence import losses
from qiantang.engine import Path as EnginePath
from qiantang.ensemble import Members, choose_members, driver_paths, innovation_paths
from qiantang.faults import DivergedError, Fault, StudyError, nearest
from qiantang.measures import Figure, Kind, outputs_of, read_figures, times_of
from qiantang.plan.targets import Target
from qiantang.reach import measure_of, years_of
from qiantang.scenario import Scenario, lever_path
from qiantang.study import TALLY_SUFFIX, Study

if TYPE_CHECKING:
    from qiantang.engine import RunResult
    from qiantang.engine.history import History

Array = NDArray[np.float64]

#: Packages whose scores are kept; with 1,000 members each takes 72 kB.
KEPT = 2000
#: Histories that are kept, one for each set of parameters changed.
HISTORIES = 3


@dataclass(frozen=True)
class Score:
    """What one package of levers comes to.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (member,)
        Measure of each target. [unit of the target]
    states : mapping of str to ndarray, shape (member,)
        Further variables asked for, in the year asked for.
    """

    values: Mapping[str, Array]
    states: Mapping[str, Array] = field(default_factory=dict)


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
    """

    study: Study
    base: Scenario
    full: Scenario
    members: Members
    seed: int
    vintage: str | None = None
    _known: dict[bytes, Score] = field(default_factory=dict, repr=False, compare=False)
    _histories: dict[bytes, History] = field(default_factory=dict, repr=False, compare=False)
    _count: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)

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
        """The targets of the plan."""
        return self.study.plan.targets.targets

    @cached_property
    def _figures(self) -> tuple[Figure, ...]:
        """Yearly figures that the targets need, and no others: a run ends with the last of them."""
        needed: dict[tuple[str, int], None] = {}
        for target in self.targets:
            for name in (target.measure.variable, *target.measure.over):
                needed |= {(name, year): None for year in years_of(target.measure)}
        return tuple(Figure(name, self._kind(name), year) for name, year in needed)

    @cached_property
    def _outputs(self) -> list[str]:
        """Outputs of an ordinary run, so that one compiled model serves every command."""
        study = self.study
        figures = [Figure(name, self._kind(name), 0) for name in study.headlines]
        return list(dict.fromkeys([*outputs_of(figures), *outputs_of(self._figures)]))

    @cached_property
    def _drawn(self) -> dict[str, EnginePath]:
        paths = driver_paths(self.study, self.base, self.members.size, self.seed, self.vintage)
        return paths | innovation_paths(self.members)

    def score(
        self,
        intensities: Array,
        *,
        parameters: Mapping[str, ArrayLike] | None = None,
        states: Sequence[str] = (),
        year: int = 0,
    ) -> Score:
        """Run one package; the same package again is not run again.

        Parameters
        ----------
        intensities : ndarray, shape (lever,) or (lever, member)
            Share of each lever's path in the full plan. [Dmnl]
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
        key = _key(intensities, changed, states, year)
        if key not in self._known:
            if len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = self._run(intensities, changed, states, year)
        return self._known[key]

    def _run(
        self, intensities: Array, changed: Mapping[str, Array], states: Sequence[str], year: int
    ) -> Score:
        study, step = self.study, self.study.program.time_step
        self._count[0] += 1
        extra = [figure for name in states for figure in self._state(name, year)]
        figures = [*self._figures, *extra]
        given: dict[str, Any] = {
            "outputs": list(dict.fromkeys([*self._outputs, *outputs_of(extra)])),
            "times": times_of(figures, step),
            "parameters": {**self.members.parameters, **changed},
            "members": self.members.size,
        }
        history = self._history(np.shape(intensities), changed, states, year, given)
        paths = self._drawn | self._lever_paths(intensities)
        result = study.program.run(**given, paths=paths, history=history)
        if not changed:
            self._refuse_lost(intensities, result)
        read = read_figures(figures, result.values, result.names, result.times, step)
        read[:, result.diverged] = np.nan
        series: dict[str, dict[int, Array]] = {}
        for figure, row in zip(self._figures, read, strict=False):
            series.setdefault(figure.variable, {})[int(figure.year)] = row
        values = {target.id: measure_of(series, target.measure) for target in self.targets}
        seen = iter(read[len(self._figures) :])
        found = {
            name: np.mean([next(seen) for _ in self._state(name, year)], axis=0) for name in states
        }
        return Score(values, found)

    def _refuse_lost(self, intensities: Array, result: RunResult) -> None:
        """Refuse the base and the full plan if no member is left; a package between is no result.

        A search may well pass through packages that diverge; it turns back from them.
        """
        for scenario, share in ((self.base, 0.0), (self.full, 1.0)):
            asked = (np.asarray(intensities) == share).all()
            if asked and (faults := losses(scenario, result)):
                raise DivergedError(faults)

    def _history(
        self,
        shape: tuple[int, ...],
        changed: Mapping[str, Array],
        states: Sequence[str],
        year: int,
        given: Mapping[str, Any],
    ) -> History:
        """Return the years before the levers move, run once: every package goes on from there."""
        nothing = np.zeros(shape)
        key = _key(nothing, changed, states, year)
        if key not in self._histories:
            if len(self._histories) >= HISTORIES:
                del self._histories[next(iter(self._histories))]
            self._histories[key] = self.study.program.history(
                **given,
                paths=self._drawn | self._lever_paths(nothing),
                beside=[self._drawn | self._lever_paths(np.ones(shape))],
            )
        return self._histories[key]

    def _state(self, name: str, year: int) -> tuple[Figure, ...]:
        """Return the figures whose mean is a variable's value in a year."""
        if self._kind(name) == "yearly_total":
            return (Figure(name, "yearly_total", year),)
        return Figure(name, "year_end", year - 1), Figure(name, "year_end", year)

    def _lever_paths(self, intensities: Array) -> dict[str, EnginePath]:
        shares = dict(zip(self.levers, np.asarray(intensities, dtype=np.float64), strict=True))
        paths = {}
        for name in self.study.vocabulary.levers:
            ground = self._path(self.base, name)
            if name not in shares:
                paths[name] = EnginePath(*ground)
                continue
            plan = self._path(self.full, name)
            times = np.union1d(ground[0], plan[0])
            low, high = np.interp(times, *ground), np.interp(times, *plan)
            paths[name] = EnginePath(times, low + shares[name][..., None] * (high - low))
        return paths

    def _path(self, scenario: Scenario, lever: str) -> tuple[Array, Array]:
        if lever in scenario.levers:
            return lever_path(scenario, lever)
        program = self.study.program
        return np.array([program.initial_time]), np.array([program.constants[lever]])

    def _kind(self, name: str) -> Kind:
        return "yearly_total" if name + TALLY_SUFFIX in self.study.dictionary else "year_end"


def open_packages(
    study: Study,
    *,
    base: str = "current_policy",
    full: str = "plan_in_full",
    members: int = 1000,
    seed: int = 1,
    vintage: str | None = None,
) -> Packages:
    """Choose members and draw the drivers once, for any number of packages.

    Parameters
    ----------
    study : Study
    base, full : str
        Scenarios at intensity 0 and 1 of every lever.
    members, seed : int
    vintage : {"2018", "actual"}, optional

    Raises
    ------
    StudyError
        Unknown scenario or vintage, or more members than the fit has.
    """
    if vintage is not None and vintage not in study.vocabulary.vintages:
        known = " or ".join(sorted(study.vocabulary.vintages))
        raise StudyError([Fault("vintage", None, vintage, f"unknown vintage, expected {known}")])
    chosen = choose_members(study, members, seed)
    return Packages(study, study.scenario(base), study.scenario(full), chosen, seed, vintage)


def find_target(study: Study, name: str) -> Target:
    """Return a target by its id, its English title or its Chinese title.

    Raises
    ------
    StudyError
        With the nearest id or title.
    """
    targets = study.plan.targets.targets
    for target in targets:
        if name in (target.id, target.title, target.title_zh):
            return target
    known = [target.id for target in targets] + [target.title_zh for target in targets]
    raise StudyError([Fault("--target", None, name, f"no such target{nearest(name, known)}")])


def _key(
    intensities: Array, changed: Mapping[str, Array], states: Sequence[str], year: int
) -> bytes:
    """Return what tells one request from another."""
    digest = hashlib.sha256(np.ascontiguousarray(intensities, dtype=np.float64).tobytes())
    for name, value in sorted(changed.items()):
        digest.update(name.encode() + value.astype(np.float64).tobytes())
    digest.update(repr((tuple(states), year)).encode())
    return digest.digest()
