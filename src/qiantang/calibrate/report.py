"""The report of a fit: fit by series, prior to posterior, one page that says how it was made."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.figure import draw_fit

if TYPE_CHECKING:
    from qiantang.calibrate.observed import Observed
    from qiantang.calibrate.posterior import Posterior
    from qiantang.fits import FitRecord
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Below this ratio of posterior to prior standard deviation the data are said to have spoken.
MOVED = 0.7


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
    return um, us, 1.0 - um - us


def series_fit(observed: Observed, posterior: Posterior) -> list[dict[str, Any]]:
    """Return fit statistics of each series at the mode, without any deviation carried.

    Only stated figures count; bounds and intervals are numbered apart.
    """
    rows = []
    point = observed.is_point
    for name in observed.series:
        every = observed.of(name)
        at = every[point[every]]
        row: dict[str, Any] = {"series": name, "figures": len(at), "bounded": len(every) - len(at)}
        if len(at):
            data, model = np.exp(observed.log_value[at]), np.exp(posterior.log_model[at])
            um, us, uc = theil(model, data)
            mape = float(np.mean(np.abs(model / data - 1.0)) * 100)
            row |= {"mape_percent": mape, "um": um, "us": us, "uc": uc}
        if name in posterior.spreads:
            row["drift_sd"], row["persistence"] = posterior.spreads[name].mean()
        rows.append(row)
    return rows


def parameter_table(study: Study, posterior: Posterior) -> list[dict[str, Any]]:
    """Return prior and posterior of each parameter, the most moved first."""
    priors = study.priors
    ratio = posterior.ratio()
    mode = priors.natural(posterior.mode)
    rows = [
        {
            "parameter": name,
            "unit": record.unit,
            "prior": record.central,
            "prior_p05": record.p05,
            "prior_p95": record.p95,
            "posterior": mode[place],
            "shift_in_prior_sd": posterior.mode[place],
            "sd_ratio": ratio[place],
            "grade": record.grade,
            "source": record.source,
        }
        for place, (name, record) in enumerate(zip(priors.names, priors.records, strict=True))
    ]
    return sorted(rows, key=lambda row: float(row["sd_ratio"]))


def report_texts(
    study: Study, observed: Observed, posterior: Posterior, record: FitRecord
) -> dict[str, str]:
    """Return the files of the report: name to text."""
    series = series_fit(observed, posterior)
    parameters = parameter_table(study, posterior)
    return {
        "series.csv": _csv(series),
        "parameters.csv": _csv(parameters),
        "fit.svg": draw_fit(study, observed, posterior),
        "report.md": _page(series, parameters, record),
    }


def _page(
    series: Sequence[dict[str, Any]], parameters: Sequence[dict[str, Any]], record: FitRecord
) -> str:
    moved = [row for row in parameters if row["sd_ratio"] < MOVED]
    lines = [
        f"# Fit {record.version}",
        "",
        f"Method: {record.method}. Figures that were complete by {record.sees_until:g}; nothing "
        f"later was seen. {record.runs} runs of the model, {record.members} members kept, seed "
        f"{record.seed}, cost {record.cost:.1f} (half the sum of squares at the optimum).",
        "",
        "![Fit by series](fit.svg)",
        "",
        "## Fit by series",
        "",
        "The model at its best parameters, with no deviation carried, against the stated figures. "
        "Um, Us and Uc are Theil's shares of the error: bias, unequal variation, the rest. The "
        "drift is what the structure leaves unexplained; forecasts start from its last value.",
        "",
        *_table(
            ("series", "figures", "bounded", "MAPE %", "Um", "Us", "Uc", "drift sd", "persistence"),
            [
                (
                    row["series"],
                    str(row["figures"]),
                    str(row["bounded"]),
                    *(
                        _number(row.get(key), 2)
                        for key in ("mape_percent", "um", "us", "uc", "drift_sd", "persistence")
                    ),
                )
                for row in series
            ],
        ),
        "",
        "## What the data moved",
        "",
        f"{len(moved)} of {len(parameters)} parameters have a posterior spread below {MOVED} of "
        "their prior's; the rest are drawn from what was believed before. All of them stand in "
        "parameters.csv.",
        "",
        *_table(
            ("parameter", "unit", "prior", "posterior", "shift in prior sd", "sd ratio"),
            [
                (
                    row["parameter"],
                    row["unit"],
                    f"{row['prior']:.4g}",
                    f"{row['posterior']:.4g}",
                    f"{row['shift_in_prior_sd']:+.2f}",
                    f"{row['sd_ratio']:.2f}",
                )
                for row in moved
            ],
        ),
        "",
    ]
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None or value != value else f"{value:.{digits}f}"


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, heads, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
    return stream.getvalue()
