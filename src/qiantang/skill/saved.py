"""Scoreboards on disk: a new folder for each, with digests of all it was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from qiantang.faults import Fault, StudyError
from qiantang.files import door, put
from qiantang.files.cells import csv_text
from qiantang.files.yamlfile import read_yaml, validate, yaml_text
from qiantang.fits import digest
from qiantang.meaning import meaning_digest
from qiantang.skill.scoreboard import Scoreboard

if TYPE_CHECKING:
    from qiantang.study import Study

RECORD, ROWS, TABLE, CASES, EVENTS = (
    "skill.yaml",
    "skill.json",
    "skill.csv",
    "cases.csv",
    "events.csv",
)
#: Digits kept of a score; more would differ between machines.
DIGITS = 5


class SkillRecord(BaseModel):
    """What a scoreboard was made from, and how."""

    model_config = ConfigDict(extra="forbid")

    version: str
    command: str
    members: int
    seed: int
    origins: list[float]
    packages: dict[str, str]
    inputs: dict[str, str]
    files: dict[str, str]
    completes: str = Field(
        default="", description="version whose forecasts were kept while methods were added"
    )


@dataclass(frozen=True)
class Saved:
    """A scoreboard read from its folder."""

    folder: Path
    record: SkillRecord
    rows: list[dict[str, Any]]


def skill_folder(study: Study) -> Path:
    """Return the folder of a study's scoreboards."""
    return study.folder / "calibration" / "skill"


def inputs_of(study: Study) -> dict[str, str]:
    """Return the digest of every file of the study that a scoreboard depends on."""
    calibration = study.folder / "calibration"
    paths = [
        study.model_file,
        *(calibration / "evidence" / f"{name}.csv" for name in ("drivers", "observations")),
        *(calibration / "evidence" / f"{name}.yaml" for name in ("series", "grades", "drivers")),
        calibration / "priors.yaml",
        calibration / "discrepancy.yaml",
        calibration / "skill" / "series.yaml",
        study.folder / "scenarios" / "plan" / "targets.yaml",
    ]
    return {
        path.relative_to(study.folder).as_posix(): meaning_digest(path)
        for path in paths
        if path.is_file()
    }


def changed_inputs(study: Study, record: SkillRecord) -> list[str]:
    """Return the files that are not what a scoreboard was made from."""
    now = inputs_of(study)
    names = sorted(set(now) | set(record.inputs))
    return [name for name in names if now.get(name) != record.inputs.get(name)]


def refuse_changed(study: Study, board: Saved) -> None:
    """Refuse a scoreboard that was made from other inputs, as that of a study it was copied from.

    Raises
    ------
    StudyError
    """
    if changed := changed_inputs(study, board.record):
        what = (
            f"made from another {', '.join(changed)}, so it says nothing of this study; "
            "run: qiantang skill --rerun"
        )
        raise StudyError([Fault(board.folder, None, "", what)])


def newest(study: Study) -> Saved:
    """Read the newest scoreboard of a study, by version name.

    Raises
    ------
    StudyError
        If there is none, or a file of it is not what the record says.
    """
    folder = skill_folder(study)
    found = sorted(
        path.parent for path in folder.glob(f"*/{RECORD}") if not path.parent.name.startswith(".")
    )
    if not found:
        raise StudyError(
            [Fault(folder, None, "", "no scoreboard found, run: qiantang skill --rerun")]
        )
    document = read_yaml(found[-1] / RECORD)
    record = validate(document, SkillRecord)
    faults = [
        document.fault(("files", name), "the file is missing or not the one that was saved")
        for name, expected in record.files.items()
        if not door.stands(found[-1], name) or digest(found[-1] / name) != expected
    ]
    if faults:
        raise StudyError(faults)
    rows = json.loads(door.text(found[-1] / ROWS, door.RESULT_LIMIT))
    return Saved(found[-1], record, rows)


def refuse_existing(folder: Path) -> None:
    """Refuse a version that exists: a scoreboard is never overwritten.

    Raises
    ------
    StudyError
    """
    if folder.exists():
        what = "a scoreboard is never overwritten, name another"
        raise StudyError([Fault(folder, None, "", what)])


def save(folder: Path, record: SkillRecord, board: Scoreboard) -> Saved:
    """Write a scoreboard to a new folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        Must not exist.
    record : SkillRecord
        Its ``files`` are filled in here.
    board : Scoreboard

    Raises
    ------
    StudyError
        If the folder exists.
    """
    refuse_existing(folder)
    rows = [rounded(row) for row in board.rows]
    texts = {
        ROWS: json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        TABLE: csv_text(rows, leave_out=("pit", "pit_histogram")),
        CASES: csv_text([rounded(_case(asdict(case))) for case in board.cases]),
        EVENTS: csv_text([rounded(asdict(outcome)) for outcome in board.outcomes]),
    }
    with put.new_folder(folder) as made:
        for name, text in texts.items():
            put.text(made / name, text)
        files = {path.name: digest(path) for path in sorted(made.iterdir())}
        finished = record.model_copy(update={"files": files})
        put.text(made / RECORD, yaml_text(finished.model_dump()))
    return Saved(folder, finished, rows)


def rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its numbers rounded to `DIGITS` significant digits."""
    return {
        key: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        for key, value in row.items()
    }


def _case(case: dict[str, Any]) -> dict[str, Any]:
    fifty, eighty, ninety = case.pop("covered")
    return {**case, "covered50": fifty, "covered80": eighty, "covered90": ninety}
