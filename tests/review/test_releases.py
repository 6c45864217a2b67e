"""Releases: periods, and each bad figure its one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.checking import study_faults
from qiantang.evidence.periods import Period, read_period
from qiantang.evidence.releases import COLUMNS, read_releases, releases_path
from qiantang.faults import StudyError
from qiantang.review.settings import settings_path
from qiantang.session import open_study
from qiantang.study import Study
from review.conftest import copied

GOOD = "passengers,2019-H1,19.7,Mpax/Year,documented,2019-07-31,first,A bureau,its page,"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2019", Period(2019)),
        ("2019-H2", Period(2019, 7, 6)),
        ("2019-Q3", Period(2019, 7, 3)),
        ("2019-05", Period(2019, 5, 1)),
        ("2019-01..2019-05", Period(2019, 1, 5)),
    ],
)
def test_a_period_is_read_and_written_the_same(text: str, period: Period) -> None:
    assert read_period(text) == period
    assert str(period) == text


@pytest.mark.parametrize(
    "text", ["", "19", "2019-13", "2019-H3", "2019-05..2019-01", "2018-11..2019-02", "2019-Q1..Q2"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert read_period(text) is None


def test_a_period_ends_where_its_last_month_does() -> None:
    assert Period(2019, 1, 6).end == 2019.5
    assert Period(2019).end == 2020.0
    assert Period(2019, 4, 3).end == 2019.5


def written(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([",".join(COLUMNS), *rows, ""]), encoding="utf-8")
    return path


def test_a_good_row_is_read(tmp_path: Path, study: Study) -> None:
    (row,) = read_releases(written(tmp_path / "releases.csv", GOOD), study.evidence)
    assert (row.key, row.value, row.published) == ("passengers 2019-H1", 19.7, 2019 + 7 / 12)


def test_a_study_without_the_file_has_none(tmp_path: Path, study: Study) -> None:
    assert read_releases(tmp_path / "releases.csv", study.evidence) == ()


BAD = {
    "ten times too large": ((GOOD.replace("19.7", "197"),), "is the unit Mpax/Year meant"),
    "wrong unit": ((GOOD.replace("Mpax/Year", "person"),), "not the unit of the series"),
    "twice": ((GOOD, GOOD), "given twice as a first release, also on line 2"),
    "revised too early": (
        (GOOD, GOOD.replace("2019-07-31,first", "2019-07-30,revised")),
        "is revised no later than it was first released, line 2",
    ),
    "revision of nothing": ((GOOD.replace("first", "revised"),), "expected a first release"),
    "of the future": ((GOOD.replace("2019-07-31", "2019-05-31"),), "lies before the end of"),
    "no period": ((GOOD.replace("2019-H1", "2019-H5"),), "is no period"),
    "no date": ((GOOD.replace("2019-07-31", "July"),), "is no date"),
    "no number": ((GOOD.replace("19.7", "-1"),), "is not a number above 0"),
    "unknown series": ((GOOD.replace("passengers", "passenger"),), "unknown series passenger"),
    "a state": ((GOOD.replace("passengers,", "talent,").replace("Mpax/Year", "kperson"),),
                "is a state at a date"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_figure_has_one_clear_line(name: str, tmp_path: Path, study: Study) -> None:
    rows, what = BAD[name]
    path = written(tmp_path / "releases.csv", *rows)
    with pytest.raises(StudyError) as caught:
        read_releases(path, study.evidence)
    (fault,) = caught.value.faults
    assert what in str(fault)
    assert str(fault).startswith(f"{path}:{len(rows) + 1}: ")


def test_the_releases_of_the_study_are_sound(study: Study) -> None:
    assert {row.series for row in study.releases} <= set(study.evidence.series)


def test_check_finds_a_bad_release_and_a_bad_setting(tmp_path: Path) -> None:
    copied(tmp_path)
    written(releases_path(tmp_path), GOOD.replace("19.7", "1970"))
    settings_path(tmp_path).write_text("lag: -1\n", encoding="utf-8")
    told = [str(fault) for fault in study_faults(open_study(tmp_path))]
    assert any("releases.csv:2: passengers 2019-H1: 1970 is" in line for line in told)
    assert any("review.yaml:1: lag:" in line for line in told)
