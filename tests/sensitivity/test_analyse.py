"""The verb sensitivity: its tables, its chart, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.naming import find_target
from qiantang.sensitivity import analyse
from qiantang.sensitivity.analyse import Sensitivity, sensitivity
from qiantang.session import OpenStudy
from qiantang.study import Study

pytest.importorskip("SALib", reason="the extra [search] is not installed")


def typed(*words: object) -> Result:
    return CliRunner().invoke(program, [str(word) for word in words])


@pytest.fixture(scope="module")
def found(small_study: Study) -> Sensitivity:
    """Return the indices of a target that some of the twelve members reach."""
    kept = analyse.FEWEST
    analyse.FEWEST = 5
    try:
        results = (sensitivity(small_study, target, members=12)
                   for target in small_study.plan.targets.targets)  # fmt: skip
        return next(one for one in results if 0 < one.probability < 1)
    finally:
        analyse.FEWEST = kept


def test_every_uncertainty_has_a_row_and_every_group_a_share(found: Sensitivity) -> None:
    assert set(found.inputs["kind"]) >= {"parameter", "deviation"}
    assert set(found.inputs["group"]) == set(found.groups)
    assert found.inputs["pawn"].is_monotonic_decreasing
    frame = found.frame()
    assert frame["share_measure"].sum() == pytest.approx(found.effects.explained[0])
    assert frame["share_p"].sum() == pytest.approx(found.effects.explained[1])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_chart_has_every_input(found: Sensitivity, study: Study, lang: str) -> None:
    chart = OpenStudy(study.folder).chart.sensitivity(found, lang=lang)
    assert len(chart.data) == len(found.inputs)


def test_a_certain_target_has_no_index_of_p(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse, "FEWEST", 5)
    target = find_target(small_study, "passengers").model_copy(update={"threshold": 0.0})
    one = sensitivity(small_study, target, members=12)
    assert one.probability == 1
    assert one.frame()["share_p"].isna().all()
    assert np.isnan(one.floor_p)
    assert json.loads(json.dumps(one.record(), allow_nan=False))["pawn_p_floor"] is None


def test_the_verb_prints_tables_and_writes_numbers(
    small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse, "FEWEST", 5)
    words = ("sensitivity", "cargo", "--study", small_study.folder, "--members", 12)
    data = tmp_path / "a.csv"
    done = typed(*words, "--numbers", data)
    assert done.exit_code == 0, done.output
    assert "assumes independent inputs" in done.output
    assert "Sobol" in done.output
    assert data.read_text(encoding="utf-8-sig").count("\n") > 200
    record = json.loads(typed(*words, "--json").output)
    assert {row["index"]: row["assumes_independence"] for row in record["methods"]}[
        "Sobol"
    ] == "yes"


def test_bad_input_is_one_sentence(small_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--study", small_study.folder, "--members", 12)
    for more, said in [
        (("carg",), "TARGET: carg: no such target (did you mean cargo?)"),
        (("cargo", "plan_in_ful"), "no such scenario"),
        (("cargo",), "12 sound members, at least 30 are needed"),
        (("cargo", "--out", "a.gif"), "expected .svg, .png or .pdf"),
    ]:
        done = typed("sensitivity", *more, *words)
        assert (done.exit_code, done.output.count("\n")) == (2, 1), done.output
        assert said in done.output
    monkeypatch.setattr(analyse, "FEWEST", 5)
    monkeypatch.setitem(__import__("sys").modules, "SALib.analyze.pawn", None)
    assert "SALib: is not installed" in typed("sensitivity", "cargo", *words).output


def test_members_that_are_all_alike_are_refused(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse, "FEWEST", 1)
    with pytest.raises(StudyError, match="all members are alike"):
        sensitivity(small_study, find_target(small_study, "cargo"), members=1)
