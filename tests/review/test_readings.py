"""What may be read at a date: what was published by then, and nothing later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qiantang.faults import StudyError
from qiantang.review.dates import day_of, read_date, review_dates
from qiantang.review.readings import known_at
from qiantang.review.settings import Settings, read_settings, settings_path
from qiantang.session import OpenStudy, open_study
from review.conftest import copied


def keys(study: OpenStudy, date: float) -> set[str]:
    return {reading.key for reading in known_at(study, read_settings(study), date).readings}


def test_nothing_later_is_read(reviewed_study: OpenStudy) -> None:
    settings = read_settings(reviewed_study)
    for date in (2018.5, 2019.25, 2020.0, 2021.5):
        for reading in known_at(reviewed_study, settings, date).readings:
            assert reading.published <= date + 1e-2
            assert reading.figure.year < date


def test_a_year_is_known_when_its_lag_has_passed(reviewed_study: OpenStudy) -> None:
    assert "passengers 2018" not in keys(reviewed_study, 2019.2)
    assert "passengers 2018" in keys(reviewed_study, 2019.25)


def test_what_the_fit_saw_is_not_read_again(reviewed_study: OpenStudy) -> None:
    assert keys(reviewed_study, 2018.5) == set()


def test_a_part_stands_for_its_year_until_the_year_is_out(reviewed_study: OpenStudy) -> None:
    assert "passengers 2019-H1" in keys(reviewed_study, 2019.75)
    after = keys(reviewed_study, 2020.25)
    assert "passengers 2019-H1" not in after
    assert "passengers 2019" in after


def test_a_part_points_to_its_year_by_its_usual_share(reviewed_study: OpenStudy) -> None:
    settings = Settings(share_sd=0.03)
    found = known_at(reviewed_study, settings, 2018.75)
    (reading,) = [r for r in found.readings if r.key == "passengers 2018-H1"]
    rows = {row.key: row.value for row in reviewed_study.releases}
    year = {r.year: r.value for r in reviewed_study.evidence.series["passengers"].used}[2016]
    assert year is not None
    expected = rows["passengers 2018-H1"] / (rows["passengers 2016-H1"] / year)
    assert np.exp(reading.log_value) == pytest.approx(expected)
    assert reading.error >= 0.03 * np.sqrt(2)


def test_a_part_without_a_share_is_told(reviewed_study: OpenStudy) -> None:
    found = known_at(reviewed_study, read_settings(reviewed_study), 2018.75)
    assert "cargo 2018-H1" in dict(found.unread)


def test_what_came_out_later_waits(reviewed_study: OpenStudy) -> None:
    assert "city_population 2020" not in keys(reviewed_study, 2020.5)
    assert "city_population 2020" in keys(reviewed_study, 2021.5)


def test_settings_speak_of_what_there_is(tmp_path: Path) -> None:
    copied(tmp_path)
    settings_path(tmp_path).write_text("counts: {sister_city: signing_draws}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_settings(open_study(tmp_path))
    told = [str(fault) for fault in caught.value.faults]
    assert any("no such series" in line for line in told)
    assert any("no draw of counts.yaml" in line for line in told)


def test_a_study_may_say_nothing_of_its_reviews(tmp_path: Path) -> None:
    copied(tmp_path)
    settings_path(tmp_path).unlink()
    assert read_settings(open_study(tmp_path)) == Settings()


@pytest.mark.parametrize("day", ["2018-06-30", "2018-12-31", "2020-02-29", "2019-05-31"])
def test_the_end_of_a_month_comes_back_as_its_day(day: str, reviewed_study: OpenStudy) -> None:
    if day > "2018-06-30":
        assert day_of(read_date(reviewed_study, day)) == day
    assert day_of(2018.5) == "2018-06-30"


def test_reviews_are_at_the_ends_of_quarters(reviewed_study: OpenStudy) -> None:
    assert review_dates(reviewed_study, 2019.25) == [2018.5, 2018.75, 2019.0, 2019.25]
    assert review_dates(reviewed_study, 2018.8) == [2018.5, 2018.75, 2018.8]


@pytest.mark.parametrize(
    ("day", "what"), [("2017-06-30", "lies outside"), ("soon", "is no date"), ("2099", "no date")]
)
def test_a_day_that_cannot_be_reviewed_is_refused(
    day: str, what: str, reviewed_study: OpenStudy
) -> None:
    with pytest.raises(StudyError, match=what):
        read_date(reviewed_study, day)
