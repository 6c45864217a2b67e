"""The differences of two results: of every target, member by member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.compare.sides import Key, Side
from qiantang.ensemble.reach import INTERVAL
from qiantang.faults import DivergedError, Fault, StudyError

if TYPE_CHECKING:
    from qiantang.plan.targets import Target

Array = NDArray[np.float64]

#: What both sides must share for their difference to mean anything, and its name in a sentence.
BASIS = {
    "model": "models",
    "fit": "fits",
    "drivers": "driver evidence",
    "seed": "seeds",
    "members": "numbers of members",
}

#: Of these, what both sides must share for a member to be the same member on both.
_PAIRING = ("fit", "drivers", "seed", "members")


@dataclass(frozen=True)
class Difference:
    """One target in one case: B less A.

    Parameters
    ----------
    scenario_a, scenario_b : str
    axes : dict
        Value of each axis, empty without axes.
    target, unit : str
    median_a, median_b : float
        [unit]
    median, p05, p95 : float
        Of the difference over members. [unit]
    higher : float
        Share of the members in which B is above A.
    probability_a, probability_b : float
        Share of the members that reach the target.
    members : int
        Members that are sound on both sides.
    """

    scenario_a: str
    scenario_b: str
    axes: dict[str, Any]
    target: str
    unit: str
    median_a: float
    median_b: float
    median: float
    p05: float
    p95: float
    higher: float
    probability_a: float
    probability_b: float
    members: int


@dataclass(frozen=True)
class Comparison:
    """All differences of two results.

    Parameters
    ----------
    a, b : str
        As the user named them.
    rows : tuple of Difference
    paired : bool
        Whether a member is the same member on both sides.
    notes : tuple of str
        What a reader must know.
    """

    a: str
    b: str
    rows: tuple[Difference, ...]
    paired: bool
    notes: tuple[str, ...] = field(default=())

    def records(self) -> list[dict[str, Any]]:
        """Return plain dicts, ready for JSON; NaN becomes None."""
        rows = []
        for row in self.rows:
            record = asdict(row)
            rows.append({k: None if v != v else v for k, v in record.items()})
        return rows

    def to_pandas(self) -> pd.DataFrame:
        """Return a table, one row a case and target, one column an axis."""
        rows = []
        for row in self.rows:
            record = asdict(row)
            rows.append({**record.pop("axes"), **record})
        return pd.DataFrame(rows)


def differences(a: Side, b: Side, targets: Sequence[Target], *, force: bool = False) -> Comparison:
    """Take the differences of two sides, B less A.

    Raises
    ------
    StudyError
        If they were made from different things and nobody insists, or share no case.
    """
    apart = [key for key in BASIS if a.basis.get(key) != b.basis.get(key)]
    if apart and not force:
        raise StudyError([
            Fault(b.name, None, key,
                  f"{_short(b.basis.get(key))}, but {_short(a.basis.get(key))} in {a.name}: "
                  f"different {BASIS[key]} do not compare; --mixed compares all the same")
            for key in apart
        ])  # fmt: skip
    paired = not any(key in _PAIRING for key in apart)
    pairs, notes = _matched(a, b)
    notes += dict.fromkeys([*a.worlds, *b.worlds, *a.answers, *b.answers])
    notes += [f"different {BASIS[key]}: {_short(a.basis.get(key))} and "
              f"{_short(b.basis.get(key))}" for key in apart]  # fmt: skip
    if not paired:
        notes.append("members are not the same on both sides: intervals are of independent draws")
    rows = []
    for key_a, key_b in pairs:
        left, right = a.values[key_a], b.values[key_b]
        axes = dict(zip(a.axes, key_a[1:], strict=True))
        rows += [
            _difference(key_a[0], key_b[0], axes, target, left[target.id], right[target.id], paired)
            for target in targets
            if target.id in left and target.id in right
        ]
    notes += _lost(a, b, rows)
    return Comparison(a.name, b.name, tuple(rows), paired, tuple(notes))


def _lost(a: Side, b: Side, rows: Sequence[Difference]) -> list[str]:
    """Return a note of the cases in which no member is sound on both sides.

    Raises
    ------
    DivergedError
        If that is so of every case of a scenario.
    """
    cases: dict[tuple[str, str], dict[Key, int]] = {}
    for row in rows:
        counts = cases.setdefault((row.scenario_a, row.scenario_b), {})
        key = tuple(row.axes.values())
        counts[key] = max(counts.get(key, 0), row.members)
    faults = [
        Fault(b.name, None, scenario, f"no member is finite in both {a.name} and {b.name}: all "
              "diverged on one side or the other")
        for (_, scenario), counts in cases.items() if not any(counts.values())
    ]  # fmt: skip
    if faults:
        raise DivergedError(faults)
    gone = sum(not count for counts in cases.values() for count in counts.values())
    total = sum(map(len, cases.values()))
    return [f"no member is finite on both sides in {gone} of {total} cases"] if gone else []


def _short(value: str | None) -> str:
    if value is None:
        return "unknown"
    return value[:12] if len(value) == 64 else value


def _matched(a: Side, b: Side) -> tuple[list[tuple[Key, Key]], list[str]]:
    """Pair the cases of both sides by scenario and axes.

    Where each side has one scenario, these two are compared whatever their names.

    Raises
    ------
    StudyError
    """
    if a.axes != b.axes:
        what = f"axes {', '.join(b.axes) or 'none'}, but {', '.join(a.axes) or 'none'} in {a.name}"
        raise StudyError([Fault(b.name, None, "axes", what)])
    single = len(a.scenarios) == 1 and len(b.scenarios) == 1

    def label(key: Key) -> Key:
        return key[1:] if single else key

    others = {label(key): key for key in b.values}
    pairs = [(key, others[label(key)]) for key in a.values if label(key) in others]
    if not pairs:
        what = f"shares no scenario and point with {a.name}"
        raise StudyError([Fault(b.name, None, "", what)])
    notes = []
    for side in (a, b):
        left_over = len(side.values) - len(pairs)
        if left_over:
            notes.append(f"{left_over} of {len(side.values)} cases of {side.name} stand alone")
    return pairs, notes


def _difference(
    scenario_a: str, scenario_b: str, axes: dict[str, Any], target: Target, left: Array,
    right: Array, paired: bool,
) -> Difference:  # fmt: skip
    if paired:
        sound = np.isfinite(left) & np.isfinite(right)
        left, right = left[sound], right[sound]
        change = right - left
    else:
        left, right = left[np.isfinite(left)], right[np.isfinite(right)]
        change = (right[:, None] - left[None, :]).reshape(-1)
    if not len(change):
        nan = float("nan")
        return Difference(
            scenario_a, scenario_b, axes, target.id, target.unit, nan, nan, nan, nan, nan, nan,
            nan, nan, 0,
        )  # fmt: skip
    low, middle, high = map(float, np.quantile(change, [INTERVAL[0], 0.5, INTERVAL[1]]))
    return Difference(
        scenario_a, scenario_b, axes, target.id, target.unit, float(np.median(left)),
        float(np.median(right)), middle, low, high, float((change > 0).mean()),
        float(target.is_reached(left).mean()), float(target.is_reached(right).mean()),
        min(len(left), len(right)),
    )  # fmt: skip
