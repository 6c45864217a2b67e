"""The points of a design: one row a point, one column an axis, None where an axis is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.sweep import sampling
from qiantang.sweep.designfile import MOVES, SAMPLED, Axis, Design
from qiantang.sweep.look import ALL, EACH
from qiantang.vocabulary import vintage_text

if TYPE_CHECKING:
    from qiantang.study import Study

Array = NDArray[np.float64]
Value = float | str | None
Point = tuple[Value, ...]


@dataclass(frozen=True)
class Move:
    """One axis in full: `each` taken apart, `all` kept as a word.

    Parameters
    ----------
    name : str
        Of the axis, the column of the result.
    kind : {"intensity", "start", "delay", "uncertainty", "vintage"}
    names : tuple of str
        Levers, drivers or the one parameter that it moves.
    unit : str
    axis : Axis
        As the file gives it.
    """

    name: str
    kind: str
    names: tuple[str, ...]
    unit: str
    axis: Axis

    @property
    def moves_all(self) -> bool:
        """Tell whether the axis moves every lever or driver."""
        return self.names == (ALL,)


def moves_of(design: Design, study: Study) -> tuple[Move, ...]:
    """Return the axes of a design, in the order of the file."""
    moves: list[Move] = []
    for name, axis in design.file.axes.items():
        kind = next(key for key in MOVES if getattr(axis, key) is not None)
        given = getattr(axis, kind)
        names = (given,) if isinstance(given, str) else tuple(given)
        if kind not in ("uncertainty", "vintage"):
            names = tuple(study.vocabulary.lever(name) or name for name in names)
        whole = Move(name, kind, names, axis.unit or "", axis)
        if names != (EACH,):
            moves.append(whole)
            continue
        moves += [
            replace(whole, name=f"{name}_{lever}", names=(lever,))
            for lever in _levers(design, study)
        ]
    return tuple(moves)


def points_of(design: Design, study: Study) -> list[Point]:
    """Lay out the points of a design, scenarios and members left out."""
    moves = moves_of(design, study)
    file = design.file
    if file.kind in SAMPLED and file.size is not None:
        draw = getattr(sampling, file.kind)
        cube = draw(file.size, len(moves), file.seed)
        columns = [_placed(move, cube[:, place], study) for place, move in enumerate(moves)]
        return list(zip(*columns, strict=True))
    if file.points is not None:
        return [
            tuple(None if row.get(m.name) is None else _value(m, row[m.name]) for m in moves)
            for row in file.points
        ]
    values = [_values(move, study) for move in moves]
    if file.kind == "grid":
        return list(product(*values))
    base = tuple(None if m.axis.base is None else _value(m, m.axis.base) for m in moves)
    return _from_base(base, values, 2 if file.kind == "pairs" else 1)


def _from_base(base: Point, values: list[list[Value]], together: int) -> list[Point]:
    """Return the base, then every axis alone, then, where wanted, every two axes together."""
    points: list[Point] = [base]
    for count in range(1, together + 1):
        for places in combinations(range(len(base)), count):
            for chosen in product(*(values[place] for place in places)):
                point = list(base)
                for place, value in zip(places, chosen, strict=True):
                    point[place] = value
                points.append(tuple(point))
    return points


def _levers(design: Design, study: Study) -> list[str]:
    """Return the levers that `each` stands for, in the order of the model."""
    names = [design.file.levers_from] if design.file.levers_from else design.file.scenarios
    moved = {lever for name in names for lever in design.scenario(study, name).levers}
    return [lever for lever in study.vocabulary.levers if lever in moved]


def _value(move: Move, value: Any) -> Value:
    return str(vintage_text(value)) if move.kind == "vintage" else float(value)


def _values(move: Move, study: Study) -> list[Value]:
    """Return the values that a stepped axis goes through."""
    if move.axis.quantiles is None:
        return [_value(move, value) for value in move.axis.values or []]
    return list(_prior(move, np.array(move.axis.quantiles, dtype=np.float64), study))


def _placed(move: Move, share: Array, study: Study) -> list[Value]:
    """Turn numbers between 0 and 1 into values of a sampled axis."""
    if move.axis.values is not None:
        values = _values(move, study)
        return [values[int(place)] for place in share * len(values)]
    if move.axis.range == "prior":
        return list(_prior(move, share, study))
    low, high = map(float, move.axis.range)
    return [float(value) for value in low + (high - low) * share]


def _prior(move: Move, share: Array, study: Study) -> list[float]:
    """Return quantiles of a parameter's prior, cut at the model's limits."""
    from scipy.stats import norm

    priors = study.priors
    place = priors.names.index(move.names[0])
    low, high = norm.cdf(priors.lower[place]), norm.cdf(priors.upper[place])
    z = np.zeros((len(share), len(priors.names)))
    z[:, place] = norm.ppf(low + share * (high - low))
    return [float(value) for value in priors.natural(z)[:, place]]


def labels(moves: tuple[Move, ...], point: Point) -> Mapping[str, Value]:
    """Return the values of a point by axis."""
    return {move.name: value for move, value in zip(moves, point, strict=True)}
