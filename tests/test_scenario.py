"""Scenario files: the shipped ones, inheritance, paths, and one bad file for each mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mistakes import Mistake, accepted, each_mistake, mistakes
from qiantang.faults import StudyError
from qiantang.model.mdl import read_dictionary
from qiantang.plan.targets import read_articles
from qiantang.rule import STEP_WIDTH
from qiantang.scenario import (
    Scenario,
    Vocabulary,
    read_scenario,
    resolve,
    scenario_names,
)
from qiantang.whenfaults import Watched

Array = npt.NDArray[np.float64]
SCENARIOS = Path(__file__).parents[1] / "scenarios"
START = 2018.5
ARTICLES = read_articles(SCENARIOS / "plan" / "articles.yaml").articles
LEVERS = sorted({lever for article in ARTICLES for lever in article.levers})
DRIVERS = {
    "added_us_tariff",
    "exchange_rate",
    "national_border_passengers",
    "national_cargo",
    "national_deflator",
    "national_exports",
    "national_fdi",
    "national_gdp",
    "national_imports",
    "national_outward_investment",
    "national_passengers",
}
VOCABULARY = Vocabulary(
    levers=dict.fromkeys(LEVERS, ("Dmnl", 0.0, 1.0)),
    drivers=DRIVERS,
    vintages={"2018", "actual"},
    articles={article.number for article in ARTICLES},
    time=(2000.0, 2026.0),
    chinese={
        item.identifier: item.meaning_zh
        for item in read_dictionary(SCENARIOS.parent / "model" / "hangzhou.mdl").levers()
    },
    vintage="2018",
    watched=Watched({"passengers": ("Mpax/Year", "旅客吞吐量")}, (2000.0, 2026.0), 1 / 64),
)
SCENARIO = """title: Customs first
title_zh: 通关先行
question: What does faster clearance bring?
question_zh: 加快通关能带来什么？
base: {base}
levers:
  customs_facilitation:
    unit: Dmnl
    path: {path}
    between: {between}
    cites: [28]
    reading: assumed
    note: {note}
