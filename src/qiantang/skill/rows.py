"""Cases gathered into the rows of the scoreboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from qiantang.skill import scores
from qiantang.skill.baselines import BASELINES
from qiantang.skill.cases import MODEL, Case, Outcome
from qiantang.skill.settings import HORIZONS

#: Resamples of the origins behind the interval of a ratio.
RESAMPLES = 2000
#: Interval of the ratio. [Dmnl]
RATIO_LEVELS = (0.05, 0.95)


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
        **_own(model),
        "mape_best_baseline": _mape(by_method[best]),
        "coverage90_best_baseline": _coverage(by_method[best], 0.9),
        **_against(model, by_method[best]),
        **_pit(model),
    }
    for method in BASELINES:
        if method in means:
            row[f"crps_{method}"] = means[method]
            row[f"mape_{method}"] = _mape(by_method[method])
            row[f"coverage90_{method}"] = _coverage(by_method[method], 0.9)
    return row


def _own(model: Sequence[Case] | None) -> dict[str, Any]:
    """Return what is said of the model's cases alone; nothing where it was not scored."""
    return {
        "mape_model": _mape(model) if model else None,
        "coverage90": _coverage(model, 0.9) if model else None,
        "coverage80": _coverage(model, 0.8) if model else None,
        "coverage50": _coverage(model, 0.5) if model else None,
    }


def _pit(model: Sequence[Case] | None) -> dict[str, Any]:
    """Return where the figures fell in the model's forecasts."""
    pit = [case.pit for case in model] if model else None
    return {
        "pit": [round(value, 4) for value in pit] if pit else None,
        "pit_histogram": scores.pit_histogram(pit) if pit else None,
    }


def _against(model: Sequence[Case] | None, rival: Sequence[Case]) -> dict[str, Any]:
    """Return the model's score over a rival's, with its interval and the cases won."""
    if not model:
        return dict.fromkeys(("ratio", "ratio_p05", "ratio_p95", "cases_won"))
    low, high = _ratio_interval(model, rival)
    ratio = float(np.mean([c.crps for c in model])) / float(np.mean([c.crps for c in rival]))
    won = sum(ours.crps < theirs.crps for ours, theirs in zip(model, rival, strict=True))
    return {"ratio": ratio, "ratio_p05": low, "ratio_p95": high, "cases_won": won}


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
