"""Two results side by side: the difference of every target, member by member.

Both sides saw the same members and the same surprises of the drivers (common random numbers), so
that the interval is that of the difference itself, not that of two separate guesses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.ensemble.reach import INTERVAL, measure
from qiantang.faults import DivergedError, Fault, StudyError
from qiantang.files import door
from qiantang.sweep import store

if TYPE_CHECKING:
    import xarray as xr

    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.sweep.reading import Sweep

Array = NDArray[np.float64]
Key = tuple[Any, ...]

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
class Side:
    """One of the two results.

    Parameters
    ----------
    name : str
        As the user gave it.
    basis : mapping
        What it was made from; a part that is not known is missing.
    axes : tuple of str
        What tells its cases apart besides the scenario.
    values : mapping
        (scenario, value of each axis) to target to values, shape (member,).
    """

    name: str
    basis: Mapping[str, str]
    axes: tuple[str, ...]
    values: Mapping[Key, Mapping[str, Array]]

    @property
    def scenarios(self) -> list[str]:
        """The scenarios, in order."""
        return list(dict.fromkeys(key[0] for key in self.values))


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


def compare(
    study: Study, a: str, b: str, *, members: int = 1000, seed: int = 1, force: bool = False
) -> Comparison:
    """Compare two scenarios, two runs or two sweeps.

    Parameters
    ----------
    study : Study
    a, b : str
        Each the folder of a sweep, a .nc file of `qiantang run`, or a scenario by name or file.
    members, seed : int
        Of scenarios, which are run here.
    force : bool
        Whether to compare results of different models, fits or members all the same.

    Raises
    ------
    StudyError
        If one cannot be read, they are of different kinds, or were made from different things.
    """
    kinds = [_kind_of(name) for name in (a, b)]
    if kinds[0] != kinds[1]:
        what = f"{a} is {_KINDS[kinds[0]]}, {b} is {_KINDS[kinds[1]]}; expected two of one kind"
        raise StudyError([Fault("compare", None, "", what)])
    targets = study.plan.targets.targets
    if kinds[0] == "scenario":
        left, right = _of_scenarios(study, a, b, members, seed)
    elif kinds[0] == "sweep":
        left, right = _of_sweep(a), _of_sweep(b)
    else:
        left, right = _of_run(a, targets), _of_run(b, targets)
    return differences(left, right, targets, force=force)


def _kind_of(name: str) -> str:
    path = Path(name)
    if path.is_dir():
        return "sweep"
    if path.suffix in (".yaml", ".yml") or not path.suffix:
        return "scenario"
    if path.suffix == ".nc":
        return "run"
    what = "carries no word of its model and fit; write the run as .nc to compare it"
    raise StudyError([Fault(path, None, "", what)])


_KINDS = {"sweep": "a sweep", "scenario": "a scenario", "run": "a run"}


def _of_scenarios(study: Study, a: str, b: str, members: int, seed: int) -> list[Side]:
    """Run two scenarios with the same members."""
    from dataclasses import replace

    from qiantang.ensemble.runs import run_resolved

    both = [study.scenario(name) for name in (a, b)]
    ids = ["a", "b"]  # two files may bear one name
    runs = run_resolved(
        study, [replace(s, name=i) for s, i in zip(both, ids, strict=True)],
        members=members, seed=seed,
    )  # fmt: skip
    targets = study.plan.targets.targets
    return [
        Side(name, _basis(runs.dataset), (), _values(runs.dataset.sel(scenario=[i]), targets,
                                                     [scenario.name]))
        for name, scenario, i in zip((a, b), both, ids, strict=True)
    ]  # fmt: skip


def _of_run(name: str, targets: Sequence[Target]) -> Side:
    """Read a file of `qiantang run`."""
    import xarray as xr

    try:
        door.check(Path(name))
        with xr.open_dataset(name, engine="h5netcdf") as opened:
            dataset = opened.load()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        what = f"cannot be read: {reason}"
        raise StudyError([Fault(name, None, "", what)]) from None
    if "model_sha256" not in dataset.attrs or "scenario" not in dataset.dims:
        raise StudyError([Fault(name, None, "", "is no file of qiantang run")])
    scenarios = list(map(str, dataset.scenario.values))
    return Side(name, _basis(dataset), (), _values(dataset, targets, scenarios))


def _basis(dataset: xr.Dataset) -> dict[str, str]:
    attrs = dataset.attrs
    return {
        "model": str(attrs["model_sha256"]),
        "fit": str(attrs["fit"]),
        "seed": str(attrs["seed"]),
        "members": str(dataset.sizes["member"]),
    }


def _values(
    dataset: xr.Dataset, targets: Sequence[Target], scenarios: Sequence[str]
) -> dict[Key, dict[str, Array]]:
    """Take every target that the dataset has the figures of."""
    values: dict[Key, dict[str, Array]] = {(name,): {} for name in scenarios}
    for target in targets:
        if {target.measure.variable, *target.measure.over} <= set(map(str, dataset.data_vars)):
            found = measure(dataset, target.measure)
            for row, name in zip(found, scenarios, strict=True):
                values[name,][target.id] = row
    return values


def _of_sweep(name: str) -> Side:
    from qiantang.sweep.reading import read_sweep

    sweep = read_sweep(name)
    if not sweep.keeps_runs:
        what = "kept summaries only; a difference needs the runs, keep: runs in the design"
        raise StudyError([Fault(Path(name) / store.MANIFEST, None, "keep", what)])
    record = sweep.manifest
    basis = {
        "model": record["identity"]["model"],
        "fit": record["identity"]["fit"]["version"],
        "drivers": record["identity"]["drivers"],
        "seed": str(record["seed"]),
        "members": str(record["members"]),
    }
    axes = tuple(sweep.axes)
    return Side(name, basis, axes, _SweepValues(sweep))


class _SweepValues(Mapping[Key, Mapping[str, Array]]):
    """The cases of a sweep by scenario and axes, read one at a time."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        points = sweep.points.astype(object).where(sweep.points.notna(), None)
        keys = points[["scenario", *sweep.axes]].itertuples(index=False, name=None)
        cases = sweep.points["case_id"].to_numpy()
        self.case_of: dict[Key, int] = {}
        for key, case in zip(keys, cases, strict=True):
            self.case_of.setdefault(key, int(case))

    def __getitem__(self, key: Key) -> Mapping[str, Array]:
        case = np.array([self.case_of[key]])
        names = [c["name"] for c in self.sweep.manifest["columns"] if "threshold" in c]
        return {name: self.sweep.values(name, case)[0] for name in names}

    def __iter__(self) -> Any:
        return iter(self.case_of)

    def __len__(self) -> int:
        return len(self.case_of)


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
                  f"different {BASIS[key]} do not compare; --force compares all the same")
            for key in apart
        ])  # fmt: skip
    paired = not any(key in _PAIRING for key in apart)
    pairs, notes = _matched(a, b)
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
