from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qiantang.evidence.observationfile import Observation
from qiantang.evidence.observations import digest, read_evidence
from qiantang.faults import StudyError

FOLDER = Path(__file__).parents[2] / "calibration" / "evidence"
HEADER = "series,year,value,low,high,form,unit,grade,source,reference,note,use"
SERIES = """\
riders:
  title: Riders
  title_zh: 乘客
  unit: Mpax/Year
  variable: riders
  kind: yearly_total
  role: fit
  basis: all of them
"""
GRADES = "documented:\n  log_sd: 0.01\n  reason: it stands there\n"
TWIN = """\
title: t
producer: p
date_compiled: "2026-11-23"
license: facts
note: n
sha256: {sha}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one good row."""
    (tmp_path / "series.yaml").write_text(SERIES, encoding="utf-8")
    (tmp_path / "grades.yaml").write_text(GRADES, encoding="utf-8")
    (tmp_path / "drivers.csv").write_text("", encoding="utf-8")
    _write(tmp_path, "riders,2010,16.0,,,exact,Mpax/Year,documented,a book,p. 1,,yes")
    return tmp_path


def _write(folder: Path, *rows: str) -> None:
    (folder / "observations.csv").write_text(
        "\n".join([HEADER, *rows]) + "\n", encoding="utf-8", newline="\n"
    )
    for name in ("observations.csv", "drivers.csv"):
        text = TWIN.format(sha=digest(folder / name))
        (folder / f"{name}.meta.yaml").write_text(text, encoding="utf-8")


def test_the_evidence_reads_and_every_row_has_its_source() -> None:
    evidence = read_evidence(FOLDER)
    table = evidence.table()
    assert len(table) > 180
    assert (table["source"] != "").all()
    assert (table["log_sd"] > 0).all()
    assert set(table["unit"]) == {evidence.series[name].unit for name in set(table["series"])}


def test_no_used_year_stands_twice_and_every_unused_row_says_why() -> None:
    for series in read_evidence(FOLDER).series.values():
        years = [row.year for row in series.used]
        assert len(years) == len(set(years))
        assert all(row.note for row in series.observations if not row.use)


def test_the_outcomes_of_the_plan_are_there() -> None:
    evidence = read_evidence(FOLDER)

    def value(name: str, year: float) -> float:
        return next(row.central for row in evidence.series[name].used if row.year == year)

    assert sum(value("fdi_used", year) for year in (2018, 2019, 2020)) == pytest.approx(
        20.157, 1e-4
    )
    assert value("passengers", 2019) == pytest.approx(40.108, 1e-4)
    assert value("goods_trade", 2020) == pytest.approx(593.4)
    assert value("sister_cities", 2020) == 31
    assert evidence.series["outward_investment"].used == ()


def test_exports_and_imports_add_up_to_the_total_where_all_three_are_known() -> None:
    evidence = read_evidence(FOLDER)
    rate = {2016: 6.64, 2017: 6.7569, 2018: 6.609, 2019: 6.9081, 2020: 6.9042}
    for year, yuan in rate.items():
        parts = [
            next(row.central for row in evidence.series[name].used if row.year == year)
            for name in ("goods_exports", "goods_imports", "goods_trade")
        ]
        assert (parts[0] + parts[1]) * yuan == pytest.approx(parts[2], rel=2e-3)


def test_an_unknown_series_is_named_with_its_nearest() -> None:
    with pytest.raises(StudyError, match=r"did you mean passengers\?"):
        read_evidence(FOLDER).table("pasengers")


def test_rounding_adds_to_the_error_of_the_grade(folder: Path) -> None:
    _write(
        folder,
        "riders,2010,160,,,rounded,Mpax/Year,documented,a book,p. 1,,yes",
        "riders,2011,160,,,exact,Mpax/Year,documented,a book,p. 1,,yes",
        "riders,2012,,10,40,interval,Mpax/Year,documented,a book,p. 1,,yes",
    )
    evidence = read_evidence(folder)
    rounded, exact, interval = evidence.series["riders"].used
    assert exact.log_sd(evidence.grades) == 0.01
    assert rounded.log_sd(evidence.grades) == pytest.approx(math.hypot(0.01, 5 / 3**0.5 / 160))
    assert interval.central == pytest.approx(20)


