"""A sweep as one table for other programs: .csv, .xlsx or .parquet, written piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa

from qiantang.faults import Fault, StudyError
from qiantang.outfile import check_outfile, put_whole
from qiantang.results import SHEET_ROWS
from qiantang.sweep.reading import Sweep

#: Formats, by the suffix of their files.
FORMATS = ("csv", "xlsx", "parquet")


def export(sweep: Sweep, out: Path, *, summary: bool = False) -> int:
    """Write a sweep as one table, whole or not at all.

    Parameters
    ----------
    sweep : Sweep
    out : Path
        Its suffix says the format.
    summary : bool
        One row a point and measure in place of one row a run.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    StudyError
        If the format is unknown or too small, the runs were not kept, or the disk refuses.
    """
    summary = summary or not sweep.keeps_runs
    check_export(sweep, out, summary)
    pieces = _summary(sweep) if summary else sweep.tables()
    with put_whole(out) as beside:
        return _WRITERS[out.suffix[1:].lower()](sweep, pieces, beside)


def check_export(sweep: Sweep, out: Path, summary: bool) -> None:
    """Refuse what could not be written, before anything is read.

    Raises
    ------
    StudyError
    """
    check_outfile(out, [f".{name}" for name in FORMATS])
    rows = len(sweep.points) * (len(sweep.measures) if summary else sweep.manifest["members"])
    if out.suffix.lower() == ".xlsx" and rows > SHEET_ROWS:
        what = f"{rows:,} rows, a sheet holds {SHEET_ROWS:,}; use --summary, csv or parquet"
        raise StudyError([Fault(out, None, "--out", what)])


def _summary(sweep: Sweep) -> Iterator[pa.Table]:
    yield pa.Table.from_pandas(sweep.summary(), preserve_index=False)


def _write_csv(_: Sweep, pieces: Iterator[pa.Table], path: Path) -> int:
    from pyarrow import csv

    rows, writer = 0, None
    try:
        for table in pieces:
            if writer is None:
                options = csv.WriteOptions(quoting_style="needed")
                writer = csv.CSVWriter(str(path), table.schema, write_options=options)
            writer.write_table(table)
            rows += len(table)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _write_parquet(sweep: Sweep, pieces: Iterator[pa.Table], path: Path) -> int:
    import pyarrow.parquet as pq

    rows, writer = 0, None
    about = {"qiantang": json.dumps(sweep.manifest, ensure_ascii=False)}
    try:
        for table in pieces:
            if writer is None:
                schema = table.schema.with_metadata({**(table.schema.metadata or {}), **about})
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(table.cast(schema))
            rows += len(table)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _write_xlsx(sweep: Sweep, pieces: Iterator[pa.Table], path: Path) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet, rows = book.create_sheet("results"), 0
    for table in pieces:
        if not rows:
            sheet.append(table.column_names)
        for row in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
            sheet.append([None if value != value else value for value in row])
        rows += len(table)
    _append(book, "columns", pd.DataFrame(sweep.manifest["columns"])
            .reindex(columns=["name", "unit", "title", "title_zh", "threshold"]))  # fmt: skip
    _append(book, "axes", pd.DataFrame(sweep.manifest["axes"]))
    facts = {k: v for k, v in sweep.manifest.items() if k not in ("columns", "axes", "design")}
    _append(book, "provenance", pd.DataFrame(facts.items(), columns=["key", "value"]))
    book.save(path)
    return rows


def _append(book: object, title: str, frame: pd.DataFrame) -> None:
    sheet = book.create_sheet(title)  # type: ignore[attr-defined]
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([_cell(value) for value in row])


def _cell(value: object) -> object:
    """Return what a cell of a sheet can hold."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return None if value != value else value


_WRITERS: dict[str, Callable[[Sweep, Iterator[pa.Table], Path], int]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "parquet": _write_parquet,
}
