"""Figures as they come out: for a part of a year too, with the day on which they were published.

The table `observations.csv` holds what a fit reads, one figure a year. A review reads it as well,
each figure from the day on which it could be known, and beside it `releases.csv`: parts of years,
and figures that were revised later. A study without that file has no such figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qiantang.evidence.observations import Evidence
from qiantang.evidence.periods import EXPECTED, Period, read_period
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.csvfile import number, read_csv
from qiantang.known import end_of, is_date

COLUMNS = (
    "series", "period", "value", "unit", "grade", "published", "release",
    "source", "reference", "note",
)  # fmt: skip
RELEASES = ("first", "revised")
#: A figure this many times its neighbour, or less than one part in as many, is a slip of the unit,
#: unless its note begins with the word.
_SLIP, _CONFIRMED = 5.0, "confirmed"
#: Days are read as parts of months: half a day. [Year]
SLACK = 0.5 / 365.25


@dataclass(frozen=True)
class Release:
    """One figure as it was published.

    Parameters
    ----------
    series : str
    period : Period
    value : float
        [unit of the series; of a flow the total of the period]
    grade : str
    published : float
        [Year]
    release : {"first", "revised"}
    file : Path
    line : int
        Where it stands.
    is_confirmed : bool
        The size was looked at, however unlike its neighbours.
    """

    series: str
    period: Period
    value: float
    grade: str
    published: float
    release: str
    file: Path
    line: int
    is_confirmed: bool = False

    @property
    def key(self) -> str:
        """What tables call the figure."""
        return f"{self.series} {self.period}"


def releases_path(folder: Path) -> Path:
    """Return where a study keeps its releases."""
    return folder / "calibration" / "evidence" / "releases.csv"


def read_releases(path: Path, evidence: Evidence) -> tuple[Release, ...]:
    """Read `releases.csv` and hold it against the series of the evidence.

    Returns
    -------
    tuple of Release
        By the day of publication; empty where there is no such file.

    Raises
    ------
    StudyError
        Every fault at once.
    """
    if not path.is_file():
        return ()
    document = read_csv(path, COLUMNS)
    rows = [(path, line, row) for line, row in document.rows]
    return releases_of(rows, evidence, document.faults)


def releases_of(
    rows: Iterable[tuple[Path, int, Mapping[str, str]]],
    evidence: Evidence,
    more: Iterable[Fault] = (),
) -> tuple[Release, ...]:
    """Return the releases of rows, each with its file and line, by the day of publication.

    Raises
    ------
    StudyError
        Every fault of the rows, and those found before.
    """
    faults, sound = list(more), []
    for path, line, cells in rows:
        found = list(_row_faults(cells, evidence))
        faults += [Fault(path, line, where, what) for where, what in found]
        if not found:
            sound.append(_release(cells, path, line))
    faults += _order_faults(sound)
    for place, row in enumerate(sound):
        faults += _size_faults(sound, place, evidence)
        faults += _known_faults(row, evidence)
    if faults:
        raise StudyError(faults)
    return tuple(sorted(sound, key=lambda one: one.published))


def _row_faults(row: Mapping[str, str], evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Find what is wrong with one row alone."""
    name = row["series"]
    series = evidence.series.get(name)
    if series is None:
        yield "series", f"unknown series {name}{nearest(name, evidence.series)}"
    elif row["unit"] != series.unit:
        what = f"{row['unit']!r} is not the unit of the series, expected {series.unit}"
        yield f"{name}.unit", what
    elif series.kind not in ("yearly_total", "yearly_mean"):
        yield name, "is a state at a date, which has no period, expected a flow"
    if row["grade"] not in evidence.grades:
        known = ", ".join(evidence.grades)
        yield f"{name}.grade", f"unknown grade {row['grade']!r}, expected one of {known}"
    value = number(row["value"])
    if value is None or value <= 0:
        yield f"{name}.value", f"{row['value']!r} is not a number above 0"
    if row["release"] not in RELEASES:
        what = f"{row['release']!r} is neither {RELEASES[0]} nor {RELEASES[1]}"
        yield f"{name}.release", what
    for column in ("source", "reference"):
        if not row[column]:
            yield f"{name}.{column}", "is empty, expected where the figure comes from"
    yield from _date_faults(row)


def _date_faults(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name, period = row["series"], read_period(row["period"])
    if period is None:
        yield f"{name}.period", f"{row['period']!r} is no period, {EXPECTED}"
    if not is_date(row["published"]):
        what = f"{row['published']!r} is no date, expected YYYY-MM-DD or YYYY-MM"
        yield f"{name}.published", what
    elif period is not None and end_of(row["published"]) < period.end - SLACK:
        what = f"{row['published']} lies before the end of {period}: the figure is of the future"
        yield f"{name}.published", what


def _release(row: Mapping[str, str], path: Path, line: int) -> Release:
    period = read_period(row["period"])
    assert period is not None  # checked above
    return Release(
        row["series"], period, float(row["value"]), row["grade"], end_of(row["published"]),
        row["release"], path, line, row["note"].startswith(_CONFIRMED),
    )  # fmt: skip


def _order_faults(rows: Sequence[Release]) -> Iterator[Fault]:
    """Find figures given twice, and revisions of nothing or from before what they revise."""
    first: dict[str, Release] = {}
    for row in rows:
        if row.release == "first":
            if row.key in first:
                what = f"is given twice as a first release, also on line {first[row.key].line}"
                yield Fault(row.file, row.line, row.key, what)
            first.setdefault(row.key, row)
    for row in rows:
        if row.release != "revised":
            continue
        if row.key not in first:
            what = "is a revision, expected a first release of the same period as well"
            yield Fault(row.file, row.line, row.key, what)
        elif row.published <= first[row.key].published:
            what = f"is revised no later than it was first released, line {first[row.key].line}"
            yield Fault(row.file, row.line, row.key, what)


def _known_faults(row: Release, evidence: Evidence) -> Iterator[Fault]:
    """Find a year that the fit's own table has already."""
    if row.period.is_whole:
        for known in evidence.series[row.series].used:
            if known.year == row.period.year:
                what = f"stands in observations.csv already, line {known.line}"
                yield Fault(row.file, row.line, row.key, what)


def _size_faults(rows: Sequence[Release], place: int, evidence: Evidence) -> Iterator[Fault]:
    """Find a figure of another size than its neighbours: a slip of the unit."""
    row = rows[place]
    series = evidence.series[row.series]
    part = row.period.months / 12 if series.kind == "yearly_total" else 1.0
    known = [(abs(o.year - row.period.year), o.central, f"{o.year:g}") for o in series.used]
    for other in rows[:place]:
        if other.series == row.series:
            share = other.period.months / 12 if series.kind == "yearly_total" else 1.0
            gap = abs(other.period.year - row.period.year)
            known.append((gap, other.value / share, str(other.period)))
    if not known or row.is_confirmed:
        return
    _, near, when = min(known)
    ratio = row.value / part / near
    if not 1 / _SLIP < ratio < _SLIP:
        what = (
            f"{row.value:g} is {ratio:.2g} times what {when} leads one to expect, is the unit "
            f"{series.unit} meant? If it is right, begin the note with {_CONFIRMED}"
        )
        yield Fault(row.file, row.line, row.key, what)
