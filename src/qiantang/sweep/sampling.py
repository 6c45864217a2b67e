"""Points in the unit cube, the same on every machine and with every version of the libraries.

References
----------
McKay, Beckman and Conover (1979), Technometrics 21(2), for Latin hypercubes; Sobol' (1967), USSR
Comput. Math. 7(4), for the sequence; Saltelli et al. (2010), Computer Physics Communications
181(2), Table 2, for the rows that first-order and total indices need.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Bits of a Sobol number.
_BITS = 30


def latin_hypercube(size: int, axes: int, seed: int) -> Array:
    """Draw a Latin hypercube: each axis cut into as many strips as points, one point a strip.

    Returns
    -------
    ndarray, shape (size, axes)
        Above 0 and below 1.
    """
    rng = np.random.default_rng(seed)
    strips = np.column_stack([rng.permutation(size) for _ in range(axes)])
    inside = np.clip(rng.random((size, axes)), 1e-12, 1 - 1e-12)
    return np.asarray((strips + inside) / size, dtype=np.float64)


def sobol(size: int, axes: int, seed: int) -> Array:
    """Return Sobol points under a random digital shift.

    Parameters
    ----------
    size : int
        A power of two.
    axes, seed : int

    Returns
    -------
    ndarray, shape (size, axes)
        Above 0 and below 1.
    """
    from scipy.stats import qmc

    plain = qmc.Sobol(axes, scramble=False, bits=_BITS).random_base2(size.bit_length() - 1)
    whole = np.rint(plain * 2**_BITS).astype(np.int64)
    shift = np.random.default_rng(seed).integers(0, 2**_BITS, axes)
    return np.asarray(((whole ^ shift) + 0.5) / 2**_BITS, dtype=np.float64)


def saltelli(size: int, axes: int, seed: int) -> Array:
    """Return the rows for Sobol indices: A, then A with one column of B each, then B.

    Returns
    -------
    ndarray, shape (size * (axes + 2), axes)
    """
    both = sobol(size, 2 * axes, seed)
    first, second = both[:, :axes], both[:, axes:]
    blocks = [first]
    for axis in range(axes):
        mixed = first.copy()
        mixed[:, axis] = second[:, axis]
        blocks.append(mixed)
    return np.concatenate([*blocks, second])
