"""A sweep with its verbs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault, StudyError
from qiantang.sweep.reading import Sweep, read_sweep

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from qiantang.charts.rooms import Charts
    from qiantang.discovery.discover import Discovery
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
        from qiantang.naming import find_target
        from qiantang.session.study import open_study

        if bool(fails) == bool(reaches):
            what = "say a target that fails, or one that is reached"
            raise StudyError([Fault("discover", None, "", what)])
        study = open_study() if study is None else study
        option = "--fails" if fails else "--reaches"
        target = find_target(study, fails or reaches, option)
        return discover(self, study, target, fails=bool(fails), **options)

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
