"""Faults: one line each, in order, with the path as the user knows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.faults import Fault, StudyError, nearest, printable


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("a.yaml", 3, "levers.x", "unknown lever"), "a.yaml:3: levers.x: unknown lever"),
        (Fault("a.yaml", None, "levers.x", "unknown lever"), "a.yaml: levers.x: unknown lever"),
        (Fault("a.yaml", 3, "", "not valid YAML"), "a.yaml:3: not valid YAML"),
        (Fault("a.yaml", None, "", "file not found"), "a.yaml: file not found"),
    ],
)
def test_a_fault_is_one_line(fault: Fault, line: str) -> None:
    assert str(fault) == line


def test_a_path_is_shown_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path)
    assert str(Fault(tmp_path / "inner" / "a.yaml", 1, "", "bad")) == "inner/a.yaml:1: bad"
    monkeypatch.chdir(tmp_path / "inner")
    outside = tmp_path / "b.yaml"
    assert str(Fault(outside, 1, "", "bad")) == f"{outside.as_posix()}:1: bad"


def test_all_faults_are_carried_in_file_and_line_order() -> None:
    faults = [
        Fault("b.yaml", 1, "", "third"),
        Fault("a.yaml", 10, "", "second"),
        Fault("a.yaml", 9, "", "first"),
        Fault("a.yaml", None, "", "whole file"),
    ]
    error = StudyError(faults)
    assert [fault.what for fault in error.faults] == ["whole file", "first", "second", "third"]
    assert str(error).splitlines() == [str(fault) for fault in error.faults]


def test_the_nearest_name_is_offered_only_where_one_is_near() -> None:
    known = ["market_access", "rule_of_law"]
    assert nearest("market_acces", known) == " (did you mean market_access?)"
    assert nearest("market_acces", (name for name in known)) == " (did you mean market_access?)"
    assert nearest("zzz", known) == ""
    assert nearest("market_access", []) == ""


@pytest.mark.parametrize(
    ("steering", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x00", r"\x00"),
        ("\x07", r"\x07"),
        ("\x08", r"\x08"),
        ("\r", r"\r"),
        ("\n", r"\n"),
        ("\x7f", r"\x7f"),
        ("\x9b", r"\x9b"),
        ("\x85", r"\x85"),
        ("\u200e", r"\u200e"),
        ("\u2028", r"\u2028"),
        ("\u202e", r"\u202e"),
        ("\u2066", r"\u2066"),
        ("\ufeff", r"\ufeff"),
        ("\udc80", r"\udc80"),
    ],
)
def test_what_steers_a_terminal_is_written_out(steering: str, shown: str) -> None:
    assert printable(f"a{steering}b") == f"a{shown}b"
    fault = Fault(f"{steering}.mdl", 1, steering, f"bad {steering}")
    assert str(fault).count(shown) == 3
    assert steering not in str(fault)
    assert steering not in str(StudyError([fault]))


def test_letters_and_joiners_of_every_script_stay() -> None:
    text = "année \u0645\u06cc\u200c\u062e\u0648\u0627 \u7ecf\u6d4e \U0001f600 \u00a0 \u03b1"
    assert printable(text) == text
