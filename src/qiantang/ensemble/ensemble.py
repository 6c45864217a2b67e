"""The one evaluator: cases over members, with common random numbers and shared histories.

Whatever asks a question of a study - a run, a sweep, a search, a deck, a fit - makes cases and
hands them here. Parameters, innovations and the drivers' surprises are the same in every case, so
that the difference of two cases is the work of what differs between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import History, LoadedProgram
from qiantang.engine.path import Path
from qiantang.engine.ready import Ready
from qiantang.ensemble.answers import Answered, answered
from qiantang.ensemble.batch import Batch, Outcome
from qiantang.ensemble.case import Case
from qiantang.ensemble.members import Members
from qiantang.ensemble.outside import dated, drawn_drivers
from qiantang.ensemble.readout import Readout
from qiantang.evidence.drivers import Drivers
from qiantang.study import Study

Array = NDArray[np.float64]

ALONE = 64
"""Members from which on a case fills a call of the kernel by itself."""
BLOCK = 1024
"""Runs side by side in one call where a case has fewer members."""
WORTH, FEW = 1.0, 2
"""Shared years from which on a history is worth its while, and the fewest cases that use it."""
KEPT = 4
"""Combinations of vintages whose drivers, and of inputs whose history, are kept."""


@dataclass
class Ensemble:
    """Members of a study, ready for any number of cases.

    Parameters
    ----------
    program : LoadedProgram
    levers : mapping of str to float
        Every lever and its value where no case moves it.
    members : Members
    drivers : Drivers or mapping of str to Path
        Drawn for each combination of vintages, or the same paths for all.
    seed : int
        Of the drivers' surprises: the same in every case.
    readout : Readout
    origin : float, optional
        What is known of the drivers ends here, by default where the study says. [Year]
    engine : {"kernel", "numpy", "pysd"}
    trunk : float or None
        Time until which the cases to come are the same but for parameters. [Year]
    keep : bool
        Keep the years that cases share from one process to the next.
    """

    program: LoadedProgram
    levers: Mapping[str, float]
    members: Members
    drivers: Drivers | Mapping[str, Path]
    seed: int
    readout: Readout
    origin: float | None = None
    engine: str = "kernel"
    trunk: float | None = None
    keep: bool = False
    _levels: dict[str, Path] = field(default_factory=dict, init=False, repr=False)
    _rest: Mapping[str, Path] = field(default_factory=dict, repr=False)
    _worth: frozenset[object] | None = field(default=None, repr=False)
    _drawn: dict[object, dict[str, Path]] = field(default_factory=dict, repr=False)
    _histories: dict[object, History] = field(default_factory=dict, repr=False)
    _ready: dict[object, Ready] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=RLock, repr=False)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what can be made again."""
        return {**self.__dict__, "_drawn": {}, "_histories": {}, "_ready": {}, "_lock": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take an ensemble that has travelled to another process."""
        self.__dict__ |= {**state, "_lock": RLock()}

    def batch(self, case: Case) -> Batch:
        """Put parameters, innovations, drivers and levers of a case together; rules are played."""
        if case.replies:
            return self.batch(answered(self, case).case)
        paths = self._outside(case) | self.level_paths() | dict(case.levers)
        parameters = {**self.members.parameters, **case.parameters}
        for name, change in case.changes.constants:
            own = parameters.pop(name, self.program.constants[name])
            paths[name] = dated(own, change)
        return Batch(parameters, paths, self.members.size)

    def level_paths(self) -> dict[str, Path]:
        """Return every lever where no case moves it.

        All levers are given as paths, so that every case runs the same compiled model.
        """
        if not self._levels:
            start = self.program.initial_time
            self._levels |= {name: Path.level(value, start) for name, value in self.levers.items()}
        return dict(self._levels)

    def _outside(self, case: Case) -> dict[str, Path]:
        """Return drivers and innovations; those of the same world are drawn once."""
        world = case.vintages, case.changes.drivers
        with self._lock:
            if world not in self._drawn:
                _make_room(self._drawn)
                self._drawn[world] = self._draw(case) | self.members.paths
            return self._drawn[world]

    def _draw(self, case: Case) -> dict[str, Path]:
        if not isinstance(self.drivers, Drivers):
            return dict(self.drivers)
        return drawn_drivers(
            self.drivers, case.vintages, self.members.size, self.seed, self.origin,
            case.changes.drivers,
        )  # fmt: skip

    def sharing(
        self, cases: Sequence[Case], rest: Case | None = None, *, fewest: int = FEW,
        eager: bool = False, keep: bool = False,
    ) -> Ensemble:  # fmt: skip
        """Return this ensemble, knowing until when the cases to come are the same.

        Their common years are then run once, and each case goes on from there, with the bits of a
        run from the start.

        Parameters
        ----------
        cases : sequence of Case
            All that will be run, or the two between which they lie.
        rest : Case, optional
            What they are the same as; all levers at rest if left out.
        fewest : int
            Cases of the same drivers and parameters from which on a history is worth its while.
        eager : bool
            Keep a history for any parameters, however few cases ask for them.
        keep : bool
            Keep histories from one process to the next.
        """
        own = rest.levers.items() if rest else ()
        moved = {name: path for name, path in own if not path.stays_at(self.levers[name])}
        known = replace(self, _rest=self.level_paths() | moved)
        counts = Counter(case.inputs for case in cases)
        worth = frozenset(key for key, count in counts.items() if count >= fewest)
        first, last = self.program.initial_time, float(self.readout.times[-1])
        partings = (known.parting(c) for c in cases if eager or c.inputs in worth)
        later = [parting for parting in partings if parting >= first + WORTH]
        if self.engine == "pysd" or len(later) < (1 if eager else fewest):
            return self
        step = self.program.time_step
        trunk = first + step * np.floor((min(*later, last) - first) / step + 1e-9)
        return replace(known, trunk=float(trunk), keep=keep, _worth=None if eager else worth,
                       _histories={}, _ready={})  # fmt: skip

    def parting(self, case: Case) -> float:
        """Return until when a case has the levers that the cases to come share. [Year]"""
        moved = [path.parting(self._rest[name]) for name, path in case.levers.items()]
        return min([*moved, *(reply.when.dates[0] for reply in case.replies)], default=float("inf"))

    def _history(self, case: Case, readout: Readout, **options: Any) -> History | None:
        """Return the years that a case shares, run once; None where it shares none."""
        if self.trunk is None or self.parting(case) < self.trunk:
            return None
        if self._worth is not None and case.inputs not in self._worth:
            return None
        key = _key(case, readout)
        with self._lock:  # held while the years run: no two threads make the same history
            if key not in self._histories:
                batch = self.batch(replace(case, levers=self._rest))
                _make_room(self._histories)
                self._histories[key] = self.program.history(
                    readout.outputs, readout.times, until=self.trunk, parameters=batch.parameters,
                    paths=batch.paths, members=batch.size,
                    engine=self.engine,  # type: ignore[arg-type]
                    keep=self.keep, **options,
                )  # fmt: skip
            return self._histories[key]

    def _laid_out(self, case: Case, readout: Readout, history: History) -> Ready | None:
        """Return the members laid out for all cases of a history; None if not by the kernel."""
        moved = (*self._rest.values(), *case.levers.values())
        if self.engine != "kernel" or any(np.ndim(path.values) > 1 for path in moved):
            return None
        key = _key(case, readout)
        with self._lock:
            if key not in self._ready:
                batch = self.batch(replace(case, levers=self._rest))
                changed = dict(case.changes.constants)
                _make_room(self._ready)
                self._ready[key] = self.program.ready(
                    readout.outputs, readout.times, history=history, members=batch.size,
                    varying=[name for name in self.levers if name not in changed],
                    parameters=batch.parameters, paths=batch.paths,
                )  # fmt: skip
            return self._ready[key]

    def run_one(self, case: Case, *, readout: Readout | None = None, **options: Any) -> Outcome:
        """Run one case over all members; the options are those of the program's run."""
        wanted = readout or self.readout
        played = answered(self, case, **options) if case.replies else Answered(case, ())
        history = self._history(played.case, wanted, **options)
        ready = None if history is None else self._laid_out(played.case, wanted, history)
        if ready is None:
            result = self.batch(played.case).run(
                self.program, wanted, engine=self.engine, history=history, **options
            )
        else:
            moved = self.level_paths() | dict(played.case.levers)
            own = {n: moved[n] for n in ready.varying if moved[n] is not self._rest[n]}
            result = ready.run(own, **options)
        read, faults = wanted.read(result), result.first_fault
        return Outcome(case, read, result.diverged, faults, played.acts)

    def run(
        self,
        cases: Sequence[Case],
        *,
        threads: int | None = None,
        on_compile: Callable[[str], None] | None = None,
    ) -> Iterator[Outcome]:
        """Run cases over all members, one outcome a case, in their order.

        Parameters
        ----------
        cases : sequence of Case
        threads : int, optional
            Of the kernel; changes no bit.
        on_compile : callable, optional
            Told in one sentence before the model is compiled for the first time.
        """
        size = self.members.size
        at_once = 1 if size >= ALONE else max(1, BLOCK // size)
        for _, alike in groupby(cases, key=lambda case: case.form):
            group = list(alike)
            for first in range(0, len(group), at_once):
                block = group[first : first + at_once]
                if len(block) == 1 or block[0].replies:
                    for case in block:
                        yield self.run_one(case, threads=threads, on_compile=on_compile)
                else:
                    yield from self._run_block(block, threads=threads, on_compile=on_compile)

    def _run_block(self, block: Sequence[Case], **options: Any) -> Iterator[Outcome]:
        """Run cases of one form side by side."""
        size = self.members.size
        batch = self.batch(block[0]).repeated(len(block))
        for name in block[0].parameters:  # a constant that is changed as well runs alone
            batch.parameters[name] = np.concatenate(
                [np.broadcast_to(case.parameters[name], size) for case in block]
            )
        for name, path in block[0].levers.items():
            own = [np.asarray(case.levers[name].values) for case in block]
            if any((one != own[0]).any() for one in own):
                batch.paths[name] = Path(path.times, np.repeat(own, size, axis=0))
        result = batch.run(self.program, self.readout, engine=self.engine, **options)
        read = self.readout.read(result)
        for number, case in enumerate(block):
            mine = slice(number * size, (number + 1) * size)
            yield Outcome(case, read[:, mine], result.diverged[mine])


def ensemble_of(
    study: Study, members: Members, seed: int, readout: Readout, engine: str = "kernel"
) -> Ensemble:
    """Gather what the cases of a study share."""
    levers = levers_of(study)
    return Ensemble(study.program, levers, members, study.drivers, seed, readout, engine=engine)


def levers_of(study: Study) -> dict[str, float]:
    """Return every lever and its value where no case moves it: policy as of the base year."""
    constants = study.program.constants
    return {lever: float(constants[lever]) for lever in study.vocabulary.levers}


def _key(case: Case, readout: Readout) -> object:
    """Return what cases have in common that share a history."""
    return case.inputs, readout.outputs, readout.times.tobytes()


def _make_room(kept: dict[Any, Any]) -> None:
    while len(kept) >= KEPT:
        del kept[next(iter(kept))]
