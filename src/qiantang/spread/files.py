"""The result of many draws as a file: .nc with its axes, or tables that other programs open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError
from qiantang.files.cells import SHEET_ROWS, sheet_of, write_book
from qiantang.files.frames import csv_file, netcdf_file, parquet_file
from qiantang.files.outfile import check_outfile, put_whole
from qiantang.files.tablefile import distinct

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def check_draws_out(out: Path) -> None:
    """Refuse a file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    check_outfile(out, _WRITERS)


def write_draws(result: xr.Dataset, out: Path) -> None:
    """Write draws whole or not at all.

    Parameters
    ----------
    result : xarray.Dataset
        Of :func:`qiantang.spread.draws.simulate_draws`.
    out : Path
        ``.nc`` keeps the axes; ``.csv``, ``.tab`` and ``.parquet`` have a row a draw and time;
        ``.xlsx`` has sheets of what was drawn, of quantiles over time, and of every value.

    Raises
    ------
    StudyError
        If the suffix is unknown, a sheet cannot hold the rows, or the disk refuses.
    """
    check_draws_out(out)
    rows = result.sizes["draw"] * result.sizes["Time"]
    if out.suffix.lower() == ".xlsx" and rows > SHEET_ROWS:
        what = f"{rows} rows, a sheet holds {SHEET_ROWS}; use .parquet or .csv, or fewer draws"
        raise StudyError([Fault(out, None, "--out", what)])
    with put_whole(out) as beside:
        _WRITERS[out.suffix.lower()](result, beside)


def long_table(result: xr.Dataset) -> pd.DataFrame:
    """Return one row a draw and time: what was drawn, then the variables."""
    frame = result.drop_vars("diverged").to_dataframe().reset_index()
    inputs = [name for name in frame.columns if str(name) in result.coords]
    return frame[[*inputs, *(name for name in frame.columns if name not in inputs)]]


def bands_table(result: xr.Dataset) -> pd.DataFrame:
    """Return quantiles over the finite draws, one row a variable and time."""
    import pandas as pd

    from qiantang.charts.figures import quantiles

    finite = result.sel(draw=~result["diverged"])
    times = result["Time"].to_numpy()
    parts = [
        pd.DataFrame({"variable": str(name), "unit": values.attrs.get("units", ""), "Time": times,
                      **quantiles(values.to_numpy())})
        for name, values in finite.data_vars.items()
        if finite.sizes["draw"]
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _write_nc(result: xr.Dataset, path: Path) -> None:
    """Write a variable a column; a slash cannot stand in such a name, so it becomes a stroke."""
    names = [str(name) for name in result.variables if str(name) not in result.sizes]
    safe = distinct([name.replace("/", "|") for name in names])
    plain = {old: new for old, new in zip(names, safe, strict=True) if old != new}
    texts = {
        key: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for key, value in result.attrs.items()
    }
    drawn = [name for name in result.coords if str(name).startswith("input ")]
    netcdf_file(result.reset_coords(drawn).rename_vars(plain).assign_attrs(texts), path)


def _write_parquet(result: xr.Dataset, path: Path) -> None:
    parquet_file(long_table(result), path)


def _write_csv(result: xr.Dataset, path: Path, sep: str = ",") -> None:
    csv_file(long_table(result), path, sep=sep)


def _write_tab(result: xr.Dataset, path: Path) -> None:
    _write_csv(result, path, "\t")


def _write_xlsx(result: xr.Dataset, path: Path) -> None:
    import pandas as pd

    drawn = result.coords.to_dataset().drop_vars("Time").to_dataframe().reset_index()
    notes = pd.DataFrame([(k, str(v)) for k, v in result.attrs.items()], columns=["key", "value"])
    tables = {"bands": bands_table(result), "drawn": drawn, "results": long_table(result),
              "provenance": notes}  # fmt: skip
    write_book(path, ((title, sheet_of(table)) for title, table in tables.items()))


_WRITERS: dict[str, Callable[[xr.Dataset, Path], None]] = {
    ".csv": _write_csv,
    ".tab": _write_tab,
    ".nc": _write_nc,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}
