"""What the tests share: the study, members of its fit, and the runs that several of them read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qiantang.checking import reality_checks, study_faults
from qiantang.engine import LoadedProgram
from qiantang.ensemble.batch import Batch
from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import Members, choose_members
from qiantang.ensemble.readout import Readout, readout_of, yearly
from qiantang.ensemble.runs import AXES, Runs, run_resolved
from qiantang.faults import Fault, StudyError
from qiantang.model.checks import Check, CheckResult, read_checks
from qiantang.model.figures import Figure, outputs_of
from qiantang.plan.targets import Target
from qiantang.scenario import Scenario
from qiantang.study import Study
from qiantang.validate.batches import Integral

Array = NDArray[np.float64]
T = TypeVar("T")

#: Draws that stand beside the posterior median where every draw would take too long.
FEW = 7
#: Draws from which correlations are taken.
MANY = 1000


class Ground:
    """A study under test.

    Parameters
    ----------
    study : Study
    draws : int
        Members of the fit that are run; as many as there are if the fit holds fewer.
    seed : int
    quick : bool
        Leave out what takes longest.
    progress : callable
        Told a sentence when the model is compiled.
    """

    def __init__(
        self,
        study: Study,
        *,
        draws: int = 200,
        seed: int = 1,
        quick: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.study = study
        self.draws = draws
        self.seed = seed
        self.quick = quick
        self.progress = progress
        self._kept: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[Ground], T]) -> T:
        """Return what a function makes of this ground, made once under a name."""
        if name not in self._kept:
            self._kept[name] = make(self)
        made: T = self._kept[name]
        return made

    @cached_property
    def program(self) -> LoadedProgram:
        """The model, ready to run."""
        return self.study.program

    @cached_property
    def faults(self) -> list[Fault]:
        """Every fault of the study's files."""
        return study_faults(self.study)

    @cached_property
    def reality(self) -> list[CheckResult]:
        """Results of model/checks.yaml."""
        return reality_checks(self.study)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The checks themselves."""
        return read_checks(self.study.folder / "model" / "checks.yaml", self.study.dictionary)

    @cached_property
    def scenarios(self) -> list[Scenario]:
        """Every scenario of the study.

        Raises
        ------
        StudyError
            If there is none.
        """
        names = self.study.scenario_names()
        if not names:
            raise StudyError([Fault(self.study.folder / "scenarios", None, "", "no scenario")])
        return [self.study.scenario(name) for name in names]

    @property
    def base(self) -> Scenario:
        """The scenario that pulls fewest levers: what happens without the plan."""
        return min(self.scenarios, key=lambda item: (len(item.levers), len(item.drivers)))

    @property
    def full(self) -> Scenario:
        """The scenario that pulls most levers and furthest: the plan in full."""
        return max(self.scenarios, key=lambda s: (len(s.levers), _pull(s), not s.drivers))

    @cached_property
    def members(self) -> Members:
        """Draws of the fit.

        Raises
        ------
        StudyError
            If there is no fit, or it was made with another model.
        """
        kept = self.study.fit.record.members
        return choose_members(self.study, min(self.draws, kept), self.seed)

    @cached_property
    def median(self) -> Members:
        """One member at the posterior median of every parameter, its innovations at theirs."""
        every = self.study.fit.parameters
        times, paths = self.study.fit.innovations
        _ = self.members  # refuses a fit of another model
        return Members(
            {name: np.array([np.median(values)]) for name, values in every.items()},
            times,
            {name: np.median(values, axis=0)[None, :] for name, values in paths.items()},
            1,
        )

    @cached_property
    def few(self) -> Members:
        """The posterior median and a few draws beside it; without a fit the file's own values."""
        if not self.study.has_fit():
            return Members({}, np.array([self.program.initial_time]), {}, 1)
        some = min(FEW, self.members.size)
        return Members(
            {n: np.concatenate([self.median.parameters[n], v[:some]])
             for n, v in self.members.parameters.items()},
            self.members.times,
            {n: np.concatenate([self.median.innovations[n], v[:some]])
             for n, v in self.members.innovations.items()},
            some + 1,
        )  # fmt: skip

    def batch(self, scenario: Scenario, members: Members, *, innovations: bool = True) -> Batch:
        """Return members of a scenario, ready to run.

        Without innovations these are held at nought: the structure alone, with the drivers' drawn
        surprises all the same.
        """
        chosen = members if innovations else members.still()
        nothing = readout_of(self.study, (), alone=True)
        ensemble = ensemble_of(self.study, chosen, self.seed, nothing)
        return ensemble.batch(case_of(self.study, scenario))

    @cached_property
    def saved(self) -> tuple[str, ...]:
        """Variables saved by every shared run: the headlines, and what the targets need."""
        extra = [n for t in self.targets for n in (t.measure.variable, *t.measure.over)]
        return tuple(dict.fromkeys([*self.study.headlines, *extra]))

    @property
    def targets(self) -> list[Target]:
        """The targets of the plan."""
        return self.study.plan.targets.targets

    def yearly(self, batch: Batch, **options: Any) -> xr.Dataset:
        """Run a batch and return the saved variables by year, axes (scenario, member, time)."""
        program = options.pop("program", self.program)
        step = options.get("time_step") or self.program.time_step
        years = range(int(program.initial_time), int(program.final_time))
        exact = options.get("integrator") == "rk4"
        figures = tuple(self._figure(name, year, exact) for name in self.saved for year in years)
        readout = Readout(figures, outputs_of(figures), step)
        read = readout.read(batch.run(program, readout, on_compile=self.progress, **options))
        blocks = read.reshape(len(self.saved), len(years), batch.size)
        data = {
            name: xr.DataArray(block.T[None], dims=AXES)
            for name, block in zip(self.saved, blocks, strict=True)
        }
        return xr.Dataset(data, coords={"scenario": ["one"], "time": list(years)})

    def _figure(self, name: str, year: int, exact: bool) -> Figure:
        figure = yearly(self.study, name, year)
        if exact and figure.kind == "yearly_total":
            return Integral(name, "yearly_total", year, self._sum(figure.output))
        return figure

    def _sum(self, tally: str) -> str:
        """Return the one stock that a tally reads; the tally itself where that is not so."""
        program = self.program
        used = [name for name in program.dependencies(tally) if program.kind(name) == "stock"]
        return used[0] if program.kind(tally) != "stock" and len(used) == 1 else tally

    @cached_property
    def ensemble(self) -> Runs:
        """Every scenario over all draws."""
        size = self.members.size
        return run_resolved(
            self.study, self.scenarios, members=size, seed=self.seed, variables=self.saved,
            progress=self._sentence,
        )  # fmt: skip

    @cached_property
    def many(self) -> tuple[Members, Runs]:
        """More draws of the fit, and the plan in full over them: correlations need many."""
        size = min(MANY, self.study.fit.record.members)
        members = choose_members(self.study, size, self.seed)
        runs = run_resolved(
            self.study, [self.full], members=size, seed=self.seed, variables=self.saved,
            progress=self._sentence,
        )  # fmt: skip
        return members, runs

    @cached_property
    def pulls(self) -> Runs:
        """The base, then each lever of the full plan alone, over all draws."""
        alone = [
            replace(self.base, name=lever, levers={**self.base.levers, lever: path})
            for lever, path in self.full.levers.items()
        ]
        return run_resolved(
            self.study, [self.base, *alone], members=self.members.size, seed=self.seed,
            variables=self.saved, progress=self._sentence,
        )  # fmt: skip

    def _sentence(self, text: str) -> None:
        if " " in text:
            self.progress(text)


def _pull(scenario: Scenario) -> float:
    """Return the mean over levers of the largest value on their paths."""
    tops = [max(lever.path.values()) for lever in scenario.levers.values()]
    return float(np.mean(tops)) if tops else 0.0
