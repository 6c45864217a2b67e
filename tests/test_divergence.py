"""A scenario of which no member stays finite has no result: said first, and exit code 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.compare.differences import differences
from qiantang.compare.sides import Side
from qiantang.divergence import first_not_finite, losses
from qiantang.engine import RunResult
from qiantang.ensemble.members import choose_members
from qiantang.faults import DivergedError, StudyError
from qiantang.policy.packages import Packages, open_packages
from qiantang.study import Study

SMALL = 12


def call(study: Study, *words: str) -> Result:
    found = [*words, "--study", str(study.folder)]
    return CliRunner().invoke(program, found, catch_exceptions=False)


@pytest.fixture
def broken(small_study: Study, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Return the study with a program of which every member diverges."""
    kind = type(small_study.program)
    run = kind.run

    def lost(*args: Any, **options: Any) -> Any:
        result = run(*args, **{**options, "history": None})
        size = len(result.diverged)
        faults = tuple(("cargo", 2003.25 + place) for place in range(size))
        return RunResult(result.values, result.names, result.times, np.ones(size, bool), faults)

    monkeypatch.setattr(kind, "run", lost)
    monkeypatch.setattr(kind, "history", lambda *_, **__: None)
    return small_study


@pytest.mark.parametrize(
    "words",
    [
        ["reach", "current_policy", "--members", "3"],
        ["run", "current_policy", "--members", "3", "--out", "OUT.nc"],
        ["compare", "current_policy", "plan_in_full", "--members", "3"],
        ["chart", "board", "current_policy", "--members", "3", "--out", "OUT.svg"],
        ["levers", "--members", "3"],
        ["solve", "--target", "cargo", "--members", "3"],
        ["memo", "current_policy", "plan_in_full", "--members", "3", "--out", "OUT.html"],
    ],
    ids=lambda words: words[0],
)
def test_every_verb_says_so_first_and_exits_with_1(
    words: list[str], broken: Study, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = call(broken, *[word.replace("OUT", str(out)) for word in words])
    assert result.exit_code == 1, result.output
    told = [line for line in result.output.splitlines() if "diverged" in line]
    assert told, result.output
    assert "all 3 members diverged, cargo first ceased to be finite, at 2003.250" in told[0]
    assert not list(tmp_path.iterdir())


def test_a_sweep_says_first_how_many_cases_are_lost(broken: Study, tmp_path: Path) -> None:
    design = tmp_path / "design.yaml"
    design.write_text(
        "title: t\ntitle_zh: t\nquestion: q\nquestion_zh: q\nkind: grid\nseed: 1\nmembers: 3\n"
        "scenarios: [current_policy]\nlevers_from: plan_in_full\n"
        "axes:\n  airport:\n    intensity: airport_capacity\n    unit: Dmnl\n"
        "    values: [0, 1]\n",
        encoding="utf-8",
    )
    result = call(broken, "sweep", str(design), "--out", str(tmp_path / "out"), "--workers", "1")
    assert result.exit_code == 1, result.output
    told = [line for line in result.output.splitlines() if "diverged" in line]
    assert told[0] == "every member diverged in 2 of 2 cases, which have no result"


def test_a_fit_of_strange_names_is_refused(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(small_study.fit.parameters, "magic", np.zeros(SMALL))
    monkeypatch.setitem(small_study.fit.innovations[1], "wind", np.zeros((SMALL, 26)))
    with pytest.raises(StudyError) as caught:
        choose_members(small_study, 3, 1)
    assert [f"{fault.where}: {fault.what}" for fault in caught.value.faults] == [
        "magic: no constant of the model", "wind: no variable of the model",
    ]  # fmt: skip


def result_of(diverged: list[bool], *faults: tuple[str, float]) -> RunResult:
    size = len(diverged)
    return RunResult(np.zeros((1, 1, size)), ("a",), np.zeros(1), np.array(diverged), faults)


def test_the_sentence_names_scenario_members_and_the_earliest_variable(small_study: Study) -> None:
    scenario = small_study.scenario("current_policy")
    assert losses(scenario, result_of([True, False], ("x", 2000.0))) == []
    (fault,) = losses(scenario, result_of([True, True], ("x", 2002.0), ("y", 2001.5)))
    assert fault.where == "current_policy"
    assert fault.what == "all 2 members diverged, y first ceased to be finite, at 2001.500"
    (alone,) = losses(scenario, result_of([True], ("", float("nan"))))
    assert alone.what == "the only member diverged"


def test_a_search_may_pass_through_packages_that_diverge(broken: Study) -> None:
    packages: Packages = open_packages(broken, members=3)
    half = np.full(len(packages.levers), 0.5)
    assert all(np.isnan(v).all() for v in packages.score(half).values.values())
    for share in (0.0, 1.0):
        with pytest.raises(DivergedError, match="all 3 members diverged"):
            packages.score(np.full(len(packages.levers), share))


def side(name: str, *cases: tuple[tuple[Any, ...], list[float]]) -> Side:
    axes = ("x",) if len(cases[0][0]) > 1 else ()
    return Side(name, {}, axes, {key: {"cargo": np.array(v)} for key, v in cases})


def test_saved_results_without_a_common_member_do_not_compare(study: Study) -> None:
    nan = float("nan")
    targets = study.plan.targets.targets
    left, right = side("a.nc", (("s",), [nan, 1.0])), side("b.nc", (("s",), [1.0, nan]))
    with pytest.raises(DivergedError, match=r"s: no member is finite in both a\.nc and b\.nc"):
        differences(left, right, targets)
    assert differences(left, left, targets).notes == ()


def test_a_sweep_compares_the_cases_that_are_left(study: Study) -> None:
    nan = float("nan")
    both = side("a", (("s", 1), [nan, nan]), (("s", 2), [1.0, 2.0]))
    found = differences(both, both, study.plan.targets.targets)
    assert found.notes == ("no member is finite on both sides in 1 of 2 cases",)


def test_the_first_place_of_a_table_that_is_not_finite() -> None:
    times = pd.Index([2000.0, 2000.5, 2001.0], name="Time")
    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan], "b": [1.0, np.inf, np.nan]}, index=times)
    assert first_not_finite(frame) == "b is not finite from time 2000.5 on"
    assert first_not_finite(frame[:1]) == ""
