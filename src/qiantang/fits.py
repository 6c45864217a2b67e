"""Fits on disk: a new folder for each, never overwritten, with digests of all it was made from."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.yamlfile import read_yaml, validate

Array = NDArray[np.float64]

RECORD = "fit.yaml"
DRAWS = "draws.parquet"
INNOVATIONS = "innovations.parquet"


class FitRecord(BaseModel):
    """What a fit was made from, and how."""

    model_config = ConfigDict(extra="forbid")

    version: str
    method: str
    members: int
    seed: int
    sees_until: float
    model: str
    inputs: dict[str, str]
    plan: dict[str, int | list[int] | list[float]]
    drift: dict[str, dict[str, float]]
    diagnostics: dict[str, bool | int | float | str]
    runs: int
    files: dict[str, str]


@dataclass(frozen=True)
class Fit:
    """A posterior: members' parameters and the paths of what the structure leaves unexplained.

    Parameters
    ----------
    folder : Path
    record : FitRecord
    """

    folder: Path
    record: FitRecord

    @cached_property
    def parameters(self) -> dict[str, Array]:
        """Parameter name to draws, each of shape (member,), in the model's units."""
        table = pd.read_parquet(door.buffer(self.folder / DRAWS))
        return {str(name): table[name].to_numpy(dtype=np.float64) for name in table.columns}

    @cached_property
    def innovations(self) -> tuple[Array, dict[str, Array]]:
        """Times, shape (k,) [Year], and for each innovation its paths, shape (member, k)."""
        table = pd.read_parquet(door.buffer(self.folder / INNOVATIONS))
        times = np.array([float(name) for name in table.columns if name not in _KEYS])
        paths = {
            str(name): part.drop(columns=list(_KEYS)).to_numpy(dtype=np.float64)
            for name, part in table.groupby("innovation", sort=False)
        }
        return times, paths


_KEYS = ("innovation", "member")


def fit_folders(folder: Path) -> list[Path]:
    """Return the finished fits of a folder, oldest version first."""
    found = (path.parent for path in folder.glob(f"*/{RECORD}"))
    return sorted(path for path in found if not path.name.startswith("."))


def newest_fit(folder: Path) -> Fit:
    """Read the newest fit of a folder, by version name.

    Raises
    ------
    StudyError
        If there is none, or a file of it is missing or not what the record says.
    """
    versions = fit_folders(folder)
    if not versions:
        raise StudyError([Fault(folder, None, "", "no fit found, run: qiantang calibrate")])
    return read_fit(versions[-1])


def read_fit(folder: Path) -> Fit:
    """Read one fit and hold its files against their digests.

    Raises
    ------
    StudyError
    """
    document = read_yaml(folder / RECORD)
    record = validate(document, FitRecord)
    faults = []
    for name, expected in record.files.items():
        if not door.stands(folder, name):
            faults.append(document.fault(("files", name), "the file is missing"))
        elif digest(folder / name) != expected:
            faults.append(document.fault(("files", name), "the file is not the one that was saved"))
    if faults:
        raise StudyError(faults)
    return Fit(folder, record)


def refuse_existing(folder: Path) -> None:
    """Refuse the folder of a new fit if there is anything at that place.

    Raises
    ------
    StudyError
    """
    if folder.exists():
        raise StudyError([Fault(folder, None, "", "a fit is never overwritten, name another")])


def save_fit(
    folder: Path,
    record: FitRecord,
    parameters: Mapping[str, Array],
    times: Array,
    innovations: Mapping[str, Array],
    texts: Mapping[str, str],
    writers: Mapping[str, Callable[[Path], None]] | None = None,
) -> Fit:
    """Write a fit to a new folder.

    Parameters
    ----------
    folder : Path
        Must not exist.
    record : FitRecord
        Its ``files`` are filled in here.
    parameters : mapping
        Name to draws, each of shape (member,).
    times : ndarray, shape (k,)
        [Year]
    innovations : mapping
        Innovation to paths, each of shape (member, k).
    texts : mapping
        File name to text, for tables and the report.
    writers : mapping, optional
        File name to what writes it, for the rest.

    Raises
    ------
    StudyError
        If the folder exists: a fit is never overwritten.
    """
    refuse_existing(folder)
    made = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")  # renamed when whole
    made.mkdir(parents=True)
    pd.DataFrame(dict(parameters)).to_parquet(made / DRAWS, index=False)
    parts = []
    for name, paths in innovations.items():
        part = pd.DataFrame(paths, columns=[f"{time:g}" for time in times])
        part.insert(0, "member", np.arange(len(paths)))
        part.insert(0, "innovation", name)
        parts.append(part)
    pd.concat(parts).to_parquet(made / INNOVATIONS, index=False)
    for name, text in texts.items():
        (made / name).write_text(text, encoding="utf-8", newline="\n")
    for name, write in (writers or {}).items():
        write(made / name)
    files = {path.name: digest(path) for path in sorted(made.iterdir())}
    finished = record.model_copy(update={"files": files})
    writer = YAML()
    writer.width = 200
    with (made / RECORD).open("w", encoding="utf-8", newline="\n") as stream:
        writer.dump(finished.model_dump(), stream)
    made.rename(folder)
    return Fit(folder, finished)


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return door.digest(path)


def text_digest(path: Path) -> str:
    """Return the sha256 of a text file, the same whatever the line endings of the checkout."""
    text = door.text(path, door.DATA_LIMIT)
    return hashlib.sha256(text.encode()).hexdigest()
