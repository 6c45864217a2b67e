"""Charts: a fan of yearly figures with history, target and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.ensemble import Runs
    from qiantang.plan.targets import Target

#: Colours that colour-blind readers can tell apart, one a scenario.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")
#: Bands of the fan as (lower, upper, opacity).
BANDS = ((0.05, 0.95, 0.15), (0.25, 0.75, 0.3))
#: First year that the plan can move; before it everything is history.
FIRST_YEAR = 2018
#: Size of a chart, fixed so that a memo's layout holds. [inch]
SIZE = (7.2, 4.3)
STYLE: Any = {
    "svg.hashsalt": "qiantang",
    "svg.fonttype": "path",
    "font.size": 9,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def fan(runs: Runs, variable: str, first: int = 2005, last: int = 2022) -> Figure:
    """Draw the median and the 50 and 90 per cent bands of a variable, one fan a scenario.

    Parameters
    ----------
    runs : Runs
    variable : str
        A variable that was saved.
    first, last : int
        Years shown.

    Raises
    ------
    KeyError
        If the variable was not saved.
    """
    series = runs[variable].sel(time=slice(first, last))
    target = next(
        (t for t in runs.study.plan.targets.targets if t.measure.variable == variable), None
    )
    with rc_context(STYLE):
        page = Figure(figsize=SIZE, layout="constrained")
        axes = page.subplots()
        years = series.time.to_numpy()
        for colour, name in zip(COLOURS, map(str, series.scenario.values), strict=False):
            values = series.sel(scenario=name).to_numpy()
            for low, high, opacity in BANDS:
                lower, upper = np.nanquantile(values, [low, high], axis=0)
                axes.fill_between(years, lower, upper, color=colour, alpha=opacity, lw=0)
            label = runs.title(name)
            axes.plot(years, np.nanmedian(values, axis=0), color=colour, lw=1.8, label=label)
        _draw_history(axes, runs, variable, first, last)
        axes.axvline(FIRST_YEAR - 0.5, color="0.6", lw=0.8, ls=":")
        axes.set_ylabel(f"{series.attrs['units']}")
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if target is not None:
            _draw_target(axes, runs, target)
        axes.legend(loc="upper left", frameon=False)
        axes.set_title(_finding(runs, variable, target), loc="left")
        page.supxlabel(_footer(runs), fontsize=7, color="0.35", x=0.01, ha="left")
    return page


def _draw_history(axes: Axes, runs: Runs, variable: str, first: int, last: int) -> None:
    for series in runs.study.evidence.series.values():
        if series.variable != variable:
            continue
        for grade, face in (("undocumented", "none"), ("", "black")):
            rows = [
                row for row in series.used
                if row.value is not None and first <= row.year <= last
                and (row.grade == "undocumented") == bool(grade)
            ]  # fmt: skip
            label = f"observed{', ' + grade if grade else ''}"
            axes.plot([row.year for row in rows], [row.value or np.nan for row in rows], "o", ms=4,
                      mec="black", mfc=face, lw=0, label=label if rows else None)  # fmt: skip


def _draw_target(axes: Axes, runs: Runs, target: Target) -> None:
    if target.measure.kind not in ("yearly_total", "year_end"):
        return
    year = target.measure.years[-1]
    axes.plot([year], [target.threshold], marker="D", ms=7, color="black", lw=0,
              label=f"target of {year}: {target.threshold:g}")  # fmt: skip


def _finding(runs: Runs, variable: str, target: Target | None) -> str:
    """Return a title that follows the numbers."""
    if target is None:
        return str(runs[variable].attrs["long_name"]).rstrip(".")
    rows = {row.scenario: row for row in runs.reach().rows if row.target == target.id}
    words = [f"{runs.title(name)}: P = {row.probability:.2f}" for name, row in rows.items()]
    return f"{target.title}, target {target.threshold:g}\n{'; '.join(words)}"


def _footer(runs: Runs) -> str:
    attrs = runs.dataset.attrs
    return (
        f"Bands: 50 and 90 % of {runs.dataset.sizes['member']} members; open points: undocumented "
        f"figures.\nDriver vintages: {attrs['vintages']}. Fit {attrs['fit']}, seed "
        f"{attrs['seed']}, model {attrs['model_sha256'][:12]}."
    )
