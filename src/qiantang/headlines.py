"""The variables that a run saves unless told otherwise: `model/headlines.yaml`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from qiantang.faults import StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate


class Headlines(BaseModel):
    """Variables that a run saves unless told otherwise."""

    model_config = ConfigDict(extra="forbid")

    variables: list[str] = Field(min_length=1)


def read_headlines(path: Path, known: Collection[str]) -> tuple[str, ...]:
    """Read the headlines and refuse what is no variable of the model.

    Raises
    ------
    StudyError
    """
    document = read_yaml(path)
    variables = validate(document, Headlines).variables
    faults = [
        document.fault(("variables", place), f"no variable of the model{nearest(name, known)}")
        for place, name in enumerate(variables)
        if name not in known
    ]
    if faults:
        raise StudyError(faults)
    return tuple(variables)
