"""Indices against functions whose indices are known, with and without dependence."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from qiantang.sensitivity.effects import shapley_effects
from qiantang.sensitivity.given import delta, pawn, pawn_floor
from qiantang.sweep.indices import _indices
from qiantang.sweep.sampling import saltelli

pytest.importorskip("SALib", reason="the extra [search] is not installed")


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def drawn(size: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-np.pi, np.pi, (size, 3))


#: First-order and total indices of Ishigami's function with a = 7, b = 0.1, in closed form: the
#: figures of SALib's own test, .31 .44 0 and .55 .44 .24, are these, rounded.
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)


def test_sobol_indices_of_ishigami() -> None:
    cube = saltelli(4096, 3, 1)
    outcome = ishigami(np.pi * (2 * cube - 1))
    found = _indices(outcome.reshape(5, -1))
    assert found[0] == pytest.approx(FIRST, abs=0.02)
    assert found[1] == pytest.approx(TOTAL, abs=0.02)


def test_given_data_first_order_shares_of_ishigami() -> None:
    x = drawn(4000)
    area, first = delta(x, ishigami(x), 1)
    assert first == pytest.approx(FIRST, abs=0.08)
    assert area[1] == area.max()
    assert (area > 0.1).all()  # the third input moves the spread, though not the mean


def test_pawn_of_an_input_without_influence_stays_below_the_floor() -> None:
    x = np.random.default_rng(2).uniform(-np.pi, np.pi, (2000, 4))
    outcome = ishigami(x)
    found, floor = pawn(x, outcome), pawn_floor(outcome, 1)
    assert (found[:3] > floor).all()
    assert found[3] < 1.3 * floor < found[1]


def test_salib_leaves_global_draws_and_warnings_alone() -> None:
    np.random.seed(5)  # noqa: NPY002
    before, form = np.random.get_state()[1].copy(), warnings.formatwarning  # noqa: NPY002
    x = drawn(400)
    delta(x, ishigami(x), 3)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert warnings.formatwarning is form


def test_shapley_effects_of_ishigami() -> None:
    """The interaction of first and third input is halved: .3139 + .2437 / 2, .4424, .2437 / 2."""
    x = drawn(600)
    found = shapley_effects([x[:, [place]] for place in range(3)], ishigami(x)[:, None], 1, pairs=8)
    assert found.shares[:, 0] == pytest.approx((0.4357, 0.4424, 0.1218), abs=0.06)
    assert found.explained[0] > 0.98
    assert found.shares.sum() == pytest.approx(found.explained[0], abs=1e-9)


@pytest.mark.parametrize("linked", [0.0, 0.5, 0.9])
def test_shapley_effects_of_two_linked_inputs(linked: float) -> None:
    """A sum of normals of spreads 1 and 2: closed form of Owen and Prieur (2017), section 3."""
    covariance = 2 * linked
    cov = [[1.0, covariance], [covariance, 4.0]]
    x = np.random.default_rng(3).multivariate_normal([0, 0], cov, 600)
    total = 1 + 4 + 2 * covariance
    alone = (1 + covariance) ** 2 / total, (4 + covariance) ** 2 / 4 / total
    expected = (alone[0] + 1 - alone[1]) / 2, (alone[1] + 1 - alone[0]) / 2
    found = shapley_effects([x[:, [0]], x[:, [1]]], x.sum(axis=1)[:, None], 1, pairs=2)
    assert found.shares[:, 0] == pytest.approx(expected, abs=0.05)


def test_an_input_that_only_goes_along_shares_and_noise_is_left_over() -> None:
    chance = np.random.default_rng(4)
    x = chance.normal(size=(600, 2))
    along = x[:, [0]] + 0.1 * chance.normal(size=(600, 1))
    outcome = x[:, [0]] + chance.normal(size=(600, 1))
    found = shapley_effects([x[:, [0]], along, x[:, [1]]], outcome, 1, pairs=4)
    assert found.explained[0] == pytest.approx(0.5, abs=0.08)
    assert found.shares[1, 0] > 0.15
    assert abs(found.shares[2, 0]) < 0.03
