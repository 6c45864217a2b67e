"""Entries of a study that rest on what was not known when its plan was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault, StudyError
from qiantang.files.yamlfile import KeyPath, YamlDocument, read_yaml
from qiantang.known import FIELD, end_of, is_date

if TYPE_CHECKING:
    from qiantang.study import Study

#: Half a day: a date of the study may be a rounded decimal. [Year]
_SLACK = 0.5 / 365.25
#: Files of a study in which entries say what they rest on.
_FILES = (
    "calibration/priors.yaml",
    "calibration/discrepancy.yaml",
    "calibration/constants.yaml",
    "calibration/counts.yaml",
    "calibration/evidence/drivers.yaml",
    "scenarios/plan/effort.yaml",
)


def hindsight_faults(study: Study) -> Iterator[Fault]:
    """Find every entry that rests on what was not known when the plan was made."""
    about = study.about
    for name in _FILES:
        path = study.folder / name
        for document, where, known in _entries(path):
            if end_of(known) > about.plan.date + _SLACK:
                what = f"{known} lies after the plan ({about.plan.when}), expected what was known"
                yield document.fault((*where, FIELD), f"{what} by then")


def _entries(path: Path) -> Iterator[tuple[YamlDocument, KeyPath, str]]:
    """Yield every date of a file with the entry that it stands in; a bad file is told elsewhere."""
    try:
        document = read_yaml(path)
    except StudyError:
        return
    yield from ((document, where, known) for where, known in _dates(document.data, ()))


def _dates(value: Any, where: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if not isinstance(value, dict):
        return
    for key, part in value.items():
        text = part.isoformat() if isinstance(part, date) else part
        if key == FIELD and isinstance(text, str) and is_date(text):
            yield where, text
        else:
            yield from _dates(part, (*where, key))
