"""Random functions: their distributions, in every engine."""

from __future__ import annotations

import math
from pathlib import Path as File
from typing import Any

import numpy as np
import pytest

from qiantang.engine import load_model
from qiantang.engine.operations import BINOMIAL, POISSON, TRIALS

from .written import model

RANDOM = {
    "RANDOM WEIBULL(0, 100, 2, 1, 3, 5)": (1 + 3, 3 * math.sqrt(4 / math.pi - 1)),
    "RANDOM TRIANGULAR(0, 9, 0, 3, 9, 5)": (4, math.sqrt((81 + 9 - 27) / 18)),
    "RANDOM POISSON(0, 1000, 6, 1, 2, 5)": (1 + 2 * 6, 2 * math.sqrt(6)),
    "RANDOM BINOMIAL(0, 1000, 0.3, 20, 0, 1, 5)": (6, math.sqrt(20 * 0.3 * 0.7)),
    "RANDOM BINOMIAL(0, 1, 0.25, 1, 0, 1, 5)": (0.25, math.sqrt(0.25 * 0.75)),
    # the number of trials it takes to some successes
    "RANDOM NEGATIVE BINOMIAL(0, 1000, 0.4, 3, 0, 1, 5)": (3 / 0.4, math.sqrt(3 * 0.6) / 0.4),
    "RANDOM GAMMA(0, 1000, 2.5, 1, 2, 5)": (1 + 2 * 2.5, 2 * math.sqrt(2.5)),
    "RANDOM BETA(0, 1, 2, 3, 0, 1, 5)": (2 / 5, math.sqrt(6 / (25 * 6))),
    # of large parameters
    "RANDOM POISSON(0, 1e15, 1e9, 0, 1, 5)": (1e9, math.sqrt(1e9)),
    "RANDOM BINOMIAL(0, 1e15, 0.3, 1e12, 0, 1, 5)": (3e11, math.sqrt(2.1e11)),
    "RANDOM NEGATIVE BINOMIAL(0, 1e15, 1e-6, 1, 0, 1, 5)": (1e6, 1e6),
    # an order below one is one, as the manual says: the exponential distribution
    "RANDOM GAMMA(0, 1000, 0.5, 0, 1, 5)": (1, 1),
    # cut off: a fair die
    "RANDOM BETA(0, 0.5, 1, 1, 0, 1, 5)": (0.25, 0.5 / math.sqrt(12)),
    "RANDOM LOOKUP(rising, 0, 9, 0, 1, 5)": (2, 3 / math.sqrt(18)),
    # a triangle without its lower third: three halves of (x^2 - 1) / 4 from 1 to 3
    "RANDOM LOOKUP(rising, 1, 9, 0, 1, 5)": (13 / 6, math.sqrt(5 - (13 / 6) ** 2)),
}
"""Mean and deviation of distributions, in closed form."""


@pytest.mark.parametrize("draw", RANDOM)
def test_draws_have_their_distribution(tmp_path: File, draw: str) -> None:
    file = model(tmp_path, f"rising((0,0),(3,7))\nx = {draw}", end=200)
    found = load_model(file).run(["x"], np.arange(201.0), members=50, engine="numpy").values
    mean, deviation = RANDOM[draw]
    assert found.mean() == pytest.approx(mean, abs=5 * deviation / 100)
    assert found.std() == pytest.approx(deviation, rel=0.05)


@pytest.mark.slow
def test_engines_draw_the_same_numbers(tmp_path: File) -> None:
    lines = [f"x{number} = {draw}" for number, draw in enumerate(RANDOM)]
    lines += ["y = RANDOM PINK NOISE(3, 2, 4, 1)", "z = RANDOM GAMMA(0, 99, 12, 0, 1, 3)"]
    program = load_model(model(tmp_path, "\n".join(["rising((0,0),(3,7))", *lines]), end=40))
    names = [*(f"x{number}" for number in range(len(RANDOM))), "y", "z"]
    kernel = program.run(names, np.arange(41.0), engine="kernel").values
    plain = program.run(names, np.arange(41.0), engine="scalar").values
    assert kernel == pytest.approx(plain, rel=1e-9, abs=1e-9)


def test_counts_are_found_by_a_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first guess is near, so that the distribution is asked a few times whatever its size."""
    from qiantang.engine import array_functions

    looks = 0
    share = array_functions.distribution_share

    def counted(*arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        return share(*arguments)

    monkeypatch.setattr(array_functions, "distribution_share", counted)
    parts = np.linspace(0.001, 0.999, 101)
    for mean in (0.5, 40.0, 1e4, 1e8):
        looks = 0
        found = array_functions.distribution_quantile(POISSON, np.full(101, mean), 1.0, parts)
        assert looks <= 12
        assert (share(POISSON, mean, 1.0, found) >= parts).all()
        assert (share(POISSON, mean, 1.0, found - 1) < parts).all()


def test_one_lane_finds_the_same_counts() -> None:
    from qiantang.engine.array_functions import distribution_quantile
    from qiantang.engine.compiled.distributions import one_quantile

    for kind, a, b in ((POISSON, 1e7, 1.0), (BINOMIAL, 1e6, 0.5), (TRIALS, 2.0, 1e-5)):
        for part in (1e-6, 0.2, 0.5, 0.999):
            sure = distribution_quantile(kind, np.float64(a), np.float64(b), np.float64(part))
            assert one_quantile(kind, a, b, part) == pytest.approx(float(sure), rel=1e-9)


def test_pink_noise_has_its_deviation_and_correlation(tmp_path: File) -> None:
    """vensim.com/documentation, random_pink_noise: both as asked for, whatever the time step."""
    file = model(tmp_path, "x = RANDOM PINK NOISE(3, 2, 4, 1)", end=100, step=0.25)
    times = np.arange(0, 101.0)
    found = load_model(file).run(["x"], times, members=1000, engine="numpy").values[0] - 3
    assert found.mean() == pytest.approx(0, abs=0.1)
    assert found[0].std() == pytest.approx(2, rel=0.1)
    assert found.std() == pytest.approx(2, rel=0.05)
    after = (found[4:] * found[:-4]).mean() / found.var()
    assert after == pytest.approx((1 - 0.25 / 4) ** 16, abs=0.05)
