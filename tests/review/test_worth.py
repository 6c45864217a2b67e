"""The worth of knowing more, against closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from public_data import chemotherapy
from qiantang.review.worth import partial, perfect

#: Nothing against a gain of N(1, 1) less N(0, 4): expected gain of the better of the two.
EVPI, FIRST, SECOND = 0.479811, 0.083315, 0.395593


def test_the_closed_forms_are_what_they_are() -> None:
    for sd, expected in ((np.sqrt(5.0), EVPI), (1.0, FIRST), (2.0, SECOND)):
        found = norm.cdf(1 / sd) + sd * norm.pdf(1 / sd) - 1.0
        assert found == pytest.approx(expected, abs=1e-6)


def test_worth_is_that_of_the_closed_form() -> None:
    rng = np.random.default_rng(1)
    one, two = 1.0 + rng.standard_normal(200_000), 2.0 * rng.standard_normal(200_000)
    gains = np.column_stack([np.zeros(200_000), one - two])
    for found, expected in (
        (perfect(gains), EVPI),
        (partial(gains, one[:, None]), FIRST),
        (partial(gains, two[:, None]), SECOND),
        (partial(gains, np.column_stack([one, two])), EVPI),
    ):
        assert found.value == pytest.approx(expected, abs=4 * found.error)
        assert found.error < 0.005


def test_worth_is_that_of_another_program() -> None:
    """Voi's own tests: EVPI 368.6051; EVPPI 262.1 by a GAM, 261.7 by Strong and Oakley's way."""
    gains = pd.read_csv(chemotherapy("chemo_nb.csv")).to_numpy()
    known = pd.read_csv(chemotherapy("chemo_pars.csv"))[["p_side_effects_t2"]].to_numpy()
    assert perfect(gains).value == pytest.approx(368.6051, abs=0.1)
    assert 255.0 <= partial(gains, known).value <= 270.0


def test_noise_is_worth_nothing() -> None:
    rng = np.random.default_rng(2)
    gains = rng.standard_normal((1000, 3)) + np.array([0.0, 0.1, 0.2])
    noise = rng.standard_normal((1000, 40))
    assert partial(gains, noise).value < 3 * partial(gains, noise).error
    assert partial(gains, np.ones((1000, 2))).value == 0.0


def test_what_never_changes_a_choice_is_worth_nothing() -> None:
    rng = np.random.default_rng(3)
    known = rng.standard_normal(500)
    gains = np.column_stack([known, known - 5.0])
    assert perfect(gains).value == 0.0
    assert perfect(gains).changes == 0.0
    assert partial(gains, known[:, None]).value == 0.0
