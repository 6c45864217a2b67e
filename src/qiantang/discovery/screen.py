"""Which inputs are searched at all: with hundreds of them a search finds what chance put there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qiantang.discovery.prim import Cases

#: Share of the inputs that pass although nothing hangs on them, at most, on average.
FALSE = 0.1


def screened(cases: Cases, drawn: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the places of the inputs to search, in their order.

    What was chosen stays. What was drawn stays where its ranks hang together with the outcome more
    than chance has it; cases that share a value by design count as one. An input that works only
    beside another, or only in the middle of its range, is missed.

    Parameters
    ----------
    cases : Cases
    drawn : ndarray of bool, shape (input,)

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57.
    """
    places = np.flatnonzero(drawn)
    if not len(places):
        return np.arange(len(drawn))
    ranks = stats.rankdata(cases.inputs[:, places], axis=0)
    ranks -= ranks.mean(axis=0)
    about = cases.hits - cases.hits.mean()
    spread = np.sqrt((ranks**2).sum(axis=0) * (about @ about))
    linked = np.abs(np.divide(about @ ranks, spread, out=np.zeros(len(places)), where=spread > 0))
    free = np.maximum(len(about) / cases.repeats[places] - 2, 1)
    strength = linked * np.sqrt(free / np.maximum(1 - linked**2, 1e-12))
    chance = 2 * stats.t.sf(strength, free)
    limits = FALSE * np.arange(1, len(places) + 1) / len(places)
    passed = np.flatnonzero(np.sort(chance) <= limits)
    kept = np.argsort(chance, kind="stable")[: passed[-1] + 1 if len(passed) else 0]
    return np.sort(np.concatenate([np.flatnonzero(~drawn), places[kept]]))
