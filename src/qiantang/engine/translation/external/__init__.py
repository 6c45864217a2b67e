"""Data, tables and constants that a model reads from files beside it; read once, by PySD's reader.

The reader takes numbers from cells. It runs nothing, and its own memory of files is emptied, so
that a changed file is read anew.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Table
from qiantang.engine.translation.subscripts import Ranges, plain
from qiantang.modelfile.tree import Call, Text

Floats = npt.NDArray[np.float64]
Axes = tuple[tuple[str, ...], ...]
"""Elements of each axis of a definition, as the file spells them."""

DATA = frozenset({"get_direct_data", "get_xls_data"})
TABLES = frozenset({"get_direct_lookups", "get_xls_lookups"})
CONSTANTS = frozenset({"get_direct_constants", "get_xls_constants"})
SUBSCRIPTS = frozenset({"get_direct_subscript", "get_xls_subscript"})
"""Functions that read files, as :attr:`qiantang.modelfile.tree.Call.function` names them."""


class Sources(Protocol):
    """Where the files of a model are found, and where it is noted which of them it reads."""

    @property
    def root(self) -> Path: ...  # noqa: D102
    @property
    def data_files(self) -> Sequence[Path]: ...  # noqa: D102
    @property
    def files(self) -> dict[str, None]: ...  # noqa: D102


def axes_of(subscripts: Sequence[str], ranges: Ranges) -> Axes:
    """Return the axes of one definition: the spelling of its elements, one tuple a subscript."""
    axes = []
    for subscript in subscripts:
        name = plain(subscript)
        labels = ranges.elements.get(name, (name,))
        axes.append(tuple(ranges.titles.get(label, label) for label in labels))
    return tuple(axes)


def constants(call: Any, axes: Axes, title: str, context: Sources) -> Floats:
    """Return the constants of a definition, shape one entry an element of each axis."""
    from pysd.py_backend.external import ExtConstant

    named = {f"axis {i}": [str(k) for k in range(len(axis))] for i, axis in enumerate(axes)}
    file, tab, cell = _arguments(call)
    with _reading(file, title, context):
        reader = ExtConstant(file, tab, cell, named, context.root, named, "")
        reader.initialize()
    return np.asarray(getattr(reader.data, "values", reader.data), dtype=np.float64)


def tables(
    call: Any, keyword: str | None, axes: Axes, title: str, context: Sources
) -> tuple[Floats, Floats, str]:
    """Return knots, values of shape (knot, one an axis), and mode, of a table or of data over time.

    ``call`` is None for a data variable that names no file.
    """
    from pysd.py_backend.external import ExtData, ExtLookup

    named = {f"axis {i}": list(axis) for i, axis in enumerate(axes)}
    if call is None or type(call).__name__ == "DataStructure":
        return _from_data_files(keyword, named, title, context)
    file, tab, across, cell = _arguments(call)
    with _reading(file, title, context):
        if _is_table(call):
            reader: Any = ExtLookup(file, tab, across, cell, named, context.root, named, "")
        else:
            mode = _interpolation(keyword)
            reader = ExtData(file, tab, across, cell, mode, named, context.root, named, "")
        reader.initialize()
    values = reader.data
    knots = np.asarray(values.coords[values.dims[0]].values, dtype=np.float64)
    return knots, np.asarray(values.values, dtype=np.float64), reader.interp


def _arguments(call: Any) -> tuple[str, ...]:
    """Return the texts of a call; a structure of PySD holds them by name."""
    if isinstance(call, Call):
        return tuple(a.value if isinstance(a, Text) else "" for a in call.arguments)
    names = ("file", "tab", "x_row_or_col", "time_row_or_col", "cell")
    return tuple(getattr(call, name) for name in names if hasattr(call, name))


def _is_table(call: Any) -> bool:
    if isinstance(call, Call):
        return call.function in TABLES
    return type(call).__name__ == "GetLookupsStructure"


def _interpolation(keyword: str | None) -> str:
    return (keyword or "interpolate").strip(": ").lower().replace(" ", "_")


def _from_data_files(
    keyword: str | None, axes: dict[str, list[str]], title: str, context: Sources
) -> tuple[Floats, Floats, str]:
    """Return a data variable that names no file, from the tables given with the model."""
    from pysd.py_backend.data import Columns, TabData

    if not context.data_files:
        raise ValueError(f"{title} is a data variable without a file, expected --data with it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Columns.clean()
        reader = TabData(title, plain(title), axes, _interpolation(keyword))
        try:
            reader.load_data(list(context.data_files))
        except (ValueError, OSError, KeyError) as error:
            names = ", ".join(file.name for file in context.data_files)
            raise ValueError(f"the data of {title} are not found in {names}") from error
    data = reader.data
    assert data is not None
    knots = np.asarray(data.coords["time"].values, dtype=np.float64)
    return knots, np.asarray(data.values, dtype=np.float64), str(reader.interp)


def table_at(knots: Floats, values: Floats, place: tuple[int, ...], mode: str) -> Table:
    """Return the table of one coordinate."""
    flat = int(np.ravel_multi_index(place, values.shape[1:])) if place else 0
    column = values.reshape(len(knots), -1)[:, flat]
    return Table(tuple(map(float, knots)), tuple(map(float, column)), mode)  # type: ignore[arg-type]


@contextmanager
def _reading(file: str, title: str, context: Sources) -> Iterator[None]:
    """Note that the model depends on a file; turn the reader's errors into one sentence."""
    from pysd.py_backend.external import Excels

    path = Path(file)
    if path.is_absolute() or file.startswith(("?", "\\")):
        raise ValueError(
            f"{title} reads {file}, expected a path relative to the model file's folder"
        )
    context.files.setdefault(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Excels.clean()
        try:
            yield
        except FileNotFoundError as error:
            raise ValueError(f"{title} reads {file}, which is not there") from error
        except Exception as error:  # the reader raises errors of many kinds
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            reason = lines[0] if lines else type(error).__name__
            raise ValueError(f"{title} reads {file}, which cannot be read: {reason}") from error
        finally:
            Excels.clean()
