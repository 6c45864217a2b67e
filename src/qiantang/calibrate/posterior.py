"""What a fit found, as its report and its chart need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.chains import Sample
from qiantang.calibrate.diagnostics import Diagnostics
from qiantang.calibrate.target import Target

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """What a report needs of a fit.

    Parameters
    ----------
    target : Target
    sample : Sample
        Draws over the active coordinates.
    diagnostics : Diagnostics
    x : ndarray, shape (member, D)
        Members kept, all coordinates.
    figures : ndarray, shape (n, member)
        Log figures of the members without their deviations.
    """

    target: Target
    sample: Sample
    diagnostics: Diagnostics
    x: Array
    figures: Array
