"""The drawing of the study's model file: complete, apart, and true to the equations."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from qiantang.model.syntax import Syntax, syntax_of
from qiantang.modelfile.document import Document
from qiantang.modelfile.read import read_document
from qiantang.modelfile.vensim.sketch import Shape, View, views

HANGZHOU = Path(__file__).parents[2] / "model" / "hangzhou.mdl"
#: The model of Vensim's help page "Sketch Information", cut to two objects of each kind.
HELP = """\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*View 1
$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
10,1,Population,275,69,40,20,3,3,0,0,0,0,0,0
12,2,48,91,71,8,8,0,3,0,0,-1,0,0,0
1,3,5,1,4,0,0,22,0,0,0,-1--1--1,,1|(204,71)|
1,4,5,2,100,0,0,22,0,0,0,-1--1--1,,1|(130,71)|
11,5,48,167,71,6,8,34,3,0,0,1,0,0,0
10,6,births,167,90,19,11,40,3,0,0,-1,0,0,0
10,12,"birth rate, yearly",99,118,29,11,8,2,0,0,0,0,0,0
1,14,12,6,0,0,0,0,0,64,0,-1--1--1,,1|(130,104)|
no object
///---\\\\\\
"""


@cache
def _model() -> tuple[Document, Syntax]:
    document, faults = read_document(HANGZHOU)
    assert not faults
    return document, syntax_of(document)


def _views() -> list[View]:
    return list(views(_model()[0].sketch))


def test_shapes_and_arrows_are_those_of_the_format() -> None:
    (view,) = views(HELP)
    assert view.title == "View 1"
    assert view.shapes[1] == Shape("word", "Population", 275, 69, 40, 20, box=True)
    assert view.shapes[5] == Shape("valve", "births", 167, 71, 6, 8, tied=True)
    assert view.shapes[6].tied
    assert not view.shapes[6].box
    assert view.shapes[12].shadow
    assert view.shapes[12].name == '"birth rate, yearly"'
    assert [(arrow.source, arrow.target, arrow.pipe) for arrow in view.arrows] == [
        (5, 1, True), (5, 2, True), (12, 6, False),
    ]  # fmt: skip
    assert view.arrows[2].points == ((130, 104),)


def test_every_variable_stands_once_in_the_view_of_its_group() -> None:
    _, syntax = _model()
    found: list[tuple[str, str]] = []
    for view in _views():
        found += [(view.title, syntax.name(shape.name)) for shape in view.shapes.values()
                  if shape.kind == "word" and not shape.shadow]  # fmt: skip
    groups = [(item.group, name) for name, item in syntax.dictionary.items()]
    assert sorted(found) == sorted(groups)


@pytest.mark.parametrize("view", _views(), ids=lambda view: view.title)
def test_nothing_overlaps(view: View) -> None:
    for one, two in combinations(view.shapes.values(), 2):
        aside, above = abs(one.x - two.x), abs(one.y - two.y)
        assert aside >= one.width + two.width or above >= one.height + two.height, (one, two)


@pytest.mark.parametrize("view", _views(), ids=lambda view: view.title)
def test_arrows_are_the_dependencies_of_the_equations(view: View) -> None:
    _, syntax = _model()
    drawn = set()
    for arrow in view.arrows:
        for source, target in _meant(view, syntax, arrow.source, arrow.target, pipe=arrow.pipe):
            drawn.add((source, target))
    words = [shape for shape in view.shapes.values() if shape.kind == "word"]
    own = {syntax.name(shape.name) for shape in words if not shape.shadow}
    wanted = {
        (used, name)
        for name in own
        for tree in syntax.trees[name]
        for used in syntax.references(tree)
    }
    nameless = {(one, two) for one, two in wanted if one == two}
    assert drawn | nameless == wanted


def _meant(
    view: View, syntax: Syntax, source: int, target: int, *, pipe: bool
) -> list[tuple[str, str]]:
    """Return the dependencies that an arrow says: an arrow to a nameless valve is to its stock."""
    one, two = view.shapes[source], view.shapes[target]
    if pipe:
        return [(syntax.name(one.name), syntax.name(two.name))] if one.name and two.name else []
    if two.kind == "valve" and not two.name:
        ends = [view.shapes[pipe.target] for pipe in view.arrows
                if pipe.pipe and pipe.source == target]  # fmt: skip
        return [(syntax.name(one.name), syntax.name(end.name)) for end in ends if end.name]
    return [(syntax.name(one.name), syntax.name(two.name))]
