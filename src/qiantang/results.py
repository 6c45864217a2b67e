"""Results on disk: .nc with all axes, or one long table as .parquet, .csv or .xlsx."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import xarray as xr

from qiantang.ensemble import provenance
from qiantang.faults import Fault, StudyError
from qiantang.files.cells import SHEET_ROWS, sheet_of, write_book
from qiantang.files.frames import csv_file, netcdf_file, parquet_file
from qiantang.files.outfile import check_outfile, put_whole

#: Years of the model's horizon, for the size check before a run starts.
_YEARS = 26


def check_out(out: Path, scenarios: int, members: int) -> None:
    """Refuse a result file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    check_outfile(out, _WRITERS)
    rows = scenarios * members * _YEARS
    if out.suffix.lower() == ".xlsx" and rows > SHEET_ROWS:
        what = f"{rows} rows, a sheet holds {SHEET_ROWS}; use .parquet or .csv, or fewer members"
        raise StudyError([Fault(out, None, "--out", what)])


def long_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return one row for each scenario, member and year, one column for each variable."""
    figures = provenance.without(dataset).drop_vars("diverged")
    return figures.to_dataframe().reset_index()


def write_results(dataset: xr.Dataset, out: Path) -> None:
    """Write a result file whole or not at all.

    Raises
    ------
    StudyError
        If the suffix is unknown or the disk refuses.
    """
    check_out(out, 0, 0)
    with put_whole(out) as beside:
        _WRITERS[out.suffix.lower()](dataset, beside)


def _write_parquet(dataset: xr.Dataset, path: Path) -> None:
    parquet_file(long_table(dataset), path)


def _write_csv(dataset: xr.Dataset, path: Path) -> None:
    csv_file(long_table(dataset), path)


def _write_xlsx(dataset: xr.Dataset, path: Path) -> None:
    notes = pd.DataFrame(sorted(dataset.attrs.items()), columns=["key", "value"])
    units = pd.DataFrame(
        [(n, v.attrs.get("units", ""), v.attrs.get("figure", ""), v.attrs.get("long_name", ""))
         for n, v in dataset.data_vars.items()],
        columns=["variable", "unit", "figure", "meaning"],
    )  # fmt: skip
    scenarios = pd.DataFrame(provenance.table_of(dataset))
    tables = {"results": long_table(dataset), "variables": units, "scenarios": scenarios,
              "provenance": notes}  # fmt: skip
    write_book(path, ((title, sheet_of(table)) for title, table in tables.items()))


_WRITERS: dict[str, Callable[[xr.Dataset, Path], None]] = {
    ".nc": netcdf_file,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
