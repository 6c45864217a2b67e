"""Shapley shares: against known games, against full enumeration, and what always adds up."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from numpy.typing import NDArray

from qiantang.policy.packages import open_packages
from qiantang.policy.shapley import Coalition, Game, sampled_shares
from qiantang.study import Study

Array = NDArray[np.float64]


def exact_shares(game: Game, players: int) -> Array:
    """Return the Shapley shares from all 2**players coalitions."""
    known = {}
    for size in range(players + 1):
        for members in combinations(range(players), size):
            known[members] = np.asarray(game(_coalition(members, players)), dtype=np.float64)
    shares = []
    for player in range(players):
        share = np.zeros_like(known[()])
        for members, value in known.items():
            if player not in members:
                size = len(members)
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                share += weight * (known[tuple(sorted((*members, player)))] - value)
        shares.append(share)
    return np.array(shares)


def _coalition(members: tuple[int, ...], players: int) -> Coalition:
    joined = np.zeros(players, dtype=bool)
    joined[list(members)] = True
    return joined


def gloves(coalition: Coalition) -> Array:
    """One left glove, two right ones: a pair is worth one."""
    return np.array(float(coalition[0] and coalition[1:].any()))


def crowded(coalition: Coalition) -> Array:
    """Levers that get in each other's way beyond three, as attention does; two values at once."""
    worth = np.array([5.0, 3.0, 2.0, 1.0, 0.5, -1.0])
    total = worth[coalition].sum() * (1 - 0.1 * max(coalition.sum() - 3, 0))
    return np.array([total, total**2])


def test_the_glove_game_has_its_known_shares() -> None:
    np.testing.assert_allclose(exact_shares(gloves, 3), [2 / 3, 1 / 6, 1 / 6], atol=1e-12)


def test_a_player_who_adds_the_same_everywhere_gets_just_that() -> None:
    worth = np.array([1.0, -2.0, 0.5, 4.0])
    found = sampled_shares(lambda c: worth[c].sum(), 4, 3, np.random.default_rng(1))
    np.testing.assert_allclose(found.values, worth, atol=1e-12)
    np.testing.assert_allclose(found.errors, 0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_sampled_shares_lie_within_their_errors_of_full_enumeration(seed: int) -> None:
    exact = exact_shares(crowded, 6)
    found = sampled_shares(crowded, 6, 200, np.random.default_rng(seed))
    assert (np.abs(found.values - exact) <= 4 * found.errors + 1e-9).all()
    assert (found.errors < 0.2 * np.abs(exact).max(axis=0)).all()


def test_what_a_player_adds_last_is_not_its_share() -> None:
    """The comparison can fail: another way to divide is far outside the errors."""
    found = sampled_shares(crowded, 6, 200, np.random.default_rng(1))
    full = np.ones(6, dtype=bool)
    last = []
    for player in range(6):
        without = full.copy()
        without[player] = False
        last.append(crowded(full) - crowded(without))
    assert (np.abs(np.array(last) - found.values) > 4 * found.errors).any(axis=0).all()


@pytest.mark.parametrize("pairs", [2, 3, 7])
def test_shares_add_up_to_the_full_effect_whatever_was_drawn(pairs: int) -> None:
    found = sampled_shares(crowded, 6, pairs, np.random.default_rng(3))
    whole = crowded(np.ones(6, dtype=bool)) - crowded(np.zeros(6, dtype=bool))
    np.testing.assert_allclose(found.values.sum(axis=0), whole, rtol=1e-12)


def test_opposite_orders_have_smaller_errors_than_their_number_alone_gives() -> None:
    """What depends on the place in the order cancels within a pair."""

    def later_is_worse(coalition: Coalition) -> Array:
        size = coalition.sum()
        return np.array(10.0 * size - size**2)

    found = sampled_shares(later_is_worse, 6, 4, np.random.default_rng(1))
    np.testing.assert_allclose(found.errors, 0, atol=1e-12)


def test_one_pair_has_no_error_and_is_refused() -> None:
    with pytest.raises(ValueError, match="1 pairs of orders, expected at least 2"):
        sampled_shares(gloves, 3, 1, np.random.default_rng(1))


def test_sampled_shares_agree_with_enumeration_on_levers_of_the_model(small_study: Study) -> None:
    packages = open_packages(small_study, members=12, seed=1)
    players = ("customs_facilitation", "airport_capacity", "cross_border_ecommerce",
               "plan_organisation")  # fmt: skip
    places = [packages.levers.index(name) for name in players]

    def game(coalition: Coalition) -> Array:
        x = np.zeros(len(packages.levers))
        x[places] = coalition
        values = packages.score(x).values
        return np.array([values[name].mean() for name in ("goods_trade", "passengers", "cargo")])

    exact = exact_shares(game, len(players))
    found = sampled_shares(game, len(players), 40, np.random.default_rng(2))
    assert (np.abs(found.values - exact) <= 4 * found.errors + 1e-9).all()
    whole = game(np.ones(4, dtype=bool)) - game(np.zeros(4, dtype=bool))
    np.testing.assert_allclose(found.values.sum(axis=0), whole, rtol=1e-9)
    assert packages.runs <= 16
    # Organisation alone delivers nothing, but carries a share: shares are not effects alone.
    alone = game(np.array([False, False, False, True])) - game(np.zeros(4, dtype=bool))
    np.testing.assert_allclose(alone, 0, atol=1e-9)
    assert exact[3, 0] > 0
