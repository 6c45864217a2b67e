"""Dates of reviews: the ends of quarters, and days as decimal years."""

from __future__ import annotations

from calendar import monthrange

import numpy as np

from qiantang.evidence.releases import SLACK
from qiantang.faults import Fault, StudyError
from qiantang.known import end_of, is_date
from qiantang.study import Study

#: Reviews a year.
QUARTERS = 4


def read_date(study: Study, text: str, option: str = "--as-of") -> float:
    """Return a day as a decimal year, between the plan and the last year of the drivers.

    Raises
    ------
    StudyError
    """
    if not is_date(text):
        what = f"{text!r} is no date, expected YYYY-MM-DD or YYYY-MM"
        raise StudyError([Fault(option, None, "", what)])
    date, about = end_of(text), study.about
    if not about.plan.date - SLACK <= date <= about.drivers.last:
        first, last = day_of(about.plan.date), about.drivers.last
        what = (
            f"{text} lies outside the reviews, expected a day from {first} to the start of {last}"
        )
        raise StudyError([Fault(option, None, "", what)])
    return date


def day_of(date: float) -> str:
    """Return the last day before a decimal year, as text: the end of a month is its last day."""
    months = round(date * 12, 6)
    whole = int(np.floor(months))
    rest = months - whole
    if rest < SLACK * 12:  # the end of a month
        year, month = divmod(whole - 1, 12)
        return f"{year}-{month + 1:02d}-{monthrange(year, month + 1)[1]:02d}"
    year, month = divmod(whole, 12)
    return f"{year}-{month + 1:02d}-{max(1, round(rest * monthrange(year, month + 1)[1])):02d}"


def review_dates(study: Study, as_of: float) -> list[float]:
    """Return the ends of quarters from the plan to a date, and the date itself. [Year]"""
    first = np.ceil((study.about.plan.date - SLACK) * QUARTERS)
    last = np.floor((as_of + SLACK) * QUARTERS)
    dates = [float(quarter / QUARTERS) for quarter in np.arange(first, last + 1)]
    return dates if dates and abs(dates[-1] - as_of) < SLACK else [*dates, as_of]
