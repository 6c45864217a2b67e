"""Discovery from end to end: the box, how far it can be trusted, and the tree beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.discovery.prim import (
    ALPHA,
    LEAST,
    Box,
    Cases,
    Quality,
    peel,
    quality,
    quasi_p,
    simplified,
)
from qiantang.discovery.screen import screened
from qiantang.discovery.table import Table, table_of
from qiantang.discovery.tree import leaves
from qiantang.faults import Fault, StudyError

if TYPE_CHECKING:
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.sweep.reading import Sweep

Array = NDArray[np.float64]

#: Halves of the members that the search is repeated on.
RESAMPLES = 10
#: Quasi-p above which a limit is dropped.
SIGNIFICANCE = 0.05


@dataclass(frozen=True, repr=False)
class Discovery:
    """Where cases of interest gather.

    Parameters
    ----------
    target : Target
    fails : bool
        Whether cases of interest miss the target, or reach it.
    table : Table
        With the inputs that were searched.
    inputs : int
        How many there were.
    boxes, qualities : tuple of Box, tuple of Quality
        The peeling trajectory.
    picked : int
        Place on it of the box picked.
    box, quality : Box, Quality
        The box picked, without the limits that chance explains.
    chances : ndarray, shape (2, input)
        Quasi-p of its limits.
    again : ndarray, shape (2, input)
        Share of the halves of the members whose box of the same coverage, of the same density,
        limits the input.
    fresh : Quality
        What a box found on one half of the members is worth on the other half, on average.
    leaves : tuple of (Box, Quality)
        Of the tree.
    """

    target: Target
    fails: bool
    table: Table
    inputs: int
    boxes: tuple[Box, ...]
    qualities: tuple[Quality, ...]
    picked: int
    box: Box
    quality: Quality
    chances: Array
    again: Array
    fresh: Quality
    leaves: tuple[tuple[Box, Quality], ...]

    def __repr__(self) -> str:
        what = "missed" if self.fails else "reached"
        return (
            f"Discovery: {self.target.id} is {what} in {self.share:.0%} of the cases, in the box "
            f"in {self.quality.density:.0%}; it holds {self.quality.coverage:.0%} of these"
        )

    @property
    def share(self) -> float:
        """Share of all cases that are of interest."""
        return float(self.table.cases.hits.mean())

    @property
    def gathering(self) -> list[tuple[Box, Quality]]:
        """Leaves with more cases of interest than elsewhere, the widest first."""
        dense = [leaf for leaf in self.leaves if leaf[1].density > self.share]
        return sorted(dense, key=lambda leaf: -leaf[1].coverage)

    def frame(self) -> pd.DataFrame:
        """Return the limits of the box, one row an input, the surest first."""
        rows = []
        for place in self.box.restricted:
            factor = self.table.factors[place]
            column = self.table.cases.inputs[:, place]
            rows.append({
                "input": factor.name, "kind": factor.kind, "unit": factor.unit,
                "low": _finite(self.box.low[place]), "high": _finite(self.box.high[place]),
                "lowest": float(column.min()), "highest": float(column.max()),
                "quasi_p": float(np.nanmin(self.chances[:, place])),
                "again_coverage": float(self.again[0, place]),
                "again_density": float(self.again[1, place]),
            })  # fmt: skip
        columns = ["input", "kind", "unit", "low", "high", "lowest", "highest", "quasi_p",
                   "again_coverage", "again_density"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns).sort_values("quasi_p", ignore_index=True)

    def trajectory(self) -> pd.DataFrame:
        """Return the peeling trajectory, one row a box."""
        return pd.DataFrame([vars(one) for one in self.qualities]).rename_axis("box").reset_index()

    def record(self) -> dict[str, Any]:
        """Return the answer, ready for JSON."""
        limits = [
            {
                name: None if value is None or value != value else value
                for name, value in row.items()
            }
            for row in self.frame().astype(object).to_dict("records")
        ]
        return {
            "target": self.target.id, "fails": self.fails, "cases": len(self.table.cases.hits),
            "share": self.share, "inputs": self.inputs,
            "searched": len(self.table.factors), "box": self.picked,
            **vars(self.quality), "limits": limits,
            "fresh_coverage": self.fresh.coverage, "fresh_density": self.fresh.density,
            "diverged": self.table.diverged, "left_out": list(self.table.left_out),
        }  # fmt: skip


def discover(
    sweep: Sweep,
    study: Study,
    target: Target,
    *,
    fails: bool = True,
    box: int | None = None,
    alpha: float = ALPHA,
    least: float = LEAST,
    progress: Callable[[str], None] = lambda _: None,
) -> Discovery:
    """Find the circumstances under which a target is missed, or reached.

    Parameters
    ----------
    sweep : Sweep
    study : Study
    target : Target
    fails : bool
    box : int, optional
        Place on the peeling trajectory; by default that of the best balance of coverage and
        density once the limits that chance explains are dropped.
    alpha, least : float
        See `qiantang.discovery.prim.peel`.
    progress : callable
        Told each stage.

    Raises
    ------
    StudyError
        See `qiantang.discovery.table.table_of`; no such box; scikit-learn is not installed.
    """
    progress("cases")
    table = table_of(sweep, study, target, fails=fails)
    return search(
        table, target, fails=fails, box=box, alpha=alpha, least=least,
        seed=sweep.manifest["seed"], progress=progress,
    )  # fmt: skip


def search(
    table: Table,
    target: Target,
    *,
    fails: bool = True,
    box: int | None = None,
    alpha: float = ALPHA,
    least: float = LEAST,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Discovery:
    """Search a table of cases; see `discover`."""
    searched = screened(table.cases, table.drawn)
    mine = table.only(searched)
    if not len(searched):
        what = "nothing in which the members differ hangs together with the target"
        raise StudyError([Fault(target.id, None, "", what)])
    cases = mine.cases
    progress("tree")
    tree = tuple((leaf, quality(cases, leaf)) for leaf in leaves(cases, least))
    progress("boxes")
    boxes = peel(cases, alpha, least)
    if box is not None and not 0 <= box < len(boxes):
        what = f"no such box, expected 0 to {len(boxes) - 1}"
        raise StudyError([Fault("--box", None, str(box), what)])
    picked, plain = _pick(cases, boxes, box)
    again, fresh = _resampled(table, quality(cases, boxes[picked]), alpha, least, seed, progress)
    return Discovery(
        target, fails, mine, len(table.factors), tuple(boxes),
        tuple(quality(cases, one) for one in boxes), picked, plain, quality(cases, plain),
        quasi_p(cases, plain), again[:, searched], fresh, tree,
    )  # fmt: skip


def _pick(cases: Cases, boxes: list[Box], asked: int | None = None) -> tuple[int, Box]:
    """Return the place of the box that is best balanced, and the box without chance limits."""
    places = range(len(boxes)) if asked is None else [asked]
    plain = {place: simplified(cases, boxes[place], SIGNIFICANCE) for place in places}
    best = max(plain, key=lambda place: quality(cases, plain[place]).balance)
    return best, plain[best]


def _resampled(
    table: Table,
    wanted: Quality,
    alpha: float,
    least: float,
    seed: int,
    progress: Callable[[str], None],
) -> tuple[Array, Quality]:
    """Search halves of the members anew: which inputs come back, and what the other half says."""
    chance = np.random.default_rng(seed)
    groups = np.unique(table.groups)
    counts = np.zeros((2, len(table.factors)))
    fresh = []
    for number in range(RESAMPLES):
        progress(f"half {number + 1} of {RESAMPLES}")
        half = chance.permutation(groups)[: len(groups) // 2]
        inside = np.isin(table.groups, half)
        searched = screened(table.cases.part(inside), table.drawn)
        cases = table.only(searched).cases
        mine, others = cases.part(inside), cases.part(~inside)
        boxes = peel(mine, alpha, least)
        found = [quality(mine, one) for one in boxes]
        for row, name in enumerate(("coverage", "density")):
            off = [abs(getattr(one, name) - getattr(wanted, name)) for one in found]
            counts[row, searched[boxes[int(np.argmin(off))].restricted]] += 1
        fresh.append(quality(others, _pick(mine, boxes)[1]))
    means = [float(np.mean([getattr(one, name) for one in fresh]))
             for name in ("coverage", "density", "mass")]  # fmt: skip
    restricted = round(float(np.mean([one.restricted for one in fresh])))
    return counts / RESAMPLES, Quality(means[0], means[1], means[2], restricted)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