"""


def knots(scenario: Scenario, lever: str) -> tuple[Array, Array]:
    path = scenario.path(lever)
    return path.times, path.values


def write(
    folder: Path,
    name: str,
    *,
    base: str = "null",
    path: str = "{2018.5: 0, 2019.0: 1}",
    between: str = "ramp",
    note: str = "Ours.",
    more: str = "",
) -> Path:
    file = folder / f"{name}.yaml"
    text = SCENARIO.format(base=base, path=path, between=between, note=note) + more
    file.write_text(text, encoding="utf-8")
    return file


def test_the_plan_has_nineteen_levers() -> None:
    assert len(LEVERS) == 19


@pytest.mark.parametrize("name", scenario_names(SCENARIOS))
def test_shipped_scenarios_resolve_and_name_their_schema(name: str) -> None:
    scenario = resolve(name, SCENARIOS, VOCABULARY)
    first = scenario.files[0].read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schemas/scenario.json"
    assert scenario.vintage == "2018"


@pytest.mark.parametrize("name", scenario_names(SCENARIOS))
def test_every_lever_starts_from_the_policy_of_2017_when_the_plan_is_published(name: str) -> None:
    scenario = resolve(name, SCENARIOS, VOCABULARY)
    for lever in scenario.levers:
        times, values = knots(scenario, lever)
        assert values[0] == 0
        assert times[0] >= START


@pytest.mark.parametrize("name", scenario_names(SCENARIOS))
def test_a_lever_cites_the_articles_that_name_it(name: str) -> None:
    for lever, setting in resolve(name, SCENARIOS, VOCABULARY).levers.items():
        assert setting.cites == [a.number for a in ARTICLES if lever in a.levers]


def test_every_article_is_cited_or_explained() -> None:
    full = resolve("plan_in_full", SCENARIOS, VOCABULARY)
    cited = {number for setting in full.levers.values() for number in setting.cites}
    for article in ARTICLES:
        assert (article.number in cited) == article.modelled
        assert article.modelled or article.why_not


def test_current_policy_moves_no_lever_and_the_plan_moves_all() -> None:
    assert not resolve("current_policy", SCENARIOS, VOCABULARY).levers
    full = resolve("plan_in_full", SCENARIOS, VOCABULARY)
    assert sorted(full.levers) == LEVERS
    assert all(knots(full, lever)[1][-1] == 1 for lever in LEVERS)


def test_the_plan_as_staffed_differs_in_organisation_alone() -> None:
    full = resolve("plan_in_full", SCENARIOS, VOCABULARY)
    staffed = resolve("plan_as_staffed", SCENARIOS, VOCABULARY)
    differ = {lever for lever in LEVERS if full.levers[lever] != staffed.levers[lever]}
    assert differ == {"plan_organisation"}
    assert knots(staffed, "plan_organisation")[1].tolist() == [0.0]


def test_each_sector_push_is_a_part_of_the_plan_and_no_lever_is_in_two() -> None:
    full = resolve("plan_in_full", SCENARIOS, VOCABULARY)
    pushes = [resolve(n, SCENARIOS, VOCABULARY) for n in scenario_names(SCENARIOS) if "push" in n]
    moved = [lever for push in pushes for lever in push.levers]
    assert len(moved) == len(set(moved))
    assert set(LEVERS) - set(moved) == {"city_brand", "plan_organisation"}
    assert all(p.levers[lever] == full.levers[lever] for p in pushes for lever in p.levers)


def test_slow_start_is_below_the_plan_at_every_time() -> None:
    grid = np.arange(2018, 2026, 1 / 16)
    full = resolve("plan_in_full", SCENARIOS, VOCABULARY)
    slow = resolve("slow_start", SCENARIOS, VOCABULARY)
    for lever in LEVERS:
        early = np.interp(grid, *knots(full, lever))
        late = np.interp(grid, *knots(slow, lever))
        assert (late <= early).all()
        assert (late < early).any()


def test_the_two_worlds_are_the_plan_under_other_drivers() -> None:
    full = resolve("plan_in_full", SCENARIOS, VOCABULARY)
    tariffs = resolve("tariffs_as_happened", SCENARIOS, VOCABULARY)
    pandemic = resolve("pandemic_as_happened", SCENARIOS, VOCABULARY)
    assert full.levers == tariffs.levers == pandemic.levers
    assert tariffs.drivers == {"added_us_tariff": "actual"}
    assert set(pandemic.drivers) == DRIVERS
    assert pandemic.driver_vintage("national_cargo") == "actual"
    assert tariffs.driver_vintage("national_cargo") == "2018"


def test_a_scenario_takes_from_its_base_what_it_does_not_say(tmp_path: Path) -> None:
    write(tmp_path, "parent", more="drivers: {added_us_tariff: actual}\nvintage: actual\n")
    write(
        tmp_path,
        "child",
        base="parent",
        path="{2019.0: 0.5}",
        more="drivers: {national_cargo: 2018}\n",
    )
    child = resolve("child", tmp_path, VOCABULARY)
    assert child.levers["customs_facilitation"].path == {2019.0: 0.5}
    assert child.drivers == {"added_us_tariff": "actual", "national_cargo": "2018"}
    assert child.vintage == "actual"
    assert [file.stem for file in child.files] == ["child", "parent"]


def test_a_file_of_ones_own_may_start_from_a_shipped_scenario(tmp_path: Path) -> None:
    mine = write(tmp_path, "mine", base="plan_in_full", path="{2018.5: 0}")
    scenario = resolve(str(mine), SCENARIOS, VOCABULARY)
    assert scenario.name == "mine"
    assert sorted(scenario.levers) == LEVERS
    assert knots(scenario, "customs_facilitation")[1].tolist() == [0.0]


def test_a_ramp_is_a_straight_line_and_holds_its_ends(tmp_path: Path) -> None:
    write(tmp_path, "ramp", path="{2018.5: 0.2, 2019.5: 1}")
    ramped = knots(resolve("ramp", tmp_path, VOCABULARY), "customs_facilitation")
    at = np.interp([2000, 2018.5, 2019, 2019.5, 2026], *ramped)
    np.testing.assert_allclose(at, [0.2, 0.2, 0.6, 1, 1], rtol=0, atol=1e-12)


def test_a_step_holds_each_value_until_the_next(tmp_path: Path) -> None:
    write(tmp_path, "step", path="{2018.5: 0.2, 2019.5: 1, 2020: 0.4}", between="step")
    times, values = knots(resolve("step", tmp_path, VOCABULARY), "customs_facilitation")
    assert times.tolist() == [2018.5, 2019.5 - STEP_WIDTH, 2019.5, 2020 - STEP_WIDTH, 2020]
    assert values.tolist() == [0.2, 0.2, 1, 1, 0.4]
    at = np.interp([2010, 2019, 2019.4375, 2019.5, 2019.9375, 2020, 2026], times, values)
    assert at.tolist() == [0.2, 0.2, 0.2, 1, 1, 0.4, 0.4]


def test_a_lever_that_is_not_set_has_no_path(tmp_path: Path) -> None:
    write(tmp_path, "one")
    with pytest.raises(KeyError):
        knots(resolve("one", tmp_path, VOCABULARY), "city_brand")


def test_the_digest_follows_what_moves_a_result_and_not_the_words(tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, "words", note="Another note.")
    write(tmp_path, "path", path="{2018.5: 0, 2019.0: 0.9}")
    write(tmp_path, "step", between="step")
    write(tmp_path, "driver", more="drivers: {added_us_tariff: actual}\n")
    digest = {name: resolve(name, tmp_path, VOCABULARY).sha256 for name in scenario_names(tmp_path)}
    assert digest["a"] == digest["words"]
    assert len(set(digest.values())) == len(digest) - 1


def test_the_vintage_2018_may_stand_without_quotes(tmp_path: Path) -> None:
    write(tmp_path, "plain", more="vintage: 2018\n")
    assert resolve("plain", tmp_path, VOCABULARY).vintage == "2018"


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, "many", path="{2018.5: 2, 2017: true}", between="bend", more="x: 1\n")
    with pytest.raises(StudyError) as caught:
        read_scenario(file, VOCABULARY)
    lines = [fault.line for fault in caught.value.faults]
    assert lines == [9, 9, 9, 10, 14]


def test_a_name_without_a_file_is_refused_with_the_nearest() -> None:
    with pytest.raises(StudyError, match=r"no such scenario \(did you mean plan_in_full\?\)"):
        resolve("plan_in_ful", SCENARIOS, VOCABULARY)


@each_mistake("scenarios")
def test_a_bad_file_gives_its_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(lambda file: resolve(str(file), SCENARIOS, VOCABULARY), tmp_path)


def test_the_text_that_is_edited_is_sound(tmp_path: Path) -> None:
    accepted("scenarios", lambda file: resolve(str(file), SCENARIOS, VOCABULARY), tmp_path)


def test_a_lever_may_be_named_in_chinese(tmp_path: Path) -> None:
    file = write(tmp_path, "zh")
    text = file.read_text(encoding="utf-8").replace("customs_facilitation", "通关便利化")
    file.write_text(text, encoding="utf-8")
    write(tmp_path, "en")
    chinese = resolve("zh", tmp_path, VOCABULARY)
    assert list(chinese.levers) == ["customs_facilitation"]
    assert chinese.sha256 == resolve("en", tmp_path, VOCABULARY).sha256


def test_a_chinese_name_replaces_the_lever_of_an_english_base(tmp_path: Path) -> None:
    write(tmp_path, "parent")
    file = write(tmp_path, "child", base="parent", path="{2019.0: 0.5}")
    text = file.read_text(encoding="utf-8").replace("customs_facilitation", "通关便利化")
    file.write_text(text, encoding="utf-8")
    child = resolve("child", tmp_path, VOCABULARY)
    assert {name: lever.path for name, lever in child.levers.items()} == {
        "customs_facilitation": {2019.0: 0.5}
    }


def test_there_are_bad_files_enough() -> None:
    assert len(mistakes("scenarios")) >= 70
