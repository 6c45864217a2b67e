"""Engines agree, shared years leave every bit as it is, and cases are known by what they ask."""

from __future__ import annotations

import numpy as np
import pytest

from counts import COUNTS
from few_runs import ALL, SHIPPED, few, passengers
from qiantang.ensemble.case import Case, case_of
from qiantang.session import OpenStudy
from qiantang.study import Study


def assert_agree(
    study: Study, scenario: str, engines: tuple[str, str], members: int, within: float = 1e-9
) -> None:
    one, two = (few(study, scenario, members=members, engine=engine) for engine in engines)
    for name in one.data_vars.keys() - {"diverged"}:
        mine, other = one[name].to_numpy(), two[name].to_numpy()
        assert np.isfinite(mine).all()
        if name in COUNTS and within > 1e-6:  # a step's shift may move an event, never more
            assert np.abs(mine - other).max() <= 1, name
            continue
        scale = np.abs(mine).max(axis=-1, keepdims=True)
        gap = np.abs(mine - other) / np.maximum(np.maximum(np.abs(mine), 1e-12 * scale), 1e-300)
        assert gap.max() < within, name


def test_kernel_and_numpy_agree(small_study: Study) -> None:
    assert_agree(small_study, "plan_in_full", ("kernel", "numpy"), ALL)


FAST = {"pandemic_as_happened"}  # it moves what the others move, and more


@pytest.mark.parametrize(
    "scenario",
    [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in SHIPPED],
)
def test_kernel_agrees_with_pysd(small_study: Study, scenario: str) -> None:
    # PySD begins a pulse that lies between two steps with the later one: a terminal opens a step
    # later there, and crowding and service follow. With pulses on a step the two agree to 1e-9:
    # tests/engine/test_hangzhou.py.
    assert_agree(small_study, scenario, ("pysd", "kernel"), 1, within=2e-3)


# Years before the scenarios part are run once


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_shared_history_leaves_every_bit_as_it_is(small_study: Study, engine: str) -> None:
    some = SHIPPED if engine == "kernel" else SHIPPED[::2]  # NumPy takes its time
    cases = [case_of(small_study, small_study.scenario(name)) for name in some]
    plain = passengers(small_study, 5, engine)
    shared = plain.sharing(cases)
    assert shared.trunk is not None
    together = [shared.run_one(case) for case in cases]
    assert len({outcome.read.tobytes() for outcome in together}) > 3  # they do differ
    for case, outcome in zip(cases, together, strict=True):
        alone = plain.run_one(case)
        assert np.array_equal(outcome.read, alone.read), case.name
        assert np.array_equal(outcome.diverged, alone.diverged)


def test_histories_are_shared_where_drivers_are_the_same(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    full = type(small_study.program).history

    def counted(*given: object, **asked: object) -> object:
        made.append(full(*given, **asked))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(type(small_study.program), "history", counted)
    few(small_study, "plan_in_full")
    assert made == []
    small_study.run(["plan_in_full", "slow_start", "current_policy"], members=3, engine="numpy")
    (history,) = made
    first = small_study.scenario("plan_in_full")
    starts = min(np.min(first.path(lever).times) for lever in first.levers)
    assert starts <= history.time <= starts + small_study.program.time_step


# Cases


def test_cases_of_a_few_members_run_side_by_side_with_the_bits_of_each_alone(
    small_study: Study,
) -> None:
    scenarios = [small_study.scenario(name) for name in SHIPPED]
    cases = [case_of(small_study, scenario, "2018") for scenario in scenarios]
    half = [Case({n: p.scaled(0.5) for n, p in c.levers.items()}, c.vintages) for c in cases]
    both = [case for pair in zip(cases, half, strict=True) for case in pair]
    ensemble = passengers(small_study, 5)
    for case, outcome in zip(both, ensemble.run(both), strict=True):
        assert outcome.case is case
        np.testing.assert_array_equal(outcome.read, ensemble.run_one(case).read)


def test_a_case_is_known_by_what_it_asks_not_by_its_name(small_study: Study) -> None:
    plan = case_of(small_study, small_study.scenario("plan_in_full"))
    again = Case(dict(plan.levers), plan.vintages, name="another name")
    assert plan == again
    assert len({plan, again, case_of(small_study, small_study.scenario("slow_start"))}) == 2


def test_parameters_of_a_case_stand_in_place_of_the_members(small_study: Study) -> None:
    plan = case_of(small_study, small_study.scenario("plan_in_full"))
    ensemble = passengers(small_study, 3)
    name = next(iter(ensemble.members.parameters))
    batch = ensemble.batch(Case(plan.levers, plan.vintages, {name: 0.25}))
    assert batch.parameters[name] == 0.25
    kept = set(ensemble.members.parameters) - {name}
    assert all(batch.parameters[k] is ensemble.members.parameters[k] for k in kept)


def test_reach_without_runs_says_what_reach_of_runs_says(small_study: OpenStudy) -> None:
    given = {"members": 5, "seed": 3, "vintage": "2018", "engine": "numpy"}
    names = ["plan_in_full", "current_policy"]
    found = small_study.reach(names, **given)
    runs = small_study.run(names, **given)
    assert found.records() == runs.reach().records()
    assert found.titles == runs.reach().titles
    assert found.source == {key: str(value) for key, value in runs.dataset.attrs.items()}
