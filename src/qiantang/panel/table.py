"""Panel, prior and posterior side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.panel.estimatefile import Estimate, EstimateFile, Spread

if TYPE_CHECKING:
    from qiantang.panel.quantityfile import Compared, Quantity, QuantityFile
    from qiantang.study import Study


def rows(study: Study, register: QuantityFile, found: EstimateFile) -> list[dict[str, Any]]:
    """Return a row for each estimate, and for each member that is this study's city.

    Returns
    -------
    list of dict
        From the panel ``panel``, ``new_city``, ``own``; of the study ``prior``, ``posterior``. Each
        is ``[p05, p50, p95]`` or None; where the fit keeps a mean alone, ``[mean]``.
    """
    told = []
    for name, quantity in found.quantities.items():
        known = register.quantities.get(name)
        for part, estimate in quantity.estimates.items():
            for member, own, where in _members(known, part, estimate):
                prior, posterior = _study_holds(study, where) if where else (None, None)
                told.append({
                    "estimate": f"{name}.{part}", "unit": estimate.unit,
                    "panel": _three(estimate.panel),
                    "new_city": _three(estimate.new_city),
                    "member": member, "own": _three(own),
                    "parameter": _name(where), "prior": prior, "posterior": posterior,
                    "rhat": estimate.rhat, "ess": min(estimate.ess_bulk, estimate.ess_tail),
                })  # fmt: skip
    return told


def _members(
    known: Quantity | None, part: str, estimate: Estimate
) -> list[tuple[str, Spread | None, Compared | None]]:
    """Return each member that is this study's city, its posterior, and where its counterpart is."""
    compared = {name: own.compare.get(part) for name, own in known.own.items()} if known else {}
    told = [
        (name, estimate.own.get(name), where)
        for name, where in compared.items()
        if name in estimate.own or where is not None
    ]
    return told or [("", None, None)]


def _three(spread: Spread | None) -> list[float] | None:
    return [spread.p05, spread.p50, spread.p95] if spread else None


def _name(where: Compared | None) -> str:
    if where is None:
        return ""
    return where.parameter or f"{where.series}.{where.of}"


def _study_holds(study: Study, where: Compared) -> tuple[list[float] | None, list[float] | None]:
    """Return prior and posterior of the counterpart of an estimate."""
    if where.parameter is not None:
        records = dict(zip(study.priors.names, study.priors.records, strict=True))
        record = records.get(where.parameter)
        prior = [record.p05, record.central, record.p95] if record else None
        draws = study.fit.parameters.get(where.parameter) if study.has_fit() else None
        return prior, None if draws is None else _rounded(np.quantile(draws, (0.05, 0.5, 0.95)))
    assert where.series is not None  # the record says either parameter, or series and of
    deviation = study.discrepancy.get(where.series)
    prior = None
    if deviation is not None:
        low, high = getattr(deviation, str(where.of))
        middle = (low * high) ** 0.5 if where.of == "yearly_sd" else (low + high) / 2
        prior = _rounded([low, middle, high])
    drift = study.fit.record.drift.get(where.series, {}) if study.has_fit() else {}
    return prior, [drift[str(where.of)]] if where.of in drift else None


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.4g}") for value in values]
