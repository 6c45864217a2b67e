"""The equations of a .mdl as PySD's syntax trees, by identifier, with their references."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pysd.translators.structures import abstract_expressions as ae
from pysd.translators.structures.abstract_model import AbstractLookup
from pysd.translators.vensim.vensim_element import SubscriptRange
from pysd.translators.vensim.vensim_file import VensimFile

from qiantang.faults import Fault
from qiantang.model.mdl import Dictionary, identifier, scan

TIME = "time"

# Functions that arrive as a plain call and whose name PySD's translator knows.
_CALLED = """
abs min max sqrt exp ln log sin cos tan arcsin arccos arctan sinh cosh tanh integer modulo quantum
if_then_else step ramp pulse pulse_train zidz xidz active_initial sum vmin vmax prod power gamma_ln
random_uniform random_normal random_0_1 random_exponential elmcount vector_select vector_rank
vector_sort_order vector_reorder invert_matrix get_time_value lookup_forward lookup_backward
lookup_extrapolate
"""
FUNCTIONS = frozenset(_CALLED.split())


@dataclass(frozen=True)
class Syntax:
    """The parsed equations of a model.

    Parameters
    ----------
    dictionary : Dictionary
    trees : mapping of str to tuple
        Identifier to syntax trees, several only where a variable is written by subscript.
    tables : frozenset of str
        Identifiers of lookup variables.
    ranges : frozenset of str
        Identifiers of subscript ranges and their elements.
    """

    dictionary: Dictionary
    trees: Mapping[str, tuple[Any, ...]]
    tables: frozenset[str]
    ranges: frozenset[str]


def parse(path: Path) -> tuple[Syntax, list[Fault]]:
    """Parse every equation of a .mdl; an equation that cannot be parsed becomes a fault.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of (Syntax, list of Fault)
        The faults are those of syntax alone; those of the dictionary come from ``mdl.scan``.
    """
    path = Path(path)
    try:
        stamp = path.read_bytes()
    except OSError:
        stamp = b""
    syntax, faults = _parse(path, stamp)
    return syntax, list(faults)


@lru_cache(maxsize=8)
def _parse(path: Path, stamp: bytes) -> tuple[Syntax, tuple[Fault, ...]]:
    dictionary, found = scan(path, complete=False)
    if any("numbers only" in fault.what for fault in found):
        return Syntax(dictionary, {}, frozenset(), frozenset()), ()
    faults: list[Fault] = []
    trees: dict[str, list[Any]] = {}
    tables, ranges = set(), set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for element in _elements(path, faults):
            known = identifier(element.equation.split("=")[0].split("(")[0].split("[")[0])
            line = dictionary[known].line if known in dictionary else None
            where = dictionary[known].name if known in dictionary else element.equation[:40]
            try:
                component = element.parse()
                if isinstance(component, SubscriptRange):
                    ranges |= _range_names(component)
                    continue
                component.parse()
                piece = component.get_abstract_component()
            except Exception as error:  # PySD raises many kinds, none of them meant for a user
                faults.append(Fault(path, line, where, _sentence(error)))
                continue
            known = identifier(component.name)
            if not hasattr(piece, "ast"):
                continue  # a reality check of Vensim's own
            trees.setdefault(known, []).append(piece.ast)
            if isinstance(piece, AbstractLookup):
                tables.add(known)
    packed = {name: tuple(items) for name, items in trees.items()}
    return Syntax(dictionary, packed, frozenset(tables), frozenset(ranges)), tuple(faults)


def _elements(path: Path, faults: list[Fault]) -> list[Any]:
    """Return PySD's unparsed entries of the main part."""
    try:
        file = VensimFile(path, encoding="utf-8-sig")
        file.parse(parse_all=False)
        section = next(item for item in file.sections if item is not None)
        section.parse(parse_all=False)
    except Exception as error:  # as above
        faults.append(Fault(path, None, "", _sentence(error)))
        return []
    return list(section.elements)


