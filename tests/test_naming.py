"""Names in English and in Chinese mean the same thing wherever one is asked for; lists of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang import naming
from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.listing import LISTS, listed
from qiantang.newstudy import new_study
from qiantang.session import OpenStudy, open_study


@pytest.fixture(scope="module")
def study() -> OpenStudy:
    return open_study()


def test_every_name_of_a_list_means_its_first_column(study: OpenStudy) -> None:
    meant = {
        "levers": naming.lever_id, "targets": naming.target_id, "variables": naming.variable_id,
        "scenarios": naming.scenario_id,
    }  # fmt: skip
    for what, find in meant.items():
        for lang in ("en", "zh"):
            rows = listed(study, what, lang)
            called = [row["name"] for row in rows]
            for row in rows:
                own = next(iter(row.values()))
                assert find(study, own) == own
                if called.count(row["name"]) == 1:
                    assert find(study, row["name"]) == own


def test_a_series_goes_by_its_titles_and_by_its_variable(study: OpenStudy) -> None:
    for name, series in study.evidence.series.items():
        assert naming.series_id(study, series.title) == name
    assert naming.series_id(study, "旅客吞吐量") == naming.series_id(study, "passengers")


def test_a_name_of_nothing_stays_for_the_refusal(study: OpenStudy) -> None:
    for find in (naming.lever_id, naming.target_id, naming.variable_id, naming.series_id,
                 naming.scenario_id, naming.vintage_id):  # fmt: skip
        assert find(study, "nothing of the kind") == "nothing of the kind"


def test_a_vintage_goes_by_its_title(study: OpenStudy) -> None:
    vintages = study.about.vintages
    assert naming.vintage_id(study, vintages.actual.title) == vintages.actual.name
    assert naming.vintage_id(study, vintages.known.title_zh) == vintages.known.name


def test_a_scenario_is_read_by_its_title(study: OpenStudy) -> None:
    full = study.scenario(study.about.scenarios.full)
    assert study.scenario(full.title_zh).name == full.name
    assert study.scenario(full.title).name == full.name


@pytest.mark.parametrize("what", LISTS)
def test_every_list_prints_all_it_holds_in_both_languages(what: str, study: OpenStudy) -> None:
    for lang in ("en", "zh"):
        words = ["list", what, "--lang", lang]
        shown = CliRunner().invoke(program, words, catch_exceptions=False)
        rows = json.loads(CliRunner().invoke(program, [*words, "--json"]).output)
        assert shown.exit_code == 0
        assert rows == json.loads(json.dumps(listed(study, what, lang)))
        for row in rows:
            assert str(next(iter(row.values()))) in shown.output
    assert len(study.list(what)) == len(rows)


def test_lists_say_what_the_study_says(study: OpenStudy) -> None:
    assert [row["target"] for row in listed(study, "targets")] == [
        target.id for target in study.plan.targets.targets
    ]
    passengers = next(r for r in listed(study, "targets", "zh") if r["target"] == "passengers")
    threshold = next(t for t in study.plan.targets.targets if t.id == "passengers").threshold
    assert passengers["unit"] == "万人次"  # a hundred of them are a million passengers
    assert passengers["threshold"] == pytest.approx(100 * threshold)
    assert len(listed(study, "levers")) == len(study.vocabulary.levers)
    assert sum(row["variables"] for row in listed(study, "sectors")) <= len(study.dictionary)


def test_no_such_list(study: OpenStudy) -> None:
    with pytest.raises(StudyError, match=r"no such list \(did you mean levers\?\)"):
        listed(study, "lever")


def test_a_fit_goes_by_its_name(study: OpenStudy) -> None:
    for row in listed(study, "fits"):
        assert open_study(fit=row["fit"]).fit.record.version == row["fit"]
    with pytest.raises(StudyError, match="no such fit, expected one of"):
        open_study(fit="nothing of the kind")


def test_a_new_study_is_a_copy_without_fits(study: OpenStudy, tmp_path: Path) -> None:
    files = new_study(study.folder, tmp_path / "mine")
    mine = open_study(tmp_path / "mine")
    assert files == sum(path.is_file() for path in (tmp_path / "mine").rglob("*"))
    assert not mine.has_fit()
    assert mine.scenario_names() == study.scenario_names()
    assert list(mine.evidence.series) == list(study.evidence.series)
    with pytest.raises(StudyError, match="the folder exists and is kept"):
        new_study(study.folder, tmp_path / "mine")
