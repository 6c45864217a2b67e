"""How a diagram is drawn: boxes, double lines with a valve, clouds, curved links, loop badges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Polygon, Rectangle
from matplotlib.path import Path as Line

from qiantang.charts import lettering, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.layout import Course, Layout, Place, Point
    from qiantang.charts.structure import Sector
    from qiantang.model.loops import Loop

#: Size of a name; that of a stock is a little larger. [point]
SIZE, STOCK_SIZE = 7.2, 7.6
#: A valve as a marker: two triangles, tip to tip.
VALVE = Line(
    [(-1, -0.6), (1, 0.6), (1, -0.6), (-1, 0.6), (-1, -0.6)],
    [Line.MOVETO, Line.LINETO, Line.LINETO, Line.LINETO, Line.CLOSEPOLY],
)
_BOX_FACE, _PIPE = "#EAF3FA", "#4D4D4D"
#: Colours of the loops' links: reinforcing and balancing.
LOOPS = {"reinforcing": "#C2410C", "balancing": "#0B63A5"}
#: Links in loops of both kinds.
BOTH = "#6A3D9A"
#: Links outside of every loop.
_LINK = "#9A9A9A"
#: Length from which one link is as good as another for the name of a loop. [inch]
_LONG = 2.5
#: Half the size of a valve, for links that end at it. [inch]
_VALVE = 0.1
#: Height of half a line of a name, and of a stock's. [inch]
_LINE, _STOCK_LINE = 0.063, 0.07


def draw_pipes(axes: Axes, layout: Layout, sector: Sector, names: Mapping[str, str]) -> None:
    """Draw clouds and pipes, each with its valve and its name."""
    two_way = {pipe.valve for pipe in sector.pipes if pipe.two_way}
    for x, y in layout.clouds:
        _draw_cloud(axes, x, y)
    for valve, points in layout.routes.items():
        xs, ys = [x for x, _ in points], [y for _, y in points]
        axes.plot(xs, ys, color=_PIPE, lw=4.2, solid_joinstyle="miter", zorder=3)
        axes.plot(xs, ys, color="white", lw=2.4, solid_joinstyle="miter", zorder=3.1)
        _draw_tip(axes, points[-2], points[-1], into_cloud=points[-1] in layout.clouds)
        if valve in two_way:
            _draw_tip(axes, points[1], points[0], into_cloud=points[0] in layout.clouds)
        here = layout.valves[valve]
        axes.plot(
            [here.x], [here.y], marker=VALVE, ms=10, mfc="white", mec=_PIPE, mew=1.1, zorder=4
        )
        axes.text(
            here.x,
            here.y - 0.12,
            names[valve],
            ha="center",
            va="top",
            fontsize=SIZE,
            linespacing=1.12,
            zorder=6,
            bbox={"fc": "white", "ec": "none", "pad": 0.4},
        )


def draw_box(axes: Axes, here: Place, name: str) -> None:
    """Draw a stock."""
    high = max(here.height, _STOCK_LINE * (name.count("\n") + 1) + 0.05)
    corner = (here.x - here.width, here.y - high)
    axes.add_patch(
        Rectangle(corner, 2 * here.width, 2 * high, fc=_BOX_FACE, ec=style.INK, lw=1.1, zorder=4)
    )
    axes.text(
        here.x,
        here.y,
        name,
        ha="center",
        va="center",
        fontsize=STOCK_SIZE,
        fontweight="bold",
        linespacing=1.12,
        zorder=6,
    )


def _draw_cloud(axes: Axes, x: float, y: float) -> None:
    for dx, dy, radius in (
        (-0.09, -0.01, 0.075),
        (0.0, 0.05, 0.09),
        (0.09, -0.01, 0.075),
        (0.0, -0.05, 0.075),
    ):
        axes.add_patch(
            Circle((x + dx, y + dy), radius, fc="#F2F2F2", ec="#8C8C8C", lw=0.8, zorder=3.2)
        )
    axes.add_patch(Circle((x, y), 0.1, fc="#F2F2F2", ec="none", zorder=3.3))


def _draw_tip(axes: Axes, before: Point, end: Point, *, into_cloud: bool = False) -> None:
    """Draw the arrow head of a pipe."""
    way = np.subtract(end, before)
    way = way / np.hypot(*way)
    tip = np.array(end) - way * (0.17 if into_cloud else 0.0)
    side = np.array([-way[1], way[0]])
    back = tip - way * 0.1
    axes.add_patch(
        Polygon(
            [tip, back + side * 0.07, back - side * 0.07],
            closed=True,
            fc=_PIPE,
            ec=_PIPE,
            lw=0.5,
            zorder=3.5,
        )
    )


def draw_link(
    axes: Axes, link: Course, sector: Sector, names: Mapping[str, str], loops: Sequence[Loop]
) -> None:
    """Draw a link as an arc from the edge of a cause to the edge of its effect."""
    one, two = np.array([link.start.x, link.start.y]), np.array([link.stop.x, link.stop.y])
    bend = 2 * np.array(link.middle) - (one + two) / 2
    start = _edge(*_shape(one, bend, link.start, link.source, sector, names), bend)
    stop = _edge(*_shape(two, bend, link.stop, link.target, sector, names), bend)
    kinds = {loop.polarity for loop in loops}
    colour = LOOPS[kinds.pop()] if len(kinds) == 1 else BOTH if kinds else _LINK
    arrow = FancyArrowPatch(
        path=Line([start, bend, stop], [Line.MOVETO, Line.CURVE3, Line.CURVE3]),
        arrowstyle="-|>,head_length=3.2,head_width=1.5",
        color=colour,
        lw=1.1 if loops else 0.7,
        zorder=2.6 if loops else 2.5,
    )
    axes.add_patch(arrow)


def _shape(
    centre: np.ndarray,
    other: np.ndarray,
    place: Place,
    name: str,
    sector: Sector,
    names: Mapping[str, str],
) -> tuple[np.ndarray, Point]:
    """Return centre and half size of what a link meets: below a valve that is the flow's name."""
    kind = sector.kinds[name]
    if kind == "stock":
        return centre, (place.width + 0.02, place.height + 0.02)
    lines = names[name].split("\n")
    wide = max(lettering.width(line, SIZE) for line in lines) / 2
    high = _LINE * len(lines)
    if kind != "flow":
        return centre, (wide + 0.04, high + 0.02)
    way = other - centre
    if way[1] > 0 or abs(way[0]) * (0.12 + 2 * high) > abs(way[1]) * (wide + 0.1):
        return centre, (_VALVE, _VALVE)
    return centre - np.array([0.0, 0.12 + high]), (wide + 0.03, high + 0.03)


