"""A member's hidden state given new figures, and what the figures say of the member.

Where a figure is the state seen through a linear row and Gaussian error, the state can be drawn
given the figure, and the weight of the member is how likely the figure was before its state was
drawn: the best proposal there is, by Doucet, Godsill and Andrieu. The draw adds to a state from
the prior what its error asks for (Matheron's rule), so that the same random numbers serve any set
of figures, and no figure at all leaves the prior as it is, bit for bit.

References
----------
Doucet, Godsill and Andrieu (2000), On sequential Monte Carlo sampling methods for Bayesian
filtering, Statistics and Computing 10, section II.
Chilès and Delfiner (2012), Geostatistics, 2nd ed., section 7.3.1 (conditioning by kriging).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.factors import factor, log_size, whiten

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Prior:
    """Where the states of members lie before the figures.

    Parameters
    ----------
    draws : ndarray, shape (member, k)
        States drawn from it.
    mean : ndarray, shape (member, k)
    covariance : ndarray, shape (k, k)
        The same for all members.
    """

    draws: Array
    mean: Array
    covariance: Array


@dataclass(frozen=True)
class Seen:
    """Figures: rows of the state plus error.

    Parameters
    ----------
    rows : ndarray, shape (n, k)
    error : ndarray, shape (n,)
        Standard deviations.
    values : ndarray, shape (n, member)
        The figures less what a member says of them without its state.
    noise : ndarray, shape (n, member)
        Standard normal: the errors that a draw supposes.
    """

    rows: Array
    error: Array
    values: Array
    noise: Array


@dataclass(frozen=True)
class Guided:
    """States given the figures.

    Parameters
    ----------
    draws : ndarray, shape (member, k)
    surprise : ndarray, shape (n, member)
        The figures whitened by what was expected of them: standard normal if all is well.
    log_size : float
        Half the log determinant of their covariance.
    """

    draws: Array
    surprise: Array
    log_size: float


def guide(prior: Prior, seen: Seen) -> Guided:
    """Draw the states of members given figures."""
    cross = seen.rows @ prior.covariance
    lower = factor(cross @ seen.rows.T + np.diag(np.square(seen.error)))
    surprise = whiten(lower, seen.values - seen.rows @ prior.mean.T)
    supposed = seen.rows @ prior.draws.T + seen.error[:, None] * seen.noise
    asked = whiten(lower, cross).T @ whiten(lower, seen.values - supposed)
    return Guided(prior.draws + asked.T, surprise, float(log_size(lower)))
