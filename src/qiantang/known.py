"""No knowledge from the future: what every belief of a study rests on must stand before its plan.

A prior, a constant, a deviation, a cost and a schedule each say when the newest thing they rest on
was known. A year alone does not do: whoever knows no month takes its December.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from qiantang.faults import Fault, StudyError
from qiantang.yamlfile import KeyPath, YamlDocument, read_yaml

if TYPE_CHECKING:
    from qiantang.study import Study

#: Name of the field in every file.
FIELD = "known"
#: Half a day: a date of the study may be a rounded decimal. [Year]
_SLACK = 0.5 / 365.25
_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-(\d{2}))?")
_EXPECTED = "expected a month or a day, YYYY-MM or YYYY-MM-DD"
#: Files of a study in which entries say what they rest on.
_FILES = (
    "calibration/priors.yaml",
    "calibration/discrepancy.yaml",
    "calibration/constants.yaml",
    "calibration/counts.yaml",
    "calibration/evidence/drivers.yaml",
    "scenarios/plan/effort.yaml",
)


def _as_text(given: Any) -> Any:
    """Return a date as text: YAML makes a date of a day and leaves a month as it is written."""
    if isinstance(given, date) and not isinstance(given, datetime):
        given = given.isoformat()
    if not isinstance(given, str) or not _is_date(given):
        raise ValueError(_EXPECTED)
    return given


#: A month or a day as text: the latest date of what an entry rests on.
KnownDate = Annotated[str, BeforeValidator(_as_text)]


def end_of(known: str) -> float:
    """Return the end of a month or a day as a decimal year of twelve equal months. [Year]"""
    year, month, *days = (int(part) for part in known.split("-"))
    passed = days[0] / monthrange(year, month)[1] if days else 1.0
    return year + (month - 1 + passed) / 12


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
        if key == FIELD and isinstance(text, str) and _is_date(text):
            yield where, text
        else:
            yield from _dates(part, (*where, key))


def _is_date(text: str) -> bool:
    found = _FORM.fullmatch(text)
    if found is None or found[3] is None:
        return found is not None
    return 1 <= int(found[3]) <= monthrange(int(found[1]), int(found[2]))[1]
