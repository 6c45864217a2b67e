"""The drawing in a .mdl file: its views, each with words, valves, clouds, pipes and arrows.

References
----------
Vensim Help, "Sketch Information" and "Objects" of the chapter on .mdl model files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

Kind = OneOf["word", "valve", "cloud"]
Point = tuple[float, float]

_HEAD = "\\\\\\---///"
_END = "///---\\\\\\"
_WORD, _VALVE, _CLOUD, _ARROW = "10", "11", "12", "1"
#: Bit of a shape that ties a word to the valve before it, or a valve to the word behind it.
_TIED = 32
#: What the lowest bits of a shape say of a word with a box around it.
_BOX = 3
#: Thickness from which an arrow is a pipe.
_PIPE = 20
_FIELDS = re.compile(r'"(?:\\.|[^"\\])*"|[^,]*')
_POINT = re.compile(r"\((-?\d+),(-?\d+)\)")


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands at a point of a view; y grows downwards.

    Parameters
    ----------
    kind : {"word", "valve", "cloud"}
    name : str
        Of the variable, as written; of a valve that of the word tied to it, empty without one.
    x, y : float
        Centre.
    width, height : float
        Half of each.
    box : bool
        A word in a box: a stock.
    shadow : bool
        A word that stands for a variable drawn elsewhere.
    tied : bool
        A word that names the valve before it, a valve that the word behind it names.
    """

    kind: Kind
    name: str
    x: float
    y: float
    width: float
    height: float
    box: bool = False
    shadow: bool = False
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A pipe from a valve to one of its ends, or an arrow from a cause to its effect.

    Parameters
    ----------
    source, target : int
        Numbers of shapes.
    pipe : bool
    points : tuple of (x, y)
        Handles between the ends: the corners of a pipe, the middle of an arc.
    """

    source: int
    target: int
    pipe: bool
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One view: shapes by number, and what joins them."""

    title: str
    shapes: Mapping[int, Shape]
    arrows: tuple[Arrow, ...]


def views(sketch: str) -> tuple[View, ...]:
    """Read the views of a drawing; lines of other kinds or forms are passed over.

    Parameters
    ----------
    sketch : str
        ``Document.sketch``.
    """
    drawn = sketch.split(_END)[0]
    return tuple(view for part in drawn.split(_HEAD)[1:] if (view := _view(part)) is not None)


def _view(part: str) -> View | None:
    lines = part.split("\n")
    title = next((line[1:].strip() for line in lines if line.startswith("*")), None)
    if title is None:
        return None
    shapes: dict[int, Shape] = {}
    arrows: list[Arrow] = []
    last = 0
    for line in lines:
        fields = _fields(line)
        try:
            if fields[0] == _ARROW:
                arrows.append(_arrow(fields, line))
            elif fields[0] in (_WORD, _VALVE, _CLOUD):
                number, shape = int(fields[1]), _shape(fields)
                if shape.kind == "word" and shape.tied and last in shapes:
                    shapes[last] = _named(shapes[last], shape.name)
                shapes[number] = shape
                last = number
        except (ValueError, IndexError):
            continue
    known = [arrow for arrow in arrows if arrow.source in shapes and arrow.target in shapes]
    return View(title, shapes, tuple(known))


def _fields(line: str) -> list[str]:
    """Cut a line at its commas, quoted names kept whole."""
    fields, at = [], 0
    while at <= len(line):
        match = _FIELDS.match(line, at)
        assert match is not None
        fields.append(match[0])
        at = match.end() + 1
    return fields


def _shape(fields: list[str]) -> Shape:
    kind: Kind = {_WORD: "word", _VALVE: "valve", _CLOUD: "cloud"}[fields[0]]  # type: ignore[assignment]
    x, y, width, height, form, bits = (int(field) for field in fields[3:9])
    word = kind == "word"
    return Shape(
        kind, fields[2] if word else "", x, y, width, height,
        box=word and form & 7 == _BOX and not form & _TIED,
        shadow=word and not bits & 1,
        tied=bool(form & _TIED),
    )  # fmt: skip


def _named(valve: Shape, name: str) -> Shape:
    if valve.kind != "valve" or not valve.tied:
        return valve
    return Shape("valve", name, valve.x, valve.y, valve.width, valve.height, tied=True)


def _arrow(fields: list[str], line: str) -> Arrow:
    points = tuple((float(x), float(y)) for x, y in _POINT.findall(line))
    return Arrow(int(fields[2]), int(fields[3]), int(fields[7]) > _PIPE, points)
