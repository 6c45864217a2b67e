"""Where the names of a diagram stand: on a grid around the pipes, few crossings, short links.

No layout library knows pipes, so the plumbing is fixed first and the names are placed around it by
simulated annealing over free cells of a grid; the same input gives the same picture.

References
----------
Davidson and Harel (1996), ACM Transactions on Graphics 15 (4), 301-331.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Size of a cell. [inch]
CELL = (1.22, 0.44)
#: Half the size of a name. [inch]
NAME = (0.46, 0.14)
#: Half the size of a cloud. [inch]
CLOUD = (0.2, 0.16)
#: How far a link bends, as a share of its length.
BEND = 0.13
#: Price of a crossing and of a link over another's name, against an inch of link.
_CROSSING, _OVER = 1.6, 3.0
#: Moves tried for each name, and starts of which the best is kept.
MOVES, STARTS = 130, 2
#: Fewest moves, for pictures with few names.
_FEWEST = 600
#: Temperatures at the first and the last move. [inch of link]
_HOT, _COLD = 2.5, 0.03
#: Points of a link that are tested against names.
_SAMPLES = np.linspace(0.12, 0.88, 9)


@dataclass(frozen=True)
class Problem:
    """What is fixed and what is to be placed.

    Parameters
    ----------
    fixed : mapping of str to (x, y)
        Stocks and valves. [inch]
    blocks : ndarray, shape (block, 4)
        Left, low, right, high of what no name may cover. [inch]
    free : sequence of str
        Names to be placed.
    links : sequence of (str, str)
    width, height : float
        Of the picture. [inch]
    halves : mapping of str to (x, y)
        Half the size of the fixed ones; a name has `NAME`. [inch]
    """

    fixed: Mapping[str, tuple[float, float]]
    blocks: Array
    free: Sequence[str]
    links: Sequence[tuple[str, str]]
    width: float
    height: float
    halves: Mapping[str, tuple[float, float]]


def place(
    problem: Problem, moves: int = MOVES, starts: int = STARTS
) -> tuple[dict[str, tuple[float, float]], float]:
    """Return where each free name stands, and the price of the picture.

    Parameters
    ----------
    problem : Problem
    moves : int
        Tried for each name.
    starts : int
        Of which the best is kept.

    Raises
    ------
    ValueError
        If the picture has fewer free cells than names.
    """
    cells = _free_cells(problem)
    if len(cells) < len(problem.free):
        raise ValueError("the picture is too small")
    best: tuple[float, Array] | None = None
    for start in range(starts):
        price, points = _anneal(problem, cells, np.random.default_rng(start), moves)
        if best is None or price < best[0]:
            best = price, points
    assert best is not None
    named = {name: (float(x), float(y)) for name, (x, y) in zip(problem.free, best[1], strict=True)}
    return named, best[0]


def room(problem: Problem) -> int:
    """Return how many names the picture has free cells for."""
    return len(_free_cells(problem))


def _free_cells(problem: Problem) -> Array:
    """Return the centres of the cells that no block touches."""
    across = max(1, int(problem.width / CELL[0]))
    down = max(1, int(problem.height / CELL[1]))
    xs = (np.arange(across) + 0.5) * problem.width / across
    ys = (np.arange(down) + 0.5) * problem.height / down
    centres = np.array([(x, y) for y in ys for x in xs])
    half = np.array(CELL) / 2 - 0.04
    left, low, right, high = (
        problem.blocks.T[:, None, :] if len(problem.blocks) else np.empty((4, 1, 0))
    )
    x, y = centres[:, :1], centres[:, 1:]
    touched = (
        (x + half[0] > left) & (x - half[0] < right) & (y + half[1] > low) & (y - half[1] < high)
    )
    return np.asarray(centres[~touched.any(axis=1)])


class _Picture:
    """Names on cells, and what the picture costs; a move is priced by the links it touches."""

    def __init__(self, problem: Problem, cells: Array, chance: np.random.Generator) -> None:
        names = [*problem.free, *problem.fixed]
        number = {name: place for place, name in enumerate(names)}
        pairs = [(number[a], number[b]) for a, b in problem.links]
        self.ends = np.array(pairs, dtype=int).reshape(-1, 2)
        self.count = len(problem.free)
        self.cells = cells
        self.spots = chance.permutation(len(cells))
        held = np.array(list(problem.fixed.values())).reshape(-1, 2)
        self.points = np.vstack([cells[self.spots[: self.count]], held])
        self.halves = np.array(
            [
                problem.halves.get(name, CLOUD if name.startswith("cloud:") else NAME)
                for name in names
            ]
        )
        self.touching = [
            np.flatnonzero((self.ends == place).any(axis=1)) for place in range(self.count)
        ]
        ends = self.ends
        self.shared = (ends[:, None, :, None] == ends[None, :, None, :]).any(axis=(2, 3))

    def price(self, rows: NDArray[np.intp], moved: NDArray[np.intp]) -> float:
        """Return the price of some links, and of all others where they run over moved names."""
        start = self.points[self.ends[:, 0]]
        way = self.points[self.ends[:, 1]] - start
        length = np.hypot(way[rows, 0], way[rows, 1])
        own = float((length + 0.12 * length**2).sum())
        meets = _meet(start[rows], way[rows], start, way) & ~self.shared[rows]
        both = meets[:, rows].sum() / 2  # a pair of two moved links is seen twice
        crossings = float(meets.sum() - both)
        over = self._over(rows, np.arange(len(self.points)), start, way)
        rest = np.setdiff1d(np.arange(len(self.ends)), rows, assume_unique=True)
        return own + _CROSSING * crossings + _OVER * (over + self._over(rest, moved, start, way))

    def _over(
        self, rows: NDArray[np.intp], names: NDArray[np.intp], start: Array, way: Array
    ) -> int:
        at = _SAMPLES[None, :, None]
        aside = np.stack([way[rows, 1], -way[rows, 0]], axis=1)[:, None, :]
        along = start[rows, None, :] + at * way[rows, None, :] + 2 * at * (1 - at) * BEND * aside
        gap = np.abs(along[:, :, None, :] - self.points[None, None, names, :])
        near = (gap < self.halves[names]).all(axis=3).any(axis=1)
        own = (self.ends[rows, None, :] == names[None, :, None]).any(axis=2)
        return int((near & ~own).sum())

    def swap(self, one: int, two: int) -> None:
        """Exchange what stands on two places of the order: a name and a name or an empty cell."""
        self.spots[[one, two]] = self.spots[[two, one]]
        for place in (one, two):
            if place < self.count:
                self.points[place] = self.cells[self.spots[place]]


def _anneal(
    problem: Problem, cells: Array, chance: np.random.Generator, moves: int
) -> tuple[float, Array]:
    picture = _Picture(problem, cells, chance)
    count = picture.count
    everything = np.arange(len(picture.ends))
    if not count or not len(everything):
        return 0.0, picture.points[:count]
    price = picture.price(everything, np.arange(0))
    best = price, picture.points[:count].copy()
    steps = max(moves * count, _FEWEST)
    for step in range(steps):
        heat = _HOT * (_COLD / _HOT) ** (step / steps)
        mover, other = int(chance.integers(count)), int(chance.integers(len(cells)))
        if mover == other:
            continue
        moved = np.array([place for place in (mover, other) if place < count])
        rows = np.unique(np.concatenate([picture.touching[place] for place in moved]))
        before = picture.price(rows, moved)
        picture.swap(mover, other)
        change = picture.price(rows, moved) - before
        if change <= 0 or chance.random() < math.exp(-change / heat):
            price += change
            if price < best[0] - 1e-9:
                best = price, picture.points[:count].copy()
        else:
            picture.swap(mover, other)
    return best


def _meet(start: Array, way: Array, other: Array, course: Array) -> NDArray[np.bool_]:
    """Tell which of some links cross which others."""
    cross = way[:, None, 0] * course[None, :, 1] - way[:, None, 1] * course[None, :, 0]
    apart = other[None, :, :] - start[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (apart[..., 0] * course[None, :, 1] - apart[..., 1] * course[None, :, 0]) / cross
        two = (apart[..., 0] * way[:, None, 1] - apart[..., 1] * way[:, None, 0]) / cross
        return np.asarray((one > 0) & (one < 1) & (two > 0) & (two < 1))
