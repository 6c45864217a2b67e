"""The checks of a model: their format, and each kind of assertion seen to hold and to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mistakes import Mistake, accepted, each_mistake
from qiantang.model.checks import Check, CheckResult, covered_stocks, read_checks, run_checks
from qiantang.model.mdl import read_dictionary

Array = NDArray[np.float64]

TOWN = read_dictionary(Path(__file__).with_name("town.mdl"))
GRID = np.arange(2000.0, 2010.25, 0.25)


class Town:
    """The town's equations by hand, so that the checks are tested without an engine."""

    def __init__(self, leak: float = 0.0) -> None:
        self.leak = leak
        self.calls = 0

    def __call__(
        self,
        outputs: list[str],
        times: Array | None,
        parameters: dict[str, Any],
        paths: dict[str, tuple[Array, Array]],
        members: int,
    ) -> Array:
        assert times is not None
        self.calls += 1
        given: dict[str, Any] = {
            "shorter_queues": 0.0,
            "hall_design": 2.0,
            "gain": 0.25,
            "wear_time": 4.0,
            "benches_per_passenger": 10.0,
            "most_benches": 100.0,
            "travel": np.interp(times, [2000, 2005, 2010], [1, 3, 4])[:, None],
        }
        given |= parameters
        given |= {name: np.atleast_2d(values).T for name, (_, values) in paths.items()}
        shape = (len(times), members)
        course = {name: np.broadcast_to(value, shape).copy() for name, value in given.items()}
        course["limit"] = course["hall_design"] * (1 + course["gain"] * course["shorter_queues"])
        course["passengers"] = np.minimum(course["travel"], course["limit"])
        benches = np.full(shape, 5.0)
        wanted = course["benches_per_passenger"] * course["passengers"]
        for at in range(len(times) - 1):
            net = wanted[at] * (1 - benches[at] / course["most_benches"][at])
            net = net - benches[at] / course["wear_time"][at] - self.leak
            benches[at + 1] = benches[at] + 0.25 * net
        course["benches"] = benches
        course["purchase"] = wanted * (1 - benches / course["most_benches"])
        course["wear"] = benches / course["wear_time"]
        return np.stack([course[name] for name in outputs])


def judged(then: dict[str, Any], leak: float = 0.0, **more: Any) -> CheckResult:
    """Run one check of one assertion."""
    check = Check.model_validate(
        {"id": "x", "statement": "X.", "kind": "reality", "then": [then], **more}
    )
    return run_checks(Town(leak), [check], GRID, TOWN)[0]


HOLDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"variable": "passengers", "must": "at_most", "than": "limit"}, {}),
    ({"variable": "passengers", "must": "at_most", "than": 2}, {}),
    ({"variable": "passengers", "must": "equal", "than": 2, "from": 2006}, {}),
    ({"variable": "passengers", "must": "never_fall"}, {}),
    ({"variable": "wear", "must": "be_finite"}, {}),
    (
        {"variable": "passengers", "must": "at_least", "than": "base"},
        {"given": {"travel": {"times": 2}}, "over": ["central", "each_lever_at_limits"]},
    ),
    (
        {"variable": "passengers", "must": "equal", "than": "base", "tolerance": 0},
        {"given": {"travel": {"plus": 5, "from": 2008}}},
    ),
    (
        {"variable": "passengers", "must": "equal", "than": "base", "times": 1.25, "from": 2008},
        {"given": {"shorter_queues": {"set": "maximum"}}},
    ),
    (
        {"variable": "benches", "must": "at_least", "than": "base"},
        {
            "given": {"shorter_queues": {"set": 1, "from": 2003}},
            "against": {"shorter_queues": {"set": 1, "from": 2005}},
        },
    ),
    (
        {
            "variable": "benches",
            "must": "conserve",
            "inflows": ["purchase"],
            "outflows": ["benches / wear_time"],
        },
        {"over": ["all_levers_at_minimum", "all_levers_at_maximum"]},
    ),
]
FAILS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {"variable": "passengers", "must": "at_most", "than": 1.5},
        {},
        "passengers must at most: 2 in 2002.5, against 1.5 as the bound",
    ),
    ({"variable": "travel", "must": "never_rise"}, {}, "travel must never rise"),
    ({"variable": "passengers", "must": "equal", "than": "travel"}, {}, "4 of travel"),
    (
        {"variable": "passengers", "must": "at_most", "than": 2},
        {"over": ["central", "each_lever_at_limits"]},
        "with shorter_queues at its maximum",
    ),
    (
        {"variable": "passengers", "must": "at_least", "than": "base"},
        {"given": {"travel": {"times": 0.5}}},
        "in the run compared with",
    ),
    (
        {"variable": "passengers", "must": "be_finite"},
        {"given": {"travel": {"set": np.nan}}},
        "nan",
    ),
    ({"variable": "benches", "must": "conserve", "inflows": ["purchase"]}, {}, "by its flows"),
    (
        {"variable": "wear", "must": "be_finite", "from": 2020},
        {},
        "no time step lies in the window",
    ),
    (
        {"variable": "${what}", "must": "at_most", "than": 2},
        {"cases": [{"what": "passengers"}, {"what": "travel"}]},
        "travel must at most: 4 in 2010",
    ),
]


@pytest.mark.parametrize(("then", "more"), HOLDS)
def test_what_holds_passes(then: dict[str, Any], more: dict[str, Any]) -> None:
    result = judged(then, **more)
    assert result.passed, result.detail


@pytest.mark.parametrize(("then", "more", "said"), FAILS)
def test_what_does_not_hold_is_told(then: dict[str, Any], more: dict[str, Any], said: str) -> None:
    result = judged(then, **more)
    assert not result.passed
    assert said in result.detail


def test_a_leak_is_found_by_conservation() -> None:
    then = {
        "variable": "benches",
        "must": "conserve",
        "inflows": ["purchase"],
        "outflows": ["wear"],
    }
    assert judged(then).passed
    assert not judged(then, leak=1e-6).passed


def test_checks_with_the_same_runs_share_them() -> None:
    town = Town()
    checks = [
        Check.model_validate(
            {
                "id": name,
                "statement": "X.",
                "kind": "extreme",
                "then": [{"variable": name, "must": "at_least", "than": 0}],
            }
        )
        for name in ("benches", "wear", "passengers")
    ]
    assert all(result.passed for result in run_checks(town, checks, GRID, TOWN))
    assert town.calls <= 3


def test_the_stocks_covered_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text(
        "title: T\n"
        "checks:\n"
        "  - id: benches\n"
        "    statement: Benches are kept count of.\n"
        "    kind: conservation\n"
        "    cases: [{stock: benches}]\n"
        '    then: [{variable: "${stock}", must: conserve, inflows: [purchase]}]\n',
        encoding="utf-8",
    )
    assert covered_stocks(read_checks(file, TOWN)) == {"benches"}


@each_mistake("checks")
def test_a_broken_file_is_told_in_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(lambda file: read_checks(file, TOWN), tmp_path)


def test_the_text_that_is_edited_is_sound(tmp_path: Path) -> None:
    accepted("checks", lambda file: read_checks(file, TOWN), tmp_path)
