"""What knowing more is worth to a choice: perfect, of some inputs, or of one more figure.

The expected gain of each choice given the inputs is found by regression over the members, on other
members than those on which it is then used (cross-fitting): whoever chose and judged on the same
members would find worth in noise. So the worth found is that of a choice which can be made, and
nought where none would change.

References
----------
Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected value of perfect
information from a probabilistic sensitivity analysis sample, Medical Decision Making 34.
Chernozhukov et al. (2018), Double/debiased machine learning, The Econometrics Journal 21
(cross-fitting).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Parts of the members, each judged by what the others taught.
FOLDS = 10
#: Inputs up to which powers to the third and products are used; of more, squares alone.
_FEW = 4
#: Ridge on standardised features, in members.
_RIDGE = 1.0


@dataclass(frozen=True)
class Worth:
    """What knowing something is worth.

    Parameters
    ----------
    value : float
        [unit of the gains]; never below nought, as nobody has to use what he knows.
    error : float
        Standard error.
    changes : float
        Share of the members in which another choice would be made.
    """

    value: float
    error: float
    changes: float


def perfect(gains: Array) -> Worth:
    """Return what knowing everything is worth.

    Parameters
    ----------
    gains : ndarray, shape (member, choice)
    """
    return _worth(gains, gains.argmax(axis=1))


def partial(gains: Array, inputs: Array, seed: int = 1) -> Worth:
    """Return what knowing some inputs is worth.

    Parameters
    ----------
    gains : ndarray, shape (member, choice)
    inputs : ndarray, shape (member, input)
    seed : int
        Of the parts into which members are put.
    """
    features = _features(inputs)
    members = len(gains)
    part = np.random.default_rng(seed).permutation(members) % FOLDS
    expected = np.empty_like(gains)
    for fold in range(FOLDS):
        mine, others = part == fold, part != fold
        centre = gains[others].mean(axis=0)
        held = features[others] - features[others].mean(axis=0)
        square = held.T @ held + _RIDGE * np.eye(features.shape[1])
        slopes = np.linalg.solve(square, held.T @ (gains[others] - centre))
        expected[mine] = centre + (features[mine] - features[others].mean(axis=0)) @ slopes
    return _worth(gains, expected.argmax(axis=1))


def _worth(gains: Array, chosen: NDArray[np.intp]) -> Worth:
    """Return what choices are worth over the one that is best on the whole."""
    best = int(gains.mean(axis=0).argmax())
    more = gains[np.arange(len(gains)), chosen] - gains[:, best]
    error = float(more.std(ddof=1) / np.sqrt(len(more)))
    return Worth(max(float(more.mean()), 0.0), error, float((chosen != best).mean()))


def _features(inputs: Array) -> Array:
    """Return powers and products of standardised inputs, themselves standardised."""
    moves = inputs[:, np.ptp(inputs, axis=0) > 0]
    if not moves.shape[1]:
        return np.zeros((len(inputs), 1))
    plain = (moves - moves.mean(axis=0)) / moves.std(axis=0)
    plain = np.clip(plain, -4.0, 4.0)
    parts = [plain, plain**2]
    if plain.shape[1] <= _FEW:
        rows, columns = np.triu_indices(plain.shape[1], 1)
        parts += [plain**3, plain[:, rows] * plain[:, columns]]
    whole = np.hstack(parts)
    return np.asarray((whole - whole.mean(axis=0)) / whole.std(axis=0))
