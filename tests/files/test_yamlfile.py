"""YAML files: plain data, the line of each key, every fault of form at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel

from mistakes import Mistake, each_mistake, mistakes
from qiantang.faults import StudyError
from qiantang.files.yamlfile import read_yaml, validate

TEXT = """# a town
name: Linshui
people: 12
grown: true
rates:
  births: 0.01
  2019: 0.5
  2019.5: 1.0e-3
years: [2018,
  2019]
zones:
  - site: north
    area: 3.0
  - {site: south, area: 4}
nothing:
"""


class Zone(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site: str
    area: float = Field(gt=0)


class Town(BaseModel):
    model_config = ConfigDict(extra="forbid")

    zones: list[Zone]
    shares: dict[float, float] = {}
    size: int | Zone = 1


class Towns(RootModel[dict[str, Town]]):
    pass


def write(folder: Path, text: str) -> Path:
    path = folder / "town.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@each_mistake("yaml")
def test_each_bad_file_gives_its_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(read_yaml, tmp_path)


def test_there_are_bad_files() -> None:
    assert len(mistakes("yaml")) >= 8


def test_data_is_plain_and_every_key_has_its_line(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, TEXT))
    assert document.data == {
        "name": "Linshui",
        "people": 12,
        "grown": True,
        "rates": {"births": 0.01, 2019: 0.5, 2019.5: 0.001},
        "years": [2018, 2019],
        "zones": [{"site": "north", "area": 3.0}, {"site": "south", "area": 4}],
        "nothing": None,
    }
    assert type(document.data) is dict
    assert type(document.data["rates"]["births"]) is float
    assert type(document.data["people"]) is int
    assert type(document.data["name"]) is str
    assert document.data["grown"] is True
    lines = TEXT.splitlines()
    for where, start in [
        (("people",), "people"),
        (("rates", "births"), "  births"),
        (("rates", 2019), "  2019:"),
        (("rates", 2019.5), "  2019.5:"),
        (("years", 1), "  2019]"),
        (("zones", 0, "area"), "    area"),
        (("zones", 1, "site"), "  - {site"),
        (("nothing",), "nothing"),
    ]:
        assert lines[document.line(where) - 1].startswith(start), where


def test_an_unknown_key_has_the_line_of_the_nearest_above(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, TEXT))
    assert document.line(("rates", "deaths", "of_old")) == document.line(("rates",))
    assert document.line(("no", "such")) == 1
    assert str(document.fault(("rates", "deaths"), "missing")).endswith(
        f"town.yaml:{document.line(('rates',))}: rates.deaths: missing"
    )


def test_the_digest_is_that_of_the_text(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)
    assert read_yaml(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (
        read_yaml(write(tmp_path, TEXT + "\n")).sha256 != hashlib.sha256(TEXT.encode()).hexdigest()
    )


def test_a_missing_file_and_a_folder_give_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"absent\.yaml: file not found$"):
        read_yaml(tmp_path / "absent.yaml")
    with pytest.raises(StudyError) as caught:
        read_yaml(tmp_path)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("text", ["[" * 3000, "{a: " * 3000, "&a [*a]", "!!python/x []\n b: 1"])
def test_hostile_text_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_yaml(write(tmp_path, text))
    assert len(caught.value.faults) == 1
    assert "not valid YAML: " in str(caught.value)


def test_a_tag_runs_no_code(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "a: !!python/object/apply:os.getcwd []")).data == {"a": []}


def test_every_fault_of_form_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """north:
  zones:
    - site: a
      area: -1
    - area: 2
      hight: 3
  shares: {2018: much}
south:
  zones: none
  size: {site: b}
"""
    document = read_yaml(write(tmp_path, text))
    with pytest.raises(StudyError) as caught:
        validate(document, Towns)
    told = [(fault.line, fault.where) for fault in caught.value.faults]
    assert (4, "north.zones.0.area") in told
    assert (5, "north.zones.1.site") in told
    assert (6, "north.zones.1.hight") in told
    assert (7, "north.shares.2018") in told
    assert (9, "south.zones") in told
    assert any(where.startswith("south.size") and line == 10 for line, where in told)
    sentences = {fault.where: fault.what for fault in caught.value.faults}
    assert sentences["north.zones.0.area"] == "input should be greater than 0, got -1"
    assert sentences["north.zones.1.site"] == "required key is missing"
    assert sentences["north.zones.1.hight"] == "unknown key"


def test_a_good_document_becomes_its_record(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, "east: {zones: [{site: a, area: 1}], shares: {2018: 1}}"))
    town = validate(document, Towns).root["east"]
    assert town.zones == [Zone(site="a", area=1.0)]
    assert town.shares == {2018.0: 1.0}
