"""Comparisons: member by member, and only of what may be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qiantang.compare import compare
from qiantang.compare.differences import differences
from qiantang.compare.sides import Side
from qiantang.faults import StudyError
from qiantang.results import write_results
from qiantang.study import Study
from qiantang.sweep import local
from qiantang.sweep.designs import read_design
from qiantang.sweep.plan import plan_sweep
from qiantang.sweep.sweeping import run_sweep

BASIS = {"model": "m", "fit": "f", "drivers": "d", "seed": "1", "members": "200"}


@pytest.fixture
def sides(small_study: Study) -> tuple[Side, Side]:
    rng = np.random.default_rng(1)
    left = rng.normal(40, 5, 200)
    right = left + rng.normal(1, 0.1, 200)
    return (
        Side("a", BASIS, (), {("one",): {"passengers": left}}),
        Side("b", BASIS, (), {("two",): {"passengers": right}}),
    )


def test_a_scenario_does_not_differ_from_itself(small_study: Study) -> None:
    found = compare(small_study, "current_policy", "current_policy", members=6)
    assert all(row.median == row.p05 == row.p95 == 0 for row in found.rows)
    assert len(found.rows) == len(small_study.plan.targets.targets)


def test_the_difference_is_that_of_each_member(small_study: Study) -> None:
    found = compare(small_study, "current_policy", "plan_in_full", members=12)
    runs = small_study.run(["current_policy", "plan_in_full"], members=12, seed=1)
    values = runs["passengers"].sel(time=2020)
    expected = (values[1] - values[0]).median().item()
    row = next(row for row in found.rows if row.target == "passengers")
    assert row.median == pytest.approx(expected)
    assert (row.scenario_a, row.scenario_b) == ("current_policy", "plan_in_full")
    assert found.paired


def test_common_members_make_the_interval_narrow(
    sides: tuple[Side, Side], small_study: Study
) -> None:
    targets = small_study.plan.targets.targets
    (row,) = differences(*sides, targets).rows
    assert row.median == pytest.approx(1, abs=0.05)
    assert row.p95 - row.p05 < 0.5
    assert row.higher == 1
    other = replace(sides[1], basis=BASIS | {"seed": "2"})
    loose = differences(sides[0], other, targets, force=True)
    assert not loose.paired
    assert loose.rows[0].p95 - loose.rows[0].p05 > 10


@pytest.mark.parametrize("key", ["model", "fit", "drivers", "seed", "members"])
def test_what_was_made_from_other_things_is_refused(
    key: str, sides: tuple[Side, Side], small_study: Study
) -> None:
    other = replace(sides[1], basis=BASIS | {key: "another"})
    targets = small_study.plan.targets.targets
    with pytest.raises(StudyError) as caught:
        differences(sides[0], other, targets)
    assert [fault.where for fault in caught.value.faults] == [key]
    assert differences(sides[0], other, targets, force=True).notes


def test_runs_of_files(small_study: Study, tmp_path: Path) -> None:
    for name, scenario in (("a", "current_policy"), ("b", "plan_in_full")):
        write_results(small_study.run([scenario], members=6).dataset, tmp_path / f"{name}.nc")
    found = compare(small_study, str(tmp_path / "a.nc"), str(tmp_path / "b.nc"))
    direct = compare(small_study, "current_policy", "plan_in_full", members=6)
    assert [row.median for row in found.rows] == [row.median for row in direct.rows]
    write_results(small_study.run(["plan_in_full"], members=7).dataset, tmp_path / "c.nc")
    with pytest.raises(StudyError, match="numbers of members"):
        compare(small_study, str(tmp_path / "a.nc"), str(tmp_path / "c.nc"))


def test_sweeps_by_their_points(small_study: Study, tmp_path: Path) -> None:
    text = """title: a
title_zh: a
question: b
question_zh: b
kind: grid
scenarios: [{}]
levers_from: plan_in_full
members: 4
seed: 1
axes:
  airport: {{intensity: airport_capacity, unit: Dmnl, values: {}}}
"""
    for name, scenario, values in (("a", "current_policy", [0, 1]), ("b", "plan_in_full", [1]),
                                   ("c", "plan_in_full", [0.5])):  # fmt: skip
        path = tmp_path / f"{name}.yaml"
        path.write_text(text.format(scenario, values), encoding="utf-8")
        plan = plan_sweep(read_design(str(path), small_study), small_study)
        run_sweep(plan, tmp_path / name, local.executor(1))
    found = compare(small_study, str(tmp_path / "a"), str(tmp_path / "b"))
    assert {row.axes["airport"] for row in found.rows} == {1.0}
    assert any("1 of 2 cases" in note for note in found.notes)
    assert "airport" in found.to_pandas()
    with pytest.raises(StudyError, match="shares no scenario and point"):
        compare(small_study, str(tmp_path / "a"), str(tmp_path / "c"))
    with pytest.raises(StudyError, match="two of one kind"):
        compare(small_study, str(tmp_path / "a"), "current_policy")


def test_a_file_without_its_origin_is_refused(small_study: Study, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"as \.nc"):
        compare(small_study, str(path), str(path))
    broken = tmp_path / "a.nc"
    broken.write_bytes(b"no file of this kind")
    with pytest.raises(StudyError, match="cannot be read"):
        compare(small_study, str(broken), str(broken))
