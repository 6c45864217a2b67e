"""Where the constants come from that have no prior, read from `calibration/constants.yaml`."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.known import KnownDate


class ConstantRecord(BaseModel):
    """Source of one constant that is the same in every member."""

    model_config = ConfigDict(extra="forbid")

    grade: Literal["document", "data", "derived", "definition", "judgement"]
    source: str = Field(min_length=1)
    known: KnownDate


class ConstantsFile(RootModel[dict[str, ConstantRecord]]):
    """The whole file: constant name to record."""


def constants_path(folder: Path) -> Path:
    """Return where a study keeps the sources of its constants."""
    return folder / "calibration" / "constants.yaml"


def read_constants(path: Path, expected: Set[str]) -> dict[str, ConstantRecord]:
    """Read the sources of the constants and hold them against the model.

    Parameters
    ----------
    path : Path
    expected : set of str
        Constants of the model file that are no lever and have neither a prior nor a deviation.

    Raises
    ------
    StudyError
        A name that is no such constant, a constant without a source, or any fault of form.
    """
    document = read_yaml(path)
    records = validate(document, ConstantsFile).root
    faults = [
        document.fault((name,), f"no constant without a prior{nearest(name, expected)}")
        for name in records
        if name not in expected
    ]
    faults += [
        Fault(path, None, name, "is fixed in the model file and has neither prior nor source")
        for name in sorted(expected)
        if name not in records
    ]
    if faults:
        raise StudyError(faults)
    return records
