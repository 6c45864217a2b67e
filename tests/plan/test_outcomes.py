"""What the plan moves that has no figure of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qiantang.ensemble.outcomes import outcome_rows
from qiantang.faults import StudyError
from qiantang.plan.outcomes import read_outcomes
from qiantang.session import open_study

GIVEN = """\
years: [2020]
outcomes:
  - {of: talent, title: Talent, article: 23, observed: series, note: censuses}
  - {of: talents, title: Talents, article: 23, observed: none, note: nothing}
"""


def test_an_unknown_variable_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.yaml"
    path.write_text(GIVEN, encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_outcomes(path, {"talent"})
    (fault,) = refused.value.faults
    assert fault.line == 4
    assert "did you mean talent?" in str(fault)


def test_a_study_may_name_none(tmp_path: Path) -> None:
    assert read_outcomes(tmp_path / "outcomes.yaml", set()) is None


def test_rows_are_those_of_a_run() -> None:
    study = open_study()
    rows = outcome_rows(
        study, [study.scenario(n) for n in ("current_policy", "plan_in_full")], members=50
    )
    assert study.outcomes is not None
    assert len(rows) == 2 * len(study.outcomes.outcomes) * len(study.outcomes.years)
    row = next(r for r in rows if (r.of, r.year, r.scenario) == ("talent", 2020, "plan_in_full"))
    run = study.run("plan_in_full", members=50, variables=["talent"])
    assert row.median == pytest.approx(float(np.median(run["talent"].sel(time=2020))))


def test_every_target_says_what_its_odds_rest_on() -> None:
    study = open_study()
    rows = study.run("current_policy", members=50).reach().rows
    graded = {row.target: row.grade for row in rows}
    assert set(graded.values()) == {"well", "thin", "assumed"}
    told = {row.target: row.probability for row in rows}
    # No series tells where outward investment stands: a probability would be made up.
    assert np.isnan(told["outward_investment"])
    assert not np.isnan(told["services_share"])
    for row in rows:
        if row.target != "outward_investment":
            assert 0 <= row.structure <= 1
