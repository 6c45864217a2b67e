"""A table of variables over time as a file: .csv, .tab, .nc or .parquet, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.files.frames import csv_file, netcdf_file, parquet_file
from qiantang.files.outfile import check_outfile, put_whole

if TYPE_CHECKING:
    import pandas as pd


def check_table_out(out: Path) -> None:
    """Refuse a file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    check_outfile(out, _WRITERS)


def write_table(frame: pd.DataFrame, out: Path) -> None:
    """Write a table whole or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        Index ``Time``, one column a variable.
    out : Path
        Its suffix says the format.

    Raises
    ------
    StudyError
        If the suffix is unknown or the disk refuses.
    """
    check_table_out(out)
    with put_whole(out) as beside:
        _WRITERS[out.suffix.lower()](frame, beside)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    csv_file(frame, path, index=True)


def _write_tab(frame: pd.DataFrame, path: Path) -> None:
    csv_file(frame, path, sep="\t", index=True)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    parquet_file(frame.reset_index(), path)


def _write_nc(frame: pd.DataFrame, path: Path) -> None:
    """Write a variable a column; a slash cannot stand in such a name, so it becomes a stroke."""
    import xarray as xr

    names = distinct([str(name).replace("/", "|") for name in frame.columns])
    dataset = xr.Dataset(
        {
            safe: ("Time", frame[name].to_numpy(), {"long_name": str(name)})
            for safe, name in zip(names, frame.columns, strict=True)
        },
        coords={"Time": frame.index.to_numpy()},
        attrs={
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in frame.attrs.items()
        },
    )
    netcdf_file(dataset, path)


def distinct(names: list[str]) -> list[str]:
    """Return names of which none is another's, or the axis's, by a stroke behind them."""
    seen: dict[str, None] = {"Time": None}
    for name in names:
        while name in seen:
            name += "_"
        seen[name] = None
    return list(seen)[1:]


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _write_csv,
    ".tab": _write_tab,
    ".nc": _write_nc,
    ".parquet": _write_parquet,
}
