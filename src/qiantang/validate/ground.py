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
from qiantang.engine import Path as EnginePath
from qiantang.engine import Program
from qiantang.ensemble import (
    AXES,
    Members,
    Runs,
    choose_members,
    driver_paths,
    innovation_paths,
    lever_paths,
    run_resolved,
)
from qiantang.faults import Fault, StudyError
from qiantang.measures import Figure, read_figures
from qiantang.model.checks import Check, CheckResult, read_checks
from qiantang.plan.targets import Target
from qiantang.scenario import Scenario
from qiantang.study import TALLY_SUFFIX, Study
from qiantang.validate.batches import Batch, Integral, run_figures

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
    def program(self) -> Program:
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
        paths = driver_paths(self.study, scenario, members.size, self.seed)
        paths |= lever_paths(self.study, scenario)
        still = {name: EnginePath(members.times, np.zeros(len(members.times)))
                 for name in members.innovations}  # fmt: skip
        paths |= innovation_paths(members) if innovations else still
        return Batch(dict(members.parameters), paths, members.size)

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
        figures = [self._figure(name, year, exact) for name in self.saved for year in years]
        result = run_figures(program, batch, figures, step, self.progress, **options)
        read = read_figures(figures, result.values, result.names, result.times, step)
        read[:, result.diverged] = np.nan
        blocks = read.reshape(len(self.saved), len(years), batch.size)
        data = {
            name: xr.DataArray(block.T[None], dims=AXES)
            for name, block in zip(self.saved, blocks, strict=True)
        }
        return xr.Dataset(data, coords={"scenario": ["one"], "time": list(years)})

    def _figure(self, name: str, year: int, exact: bool) -> Figure:
        if exact and self.kind(name) == "yearly_total":
            return Integral(name, "yearly_total", year, self._sum(name + TALLY_SUFFIX))
        return Figure(name, self.kind(name), year)

    def _sum(self, tally: str) -> str:
        """Return the one stock that a tally reads; the tally itself where that is not so."""
        program = self.program
        used = [name for name in program.dependencies(tally) if program.kind(name) == "stock"]
        return used[0] if program.kind(tally) != "stock" and len(used) == 1 else tally

    def kind(self, name: str) -> Any:
        """Return how a variable's yearly figure is read."""
        return "yearly_total" if name + TALLY_SUFFIX in self.study.dictionary else "year_end"

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
