"""A sweep with its verbs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault, StudyError
from qiantang.sweep.reading import Sweep, read_sweep

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from qiantang.discovery.discover import Discovery
    from qiantang.study import Study


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

    def discover(
        self, *, fails: str = "", reaches: str = "", study: Study | None = None, **options: Any
    ) -> Discovery:
        """Find the circumstances under which a target is missed, or reached.

        Parameters
        ----------
        fails, reaches : str
            Target of the plan; one of the two.
        study : Study, optional
            The one that the sweep was made with, by default the bundled one.
        **options
            See `qiantang.discovery.discover.discover`.

        Raises
        ------
        StudyError
            Both or neither of the two, and as `qiantang.discovery.discover.discover`.
        """
        from qiantang.discovery.discover import discover  # scikit-learn, and the study
        from qiantang.policy.packages import find_target
        from qiantang.session.study import open_study

        if bool(fails) == bool(reaches):
            what = "say a target that fails, or one that is reached"
            raise StudyError([Fault("discover", None, "", what)])
        study = open_study() if study is None else study
        option = "--fails" if fails else "--reaches"
        target = find_target(study, fails or reaches, option)
        return discover(self, study, target, fails=bool(fails), **options)


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
