"""A bureau's own table, as Excel saves it, cell by cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from qiantang.cli import program
from qiantang.evidence.bureau import take_in
from qiantang.evidence.releases import releases_path
from qiantang.faults import StudyError
from qiantang.review.readings import known_at
from qiantang.review.settings import Settings
from qiantang.session import OpenStudy, open_study
from qiantang.study import Study
from review.conftest import copied

HEAD = "指标,时期,数值,单位,公布日期,来源"
GOOD = "机场旅客吞吐量,2020年上半年,1100,万人次,2020-07,某局"


@pytest.fixture
def own(tmp_path: Path) -> Study:
    copied(tmp_path / "own")
    return open_study(tmp_path / "own")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()


def table(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join([HEAD, *rows, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_table_is_read_as_excel_saves_it(encoding: str, tmp_path: Path, own: Study) -> None:
    before = len(own.releases)
    assert take_in(own, table(tmp_path / "in.csv", GOOD, encoding=encoding)) == 1
    again = open_study(own.folder).releases
    assert len(again) == before + 1
    (row,) = [r for r in again if r.key == "passengers 2020-H1"]
    assert row.value == pytest.approx(11.0)
    assert "raw 1100 万人次" in releases_path(own.folder).read_text(encoding="utf-8")


def test_a_workbook_is_read(tmp_path: Path, own: Study) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD.split(","))
    sheet.append(["cargo", "2019年第三季度", 16.2, "万吨", date(2019, 10, 20), "a bureau"])
    sheet.append(["货物进出口总额", "2019年1-9月", "4,050", "亿元", "2019-10-25", "a bureau"])
    book.save(tmp_path / "in.xlsx")
    assert take_in(own, tmp_path / "in.xlsx") == 2
    rows = {row.key: row.value for row in open_study(own.folder).releases}
    assert rows["cargo 2019-Q3"] == pytest.approx(162.0)
    assert rows["goods_trade 2019-01..2019-09"] == pytest.approx(405.0)


@pytest.mark.parametrize("day", ["2020/7/20", "2020年7月20日", "2020-07-20", "２０２０-07-20"])
def test_days_and_digits_are_read_as_chinese_programs_write_them(
    day: str, tmp_path: Path, own: Study
) -> None:
    row = GOOD.replace("2020-07", day).replace("1100", "１１００")
    assert take_in(own, table(tmp_path / "in.csv", row)) == 1
    (taken,) = [r for r in open_study(own.folder).releases if r.key == "passengers 2020-H1"]
    assert taken.value == pytest.approx(11.0)
    assert ",2020-07-20,first," in releases_path(own.folder).read_text(encoding="utf-8")


def test_what_is_no_workbook_is_refused_in_a_sentence(tmp_path: Path, own: Study) -> None:
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "text.xlsx").write_bytes(HEAD.encode())
    charts = Workbook()
    charts.create_chartsheet("chart", 0)
    charts.save(tmp_path / "chart.xlsx")
    for name in ("empty.xlsx", "text.xlsx", "chart.xlsx"):
        with pytest.raises(StudyError, match="no workbook of Excel with a table"):
            take_in(own, tmp_path / name)


def test_a_column_given_twice_is_refused(tmp_path: Path, own: Study) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f"{HEAD},series\n{GOOD},cargo\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"the column series \(指标\) stands there twice"):
        take_in(own, file)


BAD = {
    "unit": (GOOD.replace("万人次", "万吨"), "'万吨' is not the unit of the series"),
    "ten times": (GOOD.replace("1100", "110000"), "is the unit Mpax/Year meant"),
    "series": (GOOD.replace("机场旅客吞吐量", "旅客"), "unknown series 旅客"),
    "period": (GOOD.replace("2020年上半年", "去年"), "'去年' is no period"),
    "number": (GOOD.replace("1100", "约1100"), "is not a number above 0"),
    "future": (GOOD.replace("2020-07", "2020-05"), "lies before the end of 2020-H1"),
    "still to come": (GOOD.replace("2020", "2999"), "2999-07 is still to come"),
    "twice": (GOOD.replace("2020年上半年", "2019年上半年").replace("1100", "1969.91"),
              "is given twice as a first release"),
    "year known": (GOOD.replace("2020年上半年", "2019年").replace("1100", "4010"),
                   "stands in observations.csv already"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_has_its_row_and_nothing_is_written(
    name: str, tmp_path: Path, own: Study
) -> None:
    before = releases_path(own.folder).read_bytes()
    row, what = BAD[name]
    file = table(tmp_path / "in.csv", "", row)
    with pytest.raises(StudyError) as caught:
        take_in(own, file)
    (fault,) = caught.value.faults
    assert what in str(fault)
    assert (fault.line, fault.file) == (3, file)
    assert releases_path(own.folder).read_bytes() == before


def test_a_table_without_its_columns_is_refused(tmp_path: Path, own: Study) -> None:
    file = tmp_path / "in.csv"
    file.write_text("指标,数值\ncargo,1\n", encoding="utf-8")
    with pytest.raises(StudyError, match="columns are missing: period"):
        take_in(own, file)
    for name, what in (("in.pdf", "expected .csv or .xlsx"), ("none.csv", "file not found")):
        with pytest.raises(StudyError, match=what):
            take_in(own, tmp_path / name)


def test_a_whole_year_of_the_bureau_is_read_by_reviews(
    tmp_path: Path, reviewed_study: OpenStudy
) -> None:
    study = reviewed_study
    path = releases_path(study.folder)
    before = path.read_bytes()
    try:
        head, row = (
            f"{HEAD},备注",
            "border_passengers,2020,0.9,Mpax/Year,2021-03,a bureau,confirmed",
        )
        file = tmp_path / "in.csv"
        file.write_text(f"{head}\n{row}\n", encoding="utf-8")
        take_in(study, file)
        found = known_at(open_study(study.folder), Settings(), 2021.5).readings
        assert "border_passengers 2020" in {reading.key for reading in found}
    finally:
        path.write_bytes(before)


def test_the_command_says_where_the_figures_went(tmp_path: Path, own: Study) -> None:
    file = table(tmp_path / "in.csv", GOOD)
    words = ["evidence", "add", str(file), "--study", str(own.folder)]
    told = CliRunner().invoke(program, words)
    assert told.exit_code == 0, told.output
    assert "releases.csv: figures taken in: 1" in told.output
