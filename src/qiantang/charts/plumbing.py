"""Stocks joined by pipes: each connected piece laid out left to right, as a rigid body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qiantang.charts.structure import Pipe

#: Height of a box with one pipe a side, and between two pipes on a side. [inch]
BOX, SLOT = 0.36, 0.5
#: Length of a pipe between two boxes, and of one that ends in a cloud. [inch]
RUN, CLOUD_RUN = 1.35, 1.1
#: Space between two rows of boxes. [inch]
_ROWS = 0.62

Point = tuple[float, float]


@dataclass(frozen=True)
class Body:
    """A piece of plumbing with its lower left corner at the origin. [inch]

    Parameters
    ----------
    width, height : float
    boxes : mapping of str to (x, y, width, height)
        Centre and size of each stock.
    routes : mapping of str to tuple of points
        Course of each pipe by its valve.
    valves : mapping of str to point
    clouds : tuple of points
    """

    width: float
    height: float
    boxes: Mapping[str, tuple[float, float, float, float]]
    routes: Mapping[str, tuple[Point, ...]]
    valves: Mapping[str, Point]
    clouds: tuple[Point, ...]


def bodies(pipes: Iterable[Pipe], widths: Mapping[str, float]) -> list[Body]:
    """Lay out every connected piece.

    Parameters
    ----------
    pipes : iterable of Pipe
    widths : mapping of str to float
        Width that the name of each stock needs. [inch]

    Returns
    -------
    list of Body
        Largest first.
    """
    pipes = list(pipes)
    pieces: list[set[str]] = []
    for pipe in pipes:
        ends = {end for end in (pipe.source, pipe.target) if end is not None}
        joined = [piece for piece in pieces if piece & ends]
        pieces = [piece for piece in pieces if not piece & ends]
        pieces.append(ends.union(*joined))
    made = [
        _body([pipe for pipe in pipes if {pipe.source, pipe.target} & piece], piece, widths)
        for piece in pieces
    ]
    return sorted(made, key=lambda body: -body.width * body.height)


def _body(pipes: list[Pipe], stocks: set[str], widths: Mapping[str, float]) -> Body:
    columns = _columns(pipes, stocks)
    left, right = _sides(pipes, columns)
    heights = {
        item: BOX + SLOT * (max(len(left[item]), len(right[item]), 1) - 1) for item in stocks
    }
    widest: dict[int, float] = {}
    for item in stocks:
        widest[columns[item]] = max(widest.get(columns[item], 0), widths[item])
    centres, across = {}, 0.0
    for column in sorted(widest):
        across += RUN if column else CLOUD_RUN
        for item in stocks:
            if columns[item] == column:
                centres[item] = across + widest[column] / 2
        across += widest[column]
    levels = _levels(pipes, columns, left, right, heights)
    boxes = {item: (centres[item], levels[item], widths[item], heights[item]) for item in stocks}
    routes, valves, clouds = _routes(pipes, boxes, left, right)
    return _shifted(boxes, routes, valves, clouds)


def _columns(pipes: list[Pipe], stocks: set[str]) -> dict[str, int]:
    """Return the column of each stock: the longest way to it, circles broken."""
    columns = dict.fromkeys(sorted(stocks), 0)
    for _ in stocks:
        for pipe in pipes:
            if pipe.source and pipe.target and pipe.source != pipe.target:
                columns[pipe.target] = min(
                    max(columns[pipe.target], columns[pipe.source] + 1), len(stocks) - 1
                )
    for pipe in pipes:  # a stock that only feeds another stands right before it
        if pipe.source and pipe.target:
            columns[pipe.source] = max(columns[pipe.source], columns[pipe.target] - 1)
    return columns


def _sides(
    pipes: list[Pipe], columns: Mapping[str, int]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the valves at the left and right of each stock, top first: clouds above."""
    left: dict[str, list[str]] = {item: [] for item in columns}
    right: dict[str, list[str]] = {item: [] for item in columns}
    for pipe in sorted(pipes, key=lambda item: item.source is not None):
        if pipe.target is not None:
            left[pipe.target].append(pipe.valve)
    for pipe in sorted(pipes, key=lambda item: item.target is not None):
        if pipe.source is not None:
            right[pipe.source].append(pipe.valve)
    return left, right


