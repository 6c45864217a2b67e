"""The figure of a fit: every series with its observed figures and the model at its best."""

from __future__ import annotations

import io
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from qiantang.calibrate.posterior import Posterior
    from qiantang.study import Study

#: Columns of the page, and the size of a panel. [inch]
_COLUMNS, _PANEL = 4, (3.0, 2.1)
#: Letters in a line of a panel's title.
_LETTERS = 40
#: Marker by form of the figure, colour-blind safe.
_MODEL, _DATA = "#0072B2", "#D55E00"


def draw_fit(study: Study, posterior: Posterior) -> str:
    """Return an SVG page with a panel for each series.

    Points are observed figures (filled: documented or derived, open: undocumented), bars are
    intervals, the line is the members' median without deviations and the band 90 % of them.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    names = posterior.target.observed.series
    height = -(-len(names) // _COLUMNS)
    with mpl.rc_context(
        {"svg.hashsalt": "qiantang", "svg.fonttype": "path", "font.size": 8, "axes.titlesize": 8}
    ):
        page = Figure(figsize=(_COLUMNS * _PANEL[0], height * _PANEL[1]), layout="constrained")
        panels = page.subplots(height, _COLUMNS).ravel()
        for panel, name in zip(panels, names, strict=False):
            _draw_series(panel, study, posterior, name)
        for panel in panels[len(names) :]:
            panel.set_axis_off()
        stream = io.StringIO()
        page.savefig(stream, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _draw_series(panel: object, study: Study, posterior: Posterior, name: str) -> None:
    from matplotlib.axes import Axes
    from matplotlib.ticker import MultipleLocator

    assert isinstance(panel, Axes)
    observed = posterior.target.observed
    rows = observed.of(name)
    rows = rows[np.argsort(observed.centres[rows], kind="stable")]
    years, data = observed.centres[rows], np.exp(observed.log_value[rows])
    low, middle, high = np.exp(np.quantile(posterior.figures[rows], (0.05, 0.5, 0.95), axis=1))
    panel.fill_between(years, low, high, color=_MODEL, alpha=0.2, lw=0)
    panel.plot(years, middle, color=_MODEL, lw=1.4)
    weak = np.array([observed.rows[row].grade == "undocumented" for row in rows])
    point = observed.is_point[rows]
    for mask, face in ((point & ~weak, _DATA), (point & weak, "none")):
        panel.plot(years[mask], data[mask], "o", ms=4, mec=_DATA, mfc=face)
    for row in rows[~point]:
        least, most = np.exp(observed.lower[row]), np.exp(observed.upper[row])
        value, at = np.exp(observed.log_value[row]), observed.centres[row]
        between = np.isfinite(least) and np.isfinite(most)
        marker = "_" if between else "^" if np.isfinite(least) else "v"
        panel.plot([at], [value], marker, ms=5, color=_DATA)
        if between:
            panel.plot([at, at], [least, most], color=_DATA, lw=2)
    series = study.evidence.series[name]
    panel.set_title("\n".join(wrap(f"{series.title} [{series.unit}]", _LETTERS)), loc="left")
    panel.set_ylim(bottom=0)
    panel.set_xlim(study.program.initial_time, observed.centres.max() + 1)
    panel.xaxis.set_major_locator(MultipleLocator(5))
    panel.spines[["top", "right"]].set_visible(False)
