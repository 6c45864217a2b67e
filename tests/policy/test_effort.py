"""The effort file: the shipped one, Chinese names, rules, and one bad file for each mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mistakes import Mistake, accepted, each_mistake
from qiantang.policy.effort import effort_path
from qiantang.study import Study


def test_the_shipped_file_prices_every_lever_and_the_plan_costs_a_hundred(study: Study) -> None:
    effort = study.effort
    assert set(effort.levers) == set(study.vocabulary.levers)
    assert effort.cost(study.vocabulary.levers).sum() == pytest.approx(100)
    assert all(record.grade == "judgement" for record in effort.levers.values())


def test_every_target_has_something_that_may_stand_in_its_way(study: Study) -> None:
    for target in study.plan.targets.targets:
        assert any(limit.stands_before(target.id) for limit in study.effort.file.limits)


def test_levers_may_be_named_in_chinese(study: Study, tmp_path: Path) -> None:
    text = effort_path(study.folder).read_text(encoding="utf-8")
    file = tmp_path / "effort.yaml"
    rule = 'rules:\n  - {id: one, at_most: 1, of: [机场能力, ground_transport], note: "One."}\n'
    text = text.replace("  airport_capacity:\n", "  机场能力:\n").replace("rules: []\n", rule)
    file.write_text(text, encoding="utf-8")
    effort = study.effort_in(file)
    assert effort.levers["airport_capacity"] == study.effort.levers["airport_capacity"]
    levers = list(study.vocabulary.levers)
    counted = effort.counted(effort.file.rules[0], levers)
    assert [name for name, yes in zip(levers, counted, strict=True) if yes] == [
        "airport_capacity",
        "ground_transport",
    ]


def test_a_factor_works_on_each_member_and_a_value_on_all(study: Study) -> None:
    delivery = next(limit for limit in study.effort.file.limits if limit.id == "delivery")
    times = {name: np.array([2.0, 4.0]) for name in delivery.times}
    assert delivery.loosened(times)["air_routes_delivery_time"].tolist() == [1.0, 2.0]
    slots = next(limit for limit in study.effort.file.limits if limit.id == "slot_rule")
    assert slots.loosened({})["slot_ceiling"] == slots.set["slot_ceiling"]


@each_mistake("effort")
def test_a_bad_file_gives_its_one_line(mistake: Mistake, study: Study, tmp_path: Path) -> None:
    mistake.refused(lambda path: study.effort_in(path), tmp_path)


def test_the_text_that_is_edited_is_sound(study: Study, tmp_path: Path) -> None:
    accepted("effort", lambda path: study.effort_in(path), tmp_path)
