"""What loops are made of: variables, and between them links, some through hidden stocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from qiantang.engine.ir import Program
from qiantang.loops.web import Link, Web, paths_through, strong_components

MOST_PATHS = 1_000
"""Paths through hidden stocks that are followed between two variables."""


@dataclass(frozen=True)
class Network:
    """The links between variables that lie on loops.

    Parameters
    ----------
    web : Web
    links : tuple of (int, int)
        From knot to knot, each scored by itself.
    edges : tuple of (int, int)
        From variable to variable; loops are made of these.
    paths : tuple of tuple of tuple of int
        For each edge, the ways that it may take, as places among the links.
    """

    web: Web
    links: tuple[Link, ...]
    edges: tuple[Link, ...]
    paths: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def program(self) -> Program:
        """The model."""
        return self.web.program

    @cached_property
    def partitions(self) -> tuple[tuple[int, ...], ...]:
        """Cycle partitions: for each, its edges; the one with most edges first."""
        groups = strong_components(self.edges)
        found: dict[int, list[int]] = defaultdict(list)
        for place, (cause, effect) in enumerate(self.edges):
            if groups[cause] == groups[effect]:
                found[groups[cause]].append(place)
        ordered = sorted(found.values(), key=lambda places: (-len(places), places))
        return tuple(map(tuple, ordered))

    def variables(self, partition: Iterable[int]) -> frozenset[int]:
        """Return the slots of the variables of some edges."""
        return frozenset(end for place in partition for end in self.edges[place])


def network(program: Program) -> Network:
    """Return what the loops of a program are made of.

    Raises
    ------
    ValueError
        If hidden stocks join two variables on more than :data:`MOST_PATHS` ways.
    """
    web = Web(program)
    links = web.closed
    place = {link: number for number, link in enumerate(links)}
    followers: dict[int, list[int]] = defaultdict(list)
    for cause, effect in links:
        followers[cause].append(effect)
    ways: dict[Link, list[tuple[int, ...]]] = defaultdict(list)
    for start in sorted(slot for slot in followers if slot in program.name_of):
        for path in paths_through(web, start, followers):
            edge = start, path[-1][1]
            ways[edge].append(tuple(place[link] for link in path))
            if len(ways[edge]) > MOST_PATHS:
                names = " to ".join(program.name_of[end] for end in edge)
                raise ValueError(
                    f"hidden stocks join {names} on more than {MOST_PATHS:,} ways, "
                    "too many to score"
                )
    edges = tuple(sorted(ways, key=lambda edge: (edge[1], edge[0])))
    paths = tuple(tuple(sorted(ways[edge], key=lambda way: (len(way), way))) for edge in edges)
    return Network(web, links, edges, paths)
