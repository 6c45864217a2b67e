"""One chunk of a sweep: some cases over all members, as the bytes of a Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qiantang.ensemble.case import Case
from qiantang.sweep.summary import statistics, summarise
from qiantang.sweep.world import World


def chunk_bytes(
    world: World,
    cases: Sequence[Case],
    first: int,
    keep: str,
    *,
    threads: int | None = 1,
    on_compile: Callable[[str], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[bytes, int]:
    """Compute one chunk.

    Parameters
    ----------
    world : World
    cases : sequence of Case
    first : int
        Number of the first case in the sweep.
    keep : {"runs", "summaries"}
    threads : int, optional
        Of the kernel; changes no bit.
    on_compile : callable, optional
    stopped : callable
        Asked after every case whether nobody waits for the chunk any more.

    Returns
    -------
    content : bytes
        Of the Parquet file: the same for the same chunk, always.
    diverged : int
        Runs that diverged.
    """
    parts = _while_wanted(world.run(cases, threads=threads, on_compile=on_compile), stopped)
    make = _runs if keep == "runs" else _summaries
    table, diverged = make(world, parts, first, len(cases))
    return parquet_bytes(table), diverged


def _while_wanted(parts: Iterator[Any], stopped: Callable[[], bool]) -> Iterator[Any]:
    """Pass cases on until somebody says stop.

    Raises
    ------
    CancelledError
    """
    for part in parts:
        if stopped():
            raise CancelledError
        yield part


def _runs(world: World, parts: Any, first: int, cases: int) -> tuple[pa.Table, int]:
    """Return one row a run."""
    size, columns = world.members.size, world.columns
    values = np.empty((len(columns), cases * size))
    diverged = np.empty(cases * size, dtype=np.bool_)
    for place, block, lost in parts:
        mine = slice(place * size, (place + 1) * size)
        values[:, mine], diverged[mine] = block, lost
    data: dict[str, Any] = {
        "case_id": np.repeat(np.arange(first, first + cases, dtype=np.int32), size),
        "member": np.tile(np.arange(size, dtype=np.int32), cases),
    }
    data |= {column.name: row for column, row in zip(columns, values, strict=True)}
    data["diverged"] = diverged
    return pa.table(data), int(diverged.sum())


def _summaries(world: World, parts: Any, first: int, cases: int) -> tuple[pa.Table, int]:
    """Return one row a case and column of the result."""
    rows: dict[str, list[Any]] = {
        name: [] for name in ("case_id", "measure", "members", "diverged", *statistics())
    }
    total = 0
    for place, block, lost in parts:
        total += int(lost.sum())
        for name, record in summarise(world.columns, block).items():
            rows["case_id"].append(first + place)
            rows["measure"].append(name)
            rows["members"].append(len(lost))
            rows["diverged"].append(int(lost.sum()))
            for statistic, number in record.items():
                rows[statistic].append(number)
    kinds = {"case_id": pa.int32(), "measure": pa.string(), "members": pa.int32(),
             "diverged": pa.int32()}  # fmt: skip
    arrays = {name: pa.array(v, kinds.get(name, pa.float64())) for name, v in rows.items()}
    return pa.table(arrays), total


def parquet_bytes(table: pa.Table) -> bytes:
    """Write a table into memory: the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    labels = [name for name in table.column_names if pa.types.is_integer(table[name].type)]
    texts = [name for name in table.column_names if pa.types.is_string(table[name].type)]
    pq.write_table(
        table, sink, compression="zstd", compression_level=3, use_dictionary=labels + texts,
        write_statistics=labels, store_schema=False,
    )  # fmt: skip
    return bytes(sink.getvalue())
