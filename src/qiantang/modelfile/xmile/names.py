"""Who is who in a file: dimensions, models and their modules, variables, and what inputs stand for.

Names of variables are looked up in the model where they stand, then as ``Module.variable`` from
there, from the model above, and from the root (section 4.7.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from qiantang.modelfile.names import plain
from qiantang.modelfile.xmile.xml import Node

MOST_ELEMENTS = 200_000
"""Of all dimensions of a file together."""

Complaint = tuple[int, str, str]
"""Line, name, and one sentence."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[^."]+')


def bare(name: str) -> str:
    """Return a name without quotes, escapes resolved, runs of blanks and breaks as one blank."""
    text = name.strip()
    if _QUOTED.fullmatch(text):
        text = re.sub(r"\\(.)", r"\1", re.sub(r"\\n", " ", text[1:-1]))
    return re.sub(r"(?:[\s\u00a0]|\\n)+", " ", text).strip()


def parts(name: str) -> tuple[str, ...]:
    """Return the plain parts of a qualified name; quotes protect a full stop."""
    return tuple(plain(bare(part)) for part in _PART.findall(name))


def said(text: str) -> bool:
    """Return whether an equation holds more than blanks and comments."""
    return bool(re.sub(r"\{[^}]*\}", "", text).strip())


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of the file, its elements in order."""

    name: str
    line: int
    elements: tuple[str, ...]
    places: dict[str, int]

    def element(self, text: str) -> str | None:
        """Return the element of a plain name or of a position counted from 1."""
        place = self.places.get(plain(text))
        if place is None and text.isascii() and text.isdigit() and len(text) < 10:
            place = int(text) - 1
        if place is None or not 0 <= place < len(self.elements):
            return None
        return self.elements[place]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as declared.

    Parameters
    ----------
    name : str
        As in the document, with its modules.
    kind : str
        ``stock``, ``flow``, ``aux`` or ``gf``.
    node : Node
    scope : Scope
    axes : tuple of str
        Plain names of its dimensions.
    has_table : bool
        Whether it is a graphical function or has one.
    table : str
        Name of the table that a call of the variable means.
    """

    name: str
    kind: str
    node: Node
    scope: Scope
    axes: tuple[str, ...]
    has_table: bool
    table: str


@dataclass(slots=True, eq=False)
class Scope:
    """The variables of one model, or of one macro.

    Parameters
    ----------
    prefix : str
        Before a name, ``Module.``; empty at the root.
    node : Node
    above : Scope or None
    variables : dict
        By plain name.
    inputs : dict
        Plain name of an input to the scope and name that it stands for.
    modules : dict
        By plain name.
    parameters : dict
        Of a macro: plain name to name.
    """

    prefix: str
    node: Node
    above: Scope | None = None
    variables: dict[str, Variable] = field(default_factory=dict)
    inputs: dict[str, tuple[Scope, str]] = field(default_factory=dict)
    modules: dict[str, Scope] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    def root(self) -> Scope:
        """Return the model above all."""
        scope = self
        while scope.above is not None:
            scope = scope.above
        return scope

    def find(self, name: str) -> Variable | None:
        """Return the variable that a name of this model means, through connections."""
        scope: Scope | None = self
        for _ in range(64):
            if scope is None:
                return None
            key = plain(bare(name)) if not name.startswith(".") else ""
            if key in scope.inputs:
                scope, name = scope.inputs[key]
                continue
            if key in scope.variables:
                return scope.variables[key]
            found = scope.qualified(parts(name), rooted=name.startswith("."))
            if found is None:
                return None
            inner, key = found
            if key not in inner.inputs:
                return inner.variables.get(key)
            scope, name = inner.inputs[key]
        return None

    def qualified(self, path: tuple[str, ...], rooted: bool) -> tuple[Scope, str] | None:
        """Return the model and the plain name at the end of a path, from here upwards.

        A full stop before the path means the root (section 3.7.4).
        """
        scope: Scope | None = self.root() if rooted else self
        while scope is not None and path:
            here: Scope | None = scope
            for part in path[:-1]:
                here = here.modules.get(part) if here else None
            local = len(path) == 1 and not rooted
            if here and not local and (path[-1] in here.variables or path[-1] in here.inputs):
                return here, path[-1]
            scope = scope.above
        return None


def dimensions(root: Node) -> tuple[dict[str, Dimension], list[Complaint]]:
    """Return the dimensions by plain name, and faults as line, name and sentence."""
    found: dict[str, Dimension] = {}
    faults: list[Complaint] = []
    for block in root.all("dimensions"):
        for node in block.all("dim"):
            name = bare(node.attributes.get("name", ""))
            elements = [bare(elem.attributes.get("name", "")) for elem in node.all("elem")]
            size = node.attributes.get("size", "").strip()
            if not elements and size.isascii() and size.isdigit():
                count = int(size[:12])
                if sum(len(d.elements) for d in found.values()) + count > MOST_ELEMENTS:
                    what = f"the dimensions have more than {MOST_ELEMENTS} elements"
                    faults.append((node.line, name, what))
                    continue
                elements = [str(place + 1) for place in range(count)]
            places = {plain(element): place for place, element in enumerate(elements)}
            if not name or not elements:
                faults.append(
                    (node.line, name, "the dimension has no <elem> and no size, expected either")
                )
            elif plain(name) in found:
                faults.append((node.line, name, "the dimension is declared twice"))
            elif len(places) < len(elements):
                faults.append((node.line, name, "the dimension has an element twice"))
            if name:
                found.setdefault(plain(name), Dimension(name, node.line, tuple(elements), places))
    return found, faults
