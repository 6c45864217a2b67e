"""A flattened scenario names the file and line of each part; `qiantang show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.lineage import trace
from qiantang.study import Study

CHILD = """title: Child
title_zh: 子
question: q
question_zh: 问
base: plan_as_staffed
drivers: {added_us_tariff: actual}
vintage: actual
levers:
  国际航线:
    unit: Dmnl
    path: {2018.5: 0, 2019.0: 0.5}
    between: step
    cites: [7]
    reading: assumed
    note: n
"""


@pytest.fixture
def child(tmp_path: Path) -> Path:
    path = tmp_path / "child.yaml"
    path.write_text(CHILD, encoding="utf-8")
    return path


def test_each_part_names_the_line_that_holds(study: Study, child: Path) -> None:
    found = trace(study, str(child))
    assert [str(origin).split(":")[0] for origin in found.levers["air_routes"]] == [
        "child.yaml",
        "plan_in_full.yaml",
    ]
    assert str(found.levers["air_routes"][0]) == "child.yaml:9"
    assert str(found.drivers["added_us_tariff"][0]) == "child.yaml:6"
    assert str(found.vintage) == "child.yaml:7"
    for lever, origins in found.levers.items():
        for origin in origins:
            line = origin.file.read_text(encoding="utf-8").splitlines()[origin.line - 1].strip()
            assert line in (f"{lever}:", f"{study.vocabulary.chinese[lever]}:")
    organisation = found.levers["plan_organisation"]
    assert [origin.file.stem for origin in organisation] == ["plan_as_staffed", "plan_in_full"]


def test_what_is_shown_is_what_runs(study: Study, child: Path) -> None:
    found, run = trace(study, str(child)), study.scenario(str(child))
    assert found.scenario.sha256 == run.sha256
    assert found.levers.keys() == run.levers.keys()


@pytest.mark.parametrize("name", ["current_policy", "plan_in_full", "pandemic_as_happened"])
def test_every_shipped_kind_is_shown(study: Study, name: str) -> None:
    done = CliRunner().invoke(program, ["show", name], catch_exceptions=False)
    assert done.exit_code == 0
    assert study.scenario(name).question in done.stdout


def test_json_holds_paths_origins_and_both_names(child: Path) -> None:
    done = CliRunner().invoke(program, ["show", str(child), "--json"], catch_exceptions=False)
    record = json.loads(done.stdout)
    lever = record["levers"]["air_routes"]
    assert lever["name_zh"] == "国际航线"
    assert lever["path"] == [[2018.5, 0.0], [2019.0, 0.5]]
    assert lever["from"] == {"file": child.as_posix(), "line": 9}
    assert [place["file"].rsplit("/", 1)[1] for place in lever["replaces"]] == ["plan_in_full.yaml"]
    assert record["vintage"]["value"] == "actual"


def test_levers_are_shown_in_chinese(child: Path) -> None:
    done = CliRunner().invoke(program, ["show", str(child), "--lang", "zh"], catch_exceptions=False)
    assert "国际航线" in done.stdout
    assert "Air routes" not in done.stdout


def test_a_misspelt_name_is_refused_with_the_nearest() -> None:
    done = CliRunner().invoke(program, ["show", "plan_in_ful"], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no such scenario (did you mean plan_in_full?)" in done.stderr
