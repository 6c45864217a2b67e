"""Run scenarios over members into one Dataset with axes (scenario, member, time)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qiantang.engine import Path as EnginePath
from qiantang.engine import RunResult
from qiantang.evidence.driverfile import VINTAGES
from qiantang.evidence.drivers import ORIGIN
from qiantang.faults import Fault, StudyError, nearest
from qiantang.fits import text_digest
from qiantang.measures import Figure, outputs_of, read_figures, times_of
from qiantang.reach import Reach, reach_table
from qiantang.scenario import Scenario, lever_path
from qiantang.study import TALLY_SUFFIX, Study

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
        axes (scenario, member).
    study : Study
    """

    dataset: xr.Dataset
    study: Study

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self.dataset:
            raise KeyError(f"{name} was not saved{nearest(name, map(str, self.dataset.data_vars))}")
        return self.dataset[name]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{self.dataset.sizes[axis]} {axis}s" for axis in AXES)
        return f"Runs({sizes}; {', '.join(map(str, self.dataset.scenario.values))})"

    def title(self, scenario: str) -> str:
        """Return the title of a scenario of this run."""
        place = list(map(str, self.dataset.scenario.values)).index(scenario)
        return str(self.dataset["scenario"].attrs["titles"][place])

    def reach(self) -> Reach:
        """Return each target by scenario: median, interval, probability, what happened."""
        return reach_table(self.dataset, self.study)


@dataclass(frozen=True)
class Members:
    """Uncertainties of an ensemble, the same for every scenario (common random numbers).

    Parameters
    ----------
    parameters : mapping
        Name to values, each of shape (member,), in the model's units.
    times : ndarray, shape (k,)
        Knots of the innovations. [Year]
    innovations : mapping
        Innovation to paths, each of shape (member, k).
    """

    parameters: Mapping[str, Array]
    times: Array
    innovations: Mapping[str, Array]
    size: int


def choose_members(study: Study, members: int, seed: int) -> Members:
    """Take members of the newest fit, in an order set by the seed.

    Raises
    ------
    StudyError
        If the fit was made with another model file, or holds fewer members.
    """
    fit = study.fit
    place = fit.folder / "fit.yaml"
    if fit.record.model != text_digest(study.model_file):
        what = "made with another model file, run: qiantang calibrate"
        raise StudyError([Fault(place, None, "model", what)])
    if not 1 <= members <= fit.record.members:
        what = f"{members} members asked for, between 1 and {fit.record.members} are in the fit"
        raise StudyError([Fault(place, None, "members", what)])
    order = np.random.default_rng(seed).permutation(fit.record.members)[:members]
    times, paths = fit.innovations
    return Members(
        {name: values[order] for name, values in fit.parameters.items()},
        times,
        {name: values[order] for name, values in paths.items()},
        members,
    )


