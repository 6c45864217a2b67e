"""Bands of scenarios over the years: their quantiles, drawn; one line before they part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qiantang.charts import figures, provenance, style
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.ensemble.runs import Runs
    from qiantang.study import Study

#: Scenarios that differ by less than this share of the largest figure count as one before the plan.
_ALIKE = 0.02
#: Scenarios up to which bands are filled.
_FILLED = 2


def bands_of(
    runs: Runs, variable: str, scenarios: Sequence[str], first: int, last: int, factor: float
) -> dict[str, pd.DataFrame]:
    """Return the quantiles of a variable by scenario, one row a year, in the unit shown."""
    series = runs[variable].sel(time=slice(first, last))
    tables = {}
    for name in scenarios:
        values = figures.sound(series.sel(scenario=name).to_numpy(), variable)
        frame = pd.DataFrame(figures.quantiles(values * factor))
        frame.insert(0, "year", series.time.to_numpy())
        tables[name] = frame
    return tables


def draw_bands(
    axes: Axes,
    bands: dict[str, pd.DataFrame],
    runs: Runs,
    words: Wording,
    shown: Sequence[tuple[float, float, float]] = style.BANDS,
) -> list[tuple[Any, str]]:
    """Draw one fan a scenario and return the entries of the legend."""
    legend, begins = [], first_moved(runs.study)
    shared = _shared(bands, begins)
    if shared is not None:
        line = _draw_band(axes, shared, style.SHARED, "-", shown, 1.0)
        legend.append((line, words.phrase("legend.shared", year=begins - 1)))
    for scenario, frame in bands.items():
        place = provenance.place_of(runs, scenario)
        own = frame if shared is None else frame[frame["year"] >= begins - 1]
        line = _draw_band(
            axes, own, style.colour(place), style.stroke(place),
            () if is_outlined(bands) else shown, 1 + (place + 1) / 100,
        )  # fmt: skip
        if is_outlined(bands):
            _outline(axes, own, style.colour(place), 1 + (place + 1) / 100)
        legend.append((line, provenance.runs_title(runs, words, scenario)))
    return legend


def is_outlined(bands: Collection[object]) -> bool:
    """Tell whether so many bands are drawn as the two lines at their ends: three would be mud."""
    return len(bands) > _FILLED


def band_note(bands: Collection[object], filled: str, outlined: str) -> str:
    """Return the phrase that says how bands are drawn: one of two."""
    return outlined if is_outlined(bands) else filled


def _outline(axes: Axes, frame: pd.DataFrame, colour: str, order: float) -> None:
    """Draw the ends of the widest band as thin lines."""
    for end in ("p05", "p95"):
        axes.plot(
            frame["year"], frame[end], color=colour, lw=0.7, alpha=0.8, zorder=order,
            label="_outline",
        )  # fmt: skip


def first_moved(study: Study) -> int:
    """Return the first year that the plan can move; before it everything is history."""
    return study.about.plan.base_year + 1


def _shared(bands: dict[str, pd.DataFrame], begins: int) -> pd.DataFrame | None:
    """Return the years before the plan if several scenarios hardly differ in them."""
    past = [frame[frame["year"] < begins] for frame in bands.values()]
    if len(past) == 1 or len(past[0]) <= 1 or len(past[0]) == len(next(iter(bands.values()))):
        return None
    room = _ALIKE * float(past[0]["p95"].abs().max())
    alike = all(np.allclose(past[0], other, rtol=0, atol=room) for other in past[1:])
    return past[0] if alike else None


def _draw_band(
    axes: Axes,
    frame: pd.DataFrame,
    colour: str,
    stroke: Any,
    shown: Sequence[tuple[float, float, float]],
    order: float,
) -> Any:
    names = {quantile: name for name, quantile in figures.QUANTILES.items()}
    for low, high, opacity in shown:
        axes.fill_between(
            frame["year"],
            frame[names[low]],
            frame[names[high]],
            color=colour,
            alpha=opacity,
            lw=0,
            zorder=order,
        )
    (line,) = axes.plot(
        frame["year"], frame["median"], color=colour, lw=1.7, ls=stroke, zorder=2 + order
    )
    return line
