"""What the members of an ensemble are given, and their runs, scenario by scenario.

Parameters, innovations and drivers are drawn once and are the same in every scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine import History, RunResult
from qiantang.engine import Path as EnginePath
from qiantang.evidence.drivers import ORIGIN
from qiantang.faults import Fault, StudyError
from qiantang.fits import DRAWS, INNOVATIONS, Fit, text_digest
from qiantang.measures import Figure, outputs_of, times_of
from qiantang.scenario import Scenario, lever_path
from qiantang.study import Study

Array = NDArray[np.float64]
Vintages = tuple[tuple[str, str], ...]


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
    refuse_strangers(study, fit)
    order = np.random.default_rng(seed).permutation(fit.record.members)[:members]
    times, paths = fit.innovations
    return Members(
        {name: values[order] for name, values in fit.parameters.items()},
        times,
        {name: values[order] for name, values in paths.items()},
        members,
    )


def refuse_strangers(study: Study, fit: Fit) -> None:
    """Refuse a fit whose columns are not those of the model.

    Raises
    ------
    StudyError
        Each name that is no constant, or no innovation, of the model.
    """
    faults = [
        Fault(fit.folder / table, None, name, f"no {kind} of the model")
        for table, kind, names, known in (
            (DRAWS, "constant", fit.parameters, study.program.constants),
            (INNOVATIONS, "variable", fit.innovations[1], study.dictionary),
        )
        for name in names
        if name not in known
    ]
    if faults:
        raise StudyError(faults)


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
    paths = driver_paths(study, scenario, members.size, seed, vintage)
    paths |= innovation_paths(members) | lever_paths(study, scenario)
    asked = _asked(study, members, engine, figures, progress)
    result: RunResult = study.program.run(paths=paths, **asked)
    return result


def run_each(
    study: Study,
    scenarios: Sequence[Scenario],
    members: Members,
    seed: int,
    vintage: str | None,
    engine: str,
    figures: Sequence[Figure],
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[RunResult]:
    """Run scenarios for given members, one by one, the years before they part only once.

    Scenarios that share their drivers share a history up to the first step at which any of their
    levers differ; the results have the same bits as those of :func:`run_once`.
    """
    program, asked = study.program, _asked(study, members, engine, figures, progress)
    innovations = innovation_paths(members)
    drivers: dict[Vintages, dict[str, EnginePath]] = {}
    each: list[tuple[Vintages, dict[str, EnginePath]]] = []
    for scenario in scenarios:
        key = _vintages(study, scenario, vintage)
        if key not in drivers:
            drivers[key] = driver_paths(study, scenario, members.size, seed, vintage)
        each.append((key, drivers[key] | innovations | lever_paths(study, scenario)))
    histories: dict[Vintages, History] = {}
    for number, (key, paths) in enumerate(each):
        progress(scenarios[number].name)
        others = [p for place, (k, p) in enumerate(each) if k == key and place != number]
        if others and key not in histories and engine != "pysd":
            histories[key] = program.history(paths=paths, beside=others, **asked)
        yield program.run(paths=paths, history=histories.get(key), **asked)


def _asked(
    study: Study,
    members: Members,
    engine: str,
    figures: Sequence[Figure],
    progress: Callable[[str], None],
) -> dict[str, Any]:
    return {
        "outputs": list(outputs_of(figures)),
        "times": times_of(figures, study.program.time_step),
        "parameters": dict(members.parameters),
        "members": members.size,
        "engine": engine,
        "on_compile": progress,
    }


def _vintages(study: Study, scenario: Scenario, vintage: str | None) -> Vintages:
    """Return the vintage of every driver."""
    return tuple((name, vintage or scenario.driver_vintage(name)) for name in study.drivers.names)


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
    vintages = dict(_vintages(study, scenario, vintage))
    drawn = study.drivers.draw(vintages, members, np.random.default_rng(seed), ORIGIN)
    return {name: EnginePath(path.times, path.values) for name, path in drawn.items()}
