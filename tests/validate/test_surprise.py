"""What a reader should have explained is found, and what is plain is not."""

from __future__ import annotations

import numpy as np
import pytest
from harbour import Broken

from qiantang.study import Study
from qiantang.validate import surprise
from qiantang.validate.ground import Ground
from qiantang.validate.records import open_question

YEARS = list(range(2017, 2026))


@pytest.mark.parametrize(
    ("course", "kinds"),
    [
        ([1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8], []),
        ([1, 1.1, 1.2, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8], ["overshoot"]),
        ([1, 1.1, 1.0, 1.1, 1.0, 1.1, 1.0, 1.1, 1.0], ["oscillation"]),
        ([1, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0], ["jump"]),
        ([0.0] * 9, []),
        ([np.nan] * 9, []),
    ],
)
def test_features_of_a_course(course: list[float], kinds: list[str]) -> None:
    with np.errstate(all="ignore"), pytest.warns() if np.isnan(course).all() else _quiet():
        found = [kind for kind, _ in surprise.unusual(np.array(course), YEARS)]
    assert found == kinds


def _quiet():  # type: ignore[no-untyped-def]
    from contextlib import nullcontext

    return nullcontext()


def test_a_lever_let_go_is_listed_for_reading_and_not_judged(broken: Broken) -> None:
    ground = broken(
        {
            "scenarios/full.yaml": lambda text: text.replace(
                "{2018.5: 0, 2019.0: 1}", "{2018.5: 0, 2019.0: 1, 2021.0: 1, 2021.5: 0}"
            )
        }
    )
    (found,) = surprise.surprise(ground)
    assert found.verdict == "not judged"
    assert "overshoot" in found.figure
    assert found.table is not None


def test_crossing_of_two_scenarios_is_found(broken: Broken) -> None:
    late = "path: {2018.5: 0, 2023.0: 0, 2023.5: 1}"
    ground = broken(
        {"scenarios/full.yaml": lambda t: t.replace("path: {2018.5: 0, 2019.0: 1}", late)}
    )
    rows = list(surprise._scan(ground))
    assert ("crossing", "ships", "dredge") in {row[:3] for row in rows}


def test_family_and_improvement_say_why_they_are_not_judged(sound: Study) -> None:
    ground = Ground(sound)
    (family,), (use,) = surprise.family(ground), surprise.improvement(ground)
    assert {family.verdict, use.verdict} == {"not judged"}
    assert "one place" in family.reason
    assert use.figure.startswith("least regret: full")


def test_what_is_not_judged_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="gives no reason"):
        open_question("x", "X.", "")
