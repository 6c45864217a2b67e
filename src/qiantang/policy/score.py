"""What a package comes to, and what tells one request for it from another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """What one package of levers comes to.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (member,)
        Measure of each target. [unit of the target]
    states : mapping of str to ndarray, shape (member,)
        Further variables asked for, in the year asked for.
    """

    values: Mapping[str, Array]
    states: Mapping[str, Array] = field(default_factory=dict)


def score_key(
    intensities: Array, changed: Mapping[str, Array], states: Sequence[str], year: int
) -> bytes:
    """Return what tells one request from another."""
    digest = hashlib.sha256(np.ascontiguousarray(intensities, dtype=np.float64).tobytes())
    for name, value in sorted(changed.items()):
        digest.update(name.encode() + value.astype(np.float64).tobytes())
    digest.update(repr((tuple(states), year)).encode())
    return digest.digest()
