"""Data variables that name no file: read from the tables that are given with the model.

Tables, .csv or .tab, have times down and names across, or the other way round. A .dat file is in
Vensim's format (its help, page "datformat"): a name on a line, then times and values. Where several
files have a variable, the last of them counts, as in Vensim (its help, on data variables).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qiantang.engine.translation.external.cells import NUMBER, number
from qiantang.engine.translation.external.columns import Column, name_of, passed_over
from qiantang.engine.translation.external.datatable import Columns, read_table
from qiantang.engine.translation.external.sources import Axes, Sources, sizes
from qiantang.engine.translation.external.textgrid import lines_of, table_text
from qiantang.files import door
from qiantang.modelfile.names import plain

Floats = npt.NDArray[np.float64]

_DELIMITERS = {".csv": ",", ".tab": "\t", ".txt": "\t"}
_POINT = re.compile(rf"\s*({NUMBER})[\s,]+(\S+)(?:\s.*)?", re.DOTALL)
_REMARK = re.compile(r"(\"[^\"]*\")|/.*", re.DOTALL)
_BASE = re.compile(r"<[^<>]*>\s*$")


def series(axes: Axes, title: str, context: Sources) -> tuple[Floats, Floats]:
    """Return times, ascending, and values of shape (times, one an axis), NaN where none is given.

    Raises
    ------
    ValueError
        If no file has the variable, or one cannot be read.
    """
    if not context.data_files:
        raise ValueError(f"{title} is a data variable without a file, expected one with --data")
    known = [_known(path, context) for path in context.data_files]
    names = [(plain(title), *map(plain, elements)) for elements in _elements(axes)]
    for path, found in zip(context.data_files, known, strict=True):
        note = passed_over(path.name, title, (found[name] for name in names if name in found))
        if note:
            context.notes.setdefault(note)
    columns = []
    for name, elements in zip(names, _elements(axes), strict=True):
        column = next((f[name] for f in reversed(known) if name in f and f[name].times), None)
        if column is None:
            shown = f"{title}[{','.join(elements)}]" if elements else title
            files = ", ".join(path.name for path in context.data_files)
            first = next((f[name].first for f in known if name in f and f[name].odd), "")
            what = f" as numbers; a cell {first}" if first else ""
            raise ValueError(f"the data of {shown} are not found in {files}{what}")
        columns.append(dict(zip(column.times, column.values, strict=True)))
    knots = sorted(set(itertools.chain.from_iterable(columns)))
    values = [[column.get(knot, math.nan) for column in columns] for knot in knots]
    return np.array(knots), np.array(values).reshape(len(knots), *sizes(axes))


def _elements(axes: Axes) -> Iterable[tuple[str, ...]]:
    return itertools.product(*(axis.labels for axis in axes))


def _known(path: Path, context: Sources) -> Columns:
    found, notes = context.once(("data file", path), lambda: read(path))
    for note in notes:
        context.notes.setdefault(f"{path.name}: {note}")
    return found  # type: ignore[no-any-return]


def read(path: Path) -> tuple[Columns, list[str]]:
    """Read all series of a file, and what a reader must know about it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        With the file's name and what is wrong.
    """
    suffix = path.suffix.lower()
    if suffix not in (*_DELIMITERS, ".dat"):
        raise ValueError(f"{path.name} is given as data, expected a file of .csv, .tab or .dat")
    try:
        text, notes = table_text(door.content(path, door.DATA_LIMIT))
        if suffix == ".dat":
            return _read_dat(lines_of(text)), notes
        columns, further = read_table(text, _DELIMITERS[suffix])
        return columns, [*notes, *further]
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{path.name} {error}") from None


def _read_dat(lines: Iterable[str]) -> Columns:
    """Read Vensim's format: a line that begins with no number is a name, which may come again."""
    found: Columns = {}
    here: Column | None = None
    for at, line in enumerate(lines, 1):
        point = _POINT.fullmatch(line)
        time = None if point is None else number(point[1])
        if point is not None and time is not None:
            if here is None:
                raise ValueError("begins with numbers, expected the name of a variable")
            here.take(at, time, point[2])
        elif line.strip():
            written = _REMARK.sub(lambda found: found[1] or "", line).strip()
            if _BASE.search(written):
                raise ValueError(f"gives {written[:60]} in a time base of its own, expected Time")
            here = found.setdefault(name_of(written), Column(written))
    for column in found.values():
        if len(set(column.times)) < len(column.times):
            raise ValueError(f"gives {column.title} a time twice, expected every time once")
    return found
