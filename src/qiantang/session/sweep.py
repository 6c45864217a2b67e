"""A sweep with its verbs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.sweep.reading import Sweep, read_sweep

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


class OpenSweep(Sweep):
    """A sweep with its verbs: its labelled Dataset, its summary, its indices."""

    def to_xarray(self) -> xr.Dataset:
        """Return a lazy Dataset with labelled axes.

        Returns
        -------
        xarray.Dataset
            Axes (scenario, each axis of a full grid, member), or (scenario, point, member) where
            the points are no grid; ``statistic`` in place of ``member`` in a sweep of summaries.
        """
        from qiantang.sweep.lazy import lazy_dataset  # xarray

        return lazy_dataset(self)

    def summary(self) -> pd.DataFrame:
        """Return mean, spread, quantiles and P(reached), one row a point and measure."""
        from qiantang.sweep.reduce import summary  # scores by targets, with xarray

        return summary(self)

    def sobol_indices(self, measure: str) -> pd.DataFrame:
        """Return first-order and total indices of a Saltelli sweep, one row an axis."""
        from qiantang.sweep.indices import sobol_indices

        return sobol_indices(self, measure)


def open_sweep(folder: str | Path, *, unfinished: bool = False) -> OpenSweep:
    """Open the folder of a sweep; nothing but its manifest is read yet.

    Parameters
    ----------
    folder : str or Path
    unfinished : bool
        Whether a sweep that still misses parts may be opened.

    Raises
    ------
    StudyError
        If no sweep stands there, or it is not finished.
    """
    read = read_sweep(folder, unfinished=unfinished)
    return OpenSweep(read.folder, read.manifest)
