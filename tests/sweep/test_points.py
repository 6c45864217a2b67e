"""Points and cases: how each kind lays them out, and what an axis does to a scenario."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qiantang.ensemble.case import Case
from qiantang.ensemble.reach import measure
from qiantang.ensemble.runs import run_resolved
from qiantang.study import Study
from qiantang.sweep import sampling
from qiantang.sweep.plan import SweepPlan

from .parts import Plan

HEAD = "scenarios: [plan_in_full]\nmembers: 3\nseed: 4\n"


def case_at(plan: SweepPlan, point: int) -> Case:
    return plan.cases[plan.case_of[point]]


def test_a_grid_has_every_combination_and_each_question_is_run_once(plan: Plan) -> None:
    grid = plan()
    assert [move.name for move in grid.moves] == ["airport", "late"]
    assert grid.points == [(a, b) for a in (0.0, 0.5, 1.0) for b in (0.0, 1.0)]
    assert len(grid.case_of) == 12
    # Current policy with no airport is one case whatever the delay.
    assert grid.case_of[0] == grid.case_of[1]
    assert len(grid.cases) == 11


def test_one_at_a_time_and_pairs_start_from_the_base(plan: Plan) -> None:
    axes = """axes:
  airport: {intensity: airport_capacity, unit: Dmnl, values: [0, 0.5], base: 1}
  execution: {uncertainty: execution_base, unit: Dmnl, quantiles: [0.05, 0.95]}
