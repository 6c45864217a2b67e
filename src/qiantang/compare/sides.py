"""One of two results that are compared: a scenario run here, a file of a run, a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.provenance import changes_of, is_of_run, origin_of, rules_of
from qiantang.ensemble.reach import measure
from qiantang.faults import Fault, StudyError
from qiantang.files.frames import read_netcdf
from qiantang.sweep import store

if TYPE_CHECKING:
    import xarray as xr

    from qiantang.changes import Changes
    from qiantang.ensemble.provenance import Ruled
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.sweep.reading import Sweep

Array = NDArray[np.float64]
Key = tuple[Any, ...]


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
    changes : mapping of str to Changes
        What scenarios change of the world.
    rules : mapping of str to list of Ruled
        Rules by which levers of scenarios answer.
    """

    name: str
    basis: Mapping[str, str]
    axes: tuple[str, ...]
    values: Mapping[Key, Mapping[str, Array]]
    changes: Mapping[str, Changes] = field(default_factory=dict)
    rules: Mapping[str, Sequence[Ruled]] = field(default_factory=dict)

    @property
    def worlds(self) -> list[str]:
        """A sentence for each scenario that changes the world."""
        return [
            f"{name} is run in the user's world: {'; '.join(changed.told())}"
            for name, changed in self.changes.items()
            if changed
        ]

    @property
    def answers(self) -> list[str]:
        """A sentence for each rule."""
        return [
            f"{name} pulls {', '.join(one.levers)} where {one.when.told()}: "
            f"in {100 * one.met:.2g} % of the members"
            for name, rules in self.rules.items()
            for one in rules
        ]

    @property
    def scenarios(self) -> list[str]:
        """The scenarios, in order."""
        return list(dict.fromkeys(key[0] for key in self.values))


def of_scenarios(study: Study, a: str, b: str, members: int, seed: int) -> list[Side]:
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
                                                     [scenario.name]),
             {scenario.name: scenario.changes},
             {scenario.name: rules_of(runs.dataset).get(i, [])})
        for name, scenario, i in zip((a, b), both, ids, strict=True)
    ]  # fmt: skip


def of_run(name: str, targets: Sequence[Target]) -> Side:
    """Read a file of `qiantang run`."""
    try:
        dataset = read_netcdf(Path(name))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        what = f"cannot be read: {reason}"
        raise StudyError([Fault(name, None, "", what)]) from None
    if not is_of_run(dataset):
        raise StudyError(
            [Fault(name, None, "", "is no file of qiantang run, or one of an earlier version")]
        )
    scenarios = list(map(str, dataset.scenario.values))
    values = _values(dataset, targets, scenarios)
    return Side(name, _basis(dataset), (), values, changes_of(dataset), rules_of(dataset))


def _basis(dataset: xr.Dataset) -> dict[str, str]:
    made = origin_of(dataset)
    return {
        "model": made.model_sha256,
        "fit": made.fit,
        "seed": str(made.seed),
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


def of_sweep(name: str) -> Side:
    """Read the folder of a sweep."""
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
