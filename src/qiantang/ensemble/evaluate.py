"""Scenarios over members as plain arrays: tables read them, labelled results are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.divergence import losses
from qiantang.ensemble.batch import Outcome
from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.measure import measure_of, years_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.provenance import Facts, Origin, Ruled, facts_of, made_from, played
from qiantang.ensemble.readout import readout_of, yearly
from qiantang.faults import DivergedError, Fault, StudyError, nearest
from qiantang.scenario import Scenario
from qiantang.study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluated:
    """Figures of scenarios over members.

    Parameters
    ----------
    study : Study
    scenarios : tuple of Scenario
    names : tuple of str
        Variables of the model.
    years : tuple of int
    values : ndarray, shape (variable, scenario, member, year)
        NaN where the member diverged.
    diverged : ndarray of bool, shape (scenario, member)
    source : mapping of str to str
        What the run was made from.
    facts : tuple of Facts
        What each scenario is.
    first_faults : tuple of sequence of (str, float)
        By scenario, variable and time of each member that diverged.
    rules : mapping of str to sequence of Ruled
        Of the scenarios whose levers answer.
    """

    study: Study
    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...]
    years: tuple[int, ...]
    values: Array
    diverged: NDArray[np.bool_]
    source: Mapping[str, str]
    facts: tuple[Facts, ...]
    first_faults: tuple[Sequence[tuple[str, float]], ...]
    rules: Mapping[str, Sequence[Ruled]]

    def lost(self) -> dict[str, tuple[int, str, float]]:
        """Return how many members diverged, what ceased to be finite first, and when."""
        return {
            scenario.name: (int(gone.sum()), *(faults[0] if faults else ("", float("nan"))))
            for scenario, gone, faults in zip(
                self.scenarios, self.diverged, self.first_faults, strict=True
            )
            if gone.any()
        }

    def measures(self) -> dict[str, Array]:
        """Return the measure of each target by its id, shape (scenario, member)."""
        series = {
            name: {year: block[..., place] for place, year in enumerate(self.years)}
            for name, block in zip(self.names, self.values, strict=True)
        }
        targets = self.study.plan.targets.targets
        return {target.id: measure_of(series, target.measure) for target in targets}


def evaluate(
    study: Study,
    scenarios: Sequence[Scenario],
    *,
    members: int = 1000,
    seed: int = 1,
    vintage: str | None = None,
    engine: str = "kernel",
    variables: Sequence[str] | None = None,
    until: int | None = None,
    deviations: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluated:
    """Run scenarios that are already read; most options are those of `qiantang.ensemble.runs.run`.

    Parameters
    ----------
    until : int, optional
        Last year, by default the last that the model completes.
    """
    if not scenarios:
        raise StudyError([Fault("scenarios", None, "", "no scenario given, expected at least one")])
    wanted = _wanted(study, variables, vintage)
    chosen = choose_members(study, members, seed)
    chosen = chosen if deviations else chosen.still()
    program = study.program
    last = int(program.final_time) - 1 if until is None else until
    years = tuple(range(int(program.initial_time), last + 1))
    figures = [yearly(study, name, year) for name in wanted for year in years]
    readout = readout_of(study, figures, alone=not set(wanted) <= set(study.usual))
    cases = [case_of(study, scenario, vintage) for scenario in scenarios]
    ensemble = ensemble_of(study, chosen, seed, readout, engine).sharing(cases, keep=True)
    outcomes = []
    for case in cases:
        progress(case.name)
        outcomes.append(ensemble.run_one(case, on_compile=progress))
    pairs = zip(scenarios, outcomes, strict=True)
    if lost := [fault for scenario, outcome in pairs for fault in losses(scenario, outcome)]:
        raise DivergedError(lost)
    source = made_from(study, seed, vintage, engine)
    facts = tuple(facts_of(study, scenario, vintage) for scenario in scenarios)
    return _gathered(study, scenarios, wanted, years, outcomes, source, facts)


def _gathered(
    study: Study,
    scenarios: Sequence[Scenario],
    wanted: tuple[str, ...],
    years: tuple[int, ...],
    outcomes: Sequence[Outcome],
    source: Mapping[str, str],
    facts: tuple[Facts, ...],
) -> Evaluated:
    """Put the figures of all scenarios together."""
    values = np.array([o.read.reshape(len(wanted), len(years), -1) for o in outcomes])
    return Evaluated(
        study, tuple(scenarios), wanted, years, np.moveaxis(values, (0, 1, 2, 3), (1, 0, 3, 2)),
        np.array([outcome.diverged for outcome in outcomes]), source, facts,
        tuple(outcome.first_fault for outcome in outcomes),
        played(scenarios, [outcome.acts for outcome in outcomes]),
    )  # fmt: skip


def by_structure_alone(
    study: Study, scenarios: Sequence[Scenario], source: Mapping[str, str], members: int
) -> dict[str, Array]:
    """Return the measures of the targets by the structure alone, up to the last year they need.

    Parameters
    ----------
    study : Study
    scenarios : sequence of Scenario
    source : mapping of str to str
        Of the run with what the structure leaves unexplained: seed, vintage and engine.
    members : int
    """
    wanted = [target.measure for target in study.plan.targets.targets]
    names = dict.fromkeys(name for m in wanted for name in (m.variable, *m.over))
    origin = Origin.of(source)
    found = evaluate(
        study, scenarios, members=members, seed=origin.seed,
        vintage=origin.vintage_given, engine=origin.engine, variables=tuple(names),
        until=max(years_of(m)[-1] for m in wanted), deviations=False,
    )  # fmt: skip
    return found.measures()


def _wanted(study: Study, variables: Sequence[str] | None, vintage: str | None) -> tuple[str, ...]:
    faults = []
    for name in variables or ():
        if name not in study.dictionary:
            hint = nearest(name, study.dictionary)
            faults.append(Fault(study.model_file, None, name, f"no variable of the model{hint}"))
    if vintage is not None and vintage not in study.about.vintage_names:
        what = f"unknown vintage, expected {study.about.either_vintage}"
        faults.append(Fault("vintage", None, vintage, what))
    if faults:
        raise StudyError(faults)
    return tuple(dict.fromkeys(variables)) if variables else study.headlines
