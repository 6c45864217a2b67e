"""A quick look at the posterior: Sobol draws, kept where the likelihood ratio accepts them.

In a hundred dimensions hardly a draw of the prior would be kept, so the draws are those of the
normal approximation, and the ratio of posterior to approximation is flattened until a stated part
of them is accepted. The look is coarse by that flattening: with a power of 1 it would be exact,
with 0 the approximation itself.

References
----------
Sobol (1967), On the distribution of points in a cube and the approximate evaluation of integrals.
Beven and Binley (1992), The future of distributed models, Hydrological Processes 6 (flattened
likelihoods).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import qmc

from qiantang.calibrate.chains import LogDensity, Sample
from qiantang.calibrate.laplace import Normal

#: Draws looked at, and the part of them that is kept.
DRAWS, KEPT = 2**13, 0.25
#: Parts of the kept draws that the diagnostics hold against each other, as they do with chains.
PARTS = 4
#: Draws run at a time.
BATCH = 2**10


def quick_sample(
    log_density: LogDensity,
    normal: Normal,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Sample:
    """Draw from the normal approximation and keep by the flattened likelihood ratio.

    Returns
    -------
    Sample
        Independent draws, in `PARTS` chains.
    """
    size = len(normal.mean)
    cube = qmc.Sobol(size, scramble=True, rng=np.random.default_rng([seed, 3])).random(DRAWS)
    white = ndtri(np.clip(cube, 1e-12, 1 - 1e-12))
    points = normal.mean + white @ normal.root.T
    density = np.concatenate(
        [log_density(points[at : at + BATCH]) for at in range(0, DRAWS, BATCH)]
    )
    ratio = density + 0.5 * np.square(white).sum(axis=1)
    ratio = np.where(np.isfinite(ratio), ratio - ratio[np.isfinite(ratio)].max(), -np.inf)

    def share(power: float) -> float:
        return float(np.exp(power * ratio).mean()) - KEPT

    power = 1.0 if share(1.0) >= 0 else float(brentq(share, 1e-6, 1.0))
    chance = np.random.default_rng([seed, 4]).random(DRAWS)
    kept = np.log(chance) < power * ratio
    progress(f"{int(kept.sum())} of {DRAWS} draws kept, likelihood ratio flattened to {power:.3f}")
    length = int(kept.sum()) // PARTS
    chosen = np.flatnonzero(kept)[: PARTS * length].reshape(PARTS, length)
    return Sample(points[chosen], density[chosen], np.full(PARTS, kept.mean()))
