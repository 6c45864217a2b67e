"""The cases of a sweep as a table: what was chosen, what members differ in, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.discovery.prim import Cases
from qiantang.ensemble.case import Vintages, vintages_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.uncertain import uncertainties
from qiantang.faults import Fault, StudyError
from qiantang.sweep.designfile import SAMPLED
from qiantang.sweep.identity import study_identity
from qiantang.sweep.summary import REACHED, statistics

if TYPE_CHECKING:
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.sweep.reading import Sweep

Array = NDArray[np.float64]
Kind = Literal["scenario", "axis", "vintage", "parameter", "deviation", "driver"]

#: Most cases that are searched; of more a sample is drawn.
MOST = 40_000
#: Probability below which a point of a sweep of summaries counts as failing.
BAR = 0.5


@dataclass(frozen=True)
class Factor:
    """One input: something chosen, or something in which members differ.

    Parameters
    ----------
    name : str
        Of the axis or variable; of a choice the value that is meant.
    kind : {"scenario", "axis", "vintage", "parameter", "deviation", "driver"}
    unit : str
    axis : str
        Of a choice of vintages.
    """

    name: str
    kind: Kind
    unit: str = ""
    axis: str = ""

    @property
    def is_choice(self) -> bool:
        """Tell whether it is 1 where the value was chosen, and 0 elsewhere."""
        return self.kind in ("scenario", "vintage")


@dataclass(frozen=True)
class Table:
    """Cases ready to be searched.

    Parameters
    ----------
    factors : tuple of Factor
        One an input.
    cases : Cases
    groups : ndarray of int, shape (case,)
        Cases of one group are drawn and left out together: those of one member.
    left_out : tuple of str
        Axes that some points leave alone.
    diverged : int
        Cases without a result, not searched.
    found : int
        Cases with a result; more than are searched where a sample was drawn.
    """

    factors: tuple[Factor, ...]
    cases: Cases
    groups: NDArray[np.int64]
    left_out: tuple[str, ...] = ()
    diverged: int = 0
    found: int = 0

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """Which inputs members differ in, shape (input,); the others were chosen."""
        return np.array([f.kind in ("parameter", "deviation", "driver") for f in self.factors])

    def only(self, places: NDArray[np.intp]) -> Table:
        """Return the table with some of its inputs."""
        cases = Cases(self.cases.inputs[:, places], self.cases.hits, self.cases.repeats[places])
        return replace(self, factors=tuple(self.factors[p] for p in places), cases=cases)


def table_of(sweep: Sweep, study: Study, target: Target, *, fails: bool = True) -> Table:
    """Lay out the cases of a sweep.

    Parameters
    ----------
    sweep : Sweep
        Where it kept its runs, a case is one member at one point; else a case is a point, and it
        fails where P is below one half.
    study : Study
        The one that the sweep was made with.
    target : Target
    fails : bool
        Whether cases of interest are those that miss the target, or those that reach it.

    Raises
    ------
    StudyError
        Another study; no such column; nothing to tell cases apart; all cases alike.
    """
    _refuse_other(sweep, study)
    sweep._known([target.id])
    points = sweep.points
    values = sweep.values(target.id, points["case_id"].to_numpy())
    if sweep.keeps_runs:
        reached, sound = target.is_reached(values), np.isfinite(values)
    else:
        chance = values[:, [statistics().index(REACHED)]]
        reached, sound = chance >= BAR, np.isfinite(chance)
    point, member = np.nonzero(sound)
    kept = np.sort(np.random.default_rng(sweep.manifest["seed"]).permutation(len(point))[:MOST])
    found, point, member = len(point), point[kept], member[kept]
    hits = reached[point, member] != fails
    _refuse_alike(sweep, hits, fails)
    left_out = [name for name in sweep.axes if points[name].isna().any()]
    columns = [*_chosen(sweep, study, point, left_out)]
    if sweep.keeps_runs:
        columns += _drawn(sweep, study, target, point, member)
    columns = [(factor, column) for factor, column in columns if np.ptp(column) > 0]
    if not columns:
        what = "no axis and no uncertainty differs between the cases, there is nothing to find"
        raise StudyError([Fault(sweep.folder, None, "", what)])
    factors = tuple(factor for factor, _ in columns)
    groups = member if sweep.keeps_runs else point
    repeats = _repeats(sweep, factors, point, groups)
    inputs = np.column_stack([column for _, column in columns])
    return Table(factors, Cases(inputs, hits, repeats), groups, tuple(left_out),
                 int((~sound).sum()), found)  # fmt: skip


def _repeats(
    sweep: Sweep, factors: Sequence[Factor], point: NDArray[np.int64], group: NDArray[np.int64]
) -> Array:
    """Return how many cases count as one, for each input.

    Points see the same members, so that a member counts once; an axis that was drawn has one value
    a point, so that a point counts once.
    """
    a_member = len(point) / len(np.unique(group))
    a_point = len(point) / len(np.unique(point))
    drawn = sweep.manifest["kind"] in SAMPLED
    return np.array([a_point if drawn and f.kind == "axis" else a_member for f in factors])


def _refuse_other(sweep: Sweep, study: Study) -> None:
    now, then = study_identity(study), sweep.manifest["identity"]
    other = [name for name in ("model", "fit", "drivers", "targets") if now[name] != then[name]]
    if other:
        what = f"was made with another {' and '.join(other)}, run the sweep anew"
        raise StudyError([Fault(sweep.folder, None, "", what)])


def _refuse_alike(sweep: Sweep, hits: NDArray[np.bool_], fails: bool) -> None:
    if len(hits) and 0 < hits.sum() < len(hits):
        return
    every = len(hits) and hits.all()
    verb = "misses" if fails else "reaches"
    what = f"every case {verb} the target" if every else f"no case {verb} the target"
    if not len(hits):
        what = "every case diverged"
    raise StudyError([Fault(sweep.folder, None, "", f"{what}, there is nothing to tell apart")])


def _chosen(
    sweep: Sweep, study: Study, point: NDArray[np.int64], left_out: Sequence[str]
) -> Iterator[tuple[Factor, Array]]:
    """Yield what the design chose."""
    points = sweep.points.iloc[point]
    yield from _choices(points["scenario"], partial(Factor, kind="scenario"))
    for axis in sweep.manifest["axes"]:
        name, column = axis["name"], points[axis["name"]]
        if name in left_out:
            continue
        if axis["moves"] == "vintage":
            yield from _choices(column, partial(Factor, kind="vintage", axis=name))
        else:
            yield Factor(name, "axis", axis["unit"]), column.to_numpy(dtype=np.float64)


def _choices(
    column: pd.Series[Any], factor: Callable[[str], Factor]
) -> Iterator[tuple[Factor, Array]]:
    """Yield a truth value for each choice; of two the second says all."""
    values = [str(value) for value in column.unique()]
    for value in values[1:] if len(values) == 2 else values:
        yield factor(value), np.asarray(column == value, dtype=np.float64)


def _drawn(
    sweep: Sweep,
    study: Study,
    target: Target,
    point: NDArray[np.int64],
    member: NDArray[np.int64],
) -> Iterator[tuple[Factor, Array]]:
    """Yield what members differ in; drivers as each case saw them."""
    record = sweep.manifest
    seed, years = record["seed"], target.measure.years
    members = choose_members(study, record["members"], seed)
    moved = {axis["names"][0] for axis in record["axes"] if axis["moves"] == "uncertainty"}
    seen = _vintages(sweep, study)
    columns: dict[tuple[str, Kind], Array] = {}
    for vintages in dict.fromkeys(seen):
        here = np.array([one == vintages for one in seen])[point]
        for item in uncertainties(study, members, seed, vintages, years):
            if item.name not in moved:
                column = columns.setdefault((item.name, item.kind), np.full(len(point), np.nan))
                column[here] = item.values[member[here]]
    for (name, kind), column in columns.items():
        if np.isfinite(column).all():  # a driver that some vintage knows for certain is no input
            yield Factor(name, kind, study.dictionary[name].unit), column


def _vintages(sweep: Sweep, study: Study) -> list[Vintages]:
    """Return the vintage of every driver at each point."""
    axes = [axis for axis in sweep.manifest["axes"] if axis["moves"] == "vintage"]
    own = {name: vintages_of(study, study.scenario(name)) for name in sweep.manifest["scenarios"]}
    found = []
    for row in sweep.points.to_dict("records"):
        seen = dict(own[row["scenario"]])
        for axis in axes:
            if isinstance(value := row[axis["name"]], str):
                names = seen if axis["names"] == ["all"] else axis["names"]
                seen |= dict.fromkeys(names, value)
        found.append(tuple(seen.items()))
    return found
