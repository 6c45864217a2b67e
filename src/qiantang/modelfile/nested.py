"""Names that stand for other names, however deep, put into order without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def in_order(parts: Mapping[str, Iterable[str]]) -> tuple[list[str], list[str]]:
    """Sort names so that each stands behind those of its parts that are names as well.

    Parameters
    ----------
    parts : mapping of str to iterable of str
        A name that is a part of itself directly counts as no part.

    Returns
    -------
    tuple of (list of str, list of str)
        All names, sorted; and those at which a circle was cut, each a part of itself by others.
    """
    done: dict[str, None] = {}
    cut: dict[str, None] = {}
    for root in parts:
        path: dict[str, list[str]] = {}
        if root not in done:
            path[root] = _below(root, parts)
        while path:
            name, left = next(reversed(path.items()))
            if not left:
                done.setdefault(name)
                del path[name]
                continue
            part = left.pop()
            if part in path:
                cut.setdefault(part)
            elif part not in done:
                path[part] = _below(part, parts)
    return list(done), list(cut)


def _below(name: str, parts: Mapping[str, Iterable[str]]) -> list[str]:
    return [part for part in parts[name] if part in parts and part != name]