"""
    one = plan("kind: one_at_a_time\n" + HEAD + axes)
    assert one.points[:3] == [(1.0, None), (0.0, None), (0.5, None)]
    assert len(one.points) == 5
    two = plan("kind: pairs\n" + HEAD + axes)
    assert len(two.points) == 5 + 4
    assert None not in two.points[-1]


def test_each_is_one_axis_a_lever(plan: Plan, small_study: Study) -> None:
    pairs = plan(
        "kind: pairs\nscenarios: [current_policy]\nlevers_from: plan_in_full\nmembers: 2\nseed: 1\n"
        "axes:\n  full: {intensity: each, unit: Dmnl, values: [1]}\n"
    )
    levers = len(small_study.vocabulary.levers)
    assert len(pairs.points) == 1 + levers + levers * (levers - 1) // 2
    assert len(pairs.cases) == len(pairs.points)
    assert list(case_at(pairs, 1).levers) == [pairs.moves[0].names[0]]


def test_a_latin_hypercube_fills_every_strip() -> None:
    cube = sampling.latin_hypercube(50, 3, 7)
    for column in cube.T:
        assert sorted(np.floor(column * 50).astype(int)) == list(range(50))
    assert np.array_equal(cube, sampling.latin_hypercube(50, 3, 7))
    assert not np.array_equal(cube, sampling.latin_hypercube(50, 3, 8))


def test_sobol_points_are_balanced_and_never_at_an_end() -> None:
    cube = sampling.sobol(64, 5, 3)
    assert cube.min() > 0
    assert cube.max() < 1
    for column in cube.T:
        assert np.bincount((column * 64).astype(int), minlength=64).tolist() == [1] * 64


def test_saltelli_rows_differ_from_the_first_block_in_one_column() -> None:
    cube = sampling.saltelli(8, 3, 1).reshape(5, 8, 3)
    for axis in range(3):
        same = np.isclose(cube[0], cube[axis + 1]).all(axis=0)
        assert same.tolist() == [place != axis for place in range(3)]
        assert np.array_equal(cube[axis + 1][:, axis], cube[-1][:, axis])


def test_a_sample_goes_through_values_ranges_and_priors(plan: Plan, small_study: Study) -> None:
    drawn = plan(
        "kind: latin_hypercube\nsize: 40\n" + HEAD + "axes:\n"
        "  world: {vintage: all, values: [2018, actual]}\n"
        "  begins: {start: all, unit: Year, range: [2018.5, 2020]}\n"
        "  execution: {uncertainty: execution_base, unit: Dmnl, range: prior}\n"
    )
    world, begins, execution = zip(*drawn.points, strict=True)
    assert world.count("2018") == world.count("actual") == 20
    assert 2018.5 < min(begins) < max(begins) < 2020
    record = small_study.priors.records[small_study.priors.names.index("execution_base")]
    low, middle, high = np.quantile(execution, [0.05, 0.5, 0.95])
    assert middle == pytest.approx(record.central, abs=0.02)
    assert low == pytest.approx(record.p05, abs=0.05)
    assert high == pytest.approx(record.p95, abs=0.05)


def test_intensity_start_and_delay_shape_a_lever(plan: Plan, small_study: Study) -> None:
    text = (
        "kind: list\n" + HEAD + "axes:\n"
        "  half: {intensity: airport_capacity, unit: Dmnl}\n"
        "  begins: {start: airport_capacity, unit: Year}\n"
        "  late: {delay: all, unit: Year}\n"
        "points:\n  - {}\n  - {half: 0.5}\n  - {begins: 2020}\n  - {late: 1, begins: 2019}\n"
        "  - {half: 0}\n"
    )
    shaped = plan(text)
    levers = [
        {n: (tuple(k.times), tuple(k.values)) for n, k in case_at(shaped, p).levers.items()}
        for p in range(5)
    ]
    times, values = levers[0]["airport_capacity"]
    assert levers[1]["airport_capacity"] == (times, tuple(0.5 * v for v in values))
    assert levers[2]["airport_capacity"][0][0] == 2020
    assert levers[2]["air_routes"] == levers[0]["air_routes"]
    assert levers[3]["airport_capacity"][0][0] == 2020
    assert levers[3]["air_routes"][0][0] == times[0] + 1
    assert all(a < b for a, b in pairwise(levers[3]["air_routes"][0]))
    assert "airport_capacity" not in levers[4]


def test_a_lever_may_be_named_in_chinese(plan: Plan, small_study: Study) -> None:
    name = small_study.dictionary["airport_capacity"].meaning_zh
    text = "kind: grid\n" + HEAD + "axes:\n  a: {{intensity: {}, unit: Dmnl, values: [0.5]}}\n"
    english, chinese = (plan(text.format(word)) for word in ("airport_capacity", name))
    assert english.cases == chinese.cases


def test_vintage_and_parameter_reach_the_run(plan: Plan) -> None:
    both = plan(
        "kind: list\n" + HEAD + "axes:\n"
        "  tariff: {vintage: added_us_tariff}\n"
        "  execution: {uncertainty: execution_base, unit: Dmnl}\n"
        "points:\n  - {tariff: actual, execution: 0.5}\n"
    )
    case = case_at(both, 0)
    assert dict(case.vintages)["added_us_tariff"] == "actual"
    assert set(dict(case.vintages).values()) == {"2018", "actual"}
    assert case.parameters == {"execution_base": 0.5}


def test_a_sweep_without_axes_is_the_run_of_its_scenarios(plan: Plan, small_study: Study) -> None:
    plain = plan(
        "kind: grid\nscenarios: [current_policy, tariffs_as_happened]\n"
        "members: 12\nseed: 6\naxes: {}\n"
    )
    runs = run_resolved(
        small_study,
        [small_study.scenario(n) for n in ("current_policy", "tariffs_as_happened")],
        members=12,
        seed=6,
    )
    found = {place: values for place, values, _ in plain.world.run(plain.cases)}
    for row, target in enumerate(small_study.plan.targets.targets):
        expected = measure(runs.dataset, target.measure)
        for scenario in range(2):
            np.testing.assert_allclose(found[scenario][row], expected[scenario], rtol=1e-9)


def test_cases_side_by_side_give_what_each_gives_alone(plan: Plan) -> None:
    grid = plan()
    together = [values for _, values, _ in grid.world.run(grid.cases)]
    for case, values in zip(grid.cases, together, strict=True):
        ((_, alone, _),) = grid.world.run([case])
        np.testing.assert_allclose(values, alone, rtol=1e-9)


def test_an_axis_moves_the_result(plan: Plan) -> None:
    text = (
        "kind: list\n" + HEAD + "axes:\n"
        "  half: {intensity: all, unit: Dmnl}\n"
        "  late: {delay: all, unit: Year}\n"
        "  execution: {uncertainty: execution_base, unit: Dmnl}\n"
        "  world: {vintage: all}\n"
        "points:\n  - {}\n  - {half: 0.5}\n  - {late: 1}\n  - {execution: 0.5}\n"
        "  - {world: actual}\n"
    )
    moved = plan(text)
    values = np.array([values for _, values, _ in moved.world.run(moved.cases)])
    for point in range(1, 5):
        assert not np.allclose(values[point], values[0])
