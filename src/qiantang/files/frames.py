"""Tables of pandas and Datasets of xarray, written: .csv, .tab, .parquet and .nc."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.files import door
from qiantang.files.cells import guarded_arrow, guarded_frame

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import xarray as xr


def csv_file(
    frame: pd.DataFrame, path: Path, *, sep: str = ",", index: bool = False, excel: bool = False
) -> None:
    """Write a table as text, every cell that a spreadsheet would run made harmless.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : Path
    sep : str
    index : bool
        Whether the index is a column.
    excel : bool
        Begin with a byte-order mark: without it Excel takes Chinese for another encoding.
    """
    encoding, end = ("utf-8-sig", "\r\n") if excel else ("utf-8", "\n")
    guarded_frame(frame).to_csv(path, sep=sep, index=index, lineterminator=end, encoding=encoding)


def parquet_file(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as .parquet, its index left out."""
    frame.to_parquet(path, index=False)


def draws_file(frame: pd.DataFrame, path: Path, keys: Collection[str]) -> None:
    """Write draws as .parquet in the least room: they hardly repeat, but their first bytes do.

    So no dictionary of draws is kept, and their first bytes stand together, then their second.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : Path
    keys : collection of str
        Columns that are no draws.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    draws = [name for name in plain.column_names if name not in keys]
    pq.write_table(
        plain,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in plain.column_names if name in keys] or False,
        column_encoding=dict.fromkeys(draws, "BYTE_STREAM_SPLIT"),
        store_schema=False,
        write_statistics=False,
    )


def netcdf_file(data: Any, path: Path, **options: Any) -> None:
    """Write a Dataset, or the groups of an inference, as .nc."""
    data.to_netcdf(str(path), engine="h5netcdf", **options)


def read_netcdf(path: Path) -> xr.Dataset:
    """Return a Dataset of a .nc file, in memory; errors as of `qiantang.files.door.content`."""
    import xarray as xr

    door.check(path)
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        return opened.load()


def csv_pieces(pieces: Iterator[pa.Table], path: Path) -> int:
    """Write tables below each other as text, guarded as in `csv_file`; return the rows."""
    from pyarrow import csv

    options = csv.WriteOptions(quoting_style="needed")
    return _written(
        map(guarded_arrow, pieces),
        lambda schema: csv.CSVWriter(str(path), schema, write_options=options),
    )


def parquet_pieces(pieces: Iterator[pa.Table], path: Path, about: dict[str, str]) -> int:
    """Write tables below each other as .parquet with texts about them; return the rows."""
    import pyarrow.parquet as pq

    return _written(
        (table.replace_schema_metadata({**(table.schema.metadata or {}), **about})
         for table in pieces),
        lambda schema: pq.ParquetWriter(path, schema, compression="zstd"),
    )  # fmt: skip


def _written(pieces: Iterator[pa.Table], make: Any) -> int:
    rows, schema, writer = 0, None, None
    try:
        for table in pieces:
            if writer is None:
                schema, writer = table.schema, make(table.schema)
            writer.write_table(table.cast(schema))
            rows += len(table)
    finally:
        if writer is not None:
            writer.close()
    return rows
