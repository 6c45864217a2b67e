"""The scoreboard: every case scored for the model and each baseline, then gathered into rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.skill import scores
from qiantang.skill.baselines import BASELINES, one_thread
from qiantang.skill.events import Event, case_outcome, probability, rolling_events
from qiantang.skill.history import known_figures, truth
from qiantang.skill.rivals import Rivals
from qiantang.skill.settings import (
    HORIZONS,
    Draws,
    Forecaster,
    SeriesRecord,
    asked_years,
)

if TYPE_CHECKING:
    from qiantang.study import Study

Array = NDArray[np.float64]
Progress = Callable[[str], None]

#: Name of the model among the methods.
MODEL = "model"
#: Resamples of the origins behind the interval of a ratio.
RESAMPLES = 2000
#: Interval of the ratio. [Dmnl]
RATIO_LEVELS = (0.05, 0.95)


@dataclass(frozen=True)
class Case:
    """One figure forecast by one method."""

    series: str
    setting: str
    origin: float
    year: int
    method: str
    observed: float
    median: float
    crps: float
    relative_error: float
    pit: float
    covered: tuple[bool, ...]

    @property
    def horizon(self) -> int:
        """Years ahead; 1 is the year that begins at the origin."""
        return self.year - int(self.origin) + 1


@dataclass(frozen=True)
class Outcome:
    """One event foretold by one method."""

    series: str
    setting: str
    origin: float
    target: str
    method: str
    probability: float
    happened: bool


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


def gather(
    cases: Iterable[Case], outcomes: Iterable[Outcome], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Gather cases into rows: one for each series, setting and horizon, and one over all horizons.

    Rows stand in the order in which settings were scored and then of ``names``, the series.

    ``best_baseline`` is the baseline with the lowest CRPS over the row, picked after the event:
    harder on the model than any baseline that one could have chosen beforehand.
    """
    table: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        table.setdefault((case.series, case.setting), []).append(case)
    told: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        told.setdefault((outcome.series, outcome.setting), []).append(outcome)
    rows = []
    order = list(dict.fromkeys(setting for _, setting in table))
    for key in sorted(table, key=lambda key: (order.index(key[1]), names.index(key[0]))):
        horizons: tuple[int | str, ...] = (*HORIZONS, "all")
        for horizon in horizons:
            mine = [case for case in table[key] if horizon in ("all", case.horizon)]
            if mine:
                extra = _brier_row(told.get(key, [])) if horizon == "all" else _NO_BRIER
                rows.append(_row(key, horizon, mine) | extra)
    return rows


def _row(key: tuple[str, str], horizon: int | str, cases: Sequence[Case]) -> dict[str, Any]:
    by_method: dict[str, list[Case]] = {}
    for case in cases:
        by_method.setdefault(case.method, []).append(case)
    means = {
        method: float(np.mean([case.crps for case in mine])) for method, mine in by_method.items()
    }
    best = min((method for method in means if method != MODEL), key=means.__getitem__)
    model = by_method.get(MODEL)
    row: dict[str, Any] = {
        "series": key[0],
        "setting": key[1],
        "horizon": horizon,
        "n": len(by_method[best]),
        "crps_model": means.get(MODEL),
        "crps_best_baseline": means[best],
        "best_baseline": best,
        "mape_model": _mape(model) if model else None,
        "coverage90": _coverage(model, 0.9) if model else None,
        "coverage80": _coverage(model, 0.8) if model else None,
        "coverage50": _coverage(model, 0.5) if model else None,
        "mape_best_baseline": _mape(by_method[best]),
        "coverage90_best_baseline": _coverage(by_method[best], 0.9),
        "ratio": None,
        "ratio_p05": None,
        "ratio_p95": None,
        "cases_won": None,
        "pit": [round(case.pit, 4) for case in model] if model else None,
        "pit_histogram": scores.pit_histogram([case.pit for case in model]) if model else None,
    }
    if model:
        row["ratio"] = means[MODEL] / means[best]
        row["ratio_p05"], row["ratio_p95"] = _ratio_interval(model, by_method[best])
        row["cases_won"] = sum(
            ours.crps < theirs.crps for ours, theirs in zip(model, by_method[best], strict=True)
        )
    for method in BASELINES:
        if method in means:
            row[f"crps_{method}"] = means[method]
            row[f"mape_{method}"] = _mape(by_method[method])
            row[f"coverage90_{method}"] = _coverage(by_method[method], 0.9)
    return row


def _ratio_interval(model: Sequence[Case], rival: Sequence[Case]) -> tuple[float, float]:
    """Return an interval of the ratio of scores, whole origins drawn with replacement.

    Forecasts from one origin err together, so the origin is what repeats. With a single origin the
    interval is the ratio itself.
    """
    origins = sorted({case.origin for case in model})
    sums = np.array(
        [
            [sum(case.crps for case in part if case.origin == origin) for origin in origins]
            for part in (model, rival)
        ]
    )
    picks = np.random.default_rng(1).integers(0, len(origins), (RESAMPLES, len(origins)))
    low, high = np.quantile(sums[0][picks].sum(axis=1) / sums[1][picks].sum(axis=1), RATIO_LEVELS)
    return float(low), float(high)


_NO_BRIER: dict[str, Any] = {
    "brier_n": None,
    "brier_model": None,
    "brier_best_baseline": None,
    "brier_best": None,
}


def _brier_row(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the Brier scores of a series' target event and the best baseline by this score."""
    by_method: dict[str, list[float]] = {}
    for outcome in outcomes:
        error = scores.brier(outcome.probability, outcome.happened)
        by_method.setdefault(outcome.method, []).append(error)
    means = {method: float(np.mean(errors)) for method, errors in by_method.items()}
    rivals = [method for method in means if method != MODEL]
    if not rivals:
        return dict(_NO_BRIER)
    best = min(rivals, key=means.__getitem__)
    return {
        "brier_n": len(by_method[best]),
        "brier_model": means.get(MODEL),
        "brier_best_baseline": means[best],
        "brier_best": best,
    }


def _mape(cases: Sequence[Case]) -> float:
    return float(np.mean([case.relative_error for case in cases]))


def _coverage(cases: Sequence[Case], level: float) -> float:
    place = scores.LEVELS.index(level)
    return float(np.mean([case.covered[place] for case in cases]))