def test_a_file_with_windows_line_ends_has_the_same_digest(folder: Path) -> None:
    before = digest(folder / "observations.csv")
    text = (folder / "observations.csv").read_bytes()
    (folder / "observations.csv").write_bytes(text.replace(b"\n", b"\r\n"))
    assert digest(folder / "observations.csv") == before
    row: Observation = read_evidence(folder).series["riders"].used[0]
    assert row.value == 16.0


GOOD = "riders,2010,16.0,,,exact,Mpax/Year,documented,a book,p. 1,,yes"
BAD_ROWS = {
    "unknown series": (GOOD.replace("riders", "rider"), "did you mean riders?"),
    "text for a number": (GOOD.replace("16.0", "sixteen"), "'sixteen' is not a number"),
    "NaN": (GOOD.replace("16.0", "nan"), "'nan' is not a number"),
    "not above zero": (GOOD.replace("16.0", "-1"), "-1 is not above 0"),
    "text for a year": (GOOD.replace("2010", "MMX"), "'MMX' is not a number"),
    "part of a year": (GOOD.replace("2010", "2010.5"), "2010.5 is not a whole year"),
    "unknown form": (GOOD.replace("exact", "guess"), "unknown form 'guess'"),
    "bound with a value": (
        "riders,2010,9,10,,lower_bound,Mpax/Year,documented,a book,p. 1,,yes",
        "riders.value: is given, expected empty for form lower_bound",
    ),
    "exact without a value": (GOOD.replace("16.0", ""), "expected a number for form exact"),
    "empty interval": (
        "riders,2010,,20,20,interval,Mpax/Year,documented,a book,p. 1,,yes",
        "20 is not below high, 20",
    ),
    "value outside": (
        "riders,2010,30,10,20,interval,Mpax/Year,documented,a book,p. 1,,yes",
        "30 lies outside its interval",
    ),
    "other unit": (GOOD.replace("Mpax", "kpax"), "expected Mpax/Year"),
    "unknown grade": (GOOD.replace("documented", "sure"), "unknown grade 'sure'"),
    "no source": (GOOD.replace("a book", ""), "riders.source: is empty"),
    "no reference": (GOOD.replace("p. 1", " "), "riders.reference: is empty"),
    "use": (GOOD.replace("yes", "ja"), "'ja' is neither yes nor no"),
    "unused without a reason": (GOOD.replace("yes", "no"), "expected why the row is not used"),
    "cells": (GOOD + ",more", "the row has 13 cells, expected 12"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line(folder: Path, name: str) -> None:
    row, expected = BAD_ROWS[name]
    _write(folder, GOOD.replace("2010", "2009"), row)
    with pytest.raises(StudyError) as caught:
        read_evidence(folder)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].line == 3
    assert expected in str(caught.value)


def test_two_rows_in_use_for_a_year_are_refused(folder: Path) -> None:
    _write(folder, GOOD, GOOD.replace("16.0", "17.0"))
    with pytest.raises(StudyError, match=r"csv:3: riders: 2010 is in use twice, first on line 2"):
        read_evidence(folder)


def test_all_faults_come_at_once(folder: Path) -> None:
    _write(folder, *(row for row, _ in BAD_ROWS.values()))
    with pytest.raises(StudyError) as caught:
        read_evidence(folder)
    assert {fault.line for fault in caught.value.faults} >= set(range(2, len(BAD_ROWS) + 2))


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    return change


BAD_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "changed figure": (_edit("observations.csv", "16.0", "17.0"), "is not the digest of"),
    "no twin": (lambda f: (f / "drivers.csv.meta.yaml").unlink(), "file not found"),
    "no figures": (lambda f: (f / "observations.csv").unlink(), "file not found"),
    "header": (_edit("observations.csv", "series,year", "year,series"), "the header is not"),
    "unknown key": (_edit("series.yaml", "basis:", "colour:"), "unknown key"),
    "negative error": (_edit("grades.yaml", "0.01", "-0.01"), "greater than or equal to 0"),
    "unknown role": (_edit("series.yaml", "role: fit", "role: fitted"), "riders.role"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused(folder: Path, name: str) -> None:
    change, expected = BAD_FILES[name]
    change(folder)
    with pytest.raises(StudyError) as caught:
        read_evidence(folder)
    assert expected in str(caught.value)


def test_the_twins_of_the_study_catch_a_change(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(FOLDER, folder)
    with (folder / "drivers.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(StudyError, match=r"is not the digest of drivers\.csv"):
        read_evidence(folder)
