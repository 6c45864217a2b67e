"""Made panels: the truth lies inside the interval of nine tenths, widened for one seed.

The truth is drawn once; an interval of 99 per cent misses it by chance once in a hundred, so these
bounds bite on a wrong model and not on a seed.
"""

from __future__ import annotations

import numpy as np
import pytest

from qiantang.panel.arrays import Changes, Counts, Crowding
from qiantang.panel.estimatefile import Estimate

pytest.importorskip("numpyro", reason="the extra panel is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of JAX, about its own future
]
CITIES, YEARS = 16, 10
WIDER = 2.576 / 1.645  # from nine tenths to 99 per cent of a normal


def inside(estimate: Estimate, truth: float) -> bool:
    spread = estimate.panel
    low = spread.p50 - WIDER * (spread.p50 - spread.p05)
    high = spread.p50 + WIDER * (spread.p95 - spread.p50)
    return low <= truth <= high


def town_shares(seed: int) -> Changes:
    """Shares with scale exp(-2.5 +- 0.4), 4 degrees of freedom, reversion 0.15, common 0.05."""
    rng = np.random.default_rng(seed)
    scale = np.exp(-2.5 + 0.4 * rng.standard_normal(CITIES))
    first = rng.standard_normal(CITIES)
    mean = first + 0.6 * rng.standard_normal(CITIES)
    common = 0.05 * rng.standard_normal(YEARS)
    states = [first]
    for year in range(YEARS):
        error = scale * rng.standard_t(4.0, CITIES)
        states.append(states[-1] + common[year] + 0.15 * (mean - states[-1]) + error)
    paths = np.array(states)
    city, year = np.meshgrid(np.arange(CITIES), np.arange(YEARS))
    return Changes(
        names=tuple(f"town {index}" for index in range(CITIES)),
        city=city.ravel(), year=year.ravel(),
        change=np.diff(paths, axis=0).ravel(), last=paths[:-1].ravel(),
        error=np.zeros(CITIES * YEARS), first=first, span=(0, YEARS - 1),
    )  # fmt: skip


def test_spread_tails_and_reversion_of_shares_are_found_again() -> None:
    from qiantang.panel import models, summarise
    from qiantang.panel.sampler import sample

    data = town_shares(5)
    draws = sample(models.share_changes, data, 250, seed=1)
    found = summarise.shares(draws, summarise.Members(data.names, ["town 3"]), seed=1)
    truth = {"scale": np.exp(-2.5), "scale_spread": 0.4, "dof": 4.0, "reversion": 0.15,
             "common_sd": 0.05}  # fmt: skip
    missed = {name: found[name].panel for name, value in truth.items()
              if not inside(found[name], value)}  # fmt: skip
    assert not missed
    assert found["scope_chance"].panel.p50 < 0.05  # there are none
    assert found["scale"].new_city is not None
    assert found["scale"].new_city.sd > found["scale"].own["town 3"].sd


def test_the_brake_of_crowding_is_found_again_on_either_side_of_a_knee() -> None:
    from qiantang.panel import models, summarise
    from qiantang.panel.sampler import sample

    rng = np.random.default_rng(7)
    shares = town_shares(7)
    load = rng.uniform(-1.0, 1.0, CITIES * YEARS)
    over = np.maximum(load - 0.2, 0.0)
    change = -0.02 * (load - over) - 0.08 * over + 0.03 * rng.standard_t(8.0, load.size)
    data = Crowding(
        Changes(shares.names, shares.city, shares.year, change, shares.last, shares.error,
                shares.first, shares.span),
        np.column_stack([load - over, over]),
    )  # fmt: skip
    draws = sample(models.crowding, data, 250, seed=1)
    found = summarise.crowding(draws, summarise.Members(data.names, ["town 0"]), seed=1)
    assert inside(found["slope_below"], -0.02)
    assert inside(found["slope_above"], -0.08)
    assert found["slope_above"].panel.p95 < found["slope_below"].panel.p05


def test_the_rate_of_signing_is_found_again_and_a_seed_repeats_itself() -> None:
    from qiantang.panel import models, summarise
    from qiantang.panel.sampler import sample

    rng = np.random.default_rng(3)
    rate = rng.gamma(3.0, 0.8 / 3.0, CITIES)
    city = np.repeat(np.arange(CITIES), 20)
    signed = rng.poisson(rate[city] * rng.gamma(2.0, 0.5, city.size))  # dispersion 1/2
    data = Counts(tuple(f"town {one}" for one in range(CITIES)), city, signed, (1, 20))
    members = summarise.Members(data.names, ["town 0"])
    found, again = (
        summarise.signings(sample(models.signings, data, 250, seed=1), members, seed=1)
        for _ in range(2)
    )
    assert found == again
    assert inside(found["rate"], 0.8)
    assert inside(found["rate_shape"], 3.0)
    assert inside(found["dispersion"], 0.5)
