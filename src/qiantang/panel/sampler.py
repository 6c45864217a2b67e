"""Draws from the posterior of a panel model, and whether they can be trusted.

NumPyro and JAX belong to the extra ``panel``; nothing but the making of estimates imports this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import numpyro
from numpy.typing import NDArray
from numpyro.infer import MCMC, NUTS

from qiantang.calibrate.diagnostics import arviz

Array = NDArray[np.float64]

CHAINS, WARMUP = 4, 500
#: Step sizes small enough for the narrow parts of hierarchical posteriors.
ACCEPT = 0.9


@dataclass(frozen=True)
class Draws:
    """A posterior sample.

    Parameters
    ----------
    values : Mapping of str to ndarray, shape (chain, draw, ...)
    divergences : int
        Steps on which the sampler lost its way.
    """

    values: Mapping[str, Array]
    divergences: int

    def flat(self, name: str) -> Array:
        """Return the draws of one site, shape (chain * draw, ...)."""
        values = self.values[name]
        return values.reshape(-1, *values.shape[2:])


def sample(model: Callable[[Any], None], data: Any, draws: int, seed: int) -> Draws:
    """Draw by the No-U-Turn sampler, all chains side by side, in double precision.

    Parameters
    ----------
    model : callable
        NumPyro model of ``data``.
    data : Any
    draws : int
        Of each chain, after the warm-up.
    seed : int

    References
    ----------
    Hoffman and Gelman (2014), The No-U-Turn Sampler, JMLR 15.
    Phan, Pradhan and Jankowiak (2019), Composable effects for flexible and accelerated
    probabilistic programming in NumPyro, arXiv:1912.11554.
    """
    numpyro.enable_x64()
    kernel = NUTS(model, target_accept_prob=ACCEPT)
    chains = MCMC(
        kernel, num_warmup=WARMUP, num_samples=draws, num_chains=CHAINS,
        chain_method="vectorized", progress_bar=False,
    )  # fmt: skip
    chains.run(jax.random.PRNGKey(seed), data)
    values = {name: np.asarray(v) for name, v in chains.get_samples(group_by_chain=True).items()}
    lost = int(np.asarray(chains.get_extra_fields()["diverging"]).sum())
    return Draws(values, lost)


def diagnose(values: Array) -> tuple[float, float, float]:
    """Return R-hat, bulk and tail effective sample size of one quantity, shape (chain, draw).

    References
    ----------
    Vehtari et al. (2021), Rank-normalization, folding, and localization, Bayesian Analysis 16.
    """
    az = arviz()
    return (
        float(az.rhat(values)),
        float(az.ess(values, method="bulk")),
        float(az.ess(values, method="tail")),
    )
