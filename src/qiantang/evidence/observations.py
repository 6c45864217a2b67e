"""The observed figures: what each says, how sure it is, and where it stands written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from qiantang.evidence.observationfile import (
    COLUMNS,
    FILES,
    Grade,
    GradesFile,
    Observation,
    SeriesFile,
    digest,
    read_observations,
    twin_faults,
)
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.model.figures import Kind

__all__ = ["Evidence", "Grade", "Observation", "Series", "digest", "read_evidence"]

Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True)
class Series:
    """A series: its definition and its observations, in order of date."""

    name: str
    title: str
    title_zh: str
    unit: str
    variable: str
    kind: Kind
    role: str
    basis: str
    observations: tuple[Observation, ...]

    @property
    def used(self) -> tuple[Observation, ...]:
        """The rows in use, at most one a date."""
        return tuple(row for row in self.observations if row.use)


@dataclass(frozen=True)
class Evidence:
    """All observed series of a study.

    Parameters
    ----------
    series : Mapping of str to Series
    grades : Mapping of str to Grade
    sha256 : str
        Digest of observations.csv.
    """

    series: Mapping[str, Series]
    grades: Mapping[str, Grade]
    sha256: str

    def table(self, series: str | None = None) -> pd.DataFrame:
        """Return the figures as a table, one row each.

        Parameters
        ----------
        series : str, optional
            One series; all by default.

        Returns
        -------
        pandas.DataFrame
            The columns of observations.csv, ``use`` as a truth value, and ``log_sd`` [Dmnl].

        Raises
        ------
        StudyError
            Unknown series.
        """
        import pandas as pd

        if series is not None and series not in self.series:
            what = f"unknown series{nearest(series, self.series)}"
            raise StudyError([Fault("observations.csv", None, series, what)])
        names = list(self.series) if series is None else [series]
        rows = [row for name in names for row in self.series[name].observations]
        frame = pd.DataFrame(
            [[getattr(row, column) for column in COLUMNS] for row in rows], columns=list(COLUMNS)
        )
        frame[["value", "low", "high"]] = frame[["value", "low", "high"]].astype(float)
        frame["log_sd"] = [row.log_sd(self.grades) for row in rows]
        return frame


def read_evidence(folder: Path) -> Evidence:
    """Read series.yaml, grades.yaml, observations.csv and the twins; refuse all faults at once.

    Raises
    ------
    StudyError
    """
    faults: list[Fault] = []
    series = _read(folder / "series.yaml", SeriesFile, faults)
    grades = _read(folder / "grades.yaml", GradesFile, faults)
    for name in FILES:
        faults += twin_faults(folder / name)
    if series is None or grades is None:
        raise StudyError(faults)
    path = folder / "observations.csv"
    rows = read_observations(path, series.root, grades.root, faults)
    if faults:
        raise StudyError(set(faults))  # a missing file is noted twice
    by_date = sorted(rows, key=lambda row: row.year)
    return Evidence(
        {
            name: Series(
                name=name,
                observations=tuple(row for row in by_date if row.series == name),
                **definition.model_dump(exclude={"breaks"}),
            )
            for name, definition in series.root.items()
        },
        dict(grades.root),
        digest(path),
    )


def _read(path: Path, record: type[Record], faults: list[Fault]) -> Record | None:
    """Read a YAML record; note the faults and go on."""
    try:
        return validate(read_yaml(path), record)
    except StudyError as error:
        faults += error.faults
        return None