def _offset(valves: list[str], valve: str) -> float:
    """Return how far above the middle of a side a pipe meets it. [inch]"""
    return SLOT * ((len(valves) - 1) / 2 - valves.index(valve))


def _levels(
    pipes: list[Pipe],
    columns: Mapping[str, int],
    left: dict[str, list[str]],
    right: dict[str, list[str]],
    heights: Mapping[str, float],
) -> dict[str, float]:
    """Return the height of each stock: the first pipe into it runs straight, none overlap."""
    levels: dict[str, float] = {}
    for item in sorted(columns, key=lambda name: (columns[name], name)):
        feeds = [pipe for pipe in pipes if pipe.target == item and pipe.source in levels]
        level = 0.0
        if feeds:
            pipe = min(feeds, key=lambda p: left[item].index(p.valve))
            source = str(pipe.source)
            level = levels[source] + _offset(right[source], pipe.valve)
            level -= _offset(left[item], pipe.valve)
        above = [
            levels[other] - heights[other] / 2 - heights[item] / 2 - _ROWS
            for other in levels
            if columns[other] == columns[item]
        ]
        levels[item] = min([level, *above])
    return levels


def _routes(
    pipes: list[Pipe],
    boxes: Mapping[str, tuple[float, float, float, float]],
    left: dict[str, list[str]],
    right: dict[str, list[str]],
) -> tuple[dict[str, tuple[Point, ...]], dict[str, Point], list[Point]]:
    routes: dict[str, tuple[Point, ...]] = {}
    valves, clouds = {}, []
    for pipe in pipes:
        start = end = None
        if pipe.source is not None:
            x, y, width, _ = boxes[pipe.source]
            start = (x + width / 2, y + _offset(right[pipe.source], pipe.valve))
        if pipe.target is not None:
            x, y, width, _ = boxes[pipe.target]
            end = (x - width / 2, y + _offset(left[pipe.target], pipe.valve))
        if start is None:
            assert end is not None
            start = (end[0] - CLOUD_RUN + 0.2, end[1])
            clouds.append(start)
        if end is None:
            end = (start[0] + CLOUD_RUN - 0.2, start[1])
            clouds.append(end)
        if abs(start[1] - end[1]) < 1e-9:
            routes[pipe.valve] = (start, end)
            valves[pipe.valve] = ((start[0] + end[0]) / 2, start[1])
        else:  # down or up close to the end, so that the valve sits on the long straight part
            bend = end[0] - 0.22
            routes[pipe.valve] = (start, (bend, start[1]), (bend, end[1]), end)
            valves[pipe.valve] = ((start[0] + bend) / 2, start[1])
    return routes, valves, clouds


def _shifted(
    boxes: dict[str, tuple[float, float, float, float]],
    routes: dict[str, tuple[Point, ...]],
    valves: dict[str, Point],
    clouds: list[Point],
) -> Body:
    """Return the piece with its lower left corner at the origin, room for names included."""
    xs = [x + side * w / 2 for x, _, w, _ in boxes.values() for side in (-1, 1)]
    ys = [y + side * h / 2 for _, y, _, h in boxes.values() for side in (-1, 1)]
    xs += [x + side * 0.2 for x, _ in clouds for side in (-1, 1)]
    ys += [y - 0.42 for _, y in valves.values()] + [y + 0.2 for _, y in valves.values()]
    right, low = min(xs), min(ys)
    return Body(
        max(xs) - right,
        max(ys) - low,
        {name: (x - right, y - low, w, h) for name, (x, y, w, h) in boxes.items()},
        {name: tuple((x - right, y - low) for x, y in way) for name, way in routes.items()},
        {name: (x - right, y - low) for name, (x, y) in valves.items()},
        tuple((x - right, y - low) for x, y in clouds),
    )
