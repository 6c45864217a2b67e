"""What a model file holds: equations, subscript ranges, macros, settings, each with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal as OneOf

from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call, Tree, spelled_out

Dialect = OneOf["vensim", "xmile"]
Operator = OneOf["=", "==", ":=", "(", ""]
"""How an entry defines its name: by an equation, an unchangeable constant, a data equation, a
table, or not at all (a data variable)."""

Keyword = OneOf["", "interpolate", "look_forward", "hold_backward", "raw"]


@dataclass(frozen=True, slots=True)
class Equation:
    """One entry that defines a variable, or a part of an array.

    Parameters
    ----------
    name : str
        As written, blanks folded, the quotes of a quoted name kept.
    line : int
        Of the file, where the entry begins.
    operator : str
        See :data:`Operator`.
    tree : Tree or None
        The right side; ``Knots`` of a table, None of a data variable without an equation. A stock
        is ``Call("integ", (rate, start))`` in both dialects.
    subscripts : tuple of str
        Left side, as written.
    exceptions : tuple of tuple of str
        What ``:EXCEPT:`` leaves out.
    keyword : str
        How a data variable is read between its points; empty where the file says nothing.
    text : str
        The right side as text on one line.
    unit, comment : str
        As written; the unit with its limits in brackets.
    group : str
        Vensim group the entry stands in.
    non_negative : bool
        A stock of XMILE that limits its outflows.
    inflows, outflows : tuple of str
        Flows of a stock of XMILE, in the order of the file.
    parts : int
        Of an entry of a .mdl, between ``~``: equation, unit, meaning, flag.
    """

    name: str
    line: int
    operator: Operator
    tree: Tree | None
    subscripts: tuple[str, ...] = ()
    exceptions: tuple[tuple[str, ...], ...] = ()
    keyword: Keyword = ""
    text: str = ""
    unit: str = ""
    comment: str = ""
    group: str = ""
    non_negative: bool = False
    inflows: tuple[str, ...] = ()
    outflows: tuple[str, ...] = ()
    parts: int = 3


@dataclass(frozen=True, slots=True)
class RangeMapping:
    """Where a range maps to: position by position, or as listed.

    Parameters
    ----------
    target : str
    elements : tuple of str
        Elements or subranges of the target, one an element of the range; empty where the file
        names the target only.
    """

    target: str
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A subscript range.

    Parameters
    ----------
    name : str
    line : int
    elements : tuple of str
        As written, numeric ranges ``(A1-A3)`` written out; may name other ranges, which stand
        for their elements.
    mappings : tuple of RangeMapping
    alias_of : str
        The range that ``<->`` makes it equal to; empty otherwise.
    source : Call or None
        ``GET DIRECT SUBSCRIPT`` or ``GET XLS SUBSCRIPT`` where elements come from a file.
    """

    name: str
    line: int
    elements: tuple[str, ...] = ()
    mappings: tuple[RangeMapping, ...] = ()
    alias_of: str = ""
    source: Call | None = None


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: inputs, further outputs after its own name, and what it computes."""

    name: str
    line: int
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    equations: tuple[Equation, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a .mdl, with the comment below its title."""

    name: str
    line: int
    comment: str = ""


@dataclass(frozen=True)
class Document:
    """A model file, read.

    Parameters
    ----------
    path : Path
    dialect : {"vensim", "xmile"}
    equations : tuple of Equation
        In the order of the file, the four of the time grid among them.
    ranges : tuple of Range
    macros : tuple of Macro
    integrator : {"euler", "rk4"}
        What the file asks for.
    integrator_note : str
        One sentence where the file asks for a method that only the nearest of these serves.
    notes : tuple of str
        What a reader must know: a code page that was guessed, a remark that was passed over.
    texts : mapping of str to str
        String constants, ``name :IS: 'text'``.
    sketch : str
        The drawing of a .mdl, as it stands; empty in XMILE.
    groups : tuple of Group
        In the order of the file.
    """

    path: Path
    dialect: Dialect
    equations: tuple[Equation, ...]
    ranges: tuple[Range, ...] = ()
    macros: tuple[Macro, ...] = ()
    integrator: OneOf["euler", "rk4"] = "euler"
    integrator_note: str = ""
    notes: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    sketch: str = ""
    groups: tuple[Group, ...] = ()
    controls: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def meaning(self) -> str:
        """Digest of what the model computes.

        Comments, units, groups, the drawing, the order of the entries and the spelling of names do
        not move it.
        """
        said = (
            self.dialect,
            self.integrator,
            sorted(self.texts.items()),
            sorted(self.controls.items()),
            sorted(_range_said(item) for item in self.ranges),
            _said(self.equations),
            sorted((plain(m.name), m.parameters, m.outputs, _said(m.equations))
                   for m in self.macros),
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()


def _said(equations: Iterable[Equation]) -> list[tuple[object, ...]]:
    return sorted(
        (
            plain(e.name), tuple(map(plain, e.subscripts)), e.exceptions, e.operator, e.keyword,
            "" if e.tree is None else spelled_out(e.tree), e.non_negative, e.inflows, e.outflows,
        )
        for e in equations
    )  # fmt: skip


def _range_said(item: Range) -> tuple[object, ...]:
    source = "" if item.source is None else spelled_out(item.source)
    return plain(item.name), item.elements, repr(item.mappings), item.alias_of, source
