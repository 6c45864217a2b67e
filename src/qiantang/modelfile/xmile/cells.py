"""The parts of an array that have equations of their own (section 4.5)."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass

from qiantang.modelfile.xmile.context import File
from qiantang.modelfile.xmile.names import Variable, bare
from qiantang.modelfile.xmile.xml import Node

_SUBSCRIPT = re.compile(r'"(?:[^"\\]|\\.)*"|[^,\s][^,]*')

Complaint = tuple[int, str]
"""Line and sentence."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The part of a variable that one equation defines.

    Parameters
    ----------
    line : int
    node : Node
        The variable, or one of its elements.
    left : tuple of (str, str)
        As in :class:`qiantang.modelfile.xmile.context.Place`.
    exceptions : tuple of tuple of str
    """

    line: int
    node: Node
    left: tuple[tuple[str, str], ...]
    exceptions: tuple[tuple[str, ...], ...] = ()


def cells(variable: Variable, file: File) -> tuple[list[Cell], list[Complaint]]:
    """Return the whole of a variable, less its elements, then each element; and what is wrong."""
    complaints: list[Complaint] = []
    elements = list(variable.node.all("element")) or _listed(variable, file, complaints)
    if elements and not variable.axes:
        complaints.append((elements[0].line, "the variable has an <element> but no dimensions"))
    if complaints:
        return [], complaints
    named: dict[tuple[str, ...], Node] = {}
    for element in elements:
        found = _element(variable, file, element)
        if not found:
            names = ", ".join(file.dimensions[axis].name for axis in variable.axes)
            shown = element.attributes.get("subscript", "")
            what = f"the subscript is '{shown}', expected elements of {names}"
            complaints.append((element.line, what))
        elif found in named:
            complaints.append((element.line, f"the element {', '.join(found)} is defined twice"))
        else:
            named[found] = element
    parts = [
        Cell(node.line, node, tuple(zip(variable.axes, names, strict=True)))
        for names, node in named.items()
    ]
    if not elements or (_has_value(variable) and len(named) < _count(variable, file)):
        parts.insert(0, Cell(variable.node.line, variable.node, _axes(variable, file), (*named,)))
    return parts, complaints


def _axes(variable: Variable, file: File) -> tuple[tuple[str, str], ...]:
    turns: dict[str, int] = {}
    left = []
    for axis in variable.axes:
        turn = turns.get(axis, 0)
        turns[axis] = turn + 1
        left.append((axis, file.again(axis, turn)))
    return tuple(left)


def _listed(variable: Variable, file: File, complaints: list[Complaint]) -> list[Node]:
    """Return the elements of an array that has an ``<eqn>`` for each, as Vensim exports it."""
    found = list(variable.node.all("eqn"))
    if len(found) < 2:
        return []
    names = [file.dimensions[axis].elements for axis in variable.axes]
    count = _count(variable, file)
    if len(found) != count:
        more = f" or {count}, one an element" if names else ""
        complaints.append((found[1].line, f"it has {len(found)} <eqn>, expected 1{more}"))
        return []
    quoted = (",".join(f'"{name}"' for name in cell) for cell in itertools.product(*names))
    made = []
    for subscript, eqn in zip(quoted, found, strict=True):
        made.append(Node("element", {"subscript": subscript}, eqn.line))
        made[-1].add(eqn)
    return made


def _count(variable: Variable, file: File) -> int:
    return math.prod(len(file.dimensions[axis].elements) for axis in variable.axes)


def _has_value(variable: Variable) -> bool:
    return bool(variable.node.words("eqn")) or variable.node.first("gf") is not None


def _element(variable: Variable, file: File, node: Node) -> tuple[str, ...]:
    texts = _SUBSCRIPT.findall(node.attributes.get("subscript", ""))
    if len(texts) != len(variable.axes):
        return ()
    found = [
        file.dimensions[axis].element(bare(text))
        for text, axis in zip(texts, variable.axes, strict=True)
    ]
    return tuple(name for name in found if name) if all(found) else ()
