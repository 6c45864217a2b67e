"""A robust search over the small study: its folder, its scenario files, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.policy.packages import Packages, open_packages
from qiantang.robust.designfile import read_robust
from qiantang.robust.objectives import sought_of
from qiantang.robust.robust import Robust, run_robust
from qiantang.robust.writing import write_scenarios
from qiantang.session import OpenStudy, open_study
from qiantang.study import Study
from small_search import ASKED

pytest.importorskip("pymoo", reason="the extra [search] is not installed")
pytest.importorskip("moocore", reason="the extra [search] is not installed")

DESIGN = f"""title: A small search
title_zh: 小搜索
question: What is good whatever comes?
question_zh: 何种组合最稳健？
{ASKED}searches: 2
population: 8
generations: 3
"""


def typed(*words: object) -> Result:
    return CliRunner().invoke(program, [str(word) for word in words])


def written(folder: Path, text: str = DESIGN) -> Path:
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("robust")


@pytest.fixture(scope="module")
def found(small_study: Study, folder: Path) -> Robust:
    return run_robust(read_robust(str(written(folder)), small_study), small_study, folder / "out")


def test_the_front_names_packages_and_scores_them_twice(found: Robust) -> None:
    table = found.packages
    assert found.candidates <= 2 * 8 * 3
    assert "balanced" in set(table["pick"]) | {"balanced"}
    assert "best_effort" in set(table["pick"]) or table["pick"].iloc[0]
    assert table["effort"].equals(table["fresh_effort"])
    assert table[["airport_capacity", "air_routes", "market_access"]].to_numpy().max() <= 1
    late = table[[name for name in table if str(name).startswith("late_")]].to_numpy()
    assert set(np.unique(late)) <= {0.0, 0.25, 0.5, 0.75, 1.0}
    assert found.volumes.max() <= 1 + 1e-12
    assert (np.diff(found.course, axis=1) >= -1e-12).all()
    assert len(found.regrets) == 9 * len(found.picked)


def test_no_lever_costs_nothing_and_is_on_the_front(found: Robust) -> None:
    cheapest = found.packages.sort_values("effort").iloc[0]
    assert cheapest["effort"] == 0
    assert cheapest["airport_capacity"] == cheapest["air_routes"] == cheapest["market_access"] == 0


def test_a_package_is_worth_what_its_levers_give(found: Robust, small_study: Study) -> None:
    """The front's effort and P are those of the packages run by themselves."""
    packages = open_packages(small_study, members=12, seed=1)
    members = packages.members.part(slice(0, 6))
    mine = Packages(small_study, packages.base, packages.full, members, 1)
    target = small_study.plan.targets.targets[0]
    for row in found.packages.head(5).to_dict("records"):
        shares = np.array([row.get(lever, 0.0) for lever in mine.levers])
        late = np.array([row.get(f"late_{lever}", 0.0) for lever in mine.levers])
        values = mine.score(shares, delays=late).values[target.id]
        assert row["probability_goods_trade"] == target.is_reached(values).mean()
        assert row["effort"] == pytest.approx(small_study.effort.cost(mine.levers) @ shares)


def test_a_delay_moves_the_path_and_nought_changes_nothing(small_study: Study) -> None:
    packages = open_packages(small_study, members=4, seed=1)
    full, none = np.ones(len(packages.levers)), np.zeros(len(packages.levers))
    at_once = packages.score(full).values["passengers"]
    assert (packages.score(full, delays=none).values["passengers"] == at_once).all()
    late = packages.score(full, delays=none + 1.0).values["passengers"]
    never = packages.score(none).values["passengers"]
    assert (late < at_once).all()
    assert (late > never).all()


