"""Run scenarios over members into one Dataset with axes (scenario, member, time)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qiantang.divergence import losses
from qiantang.ensemble import provenance
from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import readout_of, yearly
from qiantang.faults import DivergedError, Fault, StudyError, nearest
from qiantang.scenario import Scenario
from qiantang.study import Study

Array = NDArray[np.float64]

#: The one order of axes, everywhere.
AXES = ("scenario", "member", "time")


@dataclass(frozen=True)
class Runs:
    """Results of a run: a Dataset with axes (scenario, member, time), and what was asked.

    Parameters
    ----------
    dataset : xarray.Dataset
        One variable a figure, with unit, long name and kind in its attributes; ``diverged`` with
        axes (scenario, member). What all of it was made from stands in its attributes, what each
        scenario is (title, vintage, world, digest, changes) in coordinates ``scenario_...``.
    study : Study
    scenarios : tuple of Scenario
        As they were run; empty where only the figures are at hand.
    """

    dataset: xr.Dataset
    study: Study
    scenarios: tuple[Scenario, ...] = ()

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self.dataset:
            raise KeyError(f"{name} was not saved{nearest(name, map(str, self.dataset.data_vars))}")
        return self.dataset[name]

    def _ipython_key_completions_(self) -> list[str]:
        return [str(name) for name in self.dataset.data_vars]

    def title(self, scenario: str) -> str:
        """Return the title of a scenario of this run."""
        return provenance.titles_of(self.dataset)[scenario][0]

    def scenario(self, name: str) -> Scenario:
        """Return a scenario as it was run, or else as the study has it."""
        return next((s for s in self.scenarios if s.name == name), None) or self.study.scenario(
            name
        )


def run(
    study: Study,
    scenarios: Sequence[str],
    *,
    members: int = 1000,
    seed: int = 1,
    vintage: str | None = None,
    engine: str = "kernel",
    variables: Sequence[str] | None = None,
    deviations: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Runs:
    """Run scenarios over members.

    Parameters
    ----------
    study : Study
    scenarios : sequence of str
        Names of the study's scenarios, or paths of scenario files.
    members : int
        Draws of parameters, drivers and innovations.
    seed : int
        The same seed gives the same members.
    vintage : str, optional
        Vintage of the drivers, in place of the scenarios' own.
    engine : {"kernel", "numpy", "pysd"}
    variables : sequence of str, optional
        Variables of the model to save in place of the study's headlines.
    deviations : bool
        False runs the structure alone: without what it leaves unexplained.
    progress : callable
        Told the name of each scenario before it runs, and a line when the model is compiled.

    Raises
    ------
    StudyError
        Unknown scenario, variable or vintage; a fault of any file that is read.
    DivergedError
        Every member of a scenario diverged.
    """
    return run_resolved(
        study, [study.scenario(name) for name in scenarios], members=members, seed=seed,
        vintage=vintage, engine=engine, variables=variables, deviations=deviations,
        progress=progress,
    )  # fmt: skip


def run_resolved(
    study: Study,
    resolved: Sequence[Scenario],
    *,
    members: int = 1000,
    seed: int = 1,
    vintage: str | None = None,
    engine: str = "kernel",
    variables: Sequence[str] | None = None,
    deviations: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Runs:
    """Run scenarios that are already read; the options are those of `run`."""
    if not resolved:
        raise StudyError([Fault("scenarios", None, "", "no scenario given, expected at least one")])
    wanted = _wanted(study, variables, vintage)
    chosen = choose_members(study, members, seed)
    chosen = chosen if deviations else chosen.still()
    program = study.program
    years = list(range(int(program.initial_time), int(program.final_time)))
    figures = [yearly(study, name, year) for name in wanted for year in years]
    readout = readout_of(study, figures, alone=not set(wanted) <= set(study.usual))
    cases = [case_of(study, scenario, vintage) for scenario in resolved]
    ensemble = ensemble_of(study, chosen, seed, readout, engine).sharing(cases)
    outcomes = []
    for case in cases:
        progress(case.name)
        outcomes.append(ensemble.run_one(case, on_compile=progress))
    pairs = zip(resolved, outcomes, strict=True)
    if lost := [fault for scenario, outcome in pairs for fault in losses(scenario, outcome)]:
        raise DivergedError(lost)
    values = np.array([o.read.reshape(len(wanted), len(years), chosen.size) for o in outcomes])
    values = np.moveaxis(values, (0, 1, 2, 3), (1, 0, 3, 2))
    diverged = np.array([outcome.diverged for outcome in outcomes])
    dataset = _dataset(study, wanted, resolved, years, values, diverged)
    facts = [provenance.facts_of(study, scenario, vintage) for scenario in resolved]
    gone = provenance.first_diverged(outcome.first_fault for outcome in outcomes)
    dataset = dataset.assign_coords(provenance.along(facts) | gone)
    dataset.attrs |= provenance.made_from(study, seed, vintage, engine)
    return Runs(dataset, study, tuple(resolved))


def structure_alone(runs: Runs) -> xr.Dataset | None:
    """Run the targets' variables of some runs again by the structure alone.

    Returns
    -------
    xarray.Dataset or None
        None where the scenarios are not at hand.
    """
    if not runs.scenarios:
        return None
    origin = provenance.origin_of(runs.dataset)
    measures = [target.measure for target in runs.study.plan.targets.targets]
    names = dict.fromkeys(name for m in measures for name in (m.variable, *m.over))
    again = run_resolved(
        runs.study, runs.scenarios, members=runs.dataset.sizes["member"],
        seed=origin.seed, vintage=origin.vintage_given, engine=origin.engine,
        variables=tuple(names), deviations=False,
    )  # fmt: skip
    return again.dataset


def _wanted(study: Study, variables: Sequence[str] | None, vintage: str | None) -> tuple[str, ...]:
    faults = []
    for name in variables or ():
        if name not in study.dictionary:
            hint = nearest(name, study.dictionary)
            faults.append(Fault(study.model_file, None, name, f"no variable of the model{hint}"))
    faults += study.about.vintage_faults(vintage)
    if faults:
        raise StudyError(faults)
    return tuple(dict.fromkeys(variables)) if variables else study.headlines


def _dataset(
    study: Study,
    wanted: Sequence[str],
    scenarios: Sequence[Scenario],
    years: Sequence[int],
    values: Array,
    diverged: NDArray[np.bool_],
) -> xr.Dataset:
    data = {}
    for name, block in zip(wanted, values, strict=True):
        entry = study.dictionary[name]
        total = yearly(study, name, 0).kind == "yearly_total"
        kind = "total of the year" if total else "end of the year"
        attrs = {"units": entry.unit, "long_name": entry.meaning, "figure": kind}
        if entry.meaning_zh:
            attrs["long_name_zh"] = entry.meaning_zh
        data[name] = xr.DataArray(block, dims=AXES, attrs=attrs)
    data["diverged"] = xr.DataArray(diverged, dims=AXES[:2])
    names = [scenario.name for scenario in scenarios]
    coords = {"scenario": names, "member": np.arange(values.shape[2]), "time": list(years)}
    return xr.Dataset(data, coords=coords)
