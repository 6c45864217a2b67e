"""Run scenarios over members into one Dataset with axes (scenario, member, time)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from qiantang.ensemble import provenance
from qiantang.ensemble.evaluate import Evaluated, evaluate
from qiantang.ensemble.readout import yearly
from qiantang.faults import nearest
from qiantang.scenario import Scenario
from qiantang.study import Study

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
    found = evaluate(
        study, resolved, members=members, seed=seed, vintage=vintage, engine=engine,
        variables=variables, deviations=deviations, progress=progress,
    )  # fmt: skip
    return Runs(_dataset(found), study, found.scenarios)


def _dataset(found: Evaluated) -> xr.Dataset:
    study = found.study
    data = {}
    for name, block in zip(found.names, found.values, strict=True):
        entry = study.dictionary[name]
        total = yearly(study, name, 0).kind == "yearly_total"
        kind = "total of the year" if total else "end of the year"
        attrs = {"units": entry.unit, "long_name": entry.meaning, "figure": kind}
        if entry.meaning_zh:
            attrs["long_name_zh"] = entry.meaning_zh
        data[name] = xr.DataArray(block, dims=AXES, attrs=attrs)
    data["diverged"] = xr.DataArray(found.diverged, dims=AXES[:2])
    names = [scenario.name for scenario in found.scenarios]
    members = np.arange(found.values.shape[2])
    coords = {"scenario": names, "member": members, "time": list(found.years)}
    dataset = xr.Dataset(data, coords=coords, attrs=dict(found.source))
    return dataset.assign_coords(
        provenance.along(found.facts)
        | provenance.first_diverged(found.first_faults)
        | provenance.ruled(names, found.rules)
    )
