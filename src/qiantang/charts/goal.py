"""A target of the plan as a mark on a chart over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from qiantang.charts import provenance, style
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.plan.targets import Target
    from qiantang.wording import Unit


def draw_target(axes: Axes, target: Target, unit: Unit, words: Wording, size: float = 7) -> Any:
    """Draw the target and return its entry of the legend.

    The target of one year is a diamond on a hair line, that of a sum a bar at its yearly mean.
    """
    years = target.measure.years
    if is_sum(target):
        mean = target.threshold / len(years)
        line: Any = {"color": style.INK, "lw": 2.2, "solid_capstyle": "butt"}
        ends = [years[0] - 0.5, years[-1] + 0.5]
        axes.plot(ends, [mean * unit.factor] * 2, zorder=6, **line)
        said = words.phrase(
            "legend.target.sum",
            years=provenance.years_of(target, words),
            value=words.figure(target.threshold, words.target_unit(target)),
            mean=words.figure(mean, words.target_unit(target)),
        )
        return Line2D([], [], **line), said
    value = target.threshold * unit.factor
    hair: Any = {"color": style.INK, "lw": 0.6, "ls": (0, (1, 2))}
    diamond: Any = {"marker": "D", "mfc": "#F0E442", "mec": style.INK, "mew": 1.0}
    axes.axhline(value, zorder=2, **hair)
    axes.plot(years[-1:], [value], ms=size, zorder=6, **diamond)
    said = words.figure(target.threshold, unit)
    mark = Line2D([], [], ms=6, **hair, **diamond)
    return mark, words.phrase("legend.target", years=provenance.years_of(target, words), value=said)


def is_sum(target: Target) -> bool:
    """Tell whether a target speaks of the sum of several years."""
    return target.measure.kind == "sum_of_years"


def plain_numbers(words: Wording) -> FuncFormatter:
    """Return tick labels as the language writes numbers."""
    return FuncFormatter(lambda value, _: words.number(float(value), digits=4))
