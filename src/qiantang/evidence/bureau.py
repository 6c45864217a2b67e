"""A bureau's own table of figures, as Excel saves it, taken into the releases of a study."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

from qiantang.evidence.observations import Series
from qiantang.evidence.releases import COLUMNS, releases_of, releases_path
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.files.csvfile import number
from qiantang.files.outfile import put_text
from qiantang.known import end_of, is_date
from qiantang.modelfile.decode import UndecodableError, decoded
from qiantang.study import Study
from qiantang.wording.units import reading_unit

#: Heading of each column, in English and Chinese.
HEADS = {
    "series": "指标", "period": "时期", "value": "数值", "unit": "单位", "grade": "等级",
    "published": "公布日期", "release": "版本", "source": "来源", "reference": "出处",
    "note": "备注",
}  # fmt: skip
#: Columns that a table must have.
NEEDED = ("series", "period", "value", "unit", "published", "source")
#: What stands where a column is left out.
_USUAL = {"grade": "documented", "release": "first", "reference": "", "note": ""}
_RELEASES = {"初次": "first", "修订": "revised"}
_SCALES = {"亿": 1e8, "万": 1e4, "": 1.0}
_YEAR = re.compile(r"(\d{4})年?")
_HALF = re.compile(r"(\d{4})年(上|下)半年")
_QUARTER = re.compile(r"(\d{4})年第?([1-4一二三四])季度")
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?|年(\d{1,2})月(?:(\d{1,2})日)?)")
_MONTHS = re.compile(r"(\d{4})年(\d{1,2})(?:[-—~至](\d{1,2}))?月")

Row = tuple[int, dict[str, str]]


def take_in(study: Study, file: Path) -> int:
    """Put the figures of a bureau's table behind those of `releases.csv`.

    Nothing is written unless every row can be read and all releases hold together.

    Parameters
    ----------
    study : Study
    file : Path
        A .csv in UTF-8 or GBK, or an .xlsx whose first sheet holds the table.

    Returns
    -------
    int
        Rows taken in.

    Raises
    ------
    StudyError
        Every fault at once, each with the row of the table.
    """
    faults: list[Fault] = []
    table = _rows(file)
    if not table:
        raise StudyError([Fault(file, None, "", "the table has no rows")])
    rows = [row for row in (_translated(study, file, row, faults) for row in table) if row]
    path = releases_path(study.folder)
    text = door.text(path, door.DATA_LIMIT) if path.is_file() else ",".join(COLUMNS) + "\n"
    old = [(path, place + 2, row) for place, row in enumerate(csv.DictReader(io.StringIO(text)))]
    new = [(file, line, row) for line, row in rows]
    releases_of([*old, *new], study.evidence, faults)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writerows(row for _, row in rows)
    put_text(path, text.rstrip("\n") + "\n" + stream.getvalue())
    return len(rows)


def _rows(file: Path) -> list[Row]:
    """Read the table: cells as text by the name of their column, with the number of their row."""
    if file.suffix.lower() not in (".csv", ".xlsx"):
        what = f"suffix {file.suffix or 'missing'}, expected .csv or .xlsx"
        raise StudyError([Fault(file, None, "", what)])
    try:
        table = _book(file) if file.suffix.lower() == ".xlsx" else _text(file)
    except FileNotFoundError:
        raise StudyError([Fault(file, None, "", "file not found")]) from None
    except (OSError, UndecodableError, ValueError, KeyError) as error:
        raise StudyError([Fault(file, None, "", f"cannot be read: {error}")]) from None
    lines = [(n, row) for n, row in enumerate(table, start=1) if any(row)]
    if not lines:
        raise StudyError([Fault(file, None, "", "the table is empty")])
    names = {chinese: name for name, chinese in HEADS.items()} | {name: name for name in HEADS}
    heads = [names.get(cell.lower(), cell) for cell in lines[0][1]]
    if twice := [name for name in HEADS if heads.count(name) > 1]:
        what = f"the column {twice[0]} ({HEADS[twice[0]]}) stands there twice"
        raise StudyError([Fault(file, lines[0][0], "", what)])
    absent = [f"{name} ({HEADS[name]})" for name in NEEDED if name not in heads]
    if absent:
        what = f"columns are missing: {', '.join(absent)}"
        raise StudyError([Fault(file, lines[0][0], "", what)])
    return [(line, dict(zip(heads, row, strict=False))) for line, row in lines[1:]]


def _text(file: Path) -> list[list[str]]:
    text, _ = decoded(door.content(file, door.DATA_LIMIT))
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def _book(file: Path) -> list[list[str]]:
    from openpyxl import load_workbook

    content = door.buffer(file, door.DATA_LIMIT)
    try:
        book = load_workbook(content, read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    except Exception:  # the library fails in ways of its own on what Excel did not write
        raise ValueError("it is no workbook of Excel with a table on its first sheet") from None
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _translated(study: Study, file: Path, row: Row, faults: list[Fault]) -> Row | None:
    """Put a row into the words of the study; None where its fault leaves nothing to be judged."""
    line, cells = row
    found = {name: cells.get(name, "") or _USUAL.get(name, "") for name in COLUMNS}
    # As Chinese keyboards write them: full-width digits and signs.
    found |= {name: normalize("NFKC", found[name]) for name in ("period", "value", "published")}
    found["published"] = _day(found["published"])
    series = _series(study, found["series"])
    if series is None:
        known = [text for s in study.evidence.series.values() for text in (s.name, s.title_zh)]
        what = f"unknown series {found['series']}{nearest(found['series'], known)}"
        faults.append(Fault(file, line, "series", what))
        return None
    units = dict(_units(study, series))
    if found["unit"] not in units:
        names = ", ".join(units)
        what = f"{found['unit']!r} is not the unit of the series, expected one of {names}"
        faults.append(Fault(file, line, f"{series.name}.unit", what))
        return None
    if is_date(found["published"]) and end_of(found["published"]) > _month_end():
        what = f"{found['published']} is still to come, expected a day on which it was published"
        faults.append(Fault(file, line, f"{series.name}.published", what))
        return None
    raw = f"raw {found['value']} {found['unit']}"
    found |= {
        "series": series.name, "period": _period(found["period"]), "unit": series.unit,
        "release": _RELEASES.get(found["release"], found["release"]),
        "reference": found["reference"] or file.name,
        "note": f"{found['note']}; {raw}" if found["note"] else raw,
    }  # fmt: skip
    value = number(found["value"].replace(",", ""))
    if value is not None:
        found["value"] = f"{value / units[cells['unit']]:.10g}"
    return line, found


def _month_end() -> float:
    """Return the end of this month: a figure may be dated by its month. [Year]"""
    return end_of(f"{date.today():%Y-%m}")


def _series(study: Study, name: str) -> Series | None:
    for series in study.evidence.series.values():
        if name and name in (series.name, series.title, series.title_zh):
            return series
    return None


def _units(study: Study, series: Series) -> Iterator[tuple[str, float]]:
    """Yield what the unit of a series may be called, and what a figure is multiplied by then."""
    own = study.about.units
    plain = reading_unit(series.unit, "en", own=own)
    yield plain.label, plain.factor
    chinese = reading_unit(series.unit, "zh", own=own)
    scale = next(s for s in _SCALES if chinese.label.startswith(s))
    bare = chinese.label.removeprefix(scale)
    for other, size in _SCALES.items():
        yield other + bare, chinese.factor * _SCALES[scale] / size
    yield series.unit, 1.0


def _day(text: str) -> str:
    """Write a day or a month as Excel shows it, with / or 年, as the releases do; else it stays."""
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    month, day = found[2] or found[4], found[3] or found[5]
    return f"{found[1]}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")


def _period(text: str) -> str:
    """Write a Chinese period as the releases do; anything else stays."""
    if found := _HALF.fullmatch(text):
        return f"{found[1]}-H{'上下'.index(found[2]) + 1}"
    if found := _QUARTER.fullmatch(text):
        return f"{found[1]}-Q{'1234一二三四'.index(found[2]) % 4 + 1}"
    if found := _MONTHS.fullmatch(text):
        first = f"{found[1]}-{int(found[2]):02d}"
        return f"{first}..{found[1]}-{int(found[3]):02d}" if found[3] else first
    if found := _YEAR.fullmatch(text):
        return found[1]
    return text
