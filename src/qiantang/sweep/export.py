"""A sweep as one table for other programs: .csv, .xlsx or .parquet, written piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from qiantang.faults import Fault, StudyError
from qiantang.files.cells import SHEET_ROWS, Sheet, sheet_of, write_book
from qiantang.files.frames import csv_pieces, parquet_pieces
from qiantang.files.outfile import check_outfile, put_whole
from qiantang.sweep.reading import Sweep
from qiantang.sweep.reduce import summary as summarised

#: What the manifest says that has a sheet of its own, or none.
_SHEETS = ("columns", "axes", "design", "scenarios", "scenario_facts")

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
    yield pa.Table.from_pandas(summarised(sweep), preserve_index=False)


def _write_csv(_: Sweep, pieces: Iterator[pa.Table], path: Path) -> int:
    return csv_pieces(pieces, path)


def _write_parquet(sweep: Sweep, pieces: Iterator[pa.Table], path: Path) -> int:
    about = {"qiantang": json.dumps(sweep.manifest, ensure_ascii=False)}
    return parquet_pieces(pieces, path, about)


def _write_xlsx(sweep: Sweep, pieces: Iterator[pa.Table], path: Path) -> int:
    written = [0]

    def rows(table: pa.Table) -> Iterator[tuple[object, ...]]:
        for part in chain([table], pieces):
            written[0] += len(part)
            yield from zip(*(part[name].to_pylist() for name in part.column_names), strict=True)

    first = next(pieces, pa.table({}))
    names = ["name", "unit", "title", "title_zh", "threshold"]
    facts = {k: v for k, v in sweep.manifest.items() if k not in _SHEETS}
    write_book(path, [
        ("results", Sheet(first.column_names, rows(first))),
        ("columns", sheet_of(pd.DataFrame(sweep.manifest["columns"]).reindex(columns=names))),
        ("axes", _told(pd.DataFrame(sweep.manifest["axes"]))),
        ("scenarios", _scenarios(sweep.manifest)),
        ("provenance", _told(pd.DataFrame(facts.items(), columns=["key", "value"]))),
    ])  # fmt: skip
    return written[0]


def _scenarios(record: Mapping[str, Any]) -> Sheet:
    """Return a row a scenario: what it is."""
    facts = record.get("scenario_facts") or [{} for _ in record["scenarios"]]
    named = zip(record["scenarios"], facts, strict=True)
    return sheet_of(pd.DataFrame([{"scenario": name, **told} for name, told in named]))


def _told(frame: pd.DataFrame) -> Sheet:
    """Return a table as a sheet, lists and mappings as JSON."""
    return sheet_of(frame.map(
        lambda v: json.dumps(v, ensure_ascii=False) if isinstance(v, (list, dict)) else v
    ))  # fmt: skip


_WRITERS: dict[str, Callable[[Sweep, Iterator[pa.Table], Path], int]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "parquet": _write_parquet,
}
