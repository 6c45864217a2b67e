"""Scores of all loops at one instant, of all members, in no more memory than a few numbers each.

The score of a loop is the product of its links'. Loops come in an order in which each begins as
the one before it does, so that only the rest is multiplied anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qiantang.loops.enumeration import compiled

LANES = 16
"""Members whose scores are multiplied side by side."""


@compiled
def _blocked(scores: Any, first: int) -> Any:
    """Return the scores of some members side by side; those that are missing have none."""
    count = min(LANES, scores.shape[1] - first)
    block = np.zeros((scores.shape[0], LANES))
    for edge in range(scores.shape[0]):
        for lane in range(count):
            block[edge, lane] = scores[edge, first + lane]
    return block


@compiled
def _longest(begins: Any) -> int:
    """Return the number of edges of the longest loop."""
    longest = 0
    for loop in range(begins.size - 1):
        longest = max(longest, begins[loop + 1] - begins[loop])
    return longest


@compiled
def strengths(edges: Any, begins: Any, shared: Any, core: Any, scores: Any) -> Any:
    """Add up the scores of loops, signs left out.

    Parameters
    ----------
    edges, begins, shared, core : arrays
        The loops; see :class:`~qiantang.loops.cycles.Cycles`.
    scores : array of shape (edge, member)
        Scores of the links.

    Returns
    -------
    total, inner : array of shape (member,)
        Sum over all loops, and over those of the core.
    strongest : array of int, shape (member,)
        Loop with the largest score; -1 where all loops rest.
    """
    members = scores.shape[1]
    total, inner = np.zeros(members), np.zeros(members)
    strongest = np.full(members, -1)
    stack = np.ones((_longest(begins) + 1, LANES))
    sums, cores = np.empty(LANES), np.empty(LANES)
    best, who = np.empty(LANES), np.empty(LANES)
    for first in range(0, members, LANES):
        block = _blocked(scores, first)
        sums[:], cores[:], best[:], who[:] = 0.0, 0.0, 0.0, -1.0
        for loop in range(shared.size):
            depth = shared[loop]
            for at in range(begins[loop] + depth, begins[loop + 1]):
                edge = edges[at]
                for lane in range(LANES):
                    stack[depth + 1, lane] = stack[depth, lane] * block[edge, lane]
                depth += 1
            for lane in range(LANES):
                size = abs(stack[depth, lane])
                sums[lane] += size
                more = size > best[lane]
                best[lane] = size if more else best[lane]
                who[lane] = loop if more else who[lane]
            if core[loop]:
                for lane in range(LANES):
                    cores[lane] += abs(stack[depth, lane])
        for lane in range(min(LANES, members - first)):
            total[first + lane], inner[first + lane] = sums[lane], cores[lane]
            strongest[first + lane] = int(who[lane])
    return total, inner, strongest


@compiled
def shares(edges: Any, begins: Any, shared: Any, scores: Any, weight: Any) -> Any:
    """Return the sum over members of each loop's score times a weight, signs left out.

    Parameters
    ----------
    edges, begins, shared, scores : arrays
        As in :func:`strengths`.
    weight : array of shape (member,)

    Returns
    -------
    array of shape (loop,)
    """
    members = scores.shape[1]
    found = np.zeros(shared.size)
    stack = np.ones((_longest(begins) + 1, LANES))
    own = np.empty(LANES)
    for first in range(0, members, LANES):
        block = _blocked(scores, first)
        own[:] = 0.0
        for lane in range(min(LANES, members - first)):
            own[lane] = weight[first + lane]
        for loop in range(shared.size):
            depth = shared[loop]
            for at in range(begins[loop] + depth, begins[loop + 1]):
                edge = edges[at]
                for lane in range(LANES):
                    stack[depth + 1, lane] = stack[depth, lane] * block[edge, lane]
                depth += 1
            part = 0.0
            for lane in range(LANES):
                part += abs(stack[depth, lane]) * own[lane]
            found[loop] += part
    return found


@compiled
def scores_of(edges: Any, begins: Any, scores: Any) -> Any:
    """Return the scores of some loops, shape (loop, member), as :func:`strengths` finds them."""
    loops, members = begins.size - 1, scores.shape[1]
    found = np.ones((loops, members))
    for loop in range(loops):
        for at in range(begins[loop], begins[loop + 1]):
            for member in range(members):
                found[loop, member] *= scores[edges[at], member]
    return found
