"""The scoreboard: every case scored for the model and each baseline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.skill import scores
from qiantang.skill.baselines import BASELINES, one_thread
from qiantang.skill.cases import MODEL, Case, Outcome
from qiantang.skill.events import Event, case_outcome, probability, rolling_events
from qiantang.skill.history import known_figures, truth
from qiantang.skill.rivals import Rivals
from qiantang.skill.rows import gather
from qiantang.skill.settings import (
    Draws,
    Forecaster,
    SeriesRecord,
    asked_years,
)

if TYPE_CHECKING:
    from qiantang.study import Study

Array = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Scoreboard:
    """All cases and events, and the rows made of them."""

    cases: tuple[Case, ...]
    outcomes: tuple[Outcome, ...]
    rows: tuple[dict[str, Any], ...]


def score(
    study: Study,
    series: Mapping[str, SeriesRecord],
    forecaster: Forecaster | None,
    *,
    origins: Sequence[float] | None = None,
    settings: Sequence[str] | None = None,
    members: int = 1000,
    seed: int = 1,
    methods: Collection[str] | None = None,
    progress: Progress = lambda line: None,
) -> Scoreboard:
    """Score a forecaster beside the baselines on every origin, setting and horizon.

    Parameters
    ----------
    study : Study
    series : mapping of str to SeriesRecord
        What is scored.
    forecaster : Forecaster or None
        None scores the baselines alone.
    origins : sequence of float, optional
        By default those of the study. [Year]
    settings : sequence of str, optional
        By default those of the study.
    members : int
        Members of each baseline.
    seed : int
        Of the baselines' driver forecasts.
    methods : collection of str, optional
        Baselines that are scored; by default all.
    progress : callable
        Told a line for each origin and setting.
    """
    cases: list[Case] = []
    outcomes: list[Outcome] = []
    events = rolling_events(study)
    rivals = Rivals(study, members, seed, tuple(BASELINES) if methods is None else methods)
    truths = {name: truth(study.evidence, name) for name in series}
    about = study.about
    for origin in about.hindcasts.origins if origins is None else origins:
        for setting in about.settings if settings is None else settings:
            years = asked_years(about, origin, setting)
            if not years:
                continue
            progress(f"origin {origin:g}, {setting}")
            with one_thread():
                by_method = {
                    name: rivals.forecast(name, record, origin, setting, years)
                    for name, record in series.items()
                }
            if forecaster is not None:
                for name, draws in forecaster(origin, setting).items():
                    if by_method.get(name):
                        by_method[name] = {MODEL: draws, **by_method[name]}
            for name, methods in by_method.items():
                cases += _cases(name, setting, origin, years, methods, truths[name])
                outcomes += _outcomes(study, events, name, setting, origin, methods, truths[name])
    return Scoreboard(tuple(cases), tuple(outcomes), tuple(gather(cases, outcomes, tuple(series))))


def _cases(
    name: str,
    setting: str,
    origin: float,
    years: Sequence[int],
    methods: Mapping[str, Draws],
    truths: Mapping[int, float],
) -> list[Case]:
    found = []
    for year in years:
        if year not in truths or any(year not in draws.years for draws in methods.values()):
            continue
        for method, draws in methods.items():
            values, observed = draws.of(year), truths[year]
            logs, log_observed = np.log(np.maximum(values, np.finfo(float).tiny)), np.log(observed)
            found.append(
                Case(
                    series=name,
                    setting=setting,
                    origin=origin,
                    year=year,
                    method=method,
                    observed=observed,
                    median=float(np.median(values)),
                    crps=scores.crps(logs, float(log_observed)),
                    relative_error=scores.relative_error(values, observed),
                    pit=scores.pit(values, observed),
                    covered=tuple(scores.covered(values, observed, at) for at in scores.LEVELS),
                )
            )
    return found


def _outcomes(
    study: Study,
    events: Mapping[str, Event],
    name: str,
    setting: str,
    origin: float,
    methods: Mapping[str, Draws],
    truths: Mapping[int, float],
) -> list[Outcome]:
    found = []
    for event in events.values():
        if event.series != name:
            continue
        figures = known_figures(study.evidence, name, origin)
        wanted = case_outcome(event, origin, figures, truths)
        if wanted is None:
            continue
        for method, draws in methods.items():
            chance = probability(event, wanted, draws)
            if chance is not None:
                found.append(Outcome(name, setting, origin, event.target, method, chance,
                                     wanted.happened))  # fmt: skip
    return found
