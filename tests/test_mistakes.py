"""The tables of bad files: an edit does what it says, and one that finds no place is no edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mistakes import BAD, Mistake, edited, mistakes
from qiantang.faults import Fault

SOUND = {"town": "east:\n  area: 1\n  size: 2\nwest:\n  area: 1\n", "other": "a: 1\n"}


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        ({"replace": {"size: 2": "size: 0"}}, "east:\n  area: 1\n  size: 0\nwest:\n  area: 1\n"),
        ({"replace": {"east: ... size: 2": "east:"}}, "east:\nwest:\n  area: 1\n"),
        ({"delete": "size: 2"}, "east:\n  area: 1\nwest:\n  area: 1\n"),
        ({"delete": "west:\n  area: 1\n"}, "east:\n  area: 1\n  size: 2\n"),
        ({"insert": {"west:": "  a: 0"}}, SOUND["town"].replace("west:\n", "west:\n  a: 0\n")),
        ({"of": "other", "replace": {"1": "2"}}, "a: 2\n"),
        ({"text": ""}, ""),
    ],
)  # fmt: skip
def test_an_edit_changes_what_it_names(edit: dict[str, Any], text: str) -> None:
    assert edited(edit, SOUND) == text


@pytest.mark.parametrize(
    "edit",
    [
        {"replace": {"area: 1": "area: 2"}},
        {"replace": {"area: 3": "area: 2"}},
        {"delete": "area: 1"},
        {"delete": "size"},
        {"insert": {"north:": "  area: 1"}},
    ],
)
def test_an_edit_that_finds_no_place_or_two_is_an_error(edit: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match=r"stands [02] times"):
        edited(edit, SOUND)


def test_every_word_of_a_sentence_counts(tmp_path: Path) -> None:
    mistake = Mistake("towns", "one", ".yaml", b"", (":2: area: too small, expected 3",), ())
    path = tmp_path / "one.yaml"
    mistake.told([Fault(path, 2, "area", "too small, expected 3")], path)
    for line, what in [(3, "too small, expected 3"), (2, "too small, expected 30"), (2, "too")]:
        with pytest.raises(AssertionError):
            mistake.told([Fault(path, line, "area", what)], path)
    with pytest.raises(AssertionError):
        mistake.told([], path)


def test_the_tables_hold_every_mistake() -> None:
    assert sum(len(mistakes(path.stem)) for path in BAD.glob("*.yaml")) >= 271
