"""Levers that answer: a rule is played out member by member, and moves no bit that it need not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qiantang.ensemble.batch import Outcome
from qiantang.ensemble.case import Case, case_of
from qiantang.ensemble.ensemble import Ensemble, ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.provenance import rules_of
from qiantang.ensemble.readout import readout_of, yearly
from qiantang.faults import StudyError
from qiantang.policy.packages import open_packages
from qiantang.scenario import Scenario
from qiantang.session import open_study
from qiantang.study import Study
from qiantang.sweep.named import read_named
from qiantang.wording import Wording
from qiantang.wording.ruled import date_said, rule_said

ALL = 12  # members of the small study's fit
RISE = {2019.5: 0.0, 2020.0: 1.0}
#: A state whose members lie apart, saved by every run, so that no model is compiled for it.
WATCHED = "talent"


#: What no member has reached at the first of two dates, and every member at the second.
PASSED: dict[str, Any] = {"variable": "passengers_tally", "at": [2019.5, 2023.5]}


def pulled(path: dict[float, float], between: str = "ramp") -> dict[str, Any]:
    """Return a lever as a file gives it."""
    return {"unit": "Dmnl", "path": path, "between": between, "cites": [7], "reading": "assumed",
            "note": "A test."}  # fmt: skip


def scenario(
    study: Study, path: dict[float, float] = RISE, between: str = "ramp", **when: Any
) -> Scenario:
    """Return a scenario that pulls two levers, where a condition is met if one is given."""
    names = ("airport_capacity", "air_routes")
    record = {"name": "answer", "base": "current_policy",
              "levers": {name: pulled(path, between) for name in names}}  # fmt: skip
    rule = {"when": {"variable": WATCHED, **when}} if when else {}
    return read_named(study, [record | rule])[0]


def members_of(study: Study, engine: str = "kernel") -> Ensemble:
    names = ("passengers", "overseas_zones", WATCHED)
    figures = [yearly(study, name, year) for name in names for year in (2018, 2019, 2021, 2024)]
    chosen = choose_members(study, ALL, 1)
    return ensemble_of(study, chosen, 1, readout_of(study, figures), engine)


def run(study: Study, asked: Scenario, engine: str = "kernel") -> Outcome:
    return members_of(study, engine).run_one(case_of(study, asked))


def level(study: Study, date: float) -> float:
    """Return what half of the members lie below at a date, if no lever moves."""
    ensemble = members_of(study)
    batch = ensemble.batch(Case({}, case_of(study, study.scenario("current_policy")).vintages))
    outputs = ensemble.readout.outputs
    found = study.program.run(outputs, np.array([date]), parameters=batch.parameters,
                              paths=batch.paths, members=ALL)  # fmt: skip
    return float(np.median(found.values[outputs.index(WATCHED), 0]))


@pytest.mark.parametrize("engine", ["numpy", "kernel"])
def test_a_rule_never_met_is_the_plain_run_and_one_always_met_the_lever_to_the_bit(
    small_study: Study, engine: str
) -> None:
    plain = run(small_study, small_study.scenario("current_policy"), engine).read
    lever = run(small_study, scenario(small_study), engine).read
    never = run(small_study, scenario(small_study, below=-1, at=2019.5), engine)
    always = run(small_study, scenario(small_study, above=-1, at=2019.5), engine)
    assert [never.acts[0].any(), always.acts[0].all()] == [False, True]
    assert never.read.tobytes() == plain.tobytes()
    assert always.read.tobytes() == lever.tobytes()
    assert (lever != plain).any(axis=1).sum() > 3


def test_each_member_runs_as_with_the_lever_or_as_without_it(small_study: Study) -> None:
    plain = run(small_study, small_study.scenario("current_policy")).read
    lever = run(small_study, scenario(small_study)).read
    found = run(small_study, scenario(small_study, below=level(small_study, 2019.5), at=2019.5))
    acts = found.acts[0][0]
    assert acts.sum() == ALL // 2
    np.testing.assert_array_equal(found.read, np.where(acts, lever, plain))


def test_levers_that_answer_later_come_so_much_later(small_study: Study) -> None:
    later = {time + 4.0: value for time, value in RISE.items()}
    lever = run(small_study, scenario(small_study, later)).read
    delayed = run(small_study, scenario(small_study, above=-1, at=2019.5, delay=4.0))
    np.testing.assert_array_equal(delayed.read, lever)
    second = run(small_study, scenario(small_study, **PASSED, above=370.0))
    assert second.acts[0].mean(axis=1).tolist() == [0.0, 1.0]
    np.testing.assert_array_equal(second.read, lever)


def test_while_lets_go_when_the_condition_has_passed(small_study: Study) -> None:
    once = run(small_study, scenario(small_study, {2019.5: 0.5}, **PASSED, below=370.0))
    assert once.acts[0].mean(axis=1).tolist() == [1.0, 1.0]
    held = scenario(small_study, {2019.5: 0.5}, **PASSED, below=370.0, lasts="while")
    found = run(small_study, held)
    assert found.acts[0].mean(axis=1).tolist() == [1.0, 0.0]
    short = scenario(small_study, {2000.0: 0.0, 2019.5: 0.5, 2023.5: 0.0}, between="step")
    np.testing.assert_array_equal(found.read, run(small_study, short).read)


def test_a_history_is_shared_until_the_first_date(small_study: Study) -> None:
    cases = [case_of(small_study, scenario(small_study, above=x, at=2019.5)) for x in (-1, 1e9)]
    ensemble = members_of(small_study)
    shared = ensemble.sharing(cases)
    assert shared.trunk == 2019.5
    for case, found in zip(cases, shared.run(cases), strict=True):
        assert found.read.tobytes() == ensemble.run_one(case).read.tobytes()


def test_a_rule_is_part_of_what_a_case_and_a_scenario_are(small_study: Study) -> None:
    one, other = (scenario(small_study, below=x, at=2019.5) for x in (1.0, 2.0))
    assert one.sha256 != other.sha256
    cases = [case_of(small_study, s) for s in (one, other, one)]
    assert cases[0] == cases[2] != cases[1]
    assert [o.read.shape for o in members_of(small_study).run(cases)] == [(12, ALL)] * 3


def test_a_file_built_on_a_rule_may_take_its_levers_back(
    small_study: Study, tmp_path: Path
) -> None:
    text = """title: T