def test_what_is_sought_alone_is_measured_to_the_same_bits(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_numpy = partial(ensemble_of, engine="numpy")  # which needs no compilation
    monkeypatch.setattr("qiantang.policy.packages.ensemble_of", by_numpy)
    packages = open_packages(small_study, members=4, seed=1)
    only = replace(packages, sought=frozenset({"sister_cities"}), _known={})
    half = np.full(len(packages.levers), 0.5)
    for late in (0 * half, half):
        (whole,), (alone,) = (one.score_all([(half, late)]) for one in (packages, only))
        assert set(alone.values) == {"sister_cities"}
        assert (alone.values["sister_cities"] == whole.values["sister_cities"]).all()
    assert only._readout.outputs == ("sister_cities",)
    assert sought_of(read_robust("whatever_comes", open_study()).file.objectives) == {
        "goods_trade", "foreign_investment", "passengers", "destinations",
    }  # fmt: skip


def test_a_search_that_was_stopped_goes_on(
    found: Robust, small_study: Study, folder: Path, tmp_path: Path
) -> None:
    design = read_robust(str(written(tmp_path)), small_study)
    out = tmp_path / "out"
    seen: list[str] = []

    def stop(line: str) -> None:
        seen.append(line)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_robust(design, small_study, out, stop)
    assert len(list((out / "tried").iterdir())) == 4
    again = run_robust(design, small_study, out)
    assert again.packages.equals(found.packages)
    assert again.evaluated < found.evaluated
    assert run_robust(design, small_study, out).evaluated == 0
    (out / "tried" / "00-00001.parquet").write_bytes(b"broken")
    assert run_robust(design, small_study, out).packages.equals(found.packages)


def test_winners_are_sound_scenario_files(small_study: Study, folder: Path, found: Robust) -> None:
    words = ("robust", folder / "small.yaml", "--study", small_study.folder, "--out",
             folder / "out")  # fmt: skip
    picture, regrets = folder / "a.svg", folder / "b.svg"
    done = typed(*words, "--picture", picture, "--regrets", regrets)
    assert done.exit_code == 0, done.output
    assert "Hypervolume of each search over all together" in done.output
    assert picture.is_file()
    assert regrets.is_file()
    paths = sorted((folder / "out" / "scenarios").glob("*.yaml"))
    assert len(paths) == len(found.picked)
    study = open_study(small_study.folder)
    for path, pick in zip(paths, sorted(found.picked["pick"]), strict=True):
        row = found.picked.set_index("pick").loc[pick]
        scenario = study.scenario(str(path))
        assert set(scenario.levers) == {name for name in found.design.levers if row[name] > 0}
        for lever in scenario.levers:
            assert scenario.path(lever).values[-1] == pytest.approx(row[lever], abs=1e-6)
            assert scenario.path(lever).times[0] == pytest.approx(2018.5 + row[f"late_{lever}"])
    record = json.loads(typed(*words, "--json").output)
    assert len(record["packages"]) == len(found.packages)
    assert np.array(record["course"]).shape == (2, 3)
    assert (folder / "out" / "front.csv").read_text(encoding="utf-8-sig").startswith("pick,")


def test_reach_gives_a_winner_the_numbers_of_the_search(
    small_study: Study, folder: Path, found: Robust
) -> None:
    study = open_study(small_study.folder)
    write_scenarios(found, study, folder / "out")
    for row in found.picked.to_dict("records"):
        path = folder / "out" / "scenarios" / f"small_{row['pick']}.yaml"
        reach = study.run(str(path), members=6, seed=1).reach()
        (told,) = [one for one in reach.rows if one.target == "goods_trade"]
        assert row["probability_goods_trade"] == told.probability


def test_the_packages_that_the_study_keeps_are_scenarios_of_its_own() -> None:
    study = open_study()
    folder = study.folder / "scenarios" / "robust" / "whatever_comes"
    kept = {path.stem: study.scenario(str(path)) for path in sorted(folder.glob("*.yaml"))}
    assert len(kept) == 3
    full = study.scenario("plan_in_full")
    cost = study.effort.cost(tuple(full.levers))
    for scenario in kept.values():
        ends = np.array([scenario.path(name).values[-1] if name in scenario.levers else 0.0
                         for name in full.levers])  # fmt: skip
        assert 40 < cost @ ends < 60  # of the plan's hundred
    assert len(kept["balanced"].levers) == 8


def test_an_axis_on_which_all_packages_are_alike_shows_none_as_the_worst(
    small_study: Study, found: Robust
) -> None:
    name = found.design.objectives[0]
    alike = replace(found, packages=found.packages.assign(**{f"fresh_{name}": 0.55}))
    (axes,) = OpenStudy(small_study.folder).chart.robust(alike).figure.axes
    assert {float(line.get_ydata()[0]) for line in axes.lines} == {0.5}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_charts_hold_front_and_regrets(small_study: Study, found: Robust, lang: str) -> None:
    chart = OpenStudy(small_study.folder).chart
    assert len(chart.robust(found, lang=lang).data) == len(found.packages)
    board = chart.regrets(found, lang=lang)
    assert len(board.data) == len(found.regrets)
    (axes,) = board.figure.axes
    said = [text.get_text() for text in axes.texts]
    lacking = {"en": "no series", "zh": "无数据"}[lang]
    assert said.count(lacking) == len(found.picked)  # outward investment, of which nobody knows
    assert sum(text in ("likely", "open", "unlikely", "较有可能", "难以判断", "不大可能")
               for text in said) == len(found.picked)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("target: goods_trade", "target: goods_trad",
         ":6: objectives.0.target: no target 'goods_trad' (did you mean goods_trade?)"),
        ("target: goods_trade", "target: fdi", "no target 'fdi', expected one of goods_trade"),
        ("measure: effort", "measure: effort, target: cargo", "effort has none"),
        (", target: passengers", "", "every measure but effort has a 'target'"),
        ("  - {measure: superquantile, target: passengers}\n  - {measure: effort}\n", "",
         "objectives"),
        ("air_routes", "air_route", "unknown lever 'air_route'"),
        ("fresh: 6", "fresh: 600", "6 and 600 fresh members, 12 are in the fit"),
        ("{measure: effort}", "{measure: probability, target: goods_trade}",
         "objectives.2: stands there already"),
    ],
)  # fmt: skip
def test_bad_designs_are_one_sentence(
    old: str, new: str, said: str, small_study: Study, tmp_path: Path
) -> None:
    design = written(tmp_path, DESIGN.replace(old, new, 1))
    done = typed("robust", design, "--study", small_study.folder, "--out", tmp_path / "out")
    assert (done.exit_code, done.output.count("\n")) == (2, 1), done.output
    assert said in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("manifest", ["", "[]", '{"identity": "x"}', '{"identity": [1]}'])
