"""What the inputs of modules stand for: the ``<connect>`` of a file (section 4.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qiantang.modelfile.names import plain
from qiantang.modelfile.xmile.names import Complaint, Scope, bare, parts
from qiantang.modelfile.xmile.xml import Node


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a connection begins."""

    scope: Scope
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class _Input:
    """Where a connection ends."""

    scope: Scope
    key: str

    @property
    def shown(self) -> str:
        """Its name from the root."""
        return self.scope.variables[self.key].name


def connect(modules: Iterable[tuple[Scope, Node]]) -> list[Complaint]:
    """Let the inputs of modules stand for what is connected to them; return what is wrong.

    Parameters
    ----------
    modules : iterable of (Scope, Node)
        The model in which a ``<module>`` stands, from the root down, and the module.
    """
    complaints: list[Complaint] = []
    found: dict[tuple[int, str], tuple[_Input, list[_Source]]] = {}
    for scope, module in modules:
        inner = scope.modules.get(plain(bare(module.attributes.get("name", ""))))
        for node in module.all("connect") if inner is not None else ():
            target, name = node.attributes.get("to", ""), node.attributes.get("from", "")
            if inner is None or not parts(target) or not name.strip():
                continue
            end = _end(scope, inner, target)
            if end is None:
                what = f"it connects {bare(target)}, which is no variable of a module"
                complaints.append((node.line, inner.prefix.rstrip("."), what))
                continue
            ends = found.setdefault((id(end.scope), end.key), (end, []))
            ends[1].append(_Source(scope, name, node.line))
    for end, sources in found.values():
        complaints += _joined(end, sources)
    for end, sources in found.values():
        complaints += _differing(end, sources)
    return complaints


def _end(scope: Scope, inner: Scope, target: str) -> _Input | None:
    """Return the variable that a connection goes into.

    A name alone is one of the module; a qualified one is seen from the model around it, since a
    module lists what leaves it as well.
    """
    path = parts(target)
    into: Scope | None = inner if len(path) == 1 else scope
    if target.startswith("."):
        into = scope.root()
    for part in path[:-1]:
        into = into.modules.get(part) if into else None
    return _Input(into, path[-1]) if into and path[-1] in into.variables else None


def _joined(end: _Input, sources: list[_Source]) -> Iterable[Complaint]:
    """Let an input stand for its source; one that stands for itself is left as it is."""
    for source in sources:
        variable = source.scope.find(source.name)
        if variable is None:
            what = f"it is connected to {source.name}, which is not in the file"
            yield source.line, end.shown, what
        elif variable is not end.scope.variables.get(end.key):
            end.scope.inputs.setdefault(end.key, (source.scope, source.name))


def _differing(end: _Input, sources: list[_Source]) -> Iterable[Complaint]:
    """Complain of an input with two sources that are two variables."""
    first = sources[0]
    known = first.scope.find(first.name)
    for source in sources[1:]:
        variable = source.scope.find(source.name)
        if known is not None and variable is not None and variable is not known:
            what = (
                f"it is connected to {first.name} on line {first.line} and to {source.name}, "
                "expected one source"
            )
            yield source.line, end.shown, what
