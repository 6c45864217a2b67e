"""How a diagram is drawn: boxes, double lines with a valve, clouds, curved links, loop badges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Polygon, Rectangle
from matplotlib.path import Path as Course

from qiantang.charts import lettering, style
from qiantang.charts.placing import BEND
from qiantang.charts.plumbing import Body

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.structure import Sector
    from qiantang.model.loops import Loop

Point = tuple[float, float]

#: A valve as a marker: two triangles, tip to tip.
VALVE = Course(
    [(-1, -0.6), (1, 0.6), (1, -0.6), (-1, 0.6), (-1, -0.6)],
    [Course.MOVETO, Course.LINETO, Course.LINETO, Course.LINETO, Course.CLOSEPOLY],
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
#: Room that a name needs above and below its middle. [inch]
_SPARE = 0.26
#: Space left around a piece of plumbing. [inch]
_MARGIN = 0.06


@dataclass(frozen=True)
class Placed:
    """A whole picture: plumbing with its corners, and the point of every name. [inch]"""

    width: float
    height: float
    pieces: Sequence[Body]
    corners: Sequence[Point]
    points: Mapping[str, Point]


def shelve(pieces: Sequence[Body], width: float, height: float) -> list[Point] | None:
    """Return the lower left corner of each piece, in rows spread over the height, or None."""
    rows: list[list[int]] = []
    left = 0.0
    for place, piece in enumerate(pieces):
        needs = piece.width + 0.5
        if not rows or needs > left:
            rows.append([])
            left = width
        rows[-1].append(place)
        left -= needs
    tall = [max(pieces[place].height for place in row) for row in rows]
    spare = height - sum(tall)
    if spare < 0.5 * len(rows):
        return None
    corners: dict[int, Point] = {}
    gap = spare / (len(rows) + 1)
    top = height
    for row, high in zip(rows, tall, strict=True):
        top -= gap
        room = width - sum(pieces[place].width for place in row)
        across = room / (len(row) + 1)
        x = across
        for place in row:
            corners[place] = (max(x, 0.0), top - high / 2 - pieces[place].height / 2)
            x += pieces[place].width + across
        top -= high
    return [corners[place] for place in range(len(pieces))]


def cropped(placed: Placed) -> Placed:
    """Return a picture without the empty rows above and below it."""
    lows = [y - _SPARE for _, y in placed.points.values()]
    highs = [y + _SPARE for _, y in placed.points.values()]
    for piece, (_, low) in zip(placed.pieces, placed.corners, strict=True):
        lows.append(low)
        highs.append(low + piece.height + 0.15)
    down = min(lows)
    return Placed(
        placed.width,
        max(highs) - down,
        placed.pieces,
        [(x, y - down) for x, y in placed.corners],
        {name: (x, y - down) for name, (x, y) in placed.points.items()},
    )


def fixed_points(pieces: Sequence[Body], corners: Sequence[Point]) -> dict[str, Point]:
    """Return the points of stocks and valves."""
    points: dict[str, Point] = {}
    for piece, (left, low) in zip(pieces, corners, strict=True):
        points |= {name: (x + left, y + low) for name, (x, y, _, _) in piece.boxes.items()}
        points |= {name: (x + left, y + low) for name, (x, y) in piece.valves.items()}
        points |= {
            f"cloud:{len(points) + place}": (x + left, y + low)
            for place, (x, y) in enumerate(piece.clouds)
        }
    return points


def blocks(pieces: Sequence[Body], corners: Sequence[Point]) -> np.ndarray:
    """Return what no name may cover: boxes, and pipes with room for the flows' names."""
    found: list[tuple[float, float, float, float]] = []
    for piece, (left, low) in zip(pieces, corners, strict=True):
        own = [
            (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            for x, y, wide, high in piece.boxes.values()
        ]
        for valve, way in piece.routes.items():
            xs, ys = [x for x, _ in way], [y for _, y in way]
            own.append((min(xs) - 0.2, min(ys) - 0.1, max(xs) + 0.05, max(ys) + 0.14))
            x, y = piece.valves[valve]
            own.append((x - 0.5, y - 0.42, x + 0.5, y + 0.15))
        found += [(a + left - _MARGIN, b + low - _MARGIN, c + left + _MARGIN, d + low + _MARGIN)
                  for a, b, c, d in own]  # fmt: skip
    return np.array(found).reshape(-1, 4)


def draw_piece(
    axes: Axes, piece: Body, corner: Point, sector: Sector, names: Mapping[str, str], size: float
) -> None:
    """Draw clouds, pipes with their valves, and boxes."""
    left, low = corner
    two_way = {pipe.valve for pipe in sector.pipes if pipe.two_way}
    for x, y in piece.clouds:
        _draw_cloud(axes, x + left, y + low)
    for valve, way in piece.routes.items():
        points = [(x + left, y + low) for x, y in way]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        axes.plot(xs, ys, color=_PIPE, lw=4.2, solid_joinstyle="miter", zorder=3)
        axes.plot(xs, ys, color="white", lw=2.4, solid_joinstyle="miter", zorder=3.1)
        _draw_tip(axes, points[-2], points[-1], into_cloud=way[-1] in piece.clouds)
        if valve in two_way:
            _draw_tip(axes, points[1], points[0], into_cloud=way[0] in piece.clouds)
        x, y = piece.valves[valve]
        axes.plot(
            [x + left], [y + low], marker=VALVE, ms=10, mfc="white", mec=_PIPE, mew=1.1, zorder=4
        )
        axes.text(
            x + left,
            y + low - 0.12,
            names[valve],
            ha="center",
            va="top",
            fontsize=size,
            linespacing=1.12,
            zorder=6,
            bbox={"fc": "white", "ec": "none", "pad": 0.4},
        )
    for name, (x, y, wide, high) in piece.boxes.items():
        axes.add_patch(
            Rectangle(
                (x + left - wide / 2, y + low - high / 2),
                wide,
                high,
                fc=_BOX_FACE,
                ec=style.INK,
                lw=1.1,
                zorder=4,
            )
        )
        axes.text(
            x + left,
            y + low,
            names[name],
            ha="center",
            va="center",
            fontsize=size + 0.4,
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
    axes: Axes,
    placed: Placed,
    names: Mapping[str, str],
    source: str,
    target: str,
    loops: Sequence[Loop],
) -> None:
    """Draw a curved link from the edge of a cause to the edge of its effect."""
    start, stop, bend = _course(placed, names, source, target)
    kinds = {loop.polarity for loop in loops}
    colour = LOOPS[kinds.pop()] if len(kinds) == 1 else BOTH if kinds else _LINK
    arrow = FancyArrowPatch(
        start,
        stop,
        connectionstyle=f"arc3,rad={bend}",
        arrowstyle="-|>,head_length=3.2,head_width=1.5",
        color=colour,
        lw=1.1 if loops else 0.7,
        shrinkA=0,
        shrinkB=0.5,
        zorder=2.6 if loops else 2.5,
    )
    axes.add_patch(arrow)


def _course(
    placed: Placed, names: Mapping[str, str], source: str, target: str
) -> tuple[Point, Point, float]:
    """Return where a link begins and ends, and how far it bends."""
    for piece, (left, low) in zip(placed.pieces, placed.corners, strict=True):
        if source in piece.boxes and target in piece.valves:
            x, y, wide, high = piece.boxes[source]
            valve = piece.valves[target]
            ahead = valve[0] > x
            level = y + high / 2 if valve[1] + 0.3 > y + high / 2 else valve[1] + 0.2
            if (
                min(abs(valve[0] - x - side * wide / 2) for side in (-1, 1)) < 1.1
                and level > valve[1]
            ):
                inset = -0.1 if level == y + high / 2 else 0.0
                edge = x + (1 if ahead else -1) * (wide / 2 + inset)
                begin = (edge + left, level + low)
                end = (valve[0] + left - (0.03 if ahead else -0.03), valve[1] + low + 0.09)
                return begin, end, -0.35 if ahead else 0.35
        inside = {*piece.boxes, *piece.valves}
        if source in inside and target in inside:
            return _around(placed, names, source, target)
    ends = []
    for name, other in ((source, target), (target, source)):
        centre, half = _shape(placed, names, name, placed.points[other])
        ends.append((np.array(centre), half))
    (start, one), (stop, two) = ends
    first, last = _edge(start, stop, one), _edge(stop, start, two)
    return (float(first[0]), float(first[1])), (float(last[0]), float(last[1])), BEND


def _around(
    placed: Placed, names: Mapping[str, str], source: str, target: str
) -> tuple[Point, Point, float]:
    """Return the course of a link between two parts of one piece: below it, clear of its boxes."""
    ends = []
    for name in (source, target):
        x, y = placed.points[name]
        (middle, centre), half = _shape(placed, names, name, (x, y - 1))
        ends.append((middle, centre - half[1]))
    (start, stop) = ends
    bend = min(0.4, 0.55 / max(abs(stop[0] - start[0]), 0.5))
    return start, stop, bend if stop[0] > start[0] else -bend


def _shape(
    placed: Placed, names: Mapping[str, str], name: str, other: Point
) -> tuple[Point, Point]:
    """Return centre and half size of what a link meets: below a valve that is the flow's name."""
    x, y = placed.points[name]
    half = _half(placed, names, name)
    if any(name in piece.valves for piece in placed.pieces) and names[name] and other[1] < y - 0.2:
        lines = names[name].split("\n")
        high = 0.062 * len(lines)
        wide = max(lettering.width(line, 7.2) for line in lines) / 2
        return (x, y - 0.14 - high), (wide + 0.03, high + 0.03)
    return (x, y), half


def halves(pieces: Sequence[Body]) -> dict[str, Point]:
    """Return half the size of every box and valve, for the pricing of links that run over them."""
    found: dict[str, Point] = {}
    for piece in pieces:
        found |= {name: (w / 2, h / 2) for name, (_, _, w, h) in piece.boxes.items()}
        found |= dict.fromkeys(piece.valves, (0.45, 0.14))
    return found


def _half(placed: Placed, names: Mapping[str, str], name: str) -> Point:
    """Return half the width and height of what is drawn at a point."""
    for piece in placed.pieces:
        if name in piece.boxes:
            return piece.boxes[name][2] / 2 + 0.02, piece.boxes[name][3] / 2 + 0.02
        if name in piece.valves:
            return 0.1, 0.11
    lines = names[name].split("\n")
    return max(lettering.width(line, 7.2) for line in lines) / 2 + 0.04, 0.063 * len(lines) + 0.02


def _edge(centre: np.ndarray, other: np.ndarray, half: Point) -> np.ndarray:
    """Return the point of a rectangle's edge that lies towards another point."""
    way = other - centre
    scale = min(half[axis] / abs(way[axis]) if way[axis] else np.inf for axis in (0, 1))
    return np.asarray(centre + way * min(scale, 0.45))


def _on_box(placed: Placed, point: np.ndarray) -> bool:
    for piece, (left, low) in zip(placed.pieces, placed.corners, strict=True):
        for x, y, wide, high in piece.boxes.values():
            aside, above = abs(point[0] - x - left), abs(point[1] - y - low)
            if aside < wide / 2 + 0.12 and above < high / 2 + 0.08:
                return True
    return False


def draw_badge(axes: Axes, loop: Loop, placed: Placed, sector: Sector) -> None:
    """Draw the name of a loop on the longest of its links that lie in the sector."""
    links = [pair for pair in sector.links if (pair[0], pair[1].removesuffix(":net")) in loop.links]

    def length(pair: tuple[str, str]) -> float:
        apart = np.subtract(placed.points[pair[0]], placed.points[pair[1]])
        return float(np.hypot(*apart))

    for source, target in sorted(links, key=lambda pair: -min(length(pair), _LONG)):
        start, stop = np.array(placed.points[source]), np.array(placed.points[target])
        way = stop - start
        middle = (start + stop) / 2 + BEND * np.array([way[1], -way[0]]) * 0.5
        taken = [text.get_position() for text in axes.texts if text.get_gid() == "badge"]
        if not _on_box(placed, middle) and all(
            abs(middle[0] - x) > 0.24 or abs(middle[1] - y) > 0.16 for x, y in taken
        ):
            axes.text(
                float(middle[0]),
                float(middle[1]),
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
