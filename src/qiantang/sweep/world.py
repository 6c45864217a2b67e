"""Everything that the runs of a sweep share: model, members, drivers; sent whole to a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import Path as EnginePath
from qiantang.engine import Program, RunResult
from qiantang.ensemble import Members, innovation_paths
from qiantang.evidence.drivers import ORIGIN, Drivers
from qiantang.sweep.cases import Case
from qiantang.sweep.columns import Readout

if TYPE_CHECKING:
    from qiantang.engine.history import History
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Members from which on a case fills a call of the kernel; levers shared by all lanes are cheaper.
ALONE = 64
#: Runs side by side in one call where a case has fewer members.
BLOCK = 1024
#: Shared years from which on a history is worth its while, and the fewest cases that use it.
_WORTH, _FEW = 1.0, 3
#: Combinations of vintages whose shared inputs are kept.
_KEPT = 4


@dataclass(frozen=True)
class Shared:
    """What blocks of as many cases under the same vintages share.

    Parameters
    ----------
    parameters : dict
        Parameter to values, shape (run,).
    paths : dict
        Drivers and innovations, one row a run.
    history : History or None
        The years before any lever moves, run once; bits are those of a run from the start.
    """

    parameters: dict[str, Array]
    paths: dict[str, EnginePath]
    history: History | None


@dataclass
class World:
    """What all runs share.

    Parameters
    ----------
    program : Program
    levers : dict
        Every lever and its value where no case moves it. [Dmnl]
    members : Members
    drivers : Drivers
    seed : int
        Of the drivers' surprises: the same in every case.
    readout : Readout
    trunk : float or None
        Time until which all cases that differ in levers alone are the same. [Year]
    """

    program: Program
    levers: dict[str, float]
    members: Members
    drivers: Drivers
    seed: int
    readout: Readout
    trunk: float | None = None
    _shared: dict[tuple[object, ...], Shared] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=Lock, repr=False)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what can be made again."""
        return {**self.__dict__, "_shared": {}, "_lock": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take a world that has travelled."""
        self.__dict__ |= {**state, "_lock": Lock()}

    def shared(self, vintages: tuple[tuple[str, str], ...], count: int) -> Shared:
        """Return what blocks of some cases share, made once."""
        with self._lock:
            key = vintages, count
            if key not in self._shared:
                while len(self._shared) >= _KEPT:
                    del self._shared[next(iter(self._shared))]
                self._shared[key] = self._make_shared(vintages, count)
            return self._shared[key]

    def _make_shared(self, vintages: tuple[tuple[str, str], ...], count: int) -> Shared:
        rng = np.random.default_rng(self.seed)
        drawn = self.drivers.draw(dict(vintages), self.members.size, rng, ORIGIN)
        paths = {name: EnginePath(path.times, path.values) for name, path in drawn.items()}
        paths |= innovation_paths(self.members)
        paths = {name: _tiled(path, count) for name, path in paths.items()}
        parameters = {
            name: np.tile(values, count) for name, values in self.members.parameters.items()
        }
        history = None
        if self.trunk is not None and count == 1:
            history = self.program.history(
                self.readout.outputs, self.readout.times, until=self.trunk,
                parameters=parameters, paths=paths | self.level_paths(),
                members=count * self.members.size, threads=1,
            )  # fmt: skip
        return Shared(parameters, paths, history)

    def level_paths(self) -> dict[str, EnginePath]:
        """Return every lever where no case moves it."""
        start = np.array([self.program.initial_time])
        return {name: EnginePath(start, np.array([v])) for name, v in self.levers.items()}

    def run(
        self,
        cases: Sequence[Case],
        *,
        threads: int | None = None,
        on_compile: Callable[[str], None] | None = None,
    ) -> Iterator[tuple[int, Array, NDArray[np.bool_]]]:
        """Run cases over all members.

        Parameters
        ----------
        cases : sequence of Case
        threads : int, optional
            Of the kernel; changes no bit.
        on_compile : callable, optional

        Yields
        ------
        place : int
            Of the case in the sequence.
        values : ndarray, shape (column, member)
            NaN where the member diverged.
        diverged : ndarray of bool, shape (member,)
        """
        size = self.members.size
        at_once = 1 if size >= ALONE else max(1, BLOCK // size)
        place = 0
        for _, alike in groupby(cases, key=lambda case: case.form):
            group = list(alike)
            for first in range(0, len(group), at_once):
                block = group[first : first + at_once]
                result = self._run(block, threads, on_compile)
                values = self.readout.read(result.values)
                values[:, result.diverged] = np.nan
                for number in range(len(block)):
                    mine = slice(number * size, (number + 1) * size)
                    yield place, values[:, mine], result.diverged[mine]
                    place += 1

    def _run(
        self,
        block: Sequence[Case],
        threads: int | None,
        on_compile: Callable[[str], None] | None,
    ) -> RunResult:
        """Run cases of one form side by side, from where they part if that is known."""
        count, size = len(block), self.members.size
        shared = self.shared(block[0].vintages, count)
        parameters: dict[str, Array | float] = dict(shared.parameters)
        for place, (name, _) in enumerate(block[0].parameters):
            parameters[name] = np.repeat([case.parameters[place][1] for case in block], size)
        paths = shared.paths | self.level_paths()
        for place, (lever, times, values) in enumerate(block[0].levers):
            own = [case.levers[place][2] for case in block]
            knots = values if len(set(own)) == 1 else np.repeat(own, size, axis=0)
            paths[lever] = EnginePath(np.array(times), np.array(knots))
        follows = shared.history is not None and all(self._follows(case) for case in block)
        return self.program.run(
            outputs=self.readout.outputs,
            times=self.readout.times,
            parameters=parameters,
            paths=paths,
            members=size * count,
            threads=threads,
            on_compile=on_compile,
            history=shared.history if follows else None,
        )

    def _follows(self, case: Case) -> bool:
        """Tell whether a case is as all others until the trunk ends."""
        return not case.parameters and self.parting(case) >= (self.trunk or np.inf)

    def parting(self, case: Case) -> float:
        """Return when the first lever of a case leaves its level. [Year]"""
        return min(
            (
                times[0] if values[0] == self.levers[name] else -np.inf
                for name, times, values in case.levers
            ),
            default=np.inf,
        )

    def with_trunk(self, cases: Sequence[Case]) -> World:
        """Return this world, knowing what these cases have in common before any lever moves."""
        partings = [self.parting(case) for case in cases if not case.parameters]
        first, last = self.program.initial_time, float(self.readout.times[-1])
        later = [parting for parting in partings if parting >= first + _WORTH]
        if len(later) < _FEW:
            return self
        step = self.program.time_step
        end = min(*later, last) - first
        return replace(self, trunk=first + step * np.floor(end / step + 1e-9), _shared={})


def _tiled(path: EnginePath, count: int) -> EnginePath:
    values = np.asarray(path.values)
    if count == 1 or values.ndim == 1:
        return path
    return EnginePath(path.times, np.tile(values, (count, 1)))


def world_of(study: Study, members: Members, seed: int, readout: Readout) -> World:
    """Gather what the runs of a sweep share."""
    program = study.program
    levers = {lever: float(program.constants[lever]) for lever in study.vocabulary.levers}
    return World(program, levers, members, study.drivers, seed, readout)
