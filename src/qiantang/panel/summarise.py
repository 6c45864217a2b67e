"""From draws to estimates: centre of the panel, this study's city, and a city not yet seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from qiantang.panel.estimatefile import Estimate, Spread
from qiantang.panel.models import LEAST_DOF
from qiantang.panel.sampler import Draws, diagnose

Array = NDArray[np.float64]

#: Digits that an estimate keeps.
DIGITS = 4
#: The middle part of a distribution that two are compared by: its upper end.
UPPER = 0.95


@dataclass(frozen=True)
class Members:
    """Names of the panel's members and of those that are this study's city."""

    names: Sequence[str]
    own: Sequence[str]

    def place(self, name: str) -> int:
        """Return a member's place."""
        return list(self.names).index(name)


def shares(draws: Draws, members: Members, seed: int) -> dict[str, Estimate]:
    """Return the estimates of a share's yearly changes.

    ``yearly_sd`` is the standard deviation of the normal that has the middle nine tenths of the
    change, own and common together, changes of scope left out.
    """
    value = draws.values
    dof = LEAST_DOF + value["dof_over"]
    centre, new = _across(draws, "log_scale", "log_scale_spread", seed)
    own = {name: value["scale"][..., members.place(name)] for name in members.own}
    wider = student.ppf(UPPER, dof) / norm.ppf(UPPER)

    def yearly(scale: Array) -> Array:
        return np.asarray(np.hypot(scale * wider, value["common_sd"]))

    return {
        "yearly_sd": _estimate("Dmnl", yearly(np.exp(centre)),
                               {name: yearly(one) for name, one in own.items()},
                               yearly(np.exp(new))),
        "scale": _estimate("Dmnl", np.exp(centre), own, np.exp(new)),
        "scale_spread": _estimate("Dmnl", value["log_scale_spread"]),
        "dof": _estimate("Dmnl", dof),
        "reversion": _estimate("1/Year", value["reversion"]),
        "persistence": _estimate("Dmnl", 1.0 - value["reversion"]),
        "common_sd": _estimate("Dmnl", value["common_sd"]),
        "drift": _estimate("1/Year", value["drift"]),
        "scope_chance": _estimate("1/Year", value["scope_chance"]),
        "scope_sd": _estimate("Dmnl", value["scope_sd"]),
    }  # fmt: skip


def crowding(draws: Draws, members: Members, seed: int) -> dict[str, Estimate]:
    """Return the estimates of the brake; with a knee the slopes below and above it."""
    value = draws.values
    pieces = value["slope"].shape[-1]
    names = ("slope",) if pieces == 1 else ("slope_below", "slope_above")
    z = _normal(value["slope_spread"].shape, seed)
    found = {}
    for piece, name in enumerate(names):
        centre = value["slope"][..., piece]
        own = {
            member: value["city_slope"][..., members.place(member), piece] for member in members.own
        }
        found[name] = _estimate("1/Year", centre, own, centre + value["slope_spread"] * z)
    return found | {
        "slope_spread": _estimate("1/Year", value["slope_spread"]),
        "level_spread": _estimate("1/Year", value["level_spread"]),
        "scale": _estimate("Dmnl", np.exp(value["log_scale"])),
        "dof": _estimate("Dmnl", LEAST_DOF + value["dof_over"]),
        "common_sd": _estimate("Dmnl", value["common_sd"]),
    }


def signings(draws: Draws, members: Members, seed: int) -> dict[str, Estimate]:
    """Return the estimates of the rate of signing; the variance is mean + dispersion * mean**2."""
    value = draws.values
    rng = np.random.default_rng(seed)
    new = rng.gamma(value["rate_shape"], value["mean_rate"] / value["rate_shape"])
    own = {name: value["rate"][..., members.place(name)] for name in members.own}
    return {
        "rate": _estimate("pair/Year", value["mean_rate"], own, new),
        "rate_shape": _estimate("Dmnl", value["rate_shape"]),
        "dispersion": _estimate("Dmnl", value["dispersion"]),
    }


def _across(draws: Draws, centre: str, spread: str, seed: int) -> tuple[Array, Array]:
    """Return the centre across cities and draws for a city not in the panel, on the log scale."""
    middle, wide = draws.values[centre], draws.values[spread]
    return middle, middle + wide * _normal(middle.shape, seed)


def _normal(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def _estimate(
    unit: str, panel: Array, own: Mapping[str, Array] | None = None, new: Array | None = None
) -> Estimate:
    """Summarise one estimate; each array is of shape (chain, draw)."""
    own = own or {}
    told = [diagnose(values) for values in (panel, *own.values())]
    return Estimate(
        unit=unit,
        panel=_spread(panel),
        own={name: _spread(values) for name, values in own.items()},
        new_city=None if new is None else _spread(new),
        rhat=round(max(one[0] for one in told), 4),
        ess_bulk=int(min(one[1] for one in told)),
        ess_tail=int(min(one[2] for one in told)),
    )


def _spread(values: Array) -> Spread:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    told = (values.mean(), values.std(ddof=1), low, middle, high)
    mean, sd, p05, p50, p95 = (float(f"{one:.{DIGITS}g}") for one in told)
    return Spread(mean=mean, sd=sd, p05=p05, p50=p50, p95=p95)
