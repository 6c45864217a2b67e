"""Whether a prior that cites the panel says what the panel's estimate says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from qiantang.faults import Fault, nearest
from qiantang.panel.estimatefile import NEW, EstimateFile, Spread


def disagreement(found: EstimateFile, cited: str, told: Mapping[str, float]) -> str:
    """Say how a prior differs from the estimate it cites, nothing where they agree.

    Parameters
    ----------
    found : EstimateFile
    cited : str
        ``QUANTITY.ESTIMATE``, a new city, or ``QUANTITY.ESTIMATE.PART`` with ``panel`` or a member.
    told : Mapping of str to float
        Quantile (p05, p50, p95) to the number of the prior; they agree to the digits it shows.
    """
    spread = _spread(found, cited)
    if spread is None:
        known = [
            f"{name}.{part}" for name, one in found.quantities.items() for part in one.estimates
        ]
        return f"no estimate {cited} in estimates.yaml{nearest(cited, known)}"
    for quantile, value in told.items():
        estimate: float = getattr(spread, quantile)
        shown = Decimal(repr(value)).normalize()
        if round(Decimal(repr(estimate)), -_exponent(shown)) != shown:
            return f"{value:g} is not {quantile} of {cited}, expected {estimate:g} or its rounding"
    return ""


def _exponent(shown: Decimal) -> int:
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)  # the number is finite
    return exponent


def _spread(found: EstimateFile, cited: str) -> Spread | None:
    name, _, rest = cited.partition(".")
    part, _, member = rest.partition(".")
    quantity = found.quantities.get(name)
    estimate = quantity.estimates.get(part) if quantity else None
    return estimate.part(member or NEW) if estimate else None


def stale(found: EstimateFile, folder: Path, place: Path) -> list[Fault]:
    """Return a fault for each input that changed since the estimates were made.

    Parameters
    ----------
    found : EstimateFile
    folder : Path
        ``calibration`` of the study.
    place : Path
        estimates.yaml, for the faults.
    """
    from qiantang.fits import text_digest

    faults = []
    for name, expected in found.inputs.items():
        try:
            same = text_digest(folder / name) == expected
        except OSError:
            same = False
        if not same:
            what = "has changed since the estimates were made, run: qiantang panel --force"
            faults.append(Fault(place, None, f"inputs.{name}", what))
    return faults
