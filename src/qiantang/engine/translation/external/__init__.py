"""Data, tables and constants that a model reads from files beside it; read once, by PySD's reader.

The reader takes numbers from cells. It runs nothing, and its own memory of files is emptied, so
that a changed file is read anew.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Table
from qiantang.engine.translation.scope import Definition, Translation
from qiantang.engine.translation.subscripts import Ranges, plain

Floats = npt.NDArray[np.float64]
Axes = dict[str, list[str]]


def axes_of(subscripts: list[str], ranges: Ranges) -> Axes:
    """Return the axes of one definition as the reader wants them: a name each, with its labels."""
    axes: Axes = {}
    for number, subscript in enumerate(subscripts):
        name = plain(subscript)
        labels = ranges.elements.get(name, (name,))
        axes[f"axis {number}"] = [ranges.titles.get(label, label) for label in labels]
    return axes


def constants(tree: Any, definition: Definition, context: Translation) -> Floats:
    """Return the constants of GET DIRECT CONSTANTS, one entry a coordinate."""
    from pysd.py_backend.external import ExtConstant

    shape = definition.place[len(definition.place) // 2 :]
    axes = {f"axis {i}": [str(k) for k in range(size)] for i, size in enumerate(shape)}
    with _reading(tree.file, definition.title, context):
        reader = ExtConstant(tree.file, tree.tab, tree.cell, axes, context.root, axes, "")
        reader.initialize()
    return np.asarray(getattr(reader.data, "values", reader.data), dtype=np.float64)


def tables(
    tree: Any, keyword: str | None, axes: Axes, title: str, context: Translation
) -> tuple[Floats, Floats, str]:
    """Return knots, values of shape (knot, *axes), and mode, of tables or data from a file."""
    from pysd.py_backend.external import ExtData, ExtLookup

    name = type(tree).__name__
    if name == "DataStructure":
        return _from_data_files(keyword, axes, title, context)
    with _reading(tree.file, title, context):
        if name == "GetLookupsStructure":
            place = tree.file, tree.tab, tree.x_row_or_col, tree.cell
            reader: Any = ExtLookup(*place, axes, context.root, axes, "")
        else:
            place = tree.file, tree.tab, tree.time_row_or_col, tree.cell
            reader = ExtData(*place, _interpolation(keyword), axes, context.root, axes, "")
        reader.initialize()
    values = reader.data
    knots = np.asarray(values.coords[values.dims[0]].values, dtype=np.float64)
    return knots, np.asarray(values.values, dtype=np.float64), reader.interp


def _interpolation(keyword: str | None) -> str:
    return (keyword or "interpolate").strip(": ").lower().replace(" ", "_")


def _from_data_files(
    keyword: str | None, axes: Axes, title: str, context: Translation
) -> tuple[Floats, Floats, str]:
    """Return a data variable that names no file, from the tables given with the model."""
    from pysd.py_backend.data import Columns, TabData

    if not context.data_files:
        raise context.refuse("a data variable without a file", title)
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
def _reading(file: str, title: str, context: Translation) -> Iterator[None]:
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
