"""No knowledge from the future: what every belief of a study rests on must stand before its plan.

A prior, a constant, a deviation, a cost and a schedule each say when the newest thing they rest on
was known. A year alone does not do: whoever knows no month takes its December.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

#: Name of the field in every file.
FIELD = "known"
_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-(\d{2}))?")
_EXPECTED = "expected a month or a day, YYYY-MM or YYYY-MM-DD"


def _as_text(given: Any) -> Any:
    """Return a date as text: YAML makes a date of a day and leaves a month as it is written."""
    if isinstance(given, date) and not isinstance(given, datetime):
        given = given.isoformat()
    if not isinstance(given, str) or not is_date(given):
        raise ValueError(_EXPECTED)
    return given


#: A month or a day as text: the latest date of what an entry rests on.
KnownDate = Annotated[str, BeforeValidator(_as_text)]


def end_of(known: str) -> float:
    """Return the end of a month or a day as a decimal year of twelve equal months. [Year]"""
    year, month, *days = (int(part) for part in known.split("-"))
    passed = days[0] / monthrange(year, month)[1] if days else 1.0
    return year + (month - 1 + passed) / 12


def is_date(text: str) -> bool:
    """Say whether a text is a month or a day."""
    found = _FORM.fullmatch(text)
    if found is None or found[3] is None:
        return found is not None
    return 1 <= int(found[3]) <= monthrange(int(found[1]), int(found[2]))[1]
