"""Shapley effects: the variance of an outcome shared out between groups of inputs.

The value of a coalition of groups is the variance of the outcome that their inputs explain
together, Var(E[Y | X of the coalition]). What two groups tell jointly, by interaction or because
they hang together, is shared between them, so that the effects add up to what all explain, whether
inputs are independent or not. The explained variance is measured on members left out, one by one,
of a kernel ridge regression; what no regression of the inputs explains is left over. An effect
somewhat below nought is one that the members cannot tell from none.

SALib's Shapley effects need a sample of their own and assume independence, after Goda (2021); those
here take the members as they are.

References
----------
Owen (2014), Sobol' indices and Shapley value, SIAM/ASA Journal on Uncertainty Quantification 2.
Song, Nelson and Staum (2016), Shapley effects for global sensitivity analysis, same journal 4.
Broto, Bachoc and Depecker (2020), Variance reduction for estimation of Shapley effects and
adaptation to unknown input distribution, same journal 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.policy.shapley import Coalition, sampled_shares

Array = NDArray[np.float64]

#: Reach of the kernel, over the root of the number of inputs times their spread.
REACHES = (0.5, 1.5, 4.0)
#: Noise of the regression, over the mean of the kernel's diagonal.
_NOISES = np.logspace(-6, 2, 9)
#: Pairs of opposite orders in which the groups join.
PAIRS = 6
#: Most members that are regressed upon: the effort grows with their third power.
MOST = 600


@dataclass(frozen=True)
class Effects:
    """Effects of groups.

    Parameters
    ----------
    shares : ndarray, shape (group, outcome)
        Share of the variance of each outcome.
    errors : ndarray, shape (group, outcome)
        Standard error from the orders drawn.
    explained : ndarray, shape (outcome,)
        What all groups explain together.
    members : int
        That were regressed upon.
    """

    shares: Array
    errors: Array
    explained: Array
    members: int


def shapley_effects(
    groups: Sequence[Array],
    outcomes: Array,
    seed: int,
    *,
    pairs: int = PAIRS,
    progress: Callable[[str], None] = lambda _: None,
) -> Effects:
    """Share the variance of outcomes out between groups of inputs.

    Parameters
    ----------
    groups : sequence of ndarray, each of shape (member, input)
    outcomes : ndarray, shape (member, outcome)
    seed : int
    pairs : int
    progress : callable
        Told each pair of orders.
    """
    chance = np.random.default_rng(seed)
    kept = np.sort(chance.permutation(len(outcomes))[:MOST])
    squares = np.array([_squares(group[kept]) for group in groups])
    sizes = np.array([group.shape[1] for group in groups])
    about = outcomes[kept] - outcomes[kept].mean(axis=0)
    reach = max(
        REACHES, key=lambda r: float(_value(squares.sum(axis=0), sizes.sum(), about, r).sum())
    )
    known: dict[bytes, Array] = {}

    def game(coalition: Coalition) -> Array:
        key = coalition.tobytes()
        if key not in known:
            inside = np.tensordot(coalition.astype(np.float64), squares, 1)
            known[key] = _value(inside, int(sizes[coalition].sum()), about, reach)
        return known[key]

    found = sampled_shares(
        game, len(groups), pairs, chance, lambda pair: progress(f"orders {pair} of {pairs}")
    )
    whole = game(np.ones(len(groups), dtype=bool))
    return Effects(found.values, found.errors, whole, len(kept))


def _squares(inputs: Array) -> Array:
    """Return squared distances between members, each input in units of its spread."""
    scaled = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    inner = scaled @ scaled.T
    own = np.diag(inner)
    return np.asarray(np.maximum(own[:, None] + own - 2 * inner, 0.0))


def _value(squares: Array, size: int, about: Array, reach: float) -> Array:
    """Return the share of the variance explained on members left out, shape (outcome,)."""
    if not size:
        return np.zeros(about.shape[1])
    weights, vectors = np.linalg.eigh(np.exp(-squares / (2 * size * reach**2)))
    weights = np.maximum(weights, 0.0)
    turned = vectors.T @ about
    least = np.full(about.shape[1], np.inf)
    for noise in _NOISES:
        inverse = 1 / (weights + noise)
        # The residual of a member left out, without fitting anew (Craven and Wahba 1979).
        left = (vectors @ (inverse[:, None] * turned)) / (vectors**2 @ inverse)[:, None]
        least = np.minimum(least, (left**2).sum(axis=0))
    return np.asarray(np.maximum(1 - least / (about**2).sum(axis=0), 0.0))
