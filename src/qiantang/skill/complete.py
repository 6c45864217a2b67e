"""A scoreboard with methods added: its forecasts stay, what they are held against grows.

Forecasts of the model take minutes at each origin, those of a naive method no time. A method that
is new is therefore scored beside the forecasts that were kept, on the evidence they were made from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.skill.baselines import BASELINES
from qiantang.skill.cases import MODEL, Case, Outcome
from qiantang.skill.rows import gather
from qiantang.skill.saved import (
    CASES,
    EVENTS,
    Saved,
    changed_inputs,
    inputs_of,
    newest,
    refuse_existing,
    save,
    skill_folder,
)
from qiantang.skill.scoreboard import Scoreboard, score
from qiantang.skill.scores import LEVELS
from qiantang.skill.settings import SeriesRecord

if TYPE_CHECKING:
    from qiantang.study import Study

#: Inputs that the forecasts of the model were made from and the baselines are not.
_OF_THE_MODEL = ("model/", "calibration/priors.yaml", "calibration/discrepancy.yaml")
#: What says which methods a series allows.
_SERIES = "calibration/skill/series.yaml"


def complete(
    study: Study,
    series: Mapping[str, SeriesRecord],
    version: str,
    command: str,
    *,
    progress: Callable[[str], None] = lambda line: None,
) -> Saved:
    """Score the methods that the newest scoreboard lacks and save all as a new version.

    Parameters
    ----------
    study : Study
    series : mapping of str to SeriesRecord
    version : str
        Name of the new folder under calibration/skill.
    command : str
        What makes it again.
    progress : callable

    Raises
    ------
    StudyError
        If the version exists, nothing is lacking, or the evidence is not what it was.
    """
    folder = skill_folder(study) / version
    refuse_existing(folder)
    board = newest(study)
    cases, outcomes = read_cases(board.folder), read_outcomes(board.folder)
    had = {case.method for case in cases}
    wanted = [method for method in BASELINES if method not in had]
    _refuse_other_evidence(study, board)
    if not wanted:
        raise StudyError([Fault(board.folder, None, "", "has every method already")])
    record = board.record
    added = score(study, series, None, origins=record.origins, members=record.members,
                  seed=record.seed, methods=wanted, progress=progress)  # fmt: skip
    place = _places(study, series)
    merged = sorted([*cases, *added.cases], key=place)
    told = sorted([*outcomes, *added.outcomes], key=place)
    whole = Scoreboard(tuple(merged), tuple(told), tuple(gather(merged, told, tuple(series))))
    inputs = {**record.inputs, _SERIES: inputs_of(study)[_SERIES]}
    update = {"version": version, "command": command, "inputs": inputs,
              "completes": record.version, "files": {}}  # fmt: skip
    return save(folder, record.model_copy(update=update), whole)


def read_cases(folder: Path) -> list[Case]:
    """Read the cases of a scoreboard as they were saved, numbers rounded."""
    found = []
    for row in _rows(folder / CASES):
        covered = tuple(row[f"covered{level * 100:.0f}"] == "True" for level in LEVELS)
        found.append(Case(**_typed(Case, row), covered=covered))
    return found


def read_outcomes(folder: Path) -> list[Outcome]:
    """Read the events of a scoreboard."""
    return [Outcome(**_typed(Outcome, row)) for row in _rows(folder / EVENTS)]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(door.text(path, door.RESULT_LIMIT))))


def _typed(record: type[Case] | type[Outcome], row: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a row in the types of a record."""
    make: dict[str, Callable[[str], Any]] = {
        "str": str, "float": float, "int": int, "bool": lambda text: text == "True",
    }  # fmt: skip
    return {
        item.name: make[str(item.type)](row[item.name])
        for item in fields(record)
        if str(item.type) in make
    }


def _refuse_other_evidence(study: Study, board: Saved) -> None:
    changed = [
        name
        for name in changed_inputs(study, board.record)
        if name != _SERIES and not name.startswith(_OF_THE_MODEL)
    ]
    if changed:
        what = f"was made from other evidence ({', '.join(changed)} changed since); run: "
        raise StudyError([Fault(board.folder, None, "", what + "qiantang skill --rerun")])


def _places(
    study: Study, series: Mapping[str, SeriesRecord]
) -> Callable[[Case | Outcome], tuple[Any, ...]]:
    """Return what sorts cases and events as a scoreboard made at once has them."""
    settings, names, methods = study.about.settings, list(series), [MODEL, *BASELINES]

    def place(item: Case | Outcome) -> tuple[Any, ...]:
        what = item.year if isinstance(item, Case) else item.target
        return (item.origin, settings.index(item.setting), names.index(item.series), what,
                methods.index(item.method))  # fmt: skip

    return place
