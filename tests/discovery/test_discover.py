"""Discovery over a sweep: its cases, its answer in words, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.discovery import discover as discovering
from qiantang.discovery.prim import Cases
from qiantang.discovery.table import Factor, Table, table_of
from qiantang.discovery.words import box_sentence, factor_unit
from qiantang.faults import StudyError
from qiantang.naming import find_target
from qiantang.session import OpenStudy, open_study, open_sweep
from qiantang.study import Study
from qiantang.sweep.reading import Sweep
from qiantang.sweep.summary import REACHED, statistics
from qiantang.wording import Wording

from .conftest import DESIGN, swept

pytest.importorskip("sklearn", reason="the extra [search] is not installed")


def typed(*words: object) -> Result:
    return CliRunner().invoke(program, [str(word) for word in words])


def undecided(study: Study, folder: Path) -> str:
    """Return a target that some cases of a sweep reach and others miss."""
    sweep = open_sweep(folder)
    for target in study.plan.targets.targets:
        reached = target.is_reached(sweep.values(target.id, sweep.points["case_id"].to_numpy()))
        if 0.1 < reached.mean() < 0.9:
            return target.id
    raise AssertionError("every target is decided")


def made(study: Study) -> discovering.Discovery:
    """Return what is found where a target fails when national FDI is low and the plan is off."""
    chance = np.random.default_rng(2)
    inputs = np.column_stack([
        chance.normal(130, 10, 3000), np.repeat([0.0, 1.0], 1500), chance.random(3000),
    ])  # fmt: skip
    hits = (inputs[:, 0] < 128) & (inputs[:, 1] == 0)
    factors = (Factor("national_fdi", "driver", "bnUSD/Year"), Factor("plan_in_full", "scenario"),
               Factor("execution_base", "parameter", "Dmnl"))  # fmt: skip
    table = Table(factors, Cases(inputs, hits, np.ones(3)), np.arange(3000) % 300)
    return discovering.search(table, find_target(study, "foreign_investment"))


def test_what_is_there_is_said_in_both_languages(study: Study) -> None:
    found = made(study)
    assert set(found.frame()["input"]) == {"national_fdi", "plan_in_full"}
    assert found.quality.balance > 0.9
    assert found.fresh.balance > 0.85
    again = found.frame().set_index("input")["again_density"]
    assert (again == 1).all()
    said = box_sentence(found, found.box, found.quality, Wording(study, "en"))
    assert "where National FDI (driver) is below 12" in said
    assert "“The plan in full” does not hold" in said
    assert "全国实际使用外资" in box_sentence(found, found.box, found.quality, Wording(study, "zh"))


def test_the_tree_sees_the_same(study: Study) -> None:
    found = made(study)
    leaf, quality = found.gathering[0]
    assert {found.table.factors[place].name for place in leaf.restricted} == {
        "national_fdi", "plan_in_full",
    }  # fmt: skip
    assert quality.coverage > 0.9


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_chart_shows_box_and_trajectory(study: Study, lang: str) -> None:
    found = made(study)
    chart = OpenStudy(study.folder).chart.discovery(found, lang=lang)
    assert len(chart.data) == len(found.boxes) + 1 + len(found.box.restricted)
    assert chart.finding == box_sentence(found, found.box, found.quality, Wording(study, lang))


def test_cases_are_members_at_points_with_all_in_which_they_differ(
    small_study: Study, sweep_folder: Path
) -> None:
    target = find_target(small_study, undecided(small_study, sweep_folder))
    sweep = open_sweep(sweep_folder)
    table = table_of(sweep, small_study, target)
    assert len(table.cases.hits) == 12 * len(sweep.points) == 144
    kinds = {factor.name: factor.kind for factor in table.factors}
    assert kinds["airport"] == "axis"
    assert kinds["plan_in_full"] == "scenario"
    assert kinds["actual"] == "vintage"
    assert {"parameter", "deviation"} <= set(kinds.values())
    points = sweep.points
    values = sweep.values(target.id, points["case_id"].to_numpy())
    hits = ~target.is_reached(values).reshape(-1)
    assert (table.cases.hits == hits).all()
    place = list(kinds).index("airport")
    assert (table.cases.inputs[:, place] == np.repeat(points["airport"], 12)).all()
    assert table.cases.repeats[list(kinds).index("execution_base")] == len(points)


def test_points_of_a_sweep_of_summaries_are_cases(small_study: Study, tmp_path: Path) -> None:
    text = DESIGN.replace("kind: grid", "kind: latin_hypercube\nsize: 30\nkeep: summaries")
    text = text.replace("values: [0, 0.5, 1]", "range: [0, 1]")
    sweep = open_sweep(swept(small_study, tmp_path, "summaries", text))
    target = find_target(small_study, undecided_points(sweep, small_study))
    table = table_of(sweep, small_study, target)
    assert len(table.cases.hits) == 60
    assert {factor.kind for factor in table.factors} == {"axis", "scenario", "vintage"}


def undecided_points(sweep: Sweep, study: Study) -> str:
    """Return a target that some points reach with a probability of one half, and others do not."""
    cases = sweep.points["case_id"].to_numpy()
    place = statistics().index(REACHED)
    for target in study.plan.targets.targets:
        if 0 < (sweep.values(target.id, cases)[:, place] >= 0.5).mean() < 1:
            return target.id
    raise AssertionError("every target is decided")


def test_the_verb_says_box_trajectory_and_tree(
    small_study: Study, sweep_folder: Path, tmp_path: Path
) -> None:
    name = undecided(small_study, sweep_folder)
    words = ("discover", sweep_folder, "--study", small_study.folder)
    picture, data = tmp_path / "a.svg", tmp_path / "a.csv"
    done = typed(*words, "--fails", name, "--out", picture, "--numbers", data)
    assert done.exit_code == 0, done.output
    assert "Peeling trajectory" in done.output
    assert "PRIM on 144 cases" in done.output
    assert picture.is_file()
    assert data.is_file()
    fails = json.loads(typed(*words, "--fails", name, "--json").output)
    reaches = json.loads(typed(*words, "--reaches", name, "--json").output)
    assert fails["share"] == pytest.approx(1 - reaches["share"])
    assert json.loads(typed(*words, "--fails", name, "--box", 0, "--json").output)["limits"] == []


def test_bad_input_is_one_sentence(
    small_study: Study, sweep_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = undecided(small_study, sweep_folder)
    words = ("discover", sweep_folder, "--study", small_study.folder)
    for more, said in [
        (("--fails", "fdi"), "--fails: fdi: no such target, expected one of goods_trade, "),
        (("--fails", "pasengers"), "did you mean passengers?"),
        ((), "say a target that fails, or one that is reached"),
        (("--fails", name, "--reaches", name), "say a target that fails"),
        (("--fails", name, "--box", 900), "no such box, expected 0 to"),
        (("--fails", name, "--out", tmp_path / "a.gif"), "expected .svg, .png or .pdf"),
    ]:
        done = typed(*words, *more)
        assert (done.exit_code, done.output.count("\n")) == (2, 1), done.output
        assert said in done.output
    assert "no sweep stands in this folder" in typed("discover", tmp_path, "--fails", name).output
    other = typed("discover", sweep_folder, "--fails", name)
    assert "was made with another fit" in other.output
    monkeypatch.setitem(__import__("sys").modules, "sklearn.tree", None)
    missing = typed(*words, "--fails", name)
    assert missing.exit_code == 2
    assert "scikit-learn: is not installed" in missing.output


def test_cases_that_are_all_alike_are_refused(small_study: Study, sweep_folder: Path) -> None:
    sweep = open_sweep(sweep_folder)
    target = find_target(small_study, "passengers").model_copy(update={"threshold": 1e9})
    with pytest.raises(StudyError, match="every case misses the target, there is nothing to tell"):
        table_of(sweep, small_study, target)
    with pytest.raises(StudyError, match="no case reaches the target"):
        table_of(sweep, small_study, target, fails=False)


def test_open_study_finds_the_study_of_the_sweep(sweep_folder: Path, small_study: Study) -> None:
    name = undecided(small_study, sweep_folder)
    found = open_sweep(sweep_folder).discover(fails=name, study=open_study(small_study.folder))
    assert found.target.id == name


def test_the_unit_of_an_axis_is_in_the_language() -> None:
    late = Factor("late", "axis", "Year")
    study = open_study()
    assert factor_unit(late, Wording(study, "zh")).short == "年"
    assert factor_unit(late, Wording(study, "en")).short == " years"
