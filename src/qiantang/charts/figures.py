"""What charts take from a run: members that did not diverge, quantiles, titles, targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qiantang.faults import Fault, StudyError, nearest

if TYPE_CHECKING:
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Quantiles that every table behind a chart holds.
QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}

#: Kinds of target that a chart of the variable over time can show.
_DRAWN = ("yearly_total", "year_end", "sum_of_years")


def check_variable(runs: Runs, name: str) -> None:
    """Refuse a variable that the run did not save.

    Raises
    ------
    StudyError
    """
    if name == "diverged" or name not in runs.dataset:
        saved = [str(item) for item in runs.dataset.data_vars if item != "diverged"]
        known = name in runs.study.dictionary
        what = "was not saved by this run" if known else "no variable of the model"
        hint = "; run again with it among the variables" if known else nearest(name, saved)
        raise StudyError([Fault("chart", None, name, what + hint)])


def check_target(study: Study, name: str) -> Target:
    """Return a target by its id, or refuse an unknown one.

    Raises
    ------
    StudyError
    """
    targets = {target.id: target for target in study.plan.targets.targets}
    if name not in targets:
        what = (
            f"no target of the plan{nearest(name, targets)}, expected one of {', '.join(targets)}"
        )
        raise StudyError([Fault("chart", None, name, what)])
    return targets[name]


def check_scenarios(runs: Runs, wanted: Sequence[str] | None) -> list[str]:
    """Return the scenarios to draw, all of the run by default, or refuse one it does not hold.

    Raises
    ------
    StudyError
    """
    held = [str(name) for name in runs.dataset.scenario.values]
    chosen = list(wanted) if wanted else held
    faults = [
        Fault("chart", None, name, f"no scenario of this run{nearest(name, held)}")
        for name in chosen
        if name not in held
    ]
    if not chosen or not runs.dataset.sizes["member"]:
        faults.append(Fault("chart", None, "", "the run holds no result, nothing can be drawn"))
    if faults:
        raise StudyError(faults)
    return chosen


def sound(values: Array, what: str) -> Array:
    """Return the members of which every figure is finite.

    Parameters
    ----------
    values : ndarray, shape (member, ...)
    what : str
        Named if no member is left.

    Raises
    ------
    StudyError
        If every member diverged.
    """
    kept = values[np.isfinite(values.reshape(len(values), -1)).all(axis=1)]
    if not len(kept):
        raise StudyError(
            [Fault("chart", None, what, "every member diverged, nothing can be drawn")]
        )
    return np.asarray(kept)


def quantiles(values: Array) -> dict[str, Array]:
    """Return the quantiles over members by their short names, each of shape (...)."""
    rows = np.quantile(values, list(QUANTILES.values()), axis=0)
    return dict(zip(QUANTILES, rows, strict=True))


def target_of(study: Study, variable: str) -> Target | None:
    """Return the target that a variable's own yearly figures settle, None without one."""
    for target in study.plan.targets.targets:
        if target.measure.variable == variable and target.measure.kind in _DRAWN:
            return target
    return None


def diverged(runs: Runs, scenarios: Sequence[str]) -> int:
    """Return how many members are left out, over all scenarios drawn."""
    return int(runs.dataset["diverged"].sel(scenario=list(scenarios)).sum())


def check_year(runs: Runs, year: int) -> int:
    """Return a year of the run, or refuse another.

    Raises
    ------
    StudyError
    """
    times = runs.dataset.time.to_numpy()
    if year not in times:
        what = f"no year of the run, expected {int(times[0])} to {int(times[-1])}"
        raise StudyError([Fault("chart", None, str(year), what)])
    return year


def years_shown(runs: Runs, first: int | None, last: int | None) -> tuple[int, int]:
    """Return the years of a chart: as asked, else those of the study."""
    shown = runs.study.about.charts
    return shown.first if first is None else first, shown.last if last is None else last
