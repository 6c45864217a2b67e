"""A new scenario checks clean, is never written over another, and is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.files.yamlfile import read_yaml
from qiantang.study import Study
from qiantang.template import _quoted, new_scenario, put_new


@pytest.mark.parametrize("name", ["mine", "my_own-2", "试点方案", "null", "yes"])
def test_a_new_scenario_checks_clean(study: Study, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.yaml"
    new_scenario(study, path)
    scenario = study.scenario(str(path))
    assert scenario.name == name
    assert list(scenario.levers) == [next(iter(study.vocabulary.levers))]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_every_lever_can_be_asked_for_in_either_language(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    chinese = study.vocabulary.chinese
    names = [chinese[name] if place % 2 else name for place, name in enumerate(chinese)]
    new_scenario(study, path, base="plan_as_staffed", levers=names)
    scenario = study.scenario(str(path))
    assert [file.stem for file in scenario.files[:2]] == ["all", "plan_as_staffed"]
    assert set(scenario.levers) == set(study.vocabulary.levers)
    for name, lever in scenario.levers.items():
        assert lever.cites == [a.number for a in study.plan.articles.articles if name in a.levers]


def test_it_names_its_schema_and_says_what_each_part_is(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    new_scenario(study, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].removeprefix("# yaml-language-server: $schema=")
    assert (
        path.parent / place
    ).resolve() == study.folder / "scenarios" / "schemas" / "scenario.json"
    assert all(name in "".join(lines) for name in study.vocabulary.chinese.values())
    assert sum("#" in line for line in lines) > len(lines) / 2


def test_another_file_is_overwritten_by_force_alone(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(StudyError, match="the file exists; --force replaces it"):
        new_scenario(study, path)
    with pytest.raises(StudyError, match="the file exists; --force replaces it"):
        put_new(path, "x")
    assert path.read_text(encoding="utf-8") == "precious"
    new_scenario(study, path, force=True)
    assert "precious" not in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a b"], "'a b' is no name, expected letters, digits, _ and -, a letter first"),
        (["2018"], "'2018' is no name"),
        (["no/such/x.yaml"], "the folder does not exist"),
        (["x", "--lever", "air_rutes"], "unknown lever (did you mean air_routes?)"),
        (["x", "--lever", "国际航班"], "unknown lever (did you mean 国际航线?)"),
        (["x", "--base", "plan_in_ful"], "no such scenario (did you mean plan_in_full?)"),
    ],
)
def test_refusals_are_one_line_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(program, ["new", "scenario", *words], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_beside_and_into_a_study(
    small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(small_study.folder)
    for more, path in (
        ([], tmp_path / "here.yaml"),
        (["--study", folder], small_study.folder / "scenarios" / "here.yaml"),
    ):
        done = CliRunner().invoke(program, ["new", "scenario", "here", *more])
        assert done.exit_code == 0
        assert path.is_file()
    assert "here" in small_study.scenario_names()
    (small_study.folder / "scenarios" / "here.yaml").unlink()


@pytest.mark.parametrize(
    "text",
    ["plain words", "null", "Yes", "a: b", "x #y", 'say "so"', "back\\slash", "-dash", "概率"],
)
def test_text_survives_the_writing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"key: {_quoted(text)}\n", encoding="utf-8")
    assert read_yaml(path).data == {"key": text}
