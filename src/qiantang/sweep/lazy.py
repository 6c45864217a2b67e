"""A sweep as an xarray Dataset whose numbers are read from disk when they are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from qiantang.ensemble.provenance import Facts, along
from qiantang.sweep.summary import statistics

if TYPE_CHECKING:
    from qiantang.sweep.reading import Sweep


class _OnDisk(BackendArray):
    """One measure of a sweep; the leading axes number the points, the last the members."""

    def __init__(self, sweep: Sweep, measure: str, shape: tuple[int, ...]) -> None:
        self.sweep, self.measure, self.shape = sweep, measure, shape
        self.dtype = np.dtype(np.float64)
        self.case_of = sweep.points["case_id"].to_numpy().reshape(shape[:-1])

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._outer
        )

    def _outer(self, key: tuple[Any, ...]) -> Any:
        """Read what an index for each axis picks."""
        cases = self.case_of
        for axis in reversed(range(cases.ndim)):
            cases = np.take(cases, _places(key[axis], self.shape[axis]), axis=axis)
        values = self.sweep.values(self.measure, cases.reshape(-1))
        values = values.reshape(*cases.shape, self.shape[-1])
        last = key[-1]
        values = values[..., last] if isinstance(last, slice) else np.take(values, last, axis=-1)
        single = tuple(
            axis for axis in range(cases.ndim) if isinstance(key[axis], (int, np.integer))
        )
        return values.reshape([n for axis, n in enumerate(values.shape) if axis not in single])


def _places(key: Any, length: int) -> Any:
    """Return the places that an index picks, a single one as an array of one."""
    if isinstance(key, slice):
        return np.arange(length)[key]
    return np.atleast_1d(np.asarray(key))


def lazy_dataset(sweep: Sweep) -> xr.Dataset:
    """Return the Dataset of a sweep; see `OpenSweep.to_xarray`."""
    record, points = sweep.manifest, sweep.points
    scenarios = list(record["scenarios"])
    one = points.iloc[: record["points"]]
    coords: dict[str, Any] = {"scenario": scenarios}
    if told := record.get("scenario_facts"):
        coords |= along([Facts(**facts) for facts in told])
    units = {axis["name"]: axis["unit"] for axis in record["axes"]}
    if record["kind"] == "grid" and sweep.axes:
        axes = {name: one[name].drop_duplicates().to_numpy() for name in sweep.axes}
        coords |= {name: (name, values, _attrs(units[name])) for name, values in axes.items()}
        dims = ("scenario", *sweep.axes)
        shape: tuple[int, ...] = tuple(len(values) for values in axes.values())
    else:
        dims, shape = ("scenario", "point"), (len(one),)
        coords["point"] = one["point"].to_numpy()
        coords |= {
            name: ("point", one[name].to_numpy(), _attrs(units[name])) for name in sweep.axes
        }
    last = "member" if sweep.keeps_runs else "statistic"
    labels = list(range(record["members"])) if sweep.keeps_runs else list(statistics())
    coords[last] = labels
    whole = (len(scenarios), *shape, len(labels))
    data = {}
    for column in record["columns"]:
        attrs = {"units": column["unit"], "long_name": column["title"],
                 "long_name_zh": column["title_zh"]}  # fmt: skip
        attrs |= {key: column[key] for key in ("threshold", "sense") if key in column}
        array = indexing.LazilyIndexedArray(_OnDisk(sweep, column["name"], whole))
        data[column["name"]] = xr.Variable((*dims, last), array, attrs)
    array = indexing.LazilyIndexedArray(_OnDisk(sweep, "diverged", whole))
    data["diverged"] = xr.Variable((*dims, last), array)
    return xr.Dataset(data, coords, _provenance(record))


def _attrs(unit: str) -> dict[str, str]:
    return {"units": unit} if unit else {}


def _provenance(record: dict[str, Any]) -> dict[str, str]:
    identity = record["identity"]
    return {
        "title": record["title"],
        "design": record["name"],
        "command": record["command"],
        "model_sha256": identity["model"],
        "fit": identity["fit"]["version"],
        "seed": str(record["seed"]),
        "code_sha256": identity["code"],
        **identity["versions"],
    }
