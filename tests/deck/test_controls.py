"""Sliders stand in the plan's chapters, and start where the base is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qiantang.deck.controls import control_groups, home_chapter, scaled, start_intensities
from qiantang.faults import StudyError
from qiantang.study import Study


def test_every_lever_of_the_plan_has_one_slider(study: Study) -> None:
    plan, base = study.scenario("plan_in_full"), study.scenario("current_policy")
    controls = [c for group in control_groups(study, plan, base) for c in group.controls]
    assert sorted(c.lever for c in controls) == sorted(
        item.identifier for item in study.dictionary.levers()
    )
    assert len({c.lever for c in controls}) == len(controls) == 19


def test_groups_are_chapters_in_order_with_both_names(study: Study) -> None:
    groups = control_groups(study, study.scenario("plan_in_full"), study.scenario("current_policy"))
    numbers = [group.number for group in groups]
    chapters = {chapter.number: chapter for chapter in study.plan.articles.chapters}
    assert numbers == sorted(numbers)
    for group in groups:
        assert (group.title, group.title_zh) == (
            chapters[group.number].title, chapters[group.number].title_zh)  # fmt: skip


@pytest.mark.parametrize(
    ("lever", "chapter"),
    [("airport_capacity", 3), ("business_cost", 11), ("government_service", 11),
     ("going_global", 6), ("plan_organisation", 12), ("opening_platforms", 2), ("unknown", 0)],
)  # fmt: skip
def test_home_of_a_lever_is_the_chapter_that_leans_on_it(
    study: Study, lever: str, chapter: int
) -> None:
    assert home_chapter(study.plan.articles, lever) == chapter


def test_articles_of_a_control_name_the_lever_and_are_said_in_both_languages(study: Study) -> None:
    by_number = {article.number: article for article in study.plan.articles.articles}
    groups = control_groups(study, study.scenario("plan_in_full"), study.scenario("current_policy"))
    for control in (c for group in groups for c in group.controls):
        assert all(control.lever in by_number[number].levers for number in control.articles)
    air = next(c for group in groups for c in group.controls if c.lever == "air_routes")
    assert air.cited == {"zh": "第七条", "en": "art. 7"}


def test_sliders_start_at_the_base(study: Study) -> None:
    plan = study.scenario("plan_in_full")
    assert set(start_intensities(plan, study.scenario("current_policy")).values()) == {0.0}
    assert set(start_intensities(plan, study.scenario("pandemic_as_happened")).values()) == {1.0}
    push = start_intensities(plan, study.scenario("push_airport"))
    assert push["airport_capacity"] == 1.0
    assert push["city_brand"] == 0.0


def test_base_of_another_timing_is_refused_lever_by_lever(study: Study) -> None:
    with pytest.raises(StudyError, match="plan='slow_start'") as caught:
        start_intensities(study.scenario("plan_in_full"), study.scenario("slow_start"))
    assert len(caught.value.faults) == 19
    slow = study.scenario("slow_start")
    assert set(start_intensities(slow, slow).values()) == {1.0}


def test_lever_without_slider_is_refused(study: Study) -> None:
    plan = study.scenario("plan_in_full")
    less = replace(plan, levers={k: v for k, v in plan.levers.items() if k != "city_brand"})
    with pytest.raises(StudyError, match=r"levers\.city_brand: is not a lever of plan_in_full"):
        start_intensities(less, plan)


def test_slider_scales_the_whole_path_and_keeps_its_timing(study: Study) -> None:
    plan = study.scenario("plan_in_full")
    lever = scaled(plan.levers["air_routes"], 0.4)
    half = replace(plan, levers={"air_routes": lever})
    part, full = half.path("air_routes"), plan.path("air_routes")
    assert part.times.tolist() == full.times.tolist()
    assert part.values.tolist() == [round(0.4 * value, 10) for value in full.values]
    assert lever.reading == "assumed"
    assert "40%" in lever.note
