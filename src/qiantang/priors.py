"""What is believed of each parameter before the data speak, read from `calibration/priors.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, RootModel, model_validator

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.known import KnownDate

Array = NDArray[np.float64]

#: The 95th percentile of a standard normal.
_TAIL = 1.6448536269514722


class PriorRecord(BaseModel):
    """One row of the priors file."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    unit: str
    distribution: Literal["lognormal", "normal"]
    central: float
    p05: float
    p95: float
    grade: Literal["NUMBER", "SIGN", "data", "judgement"]
    source: str
    known: KnownDate
    note: str = ""
    panel: str = ""  # estimate of the panel that the three numbers are read from

    @model_validator(mode="after")
    def _ordered(self) -> PriorRecord:
        if not self.p05 < self.p95:
            raise ValueError("p05 must be below p95")
        if not self.p05 < self.central < self.p95:
            raise ValueError("central must lie between p05 and p95")
        if self.distribution == "lognormal" and self.p05 <= 0:
            raise ValueError("a lognormal needs p05 above 0")
        return self


class PriorsFile(RootModel[dict[str, PriorRecord]]):
    """The whole file: parameter name to record."""


@dataclass(frozen=True)
class Priors:
    """Independent priors on a standard scale.

    A parameter is ``central + spread * z``, or ``central * exp(spread * z)`` where it is lognormal,
    with z standard normal and cut where the parameter would leave its limits. The spread below the
    central value and that above it differ (a two-piece normal), so that p05 and p95 are what the
    file says also where they do not lie evenly about it.

    Parameters
    ----------
    names : tuple of str, length P
    records : tuple of PriorRecord, length P
    central : ndarray, shape (P,)
        Median, in the model's units.
    spread : ndarray, shape (2, P)
        Below and above the central value; of the logarithm where the prior is lognormal.
    is_log : ndarray of bool, shape (P,)
    lower, upper : ndarray, shape (P,)
        Limits of the model file, on the standard scale z.
    """

    names: tuple[str, ...]
    records: tuple[PriorRecord, ...]
    central: Array
    spread: Array
    is_log: NDArray[np.bool_]
    lower: Array
    upper: Array

    def natural(self, z: Array) -> Array:
        """Turn standard values, shape (..., P), into parameters in the model's units."""
        below, above = self.spread
        shift = np.where(z < 0, below, above) * z
        logs = np.where(self.is_log, shift, 0.0)  # the others would overflow
        return np.where(self.is_log, self.central * np.exp(logs), self.central + shift)

    def standard(self, values: Array) -> Array:
        """Turn parameters in the model's units, shape (..., P), into standard values."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(values / self.central)
        shift = np.where(self.is_log, logs, values - self.central)
        below, above = self.spread
        z: Array = shift / np.where(shift < 0, below, above)
        return z

    def within(self, free: Array) -> Array:
        """Turn standard normal values without limits, shape (..., P), into z within the limits.

        Quantile by quantile: what a standard normal makes of ``free`` the cut one makes of z.
        """
        from scipy.special import ndtr, ndtri  # a run of a fit's members must not wait for it

        low, high = ndtr(self.lower), ndtr(self.upper)
        upper_half = low + high > 1.0  # from the nearer tail, where the quantiles are sharp
        share = np.where(
            upper_half,
            ndtr(-self.upper) + ndtr(-free) * (ndtr(-self.lower) - ndtr(-self.upper)),
            low + ndtr(free) * (high - low),
        )
        z: Array = np.where(upper_half, -1.0, 1.0) * ndtri(share)
        return np.clip(z, self.lower, self.upper)

    def draw(self, members: int, rng: np.random.Generator) -> Array:
        """Draw from the prior within the limits, shape (members, P), on the standard scale."""
        z = rng.standard_normal((members, len(self.names)))
        outside = (z < self.lower) | (z > self.upper)
        while outside.any():
            z[outside] = rng.standard_normal(int(outside.sum()))
            outside = (z < self.lower) | (z > self.upper)
        return z

    def as_parameters(self, z: Array) -> dict[str, Array]:
        """Return members' parameters by name, each of shape (members,)."""
        values = self.natural(np.atleast_2d(z))
        return {name: values[:, column].copy() for column, name in enumerate(self.names)}


def read_priors(
    path: Path,
    constants: Mapping[str, tuple[str, float | None, float | None]],
) -> Priors:
    """Read the priors and hold them against the model's dictionary.

    Parameters
    ----------
    path : Path
    constants : mapping
        Name to (unit, lower limit, upper limit) of each constant of the model file.

    Raises
    ------
    StudyError
        A parameter that is no constant of the model, a unit that differs from the model's, a range
        outside the model's limits, or any fault of form.
    """
    document = read_yaml(path)
    records = validate(document, PriorsFile).root
    faults: list[Fault] = []
    for name, record in records.items():
        if name not in constants:
            hint = nearest(name, constants)
            faults.append(document.fault((name,), f"no constant of the model file{hint}"))
            continue
        unit, low, high = constants[name]
        if record.unit != unit:
            faults.append(
                document.fault((name, "unit"), f"is {record.unit}, the model file says {unit}")
            )
        for key in ("p05", "p95"):
            value = getattr(record, key)
            if (low is not None and value < low) or (high is not None and value > high):
                what = f"{value:g} is outside the model's limits, {low} to {high}"
                faults.append(document.fault((name, key), what))
    if faults:
        raise StudyError(faults)
    return _standardised(records, constants)


def _standardised(
    records: Mapping[str, PriorRecord],
    constants: Mapping[str, tuple[str, float | None, float | None]],
) -> Priors:
    names = tuple(records)
    rows = tuple(records.values())
    is_log = np.array([row.distribution == "lognormal" for row in rows])
    central = np.array([row.central for row in rows])
    ends = np.array([(row.p05, row.p95) for row in rows]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.abs(np.where(is_log, np.log(ends / central), ends - central))
    limits = [constants[name][1:] for name in names]
    low = np.array([-np.inf if pair[0] is None else pair[0] for pair in limits])
    high = np.array([np.inf if pair[1] is None else pair[1] for pair in limits])
    bare = Priors(names, rows, central, reach / _TAIL, is_log, low, high)
    lower = np.where(is_log & (low <= 0), -np.inf, bare.standard(low))
    return Priors(names, rows, central, bare.spread, is_log, lower, bare.standard(high))
