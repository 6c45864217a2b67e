"""Periods that a figure may speak of: a year, a half, a quarter, a month, several months."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: How a period is written.
EXPECTED = "expected a year or a part of one: 2Y, 2Y-H1, 2Y-Q3, 2Y-05 or 2Y-01..2Y-05".replace(
    "2Y", "YYYY"
)
_FORM = re.compile(r"(\d{4})(?:-(?:(H[12])|(Q[1-4])|(0[1-9]|1[0-2])))?")
_MONTHS = {"H1": (1, 6), "H2": (7, 6), "Q1": (1, 3), "Q2": (4, 3), "Q3": (7, 3), "Q4": (10, 3)}


@dataclass(frozen=True, order=True)
class Period:
    """Months of one year.

    Parameters
    ----------
    year : int
    month : int
        The first, from 1.
    months : int
        How many.
    """

    year: int
    month: int = 1
    months: int = 12

    @property
    def end(self) -> float:
        """The end as a decimal year of twelve equal months. [Year]"""
        return self.year + (self.month - 1 + self.months) / 12

    @property
    def is_whole(self) -> bool:
        """Tell whether the period is a full year."""
        return self.months == 12

    def same_of(self, other: Period) -> bool:
        """Tell whether two periods are the same months of their years."""
        return (self.month, self.months) == (other.month, other.months)

    def __str__(self) -> str:
        if self.is_whole:
            return str(self.year)
        named = {value: key for key, value in _MONTHS.items()}
        if (self.month, self.months) in named:
            return f"{self.year}-{named[self.month, self.months]}"
        first = f"{self.year}-{self.month:02d}"
        if self.months == 1:
            return first
        return f"{first}..{self.year}-{self.month + self.months - 1:02d}"


def read_period(text: str) -> Period | None:
    """Read a period; None where the text is none."""
    ends = [_FORM.fullmatch(part) for part in text.split("..")]
    if None in ends or len(ends) > 2:
        return None
    first = _one(ends[0])
    if len(ends) == 1 or first is None:
        return first
    last = _one(ends[1])
    if last is None or first.months != 1 or last.months != 1:
        return None
    months = last.month - first.month + 1
    if last.year != first.year or months < 1:
        return None
    return Period(first.year, first.month, months)


def _one(found: re.Match[str] | None) -> Period | None:
    if found is None:
        return None
    year, half, quarter, month = found.groups()
    if half or quarter:
        return Period(int(year), *_MONTHS[half or quarter])
    return Period(int(year), int(month), 1) if month else Period(int(year))
