"""A rule of a scenario in words: the condition, when it is looked at, which levers answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiantang.scenariofile import When
    from qiantang.wording.names import Wording

#: Dates that are said one by one; of more the first and the last are.
_DATES = 3
#: Levers that are named; of more their number is said.
_NAMED = 4
#: Dates of a year that have a name, in months.
_PARTS = {0: "start", 3: "first", 6: "middle", 9: "third"}


def rule_said(when: When, levers: Sequence[str], words: Wording, met: float | None = None) -> str:
    """Return a rule in words: if a variable is below a level at a date, then what.

    Parameters
    ----------
    when : When
    levers : sequence of str
        Those that answer.
    words : Wording
    met : float, optional
        Share of the members in which the condition was met.
    """
    name = words.model_name(when.variable)
    if words.lang == "en" and name[1:2].islower():
        name = name[0].lower() + name[1:]
    named = words.phrase("and").join(map(words.lever, levers))
    if len(levers) > _NAMED:
        named = words.phrase("rule.many", count=len(levers), levers=words.phrase("and").join(
            map(words.lever, levers[:_NAMED])))  # fmt: skip
    side = "above" if when.below is None else "below"
    months = words.number(12 * when.delay)
    said = words.phrase(
        f"rule.{when.lasts}.{side}", name=name, dates=_dates(when.dates, words), levers=named,
        verb="are" if name.endswith("s") and not name.endswith("ss") else "is",
        level=words.figure(when.level, words.study.dictionary[when.variable].unit),
        later=words.phrase("rule.later", months=months) if when.delay else "",
    )  # fmt: skip
    return said if met is None else said + words.phrase("rule.met", share=_share(met, words))


def _share(met: float, words: Wording) -> str:
    return words.number(100 * met, digits=2)


def _dates(dates: Sequence[float], words: Wording) -> str:
    if len(dates) > _DATES:
        ends = [date_said(dates[place], words) for place in (0, -1)]
        return words.phrase("rule.between", count=len(dates), first=ends[0], last=ends[1])
    return words.phrase("rule.or").join(date_said(date, words) for date in dates)


def date_said(date: float, words: Wording) -> str:
    """Return a date in words: in the middle of a year, at its start, in one of its months."""
    months = round(12 * date, 6)
    year, month = divmod(math.floor(months), 12)
    part = _PARTS.get(month) if months == math.floor(months) else None
    return words.phrase(f"date.{part or 'month'}", year=year, month=month + 1)
