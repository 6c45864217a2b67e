"""The hierarchical models of the panel, in NumPyro.

NumPyro and JAX belong to the extra ``panel``; nothing but the making of estimates imports this.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist

from qiantang.panel.arrays import Changes, Counts, Crowding

#: Least degrees of freedom, so that the yearly change has a variance.
LEAST_DOF = 2.0


def _tails() -> Any:
    """Return the degrees of freedom of Student's t.

    References
    ----------
    Juarez and Steel (2010), Model-based clustering of non-Gaussian panel data based on skew-t
    distributions, JBES 28: a gamma(2, 0.1).
    """
    return LEAST_DOF + numpyro.sample("dof_over", dist.Gamma(2.0, 0.1))


def _scales(cities: int) -> Any:
    """Return each city's scale: log-normal across cities, written free of funnels."""
    centre = numpyro.sample("log_scale", dist.Normal(jnp.log(0.1), 1.0))
    spread = numpyro.sample("log_scale_spread", dist.HalfNormal(0.5))
    z = numpyro.sample("scale_z", dist.Normal(0.0, 1.0).expand([cities]))
    return numpyro.deterministic("scale", jnp.exp(centre + spread * z))


def _common(years: int) -> Any:
    """Return what all members share in a year: drift and shock, mostly of the national total."""
    drift = numpyro.sample("drift", dist.Normal(0.0, 0.05))
    spread = numpyro.sample("common_sd", dist.HalfNormal(0.1))
    z = numpyro.sample("common_z", dist.Normal(0.0, 1.0).expand([years]))
    return drift + spread * z


def share_changes(data: Changes) -> None:
    """Yearly log change of a share: reversion, common shock, t tails, and rare changes of scope.

    ``change = common[year] + reversion * (mean[city] - last) + error``, the error Student's t, or
    with a small chance a wide normal: a change of what is counted. City means scatter about the
    first state seen, which keeps short series from looking like strong reversion.

    References
    ----------
    Wooldridge (2005), Simple solutions to the initial conditions problem in dynamic, nonlinear
    panel data models with unobserved heterogeneity, Journal of Applied Econometrics 20.
    """
    dof, scale = _tails(), _scales(data.cities)
    common = _common(data.years)
    reversion = numpyro.sample("reversion", dist.Beta(1.0, 4.0))
    spread = numpyro.sample("mean_spread", dist.HalfNormal(1.0))
    z = numpyro.sample("mean_z", dist.Normal(0.0, 1.0).expand([data.cities]))
    mean = data.first + spread * z
    chance = numpyro.sample("scope_chance", dist.Beta(1.0, 30.0))
    size = numpyro.sample("scope_sd", dist.LogNormal(jnp.log(0.6), 0.3))
    expected = common[data.year] + reversion * (mean[data.city] - data.last)
    wide = jnp.sqrt(scale[data.city] ** 2 + data.error**2)
    usual = dist.StudentT(dof, expected, wide).log_prob(data.change)
    scope = dist.Normal(expected, size).log_prob(data.change)
    numpyro.factor(
        "likelihood", jnp.logaddexp(jnp.log1p(-chance) + usual, jnp.log(chance) + scope).sum()
    )


def crowding(data: Crowding) -> None:
    """Yearly log change of an airport's share against log(traffic of last year / design).

    The slope differs between airports about a common one; with a knee there is one slope below
    and another above it.
    """
    changes = data.changes
    dof, scale = _tails(), _scales(changes.cities)
    common = _common(changes.years)
    spread = numpyro.sample("level_spread", dist.HalfNormal(0.05))
    level = spread * numpyro.sample("level_z", dist.Normal(0.0, 1.0).expand([changes.cities]))
    centre = numpyro.sample("slope", dist.Normal(0.0, 0.1).expand([data.load.shape[1]]))
    apart = numpyro.sample("slope_spread", dist.HalfNormal(0.03))
    z = numpyro.sample("slope_z", dist.Normal(0.0, 1.0).expand([changes.cities]))
    slope = numpyro.deterministic("city_slope", centre + apart * z[:, None])
    brake = (slope[changes.city] * data.load).sum(axis=1)
    expected = common[changes.year] + level[changes.city] + brake
    wide = jnp.sqrt(scale[changes.city] ** 2 + changes.error**2)
    numpyro.sample("change", dist.StudentT(dof, expected, wide), obs=changes.change)


def signings(data: Counts) -> None:
    """Pairs signed in a year: negative binomial, the rates of cities gamma."""
    rate = numpyro.sample("mean_rate", dist.LogNormal(0.0, 0.7))
    shape = numpyro.sample("rate_shape", dist.Gamma(2.0, 0.5))
    own = numpyro.sample("rate", dist.Gamma(shape, shape / rate).expand([data.cities]))
    excess = numpyro.sample("dispersion", dist.HalfNormal(1.0))
    chance = dist.NegativeBinomial2(own[data.city], 1.0 / excess)
    numpyro.sample("signed", chance, obs=data.signed)