def run(
    study: Study,
    scenarios: Sequence[str],
    *,
    members: int = 200,
    seed: int = 1,
    vintage: str | None = None,
    engine: str = "kernel",
    variables: Sequence[str] | None = None,
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
    vintage : {"2018", "actual"}, optional
        Vintage of the drivers, in place of the scenarios' own.
    engine : {"kernel", "numpy", "pysd"}
    variables : sequence of str, optional
        Variables of the model to save in place of the study's headlines.
    progress : callable
        Told the name of each scenario before it runs, and a line when the model is compiled.

    Raises
    ------
    StudyError
        Unknown scenario, variable or vintage; a fault of any file that is read.
    """
    return run_resolved(
        study, [study.scenario(name) for name in scenarios], members=members, seed=seed,
        vintage=vintage, engine=engine, variables=variables, progress=progress,
    )  # fmt: skip


def run_resolved(
    study: Study,
    resolved: Sequence[Scenario],
    *,
    members: int = 200,
    seed: int = 1,
    vintage: str | None = None,
    engine: str = "kernel",
    variables: Sequence[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Runs:
    """Run scenarios that are already read; the options are those of `run`."""
    if not resolved:
        raise StudyError([Fault("scenarios", None, "", "no scenario given, expected at least one")])
    wanted = _wanted(study, variables, vintage)
    chosen = choose_members(study, members, seed)
    figures, years = _figures(study, wanted)
    blocks, diverged, firsts = [], [], []
    for scenario in resolved:
        progress(scenario.name)
        result = run_once(study, scenario, chosen, seed, vintage, engine, figures, progress)
        read = read_figures(
            figures, result.values, result.names, result.times, study.program.time_step
        )
        read[:, result.diverged] = np.nan
        blocks.append(read.reshape(len(wanted), len(years), members))
        diverged.append(result.diverged)
        firsts.append(result.first_fault)
    values = np.moveaxis(np.array(blocks), (0, 1, 2, 3), (1, 0, 3, 2))
    dataset = _dataset(study, wanted, resolved, years, values, np.array(diverged))
    dataset.attrs |= _provenance(study, resolved, seed, vintage, engine)
    dataset.attrs["divergence"] = _divergence(resolved, firsts)
    return Runs(dataset, study)


def run_once(
    study: Study,
    scenario: Scenario,
    members: Members,
    seed: int,
    vintage: str | None,
    engine: str,
    figures: Sequence[Figure],
    progress: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Run one scenario for given members and save what the figures need."""
    program = study.program
    paths = driver_paths(study, scenario, members.size, seed, vintage)
    paths |= innovation_paths(members) | lever_paths(study, scenario)
    return program.run(
        outputs=list(outputs_of(figures)),
        times=times_of(figures, program.time_step),
        parameters=dict(members.parameters),
        paths=paths,
        members=members.size,
        engine=engine,  # type: ignore[arg-type]
        on_compile=progress,
    )


def innovation_paths(members: Members) -> dict[str, EnginePath]:
    """Return the path of every innovation, one row a member."""
    return {name: EnginePath(members.times, v) for name, v in members.innovations.items()}


def lever_paths(study: Study, scenario: Scenario) -> dict[str, EnginePath]:
    """Return the path of every lever: the scenario's, or nought where it sets none.

    All levers are given as paths, so that every scenario runs the same compiled model.
    """
    paths = {}
    for lever in study.vocabulary.levers:
        if lever in scenario.levers:
            paths[lever] = EnginePath(*lever_path(scenario, lever))
        else:
            start = study.program.initial_time
            paths[lever] = EnginePath(np.array([start]), np.array([study.program.constants[lever]]))
    return paths


def driver_paths(
    study: Study, scenario: Scenario, members: int, seed: int, vintage: str | None = None
) -> dict[str, EnginePath]:
    """Draw the drivers of a scenario: the same seed gives the same surprises in every scenario."""
    vintages = {name: vintage or scenario.driver_vintage(name) for name in study.drivers.names}
    drawn = study.drivers.draw(vintages, members, np.random.default_rng(seed), ORIGIN)
    return {name: EnginePath(path.times, path.values) for name, path in drawn.items()}


def _wanted(study: Study, variables: Sequence[str] | None, vintage: str | None) -> tuple[str, ...]:
    faults = []
    for name in variables or ():
        if name not in study.dictionary:
            hint = nearest(name, study.dictionary)
            faults.append(Fault(study.model_file, None, name, f"no variable of the model{hint}"))
    if vintage is not None and vintage not in VINTAGES:
        what = f"unknown vintage, expected {' or '.join(VINTAGES)}"
        faults.append(Fault("vintage", None, vintage, what))
    if faults:
        raise StudyError(faults)
    return tuple(dict.fromkeys(variables)) if variables else study.headlines


def _figures(study: Study, wanted: Sequence[str]) -> tuple[list[Figure], list[int]]:
    """Return the figure of each variable and year, variables first, and the years."""
    program = study.program
    years = list(range(int(program.initial_time), int(program.final_time)))
    figures = [Figure(name, _kind(study, name), year) for name in wanted for year in years]
    return figures, years


def _kind(study: Study, name: str) -> Any:
    return "yearly_total" if name + TALLY_SUFFIX in study.dictionary else "year_end"


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
        kind = "total of the year" if _kind(study, name) == "yearly_total" else "end of the year"
        attrs = {"units": entry.unit, "long_name": entry.meaning, "figure": kind}
        if entry.meaning_zh:
            attrs["long_name_zh"] = entry.meaning_zh
        data[name] = xr.DataArray(block, dims=AXES, attrs=attrs)
    data["diverged"] = xr.DataArray(diverged, dims=AXES[:2])
    names = [scenario.name for scenario in scenarios]
    coords = {"scenario": names, "member": np.arange(values.shape[2]), "time": list(years)}
    dataset = xr.Dataset(data, coords=coords)
    dataset["scenario"].attrs = {
        "titles": [scenario.title for scenario in scenarios],
        "titles_zh": [scenario.title_zh for scenario in scenarios],
    }
    return dataset


def _provenance(
    study: Study, scenarios: Sequence[Scenario], seed: int, vintage: str | None, engine: str
) -> dict[str, str]:
    return {
        "study": study.model_file.stem,
        "model_sha256": text_digest(study.model_file),
        "fit": study.fit.record.version,
        "seed": str(seed),
        "engine": engine,
        "vintages": ", ".join(f"{s.name}: {vintage or _vintages(s)}" for s in scenarios),
        "scenario_sha256": ", ".join(f"{s.name}: {s.sha256}" for s in scenarios),
        "qiantang": version("qiantang"),
        "numpy": np.__version__,
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def _vintages(scenario: Scenario) -> str:
    """Return the vintage of a scenario, with the drivers that run at another."""
    others = sorted({v for v in scenario.drivers.values() if v != scenario.vintage})
    return " + ".join([scenario.vintage, *others])


def _divergence(scenarios: Sequence[Scenario], firsts: Sequence[Any]) -> str:
    """Return one sentence for each scenario in which a member diverged."""
    lines = []
    for scenario, faults in zip(scenarios, firsts, strict=True):
        if faults:
            name, time = faults[0]
            lines.append(f"{scenario.name}: {len(faults)} diverged, first {name} at {time:.3f}")
    return "; ".join(lines)
