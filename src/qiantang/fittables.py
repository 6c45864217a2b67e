"""The two tables of a fit: written, read, and held against what the fit's record says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.faults import Fault
from qiantang.files import door
from qiantang.files.frames import draws_file

Array = NDArray[np.float64]

#: Columns of the innovations before those of their times.
_KEYS = ("innovation", "member")


def write_draws(path: Path, parameters: Mapping[str, Array]) -> None:
    """Write the draws of parameters, a row a member."""
    draws_file(_kept(pd.DataFrame(dict(parameters))), path, _KEYS)


def write_innovations(path: Path, times: Array, innovations: Mapping[str, Array]) -> None:
    """Write the paths of innovations, a row for each innovation and member."""
    parts = []
    for name, paths in innovations.items():
        part = _kept(pd.DataFrame(paths, columns=[f"{time:g}" for time in times]))
        part.insert(0, "member", np.arange(len(paths)))
        part.insert(0, "innovation", name)
        parts.append(part)
    draws_file(pd.concat(parts), path, _KEYS)


def _kept(draws: pd.DataFrame) -> pd.DataFrame:
    """Return draws in 32 bits: seven digits of a draw are more than it knows, in half the room."""
    return draws.astype(np.float32)


def read_draws(path: Path, members: int, faults: list[Fault]) -> dict[str, Array]:
    """Return the draws of each parameter, shape (member,).

    Parameters
    ----------
    path : Path
    members : int
        As the record says.
    faults : list of Fault
        Filled with what is wrong; the draws are then of no use.
    """
    table = _table(path, faults)
    if table is None:
        return {}
    found = list(_draw_faults(path, table, members))
    faults += found
    if found:
        return {}
    return {str(name): table[name].to_numpy(dtype=np.float64) for name in table.columns}


def _draw_faults(path: Path, table: pd.DataFrame, members: int) -> Iterator[Fault]:
    if len(table) != members:
        what = f"{len(table):,} rows, expected one for each of the record's {members:,} members"
        yield Fault(path, None, "", what)
    yield from _number_faults(path, table)


def read_innovations(
    path: Path, members: int, faults: list[Fault]
) -> tuple[Array, dict[str, Array]]:
    """Return the times, shape (k,) [Year], and paths of each innovation, shape (member, k).

    Parameters
    ----------
    path : Path
    members : int
        As the record says.
    faults : list of Fault
        Filled with what is wrong; the paths are then of no use.
    """
    nothing: tuple[Array, dict[str, Array]] = (np.empty(0), {})
    table = _table(path, faults)
    if table is None:
        return nothing
    if tuple(table.columns[:2]) != _KEYS:
        what = "expected the columns innovation and member, then a column for each time"
        faults.append(Fault(path, None, "", what))
        return nothing
    times = np.array([_time(str(name)) for name in table.columns[2:]])
    found = list(_path_faults(path, table, times, members))
    faults += found
    if found:
        return nothing
    return times, {
        str(name): part.iloc[:, 2:].to_numpy(dtype=np.float64)
        for name, part in table.groupby("innovation", sort=False)
    }


def _path_faults(path: Path, table: pd.DataFrame, times: Array, members: int) -> Iterator[Fault]:
    if not len(times) or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        yield Fault(path, None, "", "the times of the columns are no numbers that rise")
    nameless = int(table["innovation"].isna().sum())
    if nameless:
        yield Fault(path, None, "innovation", f"{nameless:,} rows name none")
    if not pd.api.types.is_integer_dtype(table["member"].dtype):
        yield Fault(path, None, "member", "expected whole numbers")
        return
    for name, part in table.groupby("innovation", sort=False):
        what = _order_fault(part["member"].to_numpy(), members)
        if what:
            yield Fault(path, None, str(name), what)
    yield from _number_faults(path, table.iloc[:, 2:])


def _order_fault(rows: NDArray[np.int64], members: int) -> str:
    """Say what is wrong with the members of one innovation, nothing if they are 0, 1, 2 ..."""
    if np.array_equal(rows, np.arange(members)):
        return ""
    beyond = rows[(rows < 0) | (rows >= members)]
    if len(beyond):
        return f"a row of member {beyond[0]}, the record says {members:,} members, from 0 on"
    counts = np.bincount(rows, minlength=members)
    if (counts > 1).any():
        return f"member {int(np.argmax(counts > 1))} stands {int(counts.max())} times"
    if (counts == 0).any():
        return f"member {int(np.argmax(counts == 0))} is missing"
    return "the rows are not in the order of their members"


def _table(path: Path, faults: list[Fault]) -> pd.DataFrame | None:
    """Read a table; one that is not there was told of already."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return None
    try:
        table = pq.ParquetFile(door.buffer(path)).read()
    except (pa.ArrowException, OSError, ValueError):
        faults.append(Fault(path, None, "", "is no table of Parquet that can be read"))
        return None
    names = table.column_names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        faults.append(Fault(path, None, twice, "the column stands twice"))
        return None
    frame: pd.DataFrame = table.to_pandas()
    return frame.reset_index(drop=True)


def _number_faults(path: Path, table: pd.DataFrame) -> Iterator[Fault]:
    """Find columns that are no numbers, and numbers that are not finite."""
    for name in table.columns:
        column = table[name]
        if not pd.api.types.is_float_dtype(column.dtype):
            yield Fault(path, None, str(name), f"holds {column.dtype}, expected float numbers")
            continue
        bad = np.flatnonzero(~np.isfinite(column.to_numpy(dtype=np.float64)))
        if len(bad):
            more = f", {len(bad):,} such rows" if len(bad) > 1 else ""
            what = f"row {bad[0]} is {column.iloc[bad[0]]}, expected a finite number{more}"
            yield Fault(path, None, str(name), what)


def _time(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return float("nan")
