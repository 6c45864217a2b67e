"""A table of variables over time as a file: .csv, .tab, .nc or .parquet, whole or not at all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError

if TYPE_CHECKING:
    import pandas as pd


def check_table_out(out: Path) -> None:
    """Refuse a file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    what = ""
    if out.suffix.lower() not in _WRITERS:
        what = f"suffix {out.suffix or 'missing'}, expected one of {' '.join(_WRITERS)}"
    elif not out.parent.is_dir():
        what = "the folder does not exist"
    elif out.is_dir():
        what = "is a folder, expected a file name"
    if what:
        raise StudyError([Fault(out, None, "--out", what)])


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
    beside = out.with_name(f".{secrets.token_hex(6)}{out.suffix}")
    try:
        _WRITERS[out.suffix.lower()](frame, beside)
        beside.replace(out)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StudyError([Fault(out, None, "--out", what)]) from None
    finally:
        beside.unlink(missing_ok=True)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, lineterminator="\n", encoding="utf-8")


def _write_tab(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, sep="\t", lineterminator="\n", encoding="utf-8")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.reset_index().to_parquet(path, index=False)


def _write_nc(frame: pd.DataFrame, path: Path) -> None:
    """Write a variable a column; a slash cannot stand in such a name, so it becomes a stroke."""
    import xarray as xr

    names = _distinct([str(name).replace("/", "|") for name in frame.columns])
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
    dataset.to_netcdf(path, engine="h5netcdf")


def _distinct(names: list[str]) -> list[str]:
    """Return names of which none is another's, or the axis's."""
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


def put_text(out: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    beside = out.with_name(f".{secrets.token_hex(6)}{out.suffix}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
