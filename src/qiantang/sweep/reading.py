"""Read a sweep's folder: a part of it at a time, each held against its checksum."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.sweep import store

if TYPE_CHECKING:
    import pyarrow.dataset as ds

Array = NDArray[np.float64]

#: Parts of which the columns last read are kept in memory.
_KEPT = 4
#: Rows of a table that is handed out piece by piece.
PIECE = 65_536


@dataclass(frozen=True)
class Sweep:
    """The results of a sweep, read when they are asked for.

    Parameters
    ----------
    folder : Path
    manifest : dict
        Design, identity, columns and sizes.
    """

    folder: Path
    manifest: dict[str, Any]
    _read: OrderedDict[tuple[int, str], Array] = field(default_factory=OrderedDict, repr=False)

    def __repr__(self) -> str:
        record = self.manifest
        return (
            f"Sweep({record['name']}: {len(record['scenarios'])} scenarios, "
            f"{record['points']} points, {record['members']} members; "
            f"{', '.join(self.measures)})"
        )

    @property
    def measures(self) -> list[str]:
        """Names of the targets and figures."""
        return [column["name"] for column in self.manifest["columns"]]

    @property
    def axes(self) -> list[str]:
        """Names of the axes."""
        return [axis["name"] for axis in self.manifest["axes"]]

    @property
    def keeps_runs(self) -> bool:
        """Tell whether every run was kept."""
        return bool(self.manifest["keep"] == "runs")

    @property
    def finished(self) -> bool:
        """Tell whether all of the sweep was run."""
        return bool(len(self._parts) == self.manifest["chunks"])

    @cached_property
    def points(self) -> pd.DataFrame:
        """The points: scenario, point, case and the value of each axis, NaN where left alone."""
        return pd.read_parquet(door.buffer(self.folder / store.POINTS))

    @cached_property
    def _parts(self) -> dict[int, Path]:
        return dict(store.part_files(self.folder))

    def dataset(self) -> ds.Dataset:
        """Return the parts as a lazy Arrow dataset, one row a case and member.

        Join it with the points on ``case_id``; DuckDB and Polars read the files the same way.
        """
        import pyarrow.dataset as arrow

        return arrow.dataset([str(path) for path in self._parts.values()], format="parquet")

    def to_pandas(
        self, measures: Sequence[str] | None = None, *, where: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return one row a run, with scenario, axes and member.

        Parameters
        ----------
        measures : sequence of str, optional
            All when left out.
        where : dict, optional
            Column of `points` to the value that it must have.

        Raises
        ------
        StudyError
            If a name is unknown, or the sweep kept summaries only.
        """
        self._need_runs()
        chosen = self.points
        for name, value in (where or {}).items():
            if name not in chosen:
                what = f"no axis {name!r}{nearest(name, chosen.columns)}"
                raise StudyError([Fault(self.folder, None, "where", what)])
            chosen = chosen[chosen[name] == value]
        pieces = [table.to_pandas() for table in self.tables(measures, chosen)]
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()

    def to_dask(self) -> Any:
        """Return a lazy Dask DataFrame, one row a case and member; needs the extra [cluster]."""
        import dask.dataframe as dd

        return dd.read_parquet([str(path) for path in self._parts.values()])

    def tables(
        self, measures: Sequence[str] | None = None, points: pd.DataFrame | None = None
    ) -> Iterator[pa.Table]:
        """Yield the runs of points piece by piece, labelled, one row a run."""
        self._need_runs()
        names = self._known(measures)
        points = self.points if points is None else points
        size = int(self.manifest["members"])
        at_once = max(1, PIECE // size)
        for first in range(0, len(points), at_once):
            piece = points.iloc[first : first + at_once]
            labels = pa.Table.from_pandas(piece.drop(columns="case_id"), preserve_index=False)
            labels = labels.take(np.repeat(np.arange(len(piece)), size))
            cases = piece["case_id"].to_numpy()
            table = labels.append_column(
                "member", pa.array(np.tile(np.arange(size, dtype=np.int32), len(piece)))
            )
            for name in names:
                values = self.values(name, cases).reshape(-1)
                kind = pa.bool_() if name == "diverged" else pa.float64()
                table = table.append_column(name, pa.array(values.astype(kind.to_pandas_dtype())))
            yield table

    def values(self, measure: str, cases: NDArray[np.integer[Any]]) -> Array:
        """Return a column for some cases.

        Returns
        -------
        ndarray, shape (case, member)
            For a sweep of summaries (case, statistic).
        """
        size = int(self.manifest["chunk_cases"])
        found: Array | None = None
        chunks = np.asarray(cases) // size
        for number in np.unique(chunks):
            block = self._column(int(number), measure)
            if found is None:
                found = np.empty((len(cases), block.shape[1]))
            mine = chunks == number
            found[mine] = block[np.asarray(cases)[mine] - number * size]
        return np.empty((0, 0)) if found is None else found

    def _column(self, number: int, measure: str) -> Array:
        """Return one column of one part, shape (case, member) or (case, statistic)."""
        key = number, measure
        if key in self._read:
            self._read.move_to_end(key)
            return self._read[key]
        table = self.part(number)
        if self.keeps_runs:
            size = int(self.manifest["members"])
            for name in (*self.measures, "diverged"):
                column = table[name].to_numpy().astype(np.float64)
                self._read[number, name] = column.reshape(-1, size)
        else:
            from qiantang.sweep.summary import statistics

            names = np.asarray(table["measure"].to_pylist())
            whole = np.column_stack([table[name].to_numpy() for name in statistics()])
            for name in self.measures:
                self._read[number, name] = whole[names == name]
            of_case = table["diverged"].to_numpy()[names == self.measures[0]]
            self._read[number, "diverged"] = np.repeat(
                of_case[:, None], len(statistics()), axis=1
            ).astype(np.float64)
        while len(self._read) > _KEPT * (len(self.measures) + 1):
            self._read.popitem(last=False)
        return self._read[key]

    def part(self, number: int) -> pa.Table:
        """Read one part and hold it against its checksum.

        Raises
        ------
        StudyError
            If it is missing or damaged.
        """
        path = self._parts.get(number)
        if path is None:
            what = f"part {number} is missing, run the sweep again: {self.manifest['command']}"
            raise StudyError([Fault(self.folder, None, "", what)])
        content = door.content(path, door.RESULT_LIMIT)
        if not hashlib.sha256(content).hexdigest().startswith(store.checksum(path)):
            what = f"is damaged, run the sweep again: {self.manifest['command']}"
            raise StudyError([Fault(path, None, "", what)])
        return pq.read_table(pa.BufferReader(content))

    def _known(self, measures: Sequence[str] | None) -> list[str]:
        known = [*self.measures, "diverged"]
        for name in measures or ():
            if name not in known:
                what = f"no measure {name!r}{nearest(name, known)}"
                raise StudyError([Fault(self.folder, None, "", what)])
        return list(measures or known)

    def _need_runs(self) -> None:
        if not self.keeps_runs:
            what = "the sweep kept summaries only, use summary(); its design says keep: summaries"
            raise StudyError([Fault(self.folder, None, "", what)])


def read_sweep(folder: str | Path, *, unfinished: bool = False) -> Sweep:
    """Read the folder of a sweep; nothing but its manifest is read yet.

    Parameters
    ----------
    folder : str or Path
    unfinished : bool
        Whether a sweep that still misses parts may be opened.

    Raises
    ------
    StudyError
        If no sweep stands there, or it is not finished.
    """
    place = Path(folder)
    path = place / store.MANIFEST
    if not path.is_file():
        raise StudyError([Fault(place, None, "", "no sweep stands in this folder")])
    try:
        manifest = json.loads(door.text(path))
    except ValueError:
        raise StudyError([Fault(path, None, "", "is no manifest of a sweep")]) from None
    sweep = Sweep(place, manifest)
    if not sweep.finished and not unfinished:
        there = len(sweep._parts)
        what = f"{there} of {manifest['chunks']} chunks are there, run {manifest['command']} again"
        raise StudyError([Fault(place, None, "", what)])
    return sweep
