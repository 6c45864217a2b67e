"""Where a sector's stocks, valves, names and links stand: read from the model file's drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qiantang.charts.structure import Pipe, Sector
from qiantang.faults import Fault, StudyError
from qiantang.model.syntax import Syntax
from qiantang.modelfile.document import Document
from qiantang.modelfile.vensim.sketch import Arrow, Shape, View, views

Point = tuple[float, float]
#: Of one unit of a drawing; a name of Vensim's default font then has the size of a chart's. [inch]
UNIT = 1 / 105
#: Around everything. [inch]
_MARGIN = 0.1
#: Units that the name below a valve takes.
_BELOW = 32


@dataclass(frozen=True)
class Place:
    """Centre and half size of what a link may meet. [inch]"""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Course:
    """A link from one place to another, and the middle of its arc. [inch]"""

    source: str
    target: str
    start: Place
    stop: Place
    middle: Point


@dataclass(frozen=True)
class Layout:
    """A sector on a page, y upwards. [inch]

    Parameters
    ----------
    width, height : float
    boxes, valves : mapping of str to Place
        By stock and by flow.
    words : tuple of (str, Place)
        The other names; one may stand more than once.
    routes : mapping of str to tuple of points
        Course of each pipe, from what it leaves to what it enters.
    clouds : tuple of points
    links : tuple of Course
    """

    width: float
    height: float
    boxes: dict[str, Place]
    valves: dict[str, Place]
    words: tuple[tuple[str, Place], ...]
    routes: dict[str, tuple[Point, ...]]
    clouds: tuple[Point, ...]
    links: tuple[Course, ...]


def lay_out(document: Document, syntax: Syntax, sector: Sector, width: float) -> Layout:
    """Return the drawing of a sector, fitted to a width.

    Parameters
    ----------
    document : Document
        Holds the drawing; its view has the sector's name.
    syntax : Syntax
    sector : Sector
    width : float
        Widest that the picture may be. [inch]

    Raises
    ------
    StudyError
        The model file has no view of that name, or something of the sector is not drawn in it.
    """
    found = [view for view in views(document.sketch) if view.title == sector.name]
    if not found:
        what = f"the model file has no drawing of it, expected a view *{sector.name} in its sketch"
        raise StudyError([Fault(document.path, None, sector.name, what)])
    return _Finder(document.path, syntax, sector, found[0]).fitted(width)


class _Page:
    """Turns points of a view into points of a picture that holds what is drawn."""

    def __init__(self, shapes: list[Shape], points: list[Point], width: float) -> None:
        room = [one.y + one.height + (_BELOW if one.kind == "valve" else 0) for one in shapes]
        xs = [one.x + side * one.width for one in shapes for side in (-1, 1)]
        ys = [one.y - one.height for one in shapes] + room + [y for _, y in points]
        xs += [x for x, _ in points]
        self.left, self.top = min(xs), min(ys)
        self.scale = min(UNIT, (width - 2 * _MARGIN) / (max(xs) - self.left))
        self.width = 2 * _MARGIN + self.scale * (max(xs) - self.left)
        self.height = 2 * _MARGIN + self.scale * (max(ys) - self.top)

    def at(self, x: float, y: float) -> Point:
        return (
            _MARGIN + self.scale * (x - self.left),
            self.height - _MARGIN - self.scale * (y - self.top),
        )

    def place(self, shape: Shape) -> Place:
        x, y = self.at(shape.x, shape.y)
        return Place(x, y, self.scale * shape.width, self.scale * shape.height)


class _Finder:
    """Finds what a sector shows among the shapes of a view."""

    def __init__(self, path: Path, syntax: Syntax, sector: Sector, view: View) -> None:
        self.path, self.sector, self.view = path, sector, view
        self.names = {
            number: syntax.name(shape.name)
            for number, shape in view.shapes.items()
            if shape.name and not (shape.kind == "word" and shape.tied)
        }
        tied = [n for n, shape in view.shapes.items() if shape.kind == "word" and shape.tied]
        self.valve_of = {number: self._valve_named(view.shapes[number].name) for number in tied}
        self.pipes: dict[str, dict[str | None, Arrow]] = {}
        for pipe in sector.pipes:
            self._find_pipe(pipe)
        self.lacking = [pipe.valve for pipe in sector.pipes if pipe.valve not in self.pipes]

    def _valve_named(self, name: str) -> int:
        shapes = self.view.shapes.items()
        return next((n for n, one in shapes if one.kind == "valve" and one.name == name), 0)

    def _find_pipe(self, pipe: Pipe) -> None:
        """Take the valve of a pipe: by its name, or the nameless one joined to its stock."""
        ends: dict[int, dict[str | None, Arrow]] = {}
        for arrow in self.view.arrows:
            if arrow.pipe and self.view.shapes[arrow.source].kind == "valve":
                ends.setdefault(arrow.source, {})[self.names.get(arrow.target)] = arrow
        for number, arrows in ends.items():
            name = self.names.get(number)
            nameless = name is None and set(arrows) == {pipe.source, pipe.target}
            if (name == pipe.valve or nameless) and {pipe.source, pipe.target} <= set(arrows):
                self.names[number] = pipe.valve
                self.pipes[pipe.valve] = arrows
                return

    def fitted(self, width: float) -> Layout:
        """Return the layout in inches, cropped to what is drawn."""
        stated = {n for n in self.names if not self.view.shapes[n].shadow}
        own = {self.names[n]: n for n in sorted(stated, reverse=True)}
        links = list(self._links())
        ends = [number for _, _, arrow in links for number in self._ends(arrow)]
        shown = {n: self.names[n] for n in ends if self.names[n] in self.sector.kinds}
        shown |= {n: name for name, n in own.items() if name in self.sector.kinds}
        missing = [name for name in self.sector.kinds if name not in shown.values()]
        missing += [f"the arrow from {a} to {b}" for a, b in self.sector.links
                    if (a, b) not in {(one, two) for one, two, _ in links}]  # fmt: skip
        if missing or self.lacking:
            what = f"its view does not draw {', '.join(dict.fromkeys([*self.lacking, *missing]))}"
            raise StudyError([Fault(self.path, None, self.sector.name, what)])
        return self._drawn(shown, links, width)

    def _ends(self, arrow: Arrow) -> tuple[int, int]:
        """Return what an arrow joins: for the word of a valve the valve itself."""
        one, two = arrow.source, arrow.target
        return self.valve_of.get(one, one), self.valve_of.get(two, two)

    def _links(self) -> Iterator[tuple[str, str, Arrow]]:
        """Yield the links of the sector with the arrows that draw them.

        A cause of a stock's rate beside a named flow is drawn to the stock, as Vensim has it.
        """
        enters = {pipe.valve: {pipe.source, pipe.target} for pipe in self.sector.pipes}
        for arrow in self.view.arrows:
            if arrow.pipe:
                continue
            source, target = (self.names.get(number, "") for number in self._ends(arrow))
            for cause, effect in self.sector.links:
                if cause == source and (effect == target or target in enters.get(effect, ())):
                    yield cause, effect, arrow

    def _drawn(
        self, shown: dict[int, str], links: list[tuple[str, str, Arrow]], width: float
    ) -> Layout:
        pipes = [arrow for arrows in self.pipes.values() for arrow in arrows.values()]
        shapes = self.view.shapes
        every = [shapes[n] for n in shown] + [shapes[arrow.target] for arrow in pipes]
        every += [s for n, s in shapes.items() if self.valve_of.get(n) in shown]
        points = [point for _, _, arrow in links for point in arrow.points]
        page = _Page(every, points, width)
        kinds = self.sector.kinds
        places = [(name, page.place(shapes[number])) for number, name in shown.items()]
        clouds = [shapes[a.target] for a in pipes if shapes[a.target].kind == "cloud"]
        return Layout(
            page.width,
            page.height,
            {name: here for name, here in places if kinds[name] == "stock"},
            {name: here for name, here in places if kinds[name] == "flow"},
            tuple((name, here) for name, here in places if kinds[name] not in ("stock", "flow")),
            {pipe.valve: self._route(pipe, page) for pipe in self.sector.pipes},
            tuple(page.at(cloud.x, cloud.y) for cloud in clouds),
            tuple(self._course(link, page) for link in links),
        )

    def _course(self, link: tuple[str, str, Arrow], page: _Page) -> Course:
        cause, effect, arrow = link
        start, stop = (self.view.shapes[number] for number in self._ends(arrow))
        middle = page.at(*_middle(arrow, start, stop))
        return Course(cause, effect, page.place(start), page.place(stop), middle)

    def _route(self, pipe: Pipe, page: _Page) -> tuple[Point, ...]:
        arrows = self.pipes[pipe.valve]
        first, last = arrows[pipe.source], arrows[pipe.target]
        ends = self.view.shapes
        back = [_edge(ends[first.target], first.points), *reversed(first.points)]
        ahead = [*last.points, _edge(ends[last.target], last.points)]
        return tuple(page.at(x, y) for x, y in [*back, *ahead])


def _middle(arrow: Arrow, start: Shape, stop: Shape) -> Point:
    if arrow.points:
        return arrow.points[0]
    return (start.x + stop.x) / 2, (start.y + stop.y) / 2


def _edge(shape: Shape, points: tuple[Point, ...], /) -> Point:
    """Return where a pipe meets what stands at its end: at the side, at the height it comes in."""
    if shape.kind == "cloud" or not points:
        return shape.x, shape.y
    x, y = points[-1]
    if abs(y - shape.y) < shape.height:
        return shape.x + (shape.width if x > shape.x else -shape.width), y
    return x, shape.y + (shape.height if y > shape.y else -shape.height)
