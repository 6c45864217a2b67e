"""Whether the chains can be trusted, and what the data said of each coordinate.

References
----------
Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-normalization, folding, and
localization: an improved R-hat for assessing convergence of MCMC, Bayesian Analysis 16.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.chains import Sample

Array = NDArray[np.float64]

#: Bars: R-hat below, effective draws in the bulk and in the tails above.
RHAT, ESS = 1.01, 400.0


@dataclass(frozen=True)
class Diagnostics:
    """Diagnostics of every sampled coordinate.

    Parameters
    ----------
    names : tuple of str, length D
    rhat, ess_bulk, ess_tail : ndarray, shape (D,)
    acceptance : float
        Share of proposals accepted.
    diverged : int
        Of the draws of the normal approximation that were run to see, those whose run diverged; a
        proposal like that is refused.
    """

    names: tuple[str, ...]
    rhat: Array
    ess_bulk: Array
    ess_tail: Array
    acceptance: float
    diverged: int

    @property
    def passed(self) -> bool:
        """Whether every coordinate meets the bars."""
        return bool(
            (self.rhat < RHAT).all() and (self.ess_bulk > ESS).all() and (self.ess_tail > ESS).all()
        )

    def worst(self) -> dict[str, Any]:
        """Return the worst of each figure, for the record of a fit."""
        return {
            "passed": self.passed,
            "worst_rhat": round(float(self.rhat.max()), 4),
            "worst_rhat_of": self.names[int(self.rhat.argmax())],
            "least_ess_bulk": round(float(self.ess_bulk.min())),
            "least_ess_tail": round(float(self.ess_tail.min())),
            "least_ess_of": self.names[int(np.minimum(self.ess_bulk, self.ess_tail).argmin())],
            "acceptance": round(self.acceptance, 4),
            "diverged_in_probe": self.diverged,
        }


def diagnose(sample: Sample, names: Sequence[str], diverged: int) -> Diagnostics:
    """Compute the diagnostics of a sample.

    Parameters
    ----------
    sample : Sample
        Draws of shape (chain, draw, D).
    names : sequence of str, length D
    diverged : int
    """
    az = arviz()
    columns = range(sample.draws.shape[2])
    draws = [sample.draws[:, :, column] for column in columns]
    return Diagnostics(
        tuple(names),
        np.array([float(az.rhat(part)) for part in draws]),
        np.array([float(az.ess(part, method="bulk")) for part in draws]),
        np.array([float(az.ess(part, method="tail")) for part in draws]),
        float(sample.acceptance.mean()),
        diverged,
    )


def inference_data(
    sample: Sample, names: Sequence[str], observed: Mapping[str, Array], attrs: Mapping[str, str]
) -> Any:
    """Return the draws as an ArviZ InferenceData.

    The coordinates are on the standard scale, each standard normal before the data speak, with
    dims (chain, draw, coordinate).
    """
    az = arviz()
    data = az.from_dict(
        posterior={"standard": sample.draws.astype(np.float32)},
        sample_stats={"lp": sample.log_density},
        observed_data=dict(observed),
        coords={"coordinate": list(names)},
        dims={"standard": ["coordinate"], **{name: ["figure"] for name in observed}},
    )
    data.posterior.attrs.update(attrs)
    for group in data.groups():
        data[group].attrs.pop("created_at", None)  # the same fit, the same bytes
    return data


def arviz() -> Any:
    """Import ArviZ without its word on a coming release."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz as az
    return az
