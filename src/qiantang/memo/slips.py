"""Slips of a template that its language lets pass: names that no fact bears, found before a run."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from qiantang.faults import nearest
from qiantang.memo import facts, method, outcomes, registry, trust, why, worth

#: What a template may speak of; `qiantang.memo.compose` fills each.
NAMES = frozenset({
    "counts", "dated", "decisive", "first", "lang", "lead", "method", "outcomes", "plan", "quote",
    "register", "scenarios", "study", "targets", "trust", "why", "worth",
})  # fmt: skip
#: Where facts are described.
_ROOMS: tuple[ModuleType, ...] = (facts, method, outcomes, registry, trust, why, worth)
#: What the language itself knows of loops, texts and lists.
_PLAIN = {
    "changed", "cycle", "depth", "depth0", "first", "index", "index0", "last", "length", "nextitem",
    "previtem", "revindex", "revindex0", *dir(str), *dir(list), *dir(dict), *dir(float),
}  # fmt: skip


def slips(page: Environment, text: str, own: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Find names that nothing bears.

    Parameters
    ----------
    page : Environment
    text : str
        Of the template.
    own : tuple of str
        Texts of the program's templates: what they use there is.

    Yields
    ------
    line : int
    what : str
    """
    tree = page.parse(text)
    unknown = find_undeclared_variables(tree) - NAMES - set(page.globals)
    known = _attributes(page, own)
    for node in tree.find_all((nodes.Name, nodes.Getattr)):
        if isinstance(node, nodes.Name) and node.name in unknown:
            yield node.lineno, f"nothing is called {node.name!r}{nearest(node.name, NAMES)}"
        elif isinstance(node, nodes.Getattr) and node.attr not in known:
            yield node.lineno, f"nothing has a {node.attr!r}{nearest(node.attr, known)}"


def _attributes(page: Environment, own: tuple[str, ...]) -> frozenset[str]:
    """Return every name behind a point that any fact, loop or text has."""
    found = set(_PLAIN)
    for room in _ROOMS:
        for _, kind in inspect.getmembers(room, inspect.isclass):
            found |= {name for name in dir(kind) if not name.startswith("_")}
            found |= set(getattr(kind, "__dataclass_fields__", {}))
    for text in own:
        found |= {node.attr for node in page.parse(text).find_all(nodes.Getattr)}
    return frozenset(found)
