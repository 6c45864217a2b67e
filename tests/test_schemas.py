"""JSON Schemas: current, and of one mind with our reader wherever a schema can speak."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from mistakes import Mistake, mistakes
from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.files.yamlfile import read_yaml
from qiantang.schemas import KINDS, schemas
from qiantang.study import Study

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
Validators = dict[str, Draft202012Validator]
#: Faults that no schema can see: order, other files, what stands twice, what YAML itself refuses.
BEYOND = {
    "scenarios": {
        "circle_one", "circle_two", "base_itself", "unknown_base", "base_too_long_for_a_file",
        "same_lever_in_both_languages", "year_outside_time",
        "years_not_increasing", "year_in_quotes",
        "value_not_finite", "no_articles_cited", "rule_date_off_the_step",
        "rule_date_outside_time", "rule_dates_not_increasing", "rule_delay_off_the_step",
        "rule_delay_past_the_end", "rule_unit_of_another", "rule_unknown_variable",
        "rule_without_levers",
    },
    "effort": {
        "lever_missing", "lever_in_both_languages", "rule_twice", "rule_without_a_limit",
        "rule_with_two_limits", "limit_without_anything", "parameter_unknown",
        "parameter_no_constant", "parameter_outside_its_limits", "cost_not_finite",
    },
}  # fmt: skip


def as_json(path: Path) -> Any:
    """Return a file as an editor hands it to a schema: keys are text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    return plain(read_yaml(path).data)


@pytest.fixture(scope="module")
def validators(study: Study) -> Validators:
    """Return what judges files of each kind."""
    return {
        Path(name).stem: Draft202012Validator(json.loads(text))
        for name, text in schemas(study).items()
    }


def test_the_shipped_schemas_are_current(study: Study) -> None:
    kept = {p.name: p.read_text(encoding="utf-8") for p in (SCENARIOS / "schemas").glob("*.json")}
    assert kept == schemas(study), "write them anew: qiantang new schemas --force"


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_a_schema(validators: Validators, kind: str) -> None:
    Draft202012Validator.check_schema(validators[kind].schema)
    assert validators[kind].schema["title"]


def test_the_command_writes_them(small_study: Study) -> None:
    folder = small_study.folder / "scenarios" / "schemas"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "scenario.json").write_text("{}", encoding="utf-8")
    words = ["new", "schemas", "--force", "--study", str(small_study.folder)]
    assert CliRunner().invoke(program, words, catch_exceptions=False).exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_scenarios_fit_their_schema(validators: Validators, file: Path) -> None:
    assert list(validators["scenario"].iter_errors(as_json(file))) == []


def test_the_shipped_effort_file_fits_its_schema(validators: Validators) -> None:
    data = as_json(SCENARIOS / "plan" / "effort.yaml")
    assert list(validators["effort"].iter_errors(data)) == []


@pytest.mark.parametrize("name", ["articles", "targets"])
def test_the_plan_fits_its_schema(validators: Validators, name: str) -> None:
    data = as_json(SCENARIOS / "plan" / f"{name}.yaml")
    assert list(validators[name].iter_errors(data)) == []


@pytest.mark.parametrize(
    ("kind", "mistake"),
    [
        (kind, mistake)
        for kind, table in (("scenario", "scenarios"), ("effort", "effort"))
        for mistake in mistakes(table)
    ],
    ids=lambda value: value.name if isinstance(value, Mistake) else value,
)
def test_what_our_reader_refuses_the_schema_refuses(
    validators: Validators, kind: str, mistake: Mistake, tmp_path: Path
) -> None:
    """A schema of another mind than the reader would mislead in the editor."""
    try:
        data = as_json(mistake.write(tmp_path))
    except StudyError:
        return  # no YAML, so no schema is asked
    refused = bool(list(validators[kind].iter_errors(data)))
    assert refused == (mistake.name not in BEYOND[mistake.kind])


def test_a_lever_completes_in_english_and_in_chinese(study: Study) -> None:
    schema = json.loads(schemas(study)["scenario.json"])
    levers = schema["properties"]["levers"]["properties"]
    assert "机场能力" in levers["airport_capacity"]["description"]
    assert "airport_capacity" in levers["机场能力"]["description"]
    assert len(levers) == 2 * len(study.vocabulary.levers)
