"""A sweep with its verbs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.sweep.reading import Sweep, read_sweep

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from qiantang.charts.rooms import Charts
    from qiantang.scenario import Scenario
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

    def scenarios(self, study: Study, **where: object) -> list[Scenario]:
        """Return points as scenarios, such as ``sweep.scenarios(study, late=1)``, to run or draw.

        Raises
        ------
        StudyError
            More points than can be run; a study that is not what the sweep was made from.
        """
        from qiantang.sweep.named import points_as_scenarios  # cases

        return points_as_scenarios(self, study, {k: _told(v) for k, v in where.items()})

    @property
    def chart(self) -> Charts:
        """The charts of a sweep, such as ``sweep.chart.when("passengers", study=study)``."""
        from qiantang.charts.rooms import Charts

        return Charts("sweep", self)


def run_sweep(
    study: Study,
    design: str | Path,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> OpenSweep:
    """Run a sweep, or what is left of it, and open its folder.

    Parameters
    ----------
    study : Study
    design : str or Path
        Name of a sweep of the study, or its file.
    out : str or Path, optional
        Folder of the results, by default ``sweeps/`` and the name of the design.
    workers : int, optional
        Threads of this machine.
    progress : callable
        Told a line when the model is compiled.

    Raises
    ------
    StudyError
        A fault of the design; the folder belongs to another sweep.
    """
    from qiantang.sweep import local
    from qiantang.sweep.designs import read_design
    from qiantang.sweep.plan import plan_sweep
    from qiantang.sweep.sweeping import run_sweep as run

    plan = plan_sweep(read_design(str(design), study), study)
    folder = Path("sweeps") / plan.design.name if out is None else Path(out)
    run(plan, folder, local.executor(workers, progress))
    return open_sweep(folder)


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


def _told(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
