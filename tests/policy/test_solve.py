"""What would it take: packages, ceiling, binding and the answer, on a study with few members."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.naming import find_target
from qiantang.plan.targets import Target
from qiantang.policy.answer import package_scenario
from qiantang.policy.binding import find_binding
from qiantang.policy.ceiling import find_ceiling
from qiantang.policy.packages import Packages, open_packages
from qiantang.policy.solve import solve
from qiantang.study import Study

LEVERS = 19


@pytest.fixture(scope="module")
def packages(small_study: Study) -> Packages:
    return open_packages(small_study, members=12, seed=1)


def halfway(packages: Packages, name: str) -> Target:
    """Return a target with the threshold at which the plan in full makes most difference."""
    target = find_target(packages.study, name)
    none, full = (packages.score(np.full(LEVERS, x)).values[name] for x in (0.0, 1.0))
    gain = [(full >= level).mean() - (none >= level).mean() for level in full]
    return target.model_copy(update={"threshold": float(full[int(np.argmax(gain))])})


def middling(packages: Packages, target: Target) -> float:
    """Return a probability between that without levers and that of the plan in full."""
    ends = [
        target.is_reached(packages.score(np.full(LEVERS, x)).values[target.id]).mean()
        for x in (0.0, 1.0)
    ]
    assert ends[1] > ends[0]
    return float(np.mean(ends))


def test_a_package_is_the_scenario_of_its_levers(packages: Packages) -> None:
    study = packages.study
    runs = study.run(["current_policy", "plan_in_full"], members=12, seed=1)
    for place, x in enumerate((0.0, 1.0)):
        values = packages.score(np.full(LEVERS, x)).values
        seen = runs.dataset.isel(scenario=place)
        np.testing.assert_array_equal(values["passengers"], seen.passengers.sel(time=2020))
        np.testing.assert_array_equal(values["destinations"], seen.destinations.sel(time=2020))
        three = seen.fdi_used.sel(time=[2018, 2019, 2020]).sum("time")
        np.testing.assert_allclose(values["foreign_investment"], three, rtol=1e-14)


def test_going_on_from_a_shared_history_changes_no_bit(packages: Packages) -> None:
    rng = np.random.default_rng(2)
    fresh = open_packages(packages.study, members=12, seed=1)
    for x in (rng.random(LEVERS), rng.random((LEVERS, 12))):
        one, two = packages.score(x), fresh.score(x)
        for name in one.values:
            np.testing.assert_array_equal(one.values[name], two.values[name])
    each = np.repeat(rng.random(LEVERS)[:, None], 12, axis=1)
    np.testing.assert_array_equal(
        packages.score(each).values["cargo"], packages.score(each[:, 0]).values["cargo"]
    )


def test_the_same_package_is_run_once(packages: Packages) -> None:
    x = np.linspace(0, 1, LEVERS)
    packages.score(x)
    before = packages.runs
    packages.score(x.copy())
    assert packages.runs == before
    packages.score(x, parameters={"execution_base": 0.7})
    assert packages.runs == before + 1


def test_in_the_best_case_all_that_is_decided_is_carried_out(packages: Packages) -> None:
    best = dict(packages.study.effort.file.best_case.set)
    rng = np.random.default_rng(1)
    for x in (np.ones(LEVERS), rng.random(LEVERS), np.zeros(LEVERS)):
        seen = packages.score(x, parameters=best, states=["execution"], year=2020).states
        np.testing.assert_allclose(seen["execution"], 1, rtol=0, atol=1e-9)
        plain = packages.score(x, states=["execution"], year=2020).states["execution"]
        assert (plain < 1).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["passengers", "services_share", "goods_trade"])
def test_no_package_passes_the_ceiling(packages: Packages, name: str) -> None:
    target = halfway(packages, name)
    ceiling = find_ceiling(packages, packages.study.effort, target)
    rng = np.random.default_rng(5)
    tried = [np.ones(LEVERS), *np.eye(LEVERS), *rng.random((20, LEVERS))]
    tried += [(rng.random(LEVERS) < 0.3).astype(float) for _ in range(20)]
    reached = [target.is_reached(packages.score(x).values[name]).mean() for x in tried]
    assert max(reached) <= ceiling.probability
    assert ceiling.trials > 0


def test_a_package_that_suffices_is_found_and_is_lean(packages: Packages) -> None:
    target = halfway(packages, "destinations")
    effort, level = packages.study.effort, middling(packages, target)
    answer = solve(packages, effort, target, level)
    assert answer.verdict == "reached"
    assert answer.ceiling is None
    assert answer.probability >= level > answer.base
    assert answer.cost == pytest.approx(sum(pull.cost for pull in answer.package))
    assert answer.cost < effort.cost(packages.levers).sum() / 2
    x = np.array(
        [next((p.intensity for p in answer.package if p.lever == name), 0.0)
         for name in packages.levers]
    )  # fmt: skip
    values = packages.score(x).values[target.id]
    assert target.is_reached(values).mean() == pytest.approx(answer.probability)
    for lever in np.flatnonzero(x):
        lower = x.copy()
        lower[lever] -= 0.01
        assert target.is_reached(packages.score(lower).values[target.id]).mean() < level


def test_limits_of_the_effort_file_are_kept(packages: Packages) -> None:
    target = halfway(packages, "destinations")
    effort, level = packages.study.effort, middling(packages, target)
    free = solve(packages, effort, target, level)
    first = free.package[0].lever
    levers = {**effort.levers, first: effort.levers[first].model_copy(update={"most": 0.0})}
    answer = solve(packages, replace(effort, levers=levers), target, level)
    assert all(pull.lever != first for pull in answer.package)
    assert answer.verdict != "reached" or answer.cost > free.cost
    poor = replace(effort, file=effort.file.model_copy(update={"budget": free.cost / 3}))
    answer = solve(packages, poor, target, level)
    assert answer.cost <= free.cost / 3 + 1e-6
    assert answer.verdict != "reached"


def test_what_no_lever_can_reach_is_said_with_its_ceiling(packages: Packages) -> None:
    target = find_target(packages.study, "passengers").model_copy(update={"threshold": 500.0})
    answer = solve(packages, packages.study.effort, target, 0.5)
    assert answer.verdict == "impossible"
    assert answer.ceiling is not None
    assert answer.ceiling.probability == 0
    assert answer.probability == answer.full == 0


def test_what_needs_no_lever_is_said(packages: Packages) -> None:
    target = find_target(packages.study, "passengers").model_copy(update={"threshold": 1.0})
    answer = solve(packages, packages.study.effort, target, 0.9)
    assert (answer.verdict, answer.package, answer.cost) == ("no_effort", (), 0)


def test_the_limit_that_gains_most_comes_first_and_a_comparison_has_no_gain(
    packages: Packages,
) -> None:
    target = halfway(packages, "passengers")
    found = find_binding(packages, packages.study.effort, target, np.ones(LEVERS))
    gains = [item.gain for item in found if item.gain is not None]
    assert gains == sorted(gains, reverse=True)
    compared = {item.id: item for item in found if item.lowest is not None}
    assert sum({i.variable: i.lowest for i in compared.values()}.values()) == pytest.approx(1)
    assert compared["demand"].loosened is None


def test_loosening_changes_nothing_before_the_plan(packages: Packages) -> None:
    """A limit is a limit of the years to come: what was seen until 2017 stays as it was."""
    effort, members = packages.study.effort, packages.members
    names = ["passengers", "destinations", "fdi_used", "goods_trade"]
    plain = packages.score(np.ones(LEVERS), states=names, year=2016).states
    for limit in effort.file.limits:
        if limit.set or limit.times:
            changed = limit.loosened(members.parameters)
            seen = packages.score(np.ones(LEVERS), parameters=changed, states=names, year=2016)
            for name in names:
                np.testing.assert_allclose(
                    seen.states[name], plain[name], rtol=1e-9, err_msg=limit.id
                )


def test_the_package_as_a_scenario_reaches_what_was_found(
    packages: Packages, tmp_path: Path
) -> None:
    target = halfway(packages, "destinations")
    answer = solve(packages, packages.study.effort, target, middling(packages, target))
    file = tmp_path / "package.yaml"
    package_scenario(packages, target, answer, file)
    runs = packages.study.run([str(file)], members=12, seed=1)
    values = runs.dataset.destinations.sel(time=2020).to_numpy()[0]
    assert target.is_reached(values).mean() == pytest.approx(answer.probability)


def call(study: Study, *words: str) -> tuple[int, str, str]:
    words = (*words, "--study", str(study.folder))
    done = CliRunner().invoke(program, list(words), catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_the_command_answers_in_words_and_in_json(small_study: Study) -> None:
    code, out, _ = call(
        small_study,
        "solve",
        "--target",
        "cargo",
        "--probability",
        "0.01",
        "--members",
        "12",
        "--json",
    )
    record = json.loads(out)
    assert code == 0
    assert {"verdict", "package", "cost", "probability", "error", "ceiling", "binding"} <= set(
        record
    )
    words = ["solve", "--target", "旅客吞吐量", "--probability", "0.99", "--members", "12"]
    code, out, _ = call(small_study, *words, "--lang", "zh")
    assert code == 0
    assert "旅客吞吐量" in out
    assert "12组样本" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--target", "pasengers"], "no such target (did you mean passengers?)"),
        (["--target", "旅客吞土量"], "no such target (did you mean 旅客吞吐量?)"),
        (["--target", "cargo", "--effort", "none.yaml"], "none.yaml: file not found"),
        (["--target", "cargo", "--out", "out.json"], "suffix .json, expected .yaml"),
        (["--target", "cargo", "--vintage", "2019"], "unknown vintage, expected 2018 or actual"),
        (["--target", "cargo", "--members", "99"], "99 members asked for"),
    ],
)
def test_refusals_are_one_line_with_exit_code_2(
    small_study: Study, words: list[str], sentence: str
) -> None:
    code, out, err = call(small_study, "solve", *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1
