"""What it is worth to learn more before choosing among the scenarios of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import Members, choose_members
from qiantang.ensemble.outside import drawn_drivers
from qiantang.ensemble.readout import readout_of, target_figures
from qiantang.faults import Fault, StudyError
from qiantang.model.figures import Figure
from qiantang.plan.targets import Target
from qiantang.review.worth import Worth, partial, perfect
from qiantang.scenario import Scenario
from qiantang.study import Study

Array = NDArray[np.float64]

#: What reaching the target may be worth, in the unit of effort.
WORTHS = (30.0, 100.0, 300.0, 1000.0, 3000.0)
#: Points a year at which a lever's path is read.
_POINTS = 64


@dataclass(frozen=True)
class Lesson:
    """What knowing one thing is worth, at each worth of the target.

    Parameters
    ----------
    kind : {"everything", "parameters", "deviation", "driver", "figure"}
    name : str
    worth : tuple of Worth
    """

    kind: str
    name: str
    worth: tuple[Worth, ...]


@dataclass(frozen=True)
class Lessons:
    """What is worth learning before a choice.

    Parameters
    ----------
    target : str
    scenarios : tuple of str
    costs : tuple of float
        Effort of each scenario.
    chances : tuple of float
        Probability of the target in each.
    worths : tuple of float
        What reaching the target may be worth, in the unit of effort.
    choices : tuple of str
        The scenario chosen at each worth as things are known now.
    lessons : tuple of Lesson
        Everything first, then the most worth at any worth of the target.
    unit : str
    members, seed : int
    """

    target: str
    scenarios: tuple[str, ...]
    costs: tuple[float, ...]
    chances: tuple[float, ...]
    worths: tuple[float, ...]
    choices: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    unit: str
    members: int
    seed: int

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)


def learn(
    study: Study,
    target: Target,
    *,
    worths: Sequence[float] = WORTHS,
    members: int = 1000,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Lessons:
    """Find what would be worth knowing before choosing a scenario for a target.

    A choice gains what the target is worth in the members that reach it, less the effort of the
    scenario. Choices are the scenarios that see the world as the base does.

    Raises
    ------
    StudyError
        The study has a single such scenario; as `choose_members`.
    """
    choices = _choices(study)
    chosen = choose_members(study, members, seed)
    year = int(study.about.plan.base_year) + 1
    figures = next_figures(study, year)
    readout = readout_of(study, [*figures, *target_figures(study, [target])])
    cases = [case_of(study, scenario) for scenario in choices]
    ensemble = ensemble_of(study, chosen, seed, readout).sharing(cases)
    reached, read = [], np.empty((0, 0))
    for case in cases:
        progress(f"running {case.name}")
        outcome = ensemble.run_one(case)
        read = outcome.read if not read.size else read
        reached.append(target.is_reached(readout.measures(outcome.read, [target])[target.id]))
    hits = np.array(reached, dtype=np.float64).T
    costs = np.array([effort_of(study, scenario, target) for scenario in choices])
    known = _inputs(study, chosen, cases[0].vintages, target, seed)
    known |= _figures(study, figures, read, seed)
    gains = [worth * hits - costs for worth in worths]
    lessons = []
    for (kind, name), inputs in known.items():
        progress(f"learning {name}")
        lessons.append(Lesson(kind, name, tuple(partial(gain, inputs) for gain in gains)))
    lessons.sort(key=lambda one: -max(w.value / u for w, u in zip(one.worth, worths, strict=True)))
    everything = Lesson("everything", "everything", tuple(map(perfect, gains)))
    return Lessons(
        target.id, tuple(c.name for c in choices), tuple(map(float, costs)),
        tuple(map(float, hits.mean(axis=0))), tuple(worths),
        tuple(choices[int(gain.mean(axis=0).argmax())].name for gain in gains),
        (everything, *lessons), study.effort.file.unit, members, seed,
    )  # fmt: skip


def effort_of(study: Study, scenario: Scenario, target: Target) -> float:
    """Return the effort of a scenario to the end of a target's years, over that of the full plan.

    The cost of a lever at full strength, times the area under its path over that in the full plan.
    """
    full = study.scenario(study.about.scenarios.full)
    grid = np.linspace(study.about.plan.date, target.measure.years[-1] + 1.0, _POINTS)
    total = 0.0
    for name in scenario.levers:
        ground = study.program.constants[name]
        whole = full.path(name).at(grid) - ground if name in full.levers else np.ones(len(grid))
        mine = scenario.path(name).at(grid) - ground
        if whole.sum() > 0:
            total += float(study.effort.levers[name].cost * max(mine.sum(), 0.0) / whole.sum())
    return total


def next_figures(study: Study, year: int) -> list[Figure]:
    """Return the figure of a year of every yearly series that the fit reads."""
    return [
        Figure(series.variable, series.kind, float(year))
        for series in study.evidence.series.values()
        if series.role == "fit" and series.kind in ("yearly_total", "yearly_mean") and series.used
    ]


def _choices(study: Study) -> list[Scenario]:
    base = study.scenario(study.about.scenarios.base)
    every = (study.scenario(name) for name in study.scenario_names())
    every = (s for s in every if not s.rules)  # whose effort is known before anything is seen
    same = [s for s in every if (s.vintage, dict(s.drivers)) == (base.vintage, dict(base.drivers))]
    if len(same) < 2:
        what = "a single scenario sees the world as the base does, expected two to choose from"
        raise StudyError([Fault(study.folder / "scenarios", None, "", what)])
    return sorted(same, key=lambda scenario: (scenario.name != base.name, scenario.name))


def _inputs(
    study: Study, members: Members, vintages: Any, target: Target, seed: int
) -> dict[tuple[str, str], Array]:
    """Return what could be known of members: groups of parameters, deviations, drivers."""
    groups: dict[str, list[Array]] = {}
    for name, values in members.parameters.items():
        group = study.dictionary[name].group
        groups.setdefault(group, []).append(values)
    found = {("parameters", name): np.column_stack(rows) for name, rows in groups.items()}
    last = target.measure.years[-1]
    years = np.arange(study.about.plan.base_year + 1, last + 1, dtype=np.float64) + 0.5
    series = {r.innovation: n for n, r in study.discrepancy.items() if r.innovation is not None}
    for name, paths in members.innovations.items():
        if len(paths) == members.size:
            at = np.isin(members.times, years)
            found["deviation", series.get(name, name)] = paths[:, at]
    drawn = drawn_drivers(study.drivers, vintages, members.size, seed)
    found |= _drivers(drawn, years)
    return found


def _drivers(drawn: Mapping[str, Any], years: Array) -> dict[tuple[str, str], Array]:
    found = {}
    for name, path in drawn.items():
        values = np.asarray(path.values)
        if values.ndim == 2 and (np.ptp(values, axis=0) > 0).any():
            rows = np.array([np.interp(years, path.times, row) for row in values])
            found["driver", name] = np.log(rows)
    return found


def _figures(
    study: Study, figures: Sequence[Figure], read: Array, seed: int
) -> dict[tuple[str, str], Array]:
    """Return one more year of each statistic, as it would be seen."""
    rng = np.random.default_rng([seed, 3])
    by_variable = {s.variable: s for s in study.evidence.series.values() if s.used}
    found = {}
    for figure, values in zip(figures, read, strict=False):
        series = by_variable[figure.variable]
        error = float(np.median([row.log_sd(study.evidence.grades) for row in series.used]))
        seen = np.log(values) + error * rng.standard_normal(len(values))
        found["figure", f"{series.name} {figure.year:g}"] = seen[:, None]
    return found
