"""The dictionary of variables, read from the text of a model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.model.mdl import read_dictionary, scan

TOWN = Path(__file__).with_name("town.mdl")
HANGZHOU = Path(__file__).parents[2] / "model" / "hangzhou.mdl"


def test_a_variable_is_read_whole() -> None:
    lever = read_dictionary(TOWN)["shorter_queues"]
    assert (lever.name, lever.line, lever.equation) == ("Shorter queues", 38, "0.0")
    assert (lever.unit, lever.limits, lever.group) == ("Dmnl", (0.0, 1.0), "Levers")
    assert lever.meaning == "Lever: 0 as today, 1 no queue."
    assert lever.meaning_zh == "缩短排队"
    assert not lever.is_lookup


def test_quotes_continuations_and_supplementary_are_understood() -> None:
    town = read_dictionary(TOWN)
    assert town["hall_design"].name == "Hall (design)"
    assert town["limit"].equation == '"Hall (design)" * (1 + Gain * Shorter queues)'
    assert town["benches"].meaning == "Benches in the hall."
    assert town["passengers"].limits == (0.0, None)
    assert town["travel_table"].is_lookup
    assert "view_1" not in town


def test_groups_give_levers_and_drivers() -> None:
    town = read_dictionary(TOWN)
    assert [item.identifier for item in town.levers()] == ["shorter_queues"]
    assert [item.identifier for item in town.drivers()] == ["travel", "travel_table"]
    assert town["time_step"].is_control
    assert not town["gain"].is_control


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean passengers"):
        read_dictionary(TOWN)["pasengers"]


def test_macros_are_left_out_and_lines_still_count(tmp_path: Path) -> None:
    text = TOWN.read_text(encoding="utf-8")
    macro = ":MACRO: M(a)\nM = a\n\t~\t\n\t~\t\n\t|\n:END OF MACRO:\n"
    file = tmp_path / "with_macro.mdl"
    file.write_text(text.replace("{UTF-8}\n", "{UTF-8}\n" + macro), encoding="utf-8")
    town = read_dictionary(file)
    assert "m" not in town
    assert town["shorter_queues"].line == 38 + macro.count("\n")


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "town.mdl"
    file.write_bytes(TOWN.read_bytes().replace(b"\n", b"\r\n"))
    assert dict(read_dictionary(file)) == dict(read_dictionary(TOWN))


def test_a_missing_file_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="file not found"):
        read_dictionary(tmp_path / "none.mdl")


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = TOWN.read_text(encoding="utf-8")
    text = text.replace("~\tBenches thrown away.", "~\t").replace("Dmnl [0,1]", "[1,0]")
    file = tmp_path / "town.mdl"
    file.write_text(text, encoding="utf-8")
    _, faults = scan(file)
    assert [fault.where for fault in faults].count("Shorter queues") == 2
    assert any(fault.where == "Wear" for fault in faults)


def test_identifiers_of_the_study_are_those_of_its_other_files() -> None:
    for known, item in read_dictionary(HANGZHOU).items():
        assert known == re.sub(r"[^a-z0-9_]", "", item.name.lower().replace(" ", "_"))


def test_every_variable_of_hangzhou_has_unit_meaning_and_chinese_name() -> None:
    dictionary = read_dictionary(HANGZHOU)
    assert len(dictionary.levers()) == 19
    assert [item.name for item in dictionary.values() if not item.meaning_zh] == []
    assert all(item.limits == (0.0, 1.0) for item in dictionary.levers())
