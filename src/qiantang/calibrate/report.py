"""The report of a fit: fit by series, prior to posterior, one page that says how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.figure import draw_fit
from qiantang.files.cells import csv_text

if TYPE_CHECKING:
    from qiantang.calibrate.posterior import Posterior
    from qiantang.fits import FitRecord
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Below this ratio of posterior to prior standard deviation the data are said to have spoken.
MOVED = 0.7

#: Columns of the table of series, and their heads.
_SHARES = {
    "mape_percent": "MAPE %",
    "um": "Um",
    "us": "Us",
    "uc": "Uc",
    "yearly_sd": "yearly sd",
    "persistence": "persistence",
}


def theil(simulated: Array, data: Array) -> tuple[float, float, float]:
    """Split the mean squared error into bias, unequal variation and unequal covariation.

    Parameters
    ----------
    simulated, data : ndarray, shape (n,)

    Returns
    -------
    um, us, uc : float
        Shares that add to one; NaN where the error is zero.

    References
    ----------
    Sterman (1984), Appropriate summary statistics for evaluating the historical fit of system
    dynamics models, Dynamica 10.
    """
    error = float(np.mean(np.square(simulated - data)))
    if error == 0:
        return float("nan"), float("nan"), float("nan")
    um = float(np.square(simulated.mean() - data.mean())) / error
    us = float(np.square(simulated.std() - data.std())) / error
    return um, us, max(0.0, 1.0 - um - us)  # rounding may leave less than nothing


def series_fit(posterior: Posterior) -> list[dict[str, Any]]:
    """Return fit statistics of each series at the members' median, without any deviation carried.

    Only stated figures count; bounds and intervals are numbered apart.
    """
    rows = []
    observed, target = posterior.target.observed, posterior.target
    middle = np.median(posterior.figures, axis=1)
    point = observed.is_point
    for name in observed.series:
        every = observed.of(name)
        at = every[point[every]]
        row: dict[str, Any] = {"series": name, "figures": len(at), "bounded": len(every) - len(at)}
        if len(at):
            data, model = np.exp(observed.log_value[at]), np.exp(middle[at])
            um, us, uc = theil(model, data)
            mape = float(np.mean(np.abs(model / data - 1.0)) * 100)
            row |= {"mape_percent": mape, "um": um, "us": us, "uc": uc}
        if name in target.series:
            yearly, kept = target.spread(posterior.x, name)
            row["yearly_sd"], row["persistence"] = float(yearly.mean()), float(kept.mean())
        rows.append(row)
    return rows


def parameter_table(study: Study, posterior: Posterior) -> list[dict[str, Any]]:
    """Return prior and posterior of each parameter, those the data moved most first.

    ``sd_ratio`` is posterior over prior standard deviation on the standard scale; a parameter that
    no observed figure depends on keeps its prior and has no diagnostics. ``correlated_with`` names
    the sampled coordinate of the largest posterior correlation: what the data cannot tell apart.
    """
    priors, target, chains = study.priors, posterior.target, posterior.diagnostics
    flat = posterior.sample.draws.reshape(-1, len(chains.names))
    correlation = np.corrcoef(flat, rowvar=False) - np.eye(flat.shape[1])
    column = {name: place for place, name in enumerate(chains.names)}
    natural = priors.natural(target.standard(posterior.x))
    rows = []
    for place, (name, record) in enumerate(zip(priors.names, priors.records, strict=True)):
        low, middle, high = np.quantile(natural[:, place], (0.05, 0.5, 0.95))
        row: dict[str, Any] = {
            "parameter": name, "unit": record.unit, "prior": record.central,
            "prior_p05": record.p05, "prior_p95": record.p95, "posterior": middle,
            "posterior_p05": low, "posterior_p95": high,
        }  # fmt: skip
        at = column.get(name)
        if at is None:
            row |= {"sampled": "from its prior", "shift_in_prior_sd": 0.0, "sd_ratio": 1.0}
        else:
            partner = int(np.abs(correlation[at]).argmax())
            row |= {
                "sampled": "from the posterior",
                "shift_in_prior_sd": float(flat[:, at].mean()),
                "sd_ratio": float(flat[:, at].std()),
                "rhat": float(chains.rhat[at]),
                "ess_bulk": float(chains.ess_bulk[at]),
                "ess_tail": float(chains.ess_tail[at]),
                "correlated_with": chains.names[partner],
                "correlation": float(correlation[at, partner]),
            }
        rows.append(row | {"grade": record.grade, "source": record.source})
    return sorted(rows, key=lambda row: float(row["sd_ratio"]))


def chain_table(posterior: Posterior) -> list[dict[str, Any]]:
    """Return the diagnostics of every sampled coordinate, parameters and drift alike."""
    chains = posterior.diagnostics
    return [
        {"coordinate": name, "rhat": rhat, "ess_bulk": bulk, "ess_tail": tail}
        for name, rhat, bulk, tail in zip(
            chains.names, chains.rhat, chains.ess_bulk, chains.ess_tail, strict=True
        )
    ]


def report_texts(study: Study, posterior: Posterior, record: FitRecord) -> dict[str, str]:
    """Return the files of the report: name to text."""
    series = series_fit(posterior)
    parameters = parameter_table(study, posterior)
    return {
        "series.csv": _csv(series),
        "parameters.csv": _csv(parameters),
        "diagnostics.csv": _csv(chain_table(posterior)),
        "fit.svg": draw_fit(study, posterior),
        "report.md": _page(series, parameters, record),
    }


def _page(
    series: Sequence[dict[str, Any]], parameters: Sequence[dict[str, Any]], record: FitRecord
) -> str:
    lines = [*_of_chains(record), *_of_series(series), *_of_parameters(parameters), ""]
    return "\n".join(lines)


def _of_chains(record: FitRecord) -> list[str]:
    chains = record.diagnostics
    return [
        f"# Fit {record.version}",
        "",
        f"Method: {record.method}. Figures that were complete by {record.sees_until:g}; nothing "
        f"later was seen. {record.runs} runs of the model, {record.members} members kept, seed "
        f"{record.seed}.",
        "",
        f"Chains: worst R-hat {chains['worst_rhat']} ({chains['worst_rhat_of']}), least effective "
        f"draws {chains['least_ess_bulk']} in the bulk and {chains['least_ess_tail']} in the tails "
        f"({chains['least_ess_of']}), {float(chains['acceptance']):.0%} of proposals accepted, "
        f"{chains['diverged_in_probe']} of the draws run as a probe diverged. The bars, R-hat "
        "below 1.01 and more than 400 effective draws for every coordinate, are "
        f"{'met' if chains['passed'] else 'NOT met'}.",
        "",
        "![Fit by series](fit.svg)",
        "",
    ]


def _of_series(series: Sequence[dict[str, Any]]) -> list[str]:
    head = ("series", "figures", "bounded", *_SHARES.values())
    rows = [
        (
            row["series"],
            str(row["figures"]),
            str(row["bounded"]),
            *(_number(row.get(key), 2) for key in _SHARES),
        )
        for row in series
    ]
    return [
        "## Fit by series",
        "",
        "The members' median, with no deviation carried, against the stated figures. "
        "Um, Us and Uc are Theil's shares of the error: bias, unequal variation, the rest. The "
        "last two columns tell the drift of what the structure leaves unexplained, a year's move "
        "and what is left of it after a year; forecasts start from its last value.",
        "",
        *_table(head, rows),
        "",
    ]


def _of_parameters(parameters: Sequence[dict[str, Any]]) -> list[str]:
    moved = [row for row in parameters if row["sd_ratio"] < MOVED]
    silent = [row for row in parameters if row["sampled"] == "from its prior"]
    rows = [
        (
            row["parameter"],
            row["unit"],
            f"{row['prior']:.4g}",
            f"{row['posterior']:.4g}",
            f"{row['posterior_p05']:.4g} to {row['posterior_p95']:.4g}",
            f"{row['sd_ratio']:.2f}",
            row["correlated_with"],
            f"{row['correlation']:+.2f}",
        )
        for row in moved
    ]
    head = ("parameter", "unit", "prior", "posterior", "90 %", "sd ratio", "tied to", "r")
    return [
        "## What the data moved",
        "",
        f"{len(moved)} of {len(parameters)} parameters have a posterior spread below {MOVED} of "
        f"their prior's. No observed figure depends on {len(silent)} others, most of them effects "
        "of levers: they are drawn from what was believed before. All stand in parameters.csv, "
        "with the coordinate that each is hardest to tell from.",
        "",
        *_table(head, rows),
    ]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None or value != value else f"{value:.{digits}f}"


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    return csv_text(
        [{k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    )
