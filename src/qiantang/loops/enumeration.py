"""The enumeration of loops, compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from qiantang.files import cache

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return a function that is compiled when first called, and kept in the cache folder."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(cache.folder() / "functions")
    try:
        made = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except (OSError, RuntimeError):  # a folder that cannot be written
        made = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings.CACHE_DIR = before
    return cast(Function, made)


@compiled
def _reached(root: int, first: Any, ends: Any, places: Any, mask: Any) -> None:
    """Mark what a vertex reaches among itself and those after it."""
    mask[:] = False
    todo = np.empty(mask.size, dtype=np.int64)
    todo[0], left = root, 1
    mask[root] = True
    while left:
        left -= 1
        here = todo[left]
        for at in range(first[here], first[here + 1]):
            end = ends[places[at]]
            if end > root and not mask[end]:
                mask[end] = True
                todo[left] = end
                left += 1


@compiled
def _backwards(tails: Any, size: int) -> Any:
    """Return the edges by where they end: where each vertex's begin, and their places."""
    first = np.zeros(size + 1, dtype=np.int64)
    for tail in tails:
        first[tail + 1] += 1
    first = np.cumsum(first)
    return first, np.argsort(tails, kind="mergesort")


@compiled
def _longer(array: Any, needed: int) -> Any:
    """Return an array, or one with the same beginning and twice the room."""
    if needed <= array.size:
        return array
    grown = np.empty(2 * max(needed, array.size), dtype=array.dtype)
    grown[: array.size] = array
    return grown


@compiled
def _unblock(
    vertex: int, blocked: Any, waiting: Any, back_first: Any, back: Any, heads: Any, todo: Any
) -> None:
    """Free a vertex, and those before it that wait for it; ``waiting`` is told by edge."""
    todo[0], left = vertex, 1
    blocked[vertex] = False
    while left:
        left -= 1
        here = todo[left]
        for at in range(back_first[here], back_first[here + 1]):
            edge = back[at]
            if waiting[edge]:
                waiting[edge] = False
                if blocked[heads[edge]]:
                    blocked[heads[edge]] = False
                    todo[left] = heads[edge]
                    left += 1


@compiled
def _added(
    found: Any, begins: Any, shared: Any, count: int, common: int, path: Any, length: int
) -> Any:
    """Return the lists of loops with another one, which begins as the one before it does."""
    begin = begins[count]
    found = _longer(found, begin + length)
    begins, shared = _longer(begins, count + 2), _longer(shared, count + 1)
    found[begin : begin + length] = path[:length]
    shared[count], begins[count + 1] = common, begin + length
    return found, begins, shared


@compiled
def _wait(here: int, root: int, first: Any, tails: Any, mask: Any, waiting: Any) -> None:
    """Let a vertex without a way to the root wait until one that it leads to is freed."""
    for place in range(first[here], first[here + 1]):
        if tails[place] >= root and mask[tails[place]]:
            waiting[place] = True


