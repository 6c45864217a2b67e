"""The folder of a robust search: what was asked, and what every candidate is worth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.files.code import code_digest
from qiantang.files.put import folder as make_folder
from qiantang.files.put import put
from qiantang.sweep.chunks import parquet_bytes
from qiantang.sweep.identity import digest_of, study_identity, versions

if TYPE_CHECKING:
    from qiantang.robust.designfile import RobustDesign
    from qiantang.study import Study

Array = NDArray[np.float64]

MANIFEST, TRIED, FRONT = "robust.json", "tried", "front.csv"


@dataclass(frozen=True)
class Generations:
    """Where the generations of one search are kept.

    Parameters
    ----------
    folder : Path
    search : int
        Number of the search.
    """

    folder: Path
    search: int

    def _path(self, generation: int) -> Path:
        return self.folder / TRIED / f"{self.search:02d}-{generation:05d}.parquet"

    def get(self, generation: int) -> tuple[Array, Array] | None:
        """Return candidates and worth of a generation, None where it was not reached."""
        path = self._path(generation)
        if not path.is_file():
            return None
        try:
            table = pq.read_table(pa.BufferReader(door.content(path, door.RESULT_LIMIT)))
        except pa.ArrowInvalid:  # damaged: it is computed anew
            return None
        columns = {name: table[name].to_numpy() for name in table.column_names}
        parts = [[columns[name] for name in columns if name[0] == kind] for kind in "xf"]
        return np.column_stack(parts[0]), np.column_stack(parts[1])

    def put(self, generation: int, candidates: Array, worth: Array) -> None:
        """Keep a generation, whole or not at all."""
        columns = {f"x{place}": column for place, column in enumerate(candidates.T)}
        columns |= {f"f{place}": column for place, column in enumerate(worth.T)}
        put_in(self._path(generation), parquet_bytes(pa.table(columns)))


def ground_of(study: Study) -> dict[str, Any]:
    """Return what the study gives to a search: model, fit, drivers, targets, effort."""
    effort = digest_of(study.effort.file.model_dump(mode="json"))
    return {**study_identity(study), "effort": effort}


def begin(folder: Path, design: RobustDesign, study: Study) -> None:
    """Begin a folder, or make sure that it was begun with the same design and study.

    Raises
    ------
    StudyError
        If something else stands there, or it was begun with something else.
    """
    identity = {
        "design": digest_of(design.content),
        **ground_of(study),
        "code": code_digest(),
        "versions": versions(),
    }
    record: dict[str, Any] = {
        "name": design.name,
        "title": design.file.title,
        "command": f"qiantang robust {design.document.path.name}",
        "identity": identity,
        "design": design.document.text,
    }
    path = folder / MANIFEST
    if path.is_file():
        try:
            then = dict(json.loads(door.text(path))["identity"])
        except (ValueError, KeyError, TypeError):
            raise StudyError([Fault(path, None, "", "is no manifest of a search")]) from None
        other = [name for name in identity if then.get(name) != identity[name]]
        if other:
            what = f"was begun with another {' and '.join(other)}; give an empty folder"
            raise StudyError([Fault(folder, None, "", what)])
        return
    if folder.exists() and not folder.is_dir():
        raise StudyError([Fault(folder, None, "", "is a file, expected a folder")])
    if folder.exists() and any(folder.iterdir()):
        raise StudyError([Fault(folder, None, "", "holds something else; give an empty folder")])
    try:
        make_folder(folder / TRIED)
    except OSError as error:
        raise _unwritten(folder, error) from None
    put_in(path, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())


def put_in(path: Path, content: bytes) -> None:
    """Write a file of the folder whole or not at all.

    Raises
    ------
    StudyError
        If the disk refuses.
    """
    try:
        put(path, content)
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> StudyError:
    what = f"cannot be written: {error.strerror or error}"
    return StudyError([Fault(path, None, "", what)])
