"""Figures that a review may read at a date: what was published by then, and nothing later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qiantang.evidence.observations import Observation, Series
from qiantang.evidence.periods import Period
from qiantang.evidence.releases import SLACK, Release
from qiantang.known import end_of
from qiantang.model.figures import Figure
from qiantang.review.settings import Settings
from qiantang.study import Study


@dataclass(frozen=True)
class Reading:
    """A figure beside what the model must say of it.

    Parameters
    ----------
    key : str
        What tables call it.
    series : str
    figure : Figure
        Of the model; of a part of a year the whole year's.
    log_value, error : float
        Log of the figure and its standard deviation; of a part, of the year that it points to.
    side : int
        0 a figure, 1 a lower bound, -1 an upper one.
    published : float
        [Year]
    is_whole : bool
        False for a part of a year.
    """

    key: str
    series: str
    figure: Figure
    log_value: float
    error: float
    side: int
    published: float
    is_whole: bool = True


@dataclass(frozen=True)
class Known:
    """What was known at a date.

    Parameters
    ----------
    as_of : float
        [Year]
    readings : tuple of Reading
    unread : tuple of (str, str)
        Figures that were out and cannot be read, each with the reason.
    """

    as_of: float
    readings: tuple[Reading, ...]
    unread: tuple[tuple[str, str], ...] = ()


def known_at(study: Study, settings: Settings, as_of: float) -> Known:
    """Return the figures that were out at a date and that the fit has not seen."""
    whole = list(_whole(study, settings, as_of))
    parts, unread = [], []
    for release in _latest(study.releases, as_of):
        series = study.evidence.series[release.series]
        if release.period.end <= study.fit.record.sees_until + SLACK:
            continue
        if release.period.is_whole:
            whole += _released(study, settings, release)
            continue
        if _year_of(study, series, settings, release.period.year, as_of) is not None:
            continue  # the year itself is out
        reading = _part(study, settings, release, as_of)
        if reading is None:
            unread.append((release.key, "no earlier year tells what share of a year this part is"))
        else:
            parts.append(reading)
    longest = {(part.series, part.figure.year): part for part in parts}  # by day of publication
    kept = [part for part in parts if longest[part.series, part.figure.year] is part]
    return Known(as_of, (*whole, *kept), tuple(unread))


def published_at(series: Series, row: Observation, settings: Settings) -> float:
    """Return when a figure of the evidence was published. [Year]"""
    for item in settings.later:
        if (item.series, item.year) == (series.name, row.year):
            return end_of(item.published)
    return Figure(series.variable, series.kind, row.year).times[-1] + settings.lag


def _is_read(study: Study, settings: Settings, series: Series) -> bool:
    """Tell whether a series' own figures move the filter: it has a deviation, or it is a count."""
    record = study.discrepancy.get(series.name)
    carried = series.role == "fit" and record is not None and record.innovation is not None
    return carried or series.name in settings.counts


def _released(study: Study, settings: Settings, release: Release) -> list[Reading]:
    """Return a whole year that was released as a reading; nothing if its series is not read."""
    series = study.evidence.series[release.series]
    if not _is_read(study, settings, series):
        return []
    figure = Figure(series.variable, series.kind, release.period.year)
    error = study.evidence.grades[release.grade].log_sd
    value = float(np.log(release.value))
    return [Reading(release.key, series.name, figure, value, error, 0, release.published)]


def _whole(study: Study, settings: Settings, as_of: float) -> Iterator[Reading]:
    """Yield the figures of the evidence that move the filter."""
    for series in study.evidence.series.values():
        if not _is_read(study, settings, series):
            continue
        for row in series.used:
            figure = Figure(series.variable, series.kind, row.year)
            out = published_at(series, row, settings)
            if figure.times[-1] > study.fit.record.sees_until + SLACK and out <= as_of + SLACK:
                yield _reading(study, series, row, figure, out)


def _reading(study: Study, series: Series, row: Observation, figure: Figure, out: float) -> Reading:
    side = {"lower_bound": 1, "upper_bound": -1}.get(row.form, 0)
    error = row.log_sd(study.evidence.grades)
    if row.form == "interval" and row.low is not None and row.high is not None:
        error = float(np.hypot(error, np.log(row.high / row.low) / np.sqrt(12.0)))
    key = f"{series.name} {row.year:g}"
    return Reading(key, series.name, figure, float(np.log(row.central)), error, side, out)


def _latest(releases: Sequence[Release], as_of: float) -> list[Release]:
    """Return of each period the last release that was out, in order of publication."""
    found = {row.key: row for row in releases if row.published <= as_of + SLACK}
    return sorted(found.values(), key=lambda row: row.published)


def _year_of(
    study: Study, series: Series, settings: Settings, year: int, as_of: float
) -> float | None:
    """Return a whole year's figure if it was out."""
    for release in _latest(study.releases, as_of):
        if release.series == series.name and release.period == Period(year):
            return release.value
    for row in series.used:
        if row.year == year and row.value is not None:
            return row.value if published_at(series, row, settings) <= as_of + SLACK else None
    return None


def _part(study: Study, settings: Settings, release: Release, as_of: float) -> Reading | None:
    """Read a part of a year as the year that it points to, by the share it had in earlier ones."""
    series = study.evidence.series[release.series]
    shares = []
    for other in _latest(study.releases, as_of):
        if other.series == release.series and other.period.same_of(release.period):
            year = _year_of(study, series, settings, other.period.year, as_of)
            if year is not None and other.period.year < release.period.year:
                shares.append(np.log(other.value / year))
    if not shares:
        return None
    spread = max(float(np.std(shares, ddof=1)) if len(shares) > 1 else 0.0, settings.share_sd)
    error = study.evidence.grades[release.grade].log_sd
    return Reading(
        release.key, release.series, Figure(series.variable, series.kind, release.period.year),
        float(np.log(release.value) - np.mean(shares)),
        float(np.hypot(error, spread * np.sqrt(1.0 + 1.0 / len(shares)))), 0, release.published,
        is_whole=False,
    )  # fmt: skip