def _sentence(error: Exception) -> str:
    """Say in one line where the text of an equation stops making sense."""
    text, at = getattr(error, "text", None), getattr(error, "pos", None)
    if isinstance(text, str) and isinstance(at, int):
        rest = " ".join(text[at : at + 40].split())
        return (
            f"the equation cannot be read from {rest!r} on" if rest else "the equation is cut off"
        )
    return f"the equation cannot be read: {' '.join(str(error).split())[:160]}"


def _range_names(component: SubscriptRange) -> set[str]:
    given = component.definition if isinstance(component.definition, list) else []
    return {identifier(component.name), *(identifier(name) for name in given)}


def children(node: Any) -> Iterator[Any]:
    """Yield the syntax nodes directly below a node."""
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from ([item] if is_dataclass(item) else children(item))
    elif is_dataclass(node) and not isinstance(node, type):
        for item in fields(node):
            value = getattr(node, item.name)
            if is_dataclass(value):
                yield value
            elif isinstance(value, (list, tuple)):
                yield from children(value)


def references(node: Any) -> Iterator[str]:
    """Yield the identifier of every variable a tree refers to, tables included."""
    if isinstance(node, ae.ReferenceStructure):
        yield identifier(node.reference)
    elif isinstance(node, ae.CallStructure):
        name = identifier(node.function.reference)
        if name not in FUNCTIONS:
            yield name
        yield from (name for item in node.arguments for name in references(item))
    else:
        yield from (name for item in children(node) for name in references(item))


def undefined(syntax: Syntax) -> list[Fault]:
    """List references to variables the model does not define."""
    faults = []
    dictionary = syntax.dictionary
    known = {TIME, *dictionary, *syntax.trees, *syntax.ranges}
    for name, trees in syntax.trees.items():
        if name not in dictionary:
            continue
        for missing in dict.fromkeys(used for tree in trees for used in references(tree)):
            if missing not in known:
                what = f"uses {missing}, which the model does not define"
                what += dictionary.nearest(missing)
                faults.append(_at(dictionary, name, what))
    return faults


def outside_limits(syntax: Syntax) -> list[Fault]:
    """List constants whose value lies outside their own limits."""
    faults = []
    for name, trees in syntax.trees.items():
        value = trees[0]
        if name not in syntax.dictionary or not isinstance(value, (int, float)):
            continue
        low, high = syntax.dictionary[name].limits
        if (low is not None and value < low) or (high is not None and value > high):
            what = f"the value {value:g} is outside the limits, {_bound(low)} to {_bound(high)}"
            faults.append(_at(syntax.dictionary, name, what))
    return faults


def _bound(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def _at(dictionary: Dictionary, name: str, what: str) -> Fault:
    item = dictionary[name]
    return Fault(dictionary.path, item.line, item.name, what)


def shown(node: Any, limit: int = 60) -> str:
    """Write a tree back as short text for a message."""
    text = _shown(node)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _shown(node: Any) -> str:
    if isinstance(node, ae.ReferenceStructure):
        return str(node.reference).replace("_", " ").strip('"')
    if isinstance(node, ae.CallStructure):
        name = node.function.reference.replace("_", " ")
        return f"{name}({', '.join(_shown(item) for item in node.arguments)})"
    if isinstance(node, (ae.ArithmeticStructure, ae.LogicStructure)):
        return _infix(node)
    if is_dataclass(node):
        inner = ", ".join(_shown(item) for item in children(node))
        return f"{type(node).__name__.removesuffix('Structure')}({inner})"
    return f"{node:g}" if isinstance(node, (int, float)) else str(node)


def _infix(node: Any) -> str:
    parts = [
        f"({_shown(item)})"
        if isinstance(item, (ae.ArithmeticStructure, ae.LogicStructure))
        else _shown(item)
        for item in node.arguments
    ]
    if len(parts) == 1:
        sign = "-" if node.operators == ["negative"] else str(node.operators[0])
        return f"{sign}{parts[0]}"
    text = parts[0]
    for operator, part in zip(node.operators, parts[1:], strict=True):
        text += f" {operator} {part}"
    return text
