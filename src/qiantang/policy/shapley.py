"""Shapley shares: what each player adds to a game, averaged over the orders of joining.

The estimator draws orders in pairs, each with its reverse: what grows or shrinks with the place in
the order cancels within a pair. The shares of every order add up to the value of the full
coalition, so their mean does so, too, whatever the number of orders.

References
----------
Castro, Gomez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling,
Computers & Operations Research 36. Mitchell, Cooper, Frank and Holmes (2022), Sampling permutations
for Shapley value estimation, Journal of Machine Learning Research 23.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Coalition = NDArray[np.bool_]
#: Value of a coalition, an array of any one shape.
Game = Callable[[Coalition], Array]


@dataclass(frozen=True)
class Shares:
    """Shares of each player.

    Parameters
    ----------
    values : ndarray, shape (player, ...)
        Mean over the orders drawn.
    errors : ndarray, shape (player, ...)
        Standard error of that mean; nought where every order was counted.
    pairs : int
        Pairs of orders drawn.
    """

    values: Array
    errors: Array
    pairs: int


def sampled_shares(
    game: Game,
    players: int,
    pairs: int,
    rng: np.random.Generator,
    progress: Callable[[str], None] = lambda _: None,
) -> Shares:
    """Estimate the Shapley shares from pairs of opposite orders.

    Parameters
    ----------
    game : callable
        Value of a coalition, given as one truth value a player.
    players : int
    pairs : int
        At least 2, so that there is a standard error.
    rng : numpy.random.Generator
    progress : callable
        Told the number of each pair before it is played.
    """
    if pairs < 2:
        raise ValueError(f"{pairs} pairs of orders, expected at least 2")
    drawn = []
    for pair in range(pairs):
        progress(f"{pair + 1}")
        order = rng.permutation(players)
        drawn.append((_gains(game, order) + _gains(game, order[::-1])) / 2)
    sample = np.array(drawn)
    return Shares(sample.mean(axis=0), sample.std(axis=0, ddof=1) / np.sqrt(pairs), pairs)


def _gains(game: Game, order: NDArray[np.int64]) -> Array:
    """Return what each player adds on joining in this order."""
    joined = np.zeros(len(order), dtype=bool)
    before = np.asarray(game(joined.copy()), dtype=np.float64)
    gains = np.empty((len(order), *before.shape))
    for player in order:
        joined[player] = True
        after = np.asarray(game(joined.copy()), dtype=np.float64)
        gains[player] = after - before
        before = after
    return gains
