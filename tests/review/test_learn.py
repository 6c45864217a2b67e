"""What would be worth knowing before a choice among the scenarios of a study."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.naming import find_target
from qiantang.review.learn import Lessons, effort_of, learn
from qiantang.session import OpenStudy
from review.conftest import MEMBERS


@pytest.fixture(scope="module")
def lessons(reviewed_study: OpenStudy) -> Lessons:
    target = find_target(reviewed_study, "destinations")
    return learn(reviewed_study, target, worths=(1e-6, 300.0), members=MEMBERS)


def test_effort_is_nought_at_rest_and_whole_in_the_full_plan(reviewed_study: OpenStudy) -> None:
    target = find_target(reviewed_study, "destinations")
    costs = {
        name: effort_of(reviewed_study, reviewed_study.scenario(name), target)
        for name in ("current_policy", "plan_in_full", "slow_start", "push_airport")
    }
    whole = sum(lever.cost for lever in reviewed_study.effort.levers.values())
    assert costs["current_policy"] == 0.0
    assert costs["plan_in_full"] == pytest.approx(whole)
    assert 0.0 < costs["slow_start"] < costs["plan_in_full"]
    assert 0.0 < costs["push_airport"] < costs["plan_in_full"]


def test_nothing_is_worth_more_than_everything(lessons: Lessons) -> None:
    everything, *others = lessons.lessons
    assert everything.kind == "everything"
    assert {one.kind for one in others} == {"parameters", "deviation", "driver", "figure"}
    for one in others:
        for mine, most in zip(one.worth, everything.worth, strict=True):
            assert 0.0 <= mine.value <= most.value


def test_where_the_target_is_worth_nothing_no_knowledge_is(lessons: Lessons) -> None:
    assert lessons.choices[0] == "current_policy"
    for one in lessons.lessons:
        assert one.worth[0].value < 1e-6


def test_the_command_prints_the_choice_and_what_to_know(reviewed_study: OpenStudy) -> None:
    words = ["learn", "--target", "destinations", "--members", str(MEMBERS), "--worth", "300"]
    words += ["--study", str(reviewed_study.folder)]
    told = CliRunner().invoke(program, [*words, "--json"])
    assert told.exit_code == 0, told.output
    record = json.loads(told.output)
    assert record["worths"] == [300.0]
    assert len(record["chances"]) == len(record["scenarios"]) > 2
    shown = CliRunner().invoke(program, words)
    assert "= chosen now" in shown.output
    assert "would change no choice" in shown.output
