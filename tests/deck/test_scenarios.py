"""A saved slider state is a scenario that checks, runs, and says what the deck said."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from qiantang.checking import study_faults
from qiantang.deck.scenarios import deck_scenario, save_text, scenario_text
from qiantang.faults import StudyError
from qiantang.session import open_study
from qiantang.study import Study


def test_saved_file_resolves_to_what_the_deck_ran(small_study: Study, tmp_path: Path) -> None:
    deck = small_study.deck(members=12)
    deck.set(airport_capacity=0.35, plan_organisation=1)
    path = deck.save(tmp_path / "airport_first.yaml", title="机场优先")
    saved = small_study.scenario(str(path))
    assert saved.title == saved.title_zh == "机场优先"
    assert {k: dict(v.path) for k, v in saved.levers.items()} == {
        "airport_capacity": {2018.5: 0.0, 2019.0: 0.35},
        "plan_organisation": {2018.5: 0.0, 2019.0: 1.0},
    }
    assert saved.sha256 == deck.scenario().sha256
    from_file = small_study.run(str(path), members=12).reach()
    assert [r.median for r in from_file.rows] == [r.median for r in deck.run().reach().rows]


def test_saved_file_passes_the_check_of_the_study(small_study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(small_study.folder, folder)
    own = open_study(folder)
    before = study_faults(own)
    deck = own.deck(members=12)
    deck.set(talent_programme=0.5)
    deck.save(folder / "scenarios" / "talent_half.yaml")
    assert study_faults(open_study(folder)) == before
    assert "talent_half" in own.scenario_names()


@pytest.mark.parametrize("base", ["pandemic_as_happened", "tariffs_as_happened", "plan_as_staffed"])
def test_base_with_levers_and_drivers_is_carried_over(
    small_study: Study, base: str, tmp_path: Path
) -> None:
    deck = small_study.deck(base, members=12)
    deck.set(airport_capacity=0.0, city_brand=0.25)
    saved = small_study.scenario(str(deck.save(tmp_path / "changed.yaml")))
    assert saved.sha256 == deck.scenario().sha256
    assert saved.drivers == small_study.scenario(base).drivers


def test_base_from_a_file_is_written_out(small_study: Study, tmp_path: Path) -> None:
    text = (small_study.folder / "scenarios" / "push_airport.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    deck = small_study.deck(str(own), members=12)
    saved = small_study.scenario(str(deck.save(tmp_path / "copy.yaml")))
    assert saved.sha256 == deck.scenario().sha256
    assert len(saved.files) == 1


def test_vintage_of_the_deck_is_written(small_study: Study, tmp_path: Path) -> None:
    deck = small_study.deck("tariffs_as_happened", members=12, vintage="actual")
    saved = small_study.scenario(str(deck.save(tmp_path / "actual.yaml")))
    assert {saved.driver_vintage(name) for name in small_study.drivers.names} == {"actual"}
    found = small_study.run(str(tmp_path / "actual.yaml"), members=12).reach().rows
    assert [r.median for r in found] == [r.median for r in deck.run().reach().rows]


def test_title_of_any_kind_is_written_safely(small_study: Study) -> None:
    base, plan = small_study.scenario("current_policy"), small_study.scenario("plan_in_full")
    scenario = deck_scenario(base, plan, {"air_routes": 0.5}, "odd")
    for title in ("a: b # c", "'\"\n- x", "{x: [1", "null", "是", "&a *b !c", "x" * 300):
        text = scenario_text(small_study, base, scenario, title)
        assert (
            " ".join(title.split()) in text.replace("\n  ", " ").replace("''", "'") or "'" in title
        )


@pytest.mark.parametrize(
    "name", ["Upper.yaml", "with space.yaml", "x.yml", "（一）.yaml", "../x.yaml2"]
)
def test_name_that_does_not_suit_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudyError, match="small letters"):
        save_text("text", tmp_path / name)


def test_a_file_may_have_a_chinese_name(tmp_path: Path) -> None:
    assert save_text("text", tmp_path / "机场优先_2.yaml").read_text(encoding="utf-8") == "text"


def test_file_is_never_overwritten_and_folder_must_be_there(tmp_path: Path) -> None:
    save_text("one", tmp_path / "a.yaml")
    with pytest.raises(StudyError, match="the file exists and is kept"):
        save_text("two", tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "one"
    with pytest.raises(StudyError, match="no such folder"):
        save_text("x", tmp_path / "none" / "a.yaml")


def test_nothing_moved_is_a_scenario_too(small_study: Study, deck: Any, tmp_path: Path) -> None:
    fresh = small_study.deck(members=12)
    saved = small_study.scenario(str(fresh.save(tmp_path / "still.yaml")))
    assert saved.sha256 == small_study.scenario("current_policy").sha256