def _edge(centre: np.ndarray, half: Point, other: np.ndarray) -> np.ndarray:
    """Return the point of a rectangle's edge that lies towards another point."""
    way = other - centre
    scale = min(half[axis] / abs(way[axis]) if way[axis] else np.inf for axis in (0, 1))
    return np.asarray(centre + way * min(scale, 0.9))


def _on_box(layout: Layout, point: Point) -> bool:
    return any(
        abs(point[0] - box.x) < box.width + 0.12 and abs(point[1] - box.y) < box.height + 0.08
        for box in layout.boxes.values()
    )


def draw_badge(axes: Axes, loop: Loop, layout: Layout) -> None:
    """Draw the name of a loop on the longest of its links that lie in the sector."""
    links = [link for link in layout.links if carries(loop, link.source, link.target)]

    def length(link: Course) -> float:
        return float(np.hypot(link.start.x - link.stop.x, link.start.y - link.stop.y))

    for link in sorted(links, key=lambda link: -min(length(link), _LONG)):
        x, y = link.middle
        taken = [text.get_position() for text in axes.texts if text.get_gid() == "badge"]
        if not _on_box(layout, link.middle) and all(
            abs(x - other) > 0.24 or abs(y - level) > 0.16 for other, level in taken
        ):
            axes.text(
                x,
                y,
                loop.id,
                ha="center",
                va="center",
                fontsize=6.6,
                fontweight="bold",
                color="white",
                zorder=8,
                gid="badge",
                bbox={"boxstyle": "round,pad=0.18", "fc": LOOPS[loop.polarity], "ec": "none"},
            )
            return


def carries(loop: Loop, source: str, target: str) -> bool:
    """Tell whether a link of a sector is one of a loop's."""
    return (source, target.removesuffix(":net")) in loop.links
