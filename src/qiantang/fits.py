"""Fits on disk: a new folder for each, never overwritten, with digests of all it was made from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import cache, door, put
from qiantang.files.code import code_digest
from qiantang.files.yamlfile import read_yaml, validate, yaml_text
from qiantang.fitnames import DRAWS, INNOVATIONS

__all__ = [
    "DRAWS",
    "INNOVATIONS",
    "POSTERIOR",
    "RECORD",
    "Fit",
    "FitRecord",
    "digest",
    "fit_folders",
    "newest_fit",
    "read_fit",
    "refuse_existing",
    "save_fit",
    "text_digest",
]

Array = NDArray[np.float64]

RECORD = "fit.yaml"
#: The chains, for ArviZ. No command reads them and they are large, so a fit is whole without them;
#: what stands there must still be what was saved.
POSTERIOR = "posterior.nc"


#: Where a record says when it was made: a day, or a day and a minute; empty in older ones.
_LINE = re.compile(r"^made: *[\"']?(\d[-\d: UTC]*)", re.MULTILINE)
_MADE = r"^(\d{4}-\d{2}-\d{2}( \d{2}:\d{2} UTC)?)?$"


class FitRecord(BaseModel):
    """What a fit was made from, and how."""

    model_config = ConfigDict(extra="forbid")

    version: str
    method: str
    members: int = Field(ge=1)
    seed: int
    sees_until: float = Field(allow_inf_nan=False)
    model: str = Field(description="digest of what the model computes")
    inputs: dict[str, str]
    plan: dict[str, int | list[int] | list[float]]
    drift: dict[str, dict[str, float]]
    diagnostics: dict[str, bool | int | float | str]
    runs: int
    files: dict[str, str]
    made: Annotated[str, BeforeValidator(str), Field(pattern=_MADE)] = Field(
        default="", description="when it was saved: the newest is the last of these"
    )


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
        names, values = self._kept(DRAWS, _read_draws)
        return dict(zip(map(str, names), values.astype(np.float64), strict=True))

    @cached_property
    def innovations(self) -> tuple[Array, dict[str, Array]]:
        """Times, shape (k,) [Year], and for each innovation its paths, shape (member, k)."""
        names, times, values = self._kept(INNOVATIONS, _read_innovations)
        return times, dict(zip(map(str, names), values.astype(np.float64), strict=True))

    def _kept(self, name: str, make: Callable[[Path, int], list[Any]]) -> list[Any]:
        """Return a table as arrays, read once: what is kept belongs to the content of its file."""
        place = self.folder / name
        parts = (digest(place), str(self.record.members), code_digest("fits.py", "fittables.py"))
        return cache.prepared_arrays(
            name, [part.encode() for part in parts], lambda: make(place, self.record.members)
        )


def _read_draws(path: Path, members: int) -> list[Any]:
    from qiantang.fittables import read_draws  # pandas and Arrow, for a file not seen before

    faults: list[Fault] = []
    found = read_draws(path, members, faults)
    if faults:
        raise StudyError(faults)
    return [np.array(list(found)), _narrow(np.array(list(found.values())))]


def _read_innovations(path: Path, members: int) -> list[Any]:
    from qiantang.fittables import read_innovations

    faults: list[Fault] = []
    times, found = read_innovations(path, members, faults)
    if faults:
        raise StudyError(faults)
    return [np.array(list(found)), times, _narrow(np.array(list(found.values())))]


def _narrow(values: Array) -> NDArray[Any]:
    """Return numbers in 32 bits where that changes none of them."""
    narrow = values.astype(np.float32)
    return narrow if np.array_equal(narrow, values) else values


def fit_folders(folder: Path) -> list[Path]:
    """Return the finished fits of a folder, oldest first: by when they were made, then by name.

    A record of before that was noted counts as older than any that tells it.
    """
    found = (path.parent for path in folder.glob(f"*/{RECORD}"))
    return sorted((path for path in found if not path.name.startswith(".")), key=_age)


def _age(folder: Path) -> tuple[str, str]:
    """Return what fits are ordered by; a record that cannot be read is refused when it is read."""
    try:
        found = _LINE.search(door.text(folder / RECORD))
    except (OSError, UnicodeDecodeError):
        found = None
    return found[1] if found else "", folder.name


def refuse_unknown(folder: Path, name: str) -> None:
    """Refuse a name that no fit of a folder has.

    Raises
    ------
    StudyError
    """
    names = [path.name for path in fit_folders(folder)]
    if name not in names:
        what = f"no such fit{nearest(name, names)}, expected one of {', '.join(names)}"
        raise StudyError([Fault(folder, None, name, what)])


def newest_fit(folder: Path) -> Fit:
    """Read the newest fit of a folder.

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
    """Read one fit and hold its files against its record: digests, members, finite numbers.

    The chains alone may be absent.

    Raises
    ------
    StudyError
    """
    document = read_yaml(folder / RECORD)
    record = validate(document, FitRecord)
    faults = [
        document.fault(("files",), f"{name} is not listed")
        for name in (DRAWS, INNOVATIONS)
        if name not in record.files
    ]
    for name, expected in record.files.items():
        if Path(name).name != name:
            faults.append(document.fault(("files", name), "expected a file of this folder"))
        elif not door.stands(folder, name):
            if name != POSTERIOR:
                faults.append(document.fault(("files", name), "the file is missing"))
        elif digest(folder / name) != expected:
            faults.append(document.fault(("files", name), "the file is not the one that was saved"))
    if faults:
        raise StudyError(faults)
    fit = Fit(folder, record)
    for read in (lambda: fit.parameters, lambda: fit.innovations):
        try:
            read()
        except StudyError as error:
            faults += error.faults
    if faults:
        raise StudyError(faults)
    return fit


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
        Its ``files`` and, unless it tells, ``made`` are filled in here.
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
    from qiantang.fittables import write_draws, write_innovations

    refuse_existing(folder)
    with put.new_folder(folder) as made:
        write_draws(made / DRAWS, parameters)
        write_innovations(made / INNOVATIONS, times, innovations)
        for name, text in texts.items():
            put.text(made / name, text)
        for name, write in (writers or {}).items():
            write(made / name)
        files = {path.name: digest(path) for path in sorted(made.iterdir())}
        now = record.made or datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        finished = record.model_copy(update={"files": files, "made": now})
        put.text(made / RECORD, yaml_text(finished.model_dump()))
    return Fit(folder, finished)


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return door.digest(path)


def text_digest(path: Path) -> str:
    """Return the sha256 of a text file, the same whatever the line endings of the checkout."""
    text = door.text(path, door.DATA_LIMIT)
    return hashlib.sha256(text.encode()).hexdigest()