def test_a_manifest_of_something_else_is_one_sentence(
    manifest: str, small_study: Study, tmp_path: Path
) -> None:
    (tmp_path / "robust.json").write_text(manifest, encoding="utf-8")
    design = written(tmp_path, DESIGN)
    done = typed("robust", design, "--study", small_study.folder, "--out", tmp_path)
    assert (done.exit_code, done.output.count("\n")) == (2, 1), done.output
    assert "robust.json: is no manifest of a search" in done.output


def test_other_folders_and_missing_libraries_are_one_sentence(
    small_study: Study, folder: Path, found: Robust, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--study", small_study.folder, "--out")
    other = written(tmp_path, DESIGN.replace("seed: 1", "seed: 2"))
    for design, out, said in [
        (other, folder / "out", "was begun with another design; give an empty folder"),
        (other, folder, "holds something else"),
        ("nowhere", tmp_path / "out", "no such design"),
    ]:
        done = typed("robust", design, *words, out)
        assert (done.exit_code, done.output.count("\n")) == (2, 1), done.output
        assert said in done.output
    monkeypatch.setitem(__import__("sys").modules, "pymoo.algorithms.moo.nsga2", None)
    done = typed("robust", other, *words, tmp_path / "new")
    assert "pymoo: is not installed; install the extra: pip install 'qiantang[search]'" in (
        done.output
    )