@compiled
def enumerate_cycles(first: Any, heads: Any, tails: Any, roots: int, most: int) -> Any:
    """Return edges, beginnings and shared beginnings of all loops, and whether these are all.

    Parameters
    ----------
    first : array of int, shape (vertex + 1,)
        Where the edges of each vertex begin.
    heads, tails : array of int, shape (edge,)
        Vertex at which each edge begins, in ascending order, and ends.
    roots : int
        Vertices of which each loop is to pass one: the first so many.
    most : int
        Loops after which to end.
    """
    size = first.size - 1
    back_first, back = _backwards(tails, size)
    forth, mask = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    blocked, waiting = np.zeros(size, dtype=np.bool_), np.zeros(heads.size, dtype=np.bool_)
    closed, todo = np.zeros(size + 1, dtype=np.bool_), np.empty(size + 1, dtype=np.int64)
    vertices, at, path = np.empty((3, size + 1), dtype=np.int64)
    found, begins = np.empty(1024, dtype=np.int64), np.zeros(257, dtype=np.int64)
    shared, count = np.empty(256, dtype=np.int64), 0
    for root in range(roots):
        _reached(root, first, tails, np.arange(heads.size), forth)
        _reached(root, back_first, heads, back, mask)
        mask &= forth
        blocked[:], waiting[:] = False, False
        depth, common = 0, 0
        vertices[0], at[0], closed[0], blocked[root] = root, first[root], False, True
        while depth >= 0:
            here = vertices[depth]
            if at[depth] == first[here + 1]:
                if closed[depth]:
                    _unblock(here, blocked, waiting, back_first, back, heads, todo)
                    closed[max(depth - 1, 0)] = True
                else:
                    _wait(here, root, first, tails, mask, waiting)
                depth -= 1
                common = min(common, max(depth, 0))
                continue
            path[depth], end = at[depth], tails[at[depth]]
            at[depth] += 1
            if end == root:
                if count == most:
                    return found[: begins[count]], begins[: count + 1], shared[:count], False
                lists = _added(found, begins, shared, count, common, path, depth + 1)
                found, begins, shared = lists
                count, common, closed[depth] = count + 1, depth, True
            elif end > root and mask[end] and not blocked[end]:
                depth += 1
                vertices[depth], at[depth], closed[depth] = end, first[end], False
                blocked[end] = True
    return found[: begins[count]], begins[: count + 1], shared[:count], True


@compiled
def _ways_back(root: int, heads: Any, tails: Any, strength: Any, bound: Any) -> None:
    """Find for each vertex after a root the strongest way from it to the root."""
    bound[:] = 0.0
    bound[root] = 1.0
    changed = True
    while changed:
        changed = False
        for edge in range(heads.size - 1, -1, -1):
            if heads[edge] > root and tails[edge] >= root:
                value = strength[edge] * bound[tails[edge]]
                if value > bound[heads[edge]]:
                    bound[heads[edge]] = value
                    changed = True


@compiled
def enumerate_strong(
    first: Any, heads: Any, tails: Any, roots: int, strength: Any, floor: float, most: int
) -> Any:
    """Return the loops whose strengths multiply to a floor at least, as :func:`enumerate_cycles`.

    Parameters
    ----------
    first, heads, tails, roots, most
        As there.
    strength : array of shape (edge,)
        Between 0 and 1.
    floor : float
        Above 0.
    """
    size = first.size - 1
    bound, passed = np.zeros(size), np.zeros(size, dtype=np.bool_)
    vertices, at, path = np.empty((3, size + 1), dtype=np.int64)
    found, begins = np.empty(1024, dtype=np.int64), np.zeros(257, dtype=np.int64)
    shared, product, count = np.empty(256, dtype=np.int64), np.empty(size + 1), 0
    for root in range(roots):
        _ways_back(root, heads, tails, strength, bound)
        depth, common = 0, 0
        vertices[0], at[0], product[0], passed[root] = root, first[root], 1.0, True
        while depth >= 0:
            here, edge = vertices[depth], at[depth]
            if edge == first[here + 1]:
                passed[here] = False
                depth -= 1
                common = min(common, max(depth, 0))
                continue
            at[depth] += 1
            end, value = tails[edge], product[depth] * strength[edge]
            if end < root or value * bound[end] < floor or (passed[end] and end != root):
                continue
            path[depth] = edge
            if end != root:
                depth += 1
                vertices[depth], at[depth], product[depth] = end, first[end], value
                passed[end] = True
                continue
            if count == most:
                return found[: begins[count]], begins[: count + 1], shared[:count], False
            lists = _added(found, begins, shared, count, common, path, depth + 1)
            found, begins, shared = lists
            count, common = count + 1, depth
    return found[: begins[count]], begins[: count + 1], shared[:count], True


@compiled
def shared_beginnings(edges: Any, begins: Any) -> Any:
    """Return how many edges at its beginning each loop has in common with the one before."""
    shared = np.zeros(begins.size - 1, dtype=np.int64)
    for loop in range(1, shared.size):
        before, here = begins[loop - 1], begins[loop]
        most = min(here - before, begins[loop + 1] - here)
        same = 0
        while same < most and edges[before + same] == edges[here + same]:
            same += 1
        shared[loop] = same
    return shared