question: Q?
base: {base}
{when}levers:
  airport_capacity:
    {{unit: Dmnl, path: {{2019.5: 0, 2020.0: 1}}, between: ramp, cites: [7], reading: assumed,
     note: N}}
"""
    rule = "when: {variable: talent, below: 1, at: 2019.5}\n"
    (tmp_path / "first.yaml").write_text(text.format(base="current_policy", when=rule), "utf-8")
    (tmp_path / "second.yaml").write_text(text.format(base="first", when=""), "utf-8")
    first, second = (small_study.scenario(str(tmp_path / f"{n}.yaml")) for n in ("first", "second"))
    assert (list(first.rules[0].levers), list(first.levers)) == (["airport_capacity"], [])
    assert (second.rules, list(second.levers)) == ((), ["airport_capacity"])
    assert first.moved == second.moved


def test_runs_tell_the_rule_and_how_often_it_was_met(small_study: Study) -> None:
    asked = scenario(small_study, below=level(small_study, 2019.5), at=2019.5)
    runs = open_study(small_study.folder).run(asked, members=ALL)
    (told,) = rules_of(runs.dataset)["answer"]
    assert (told.met, told.levers) == (0.5, ("airport_capacity", "air_routes"))
    assert told.when == asked.rules[0].when
    plain = open_study(small_study.folder).run("current_policy", members=1)
    assert "rules" not in plain.dataset.attrs


def test_a_rule_in_words(small_study: Study) -> None:
    asked = scenario(small_study, below=40, at=2019.5)
    when = asked.rules[0].when.model_copy(update={"variable": "passengers"})
    levers = ["airport_capacity"]
    english, chinese = Wording(small_study, "en"), Wording(small_study, "zh")
    assert rule_said(when, levers, english) == (
        "if passengers are below 40 million in mid-2019, then pull Airport capacity"
    )
    assert rule_said(when, levers, chinese, 0.25) == (
        "若2019年年中旅客吞吐量低于4000万人次，则启动机场能力（在25%的样本中触发）"
    )
    late = when.model_copy(update={"at": [2019.0, 2019.25], "delay": 0.5, "lasts": "while",
                                   "below": None, "above": 40.0})  # fmt: skip
    assert rule_said(late, levers, english) == (
        "as long as passengers are above 40 million at the start of 2019 or at the end of the "
        "first quarter of 2019, pull Airport capacity 6 months later"
    )
    assert [date_said(date, chinese) for date in (2020.0, 2019.75, 2019.375)] == [
        "2020年年初", "2019年三季度末", "2019年5月",
    ]  # fmt: skip


def test_levers_that_answer_are_not_moved_from_outside(small_study: Study, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(
        "title: T\nquestion: Q?\nbase: current_policy\n"
        "when: {variable: talent, below: 1, at: 2019.5}\nlevers:\n  airport_capacity:\n"
        "    {unit: Dmnl, path: {2019.5: 1}, between: step, cites: [7], reading: assumed,\n"
        "     note: N}\n",
        encoding="utf-8",
    )
    with pytest.raises(StudyError, match=r"answers.yaml: when: its levers answer to a rule"):
        open_packages(small_study, base=str(file), members=2)
