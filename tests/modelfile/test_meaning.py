"""What a model computes has one digest; words about it have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.modelfile.read import read_document

TEXT = """{UTF-8}
Size: small, large ~~|
Room[Size] = INTEG(Flow[Size], Start) ~ m ~ what there is |
Flow[Size] = IF THEN ELSE(Time > 2, -(Room[Size] / 4) ^ 2, Table(Time)) ~ m/Month ~ it flows |
Start = 10 ~ m ~ at first |
Table([(0,0)-(9,9)], (0,1), (2,3)) ~ m/Month ~ a table |
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 6 ~ Month ~ |
TIME STEP = 1 ~ Month ~ |
SAVEPER = TIME STEP ~ Month ~ |
"""


def meaning(folder: Path, text: str) -> str:
    path = folder / "m.mdl"
    path.write_text(text, encoding="utf-8")
    document, faults = read_document(path)
    assert faults == []
    return document.meaning


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at first", "at the very first"),
        ("~ m ~ what", "~ metre [0,?] ~ what"),
        ("Start)", "  START )"),
        ("Room[Size] / 4", "Room[ size ]/4.0"),
        ("Start = 10 ~ m ~ at first |\n", ""),
        ("[(0,0)-(9,9)]", "[(0,0)-(5,5)]"),
    ],
    ids=["comment", "unit", "spelling", "blanks", "order", "range of a table"],
)
def test_what_is_said_about_a_model_does_not_move_it(tmp_path: Path, old: str, new: str) -> None:
    changed = TEXT.replace(old, new)
    if not new:
        changed += old
    assert changed != TEXT
    assert meaning(tmp_path, changed) == meaning(tmp_path, TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Start = 10", "Start = 10.000001"),
        ("(2,3)", "(2,3.5)"),
        ("Time > 2", "Time >= 2"),
        ("-(Room[Size] / 4) ^ 2", "(-Room[Size] / 4) ^ 2"),
        ("small, large", "small, large, huge"),
        ("FINAL TIME = 6", "FINAL TIME = 7"),
        ("Table(Time)", "Table(Start)"),
    ],
)
def test_what_it_computes_moves_it(tmp_path: Path, old: str, new: str) -> None:
    assert old in TEXT
    assert meaning(tmp_path, TEXT.replace(old, new)) != meaning(tmp_path, TEXT)


def test_a_sum_of_a_thousand_names_has_a_digest(tmp_path: Path) -> None:
    long = "all = " + " + ".join(["Start"] * 1000) + " ~~|\n"
    assert meaning(tmp_path, TEXT + long) != meaning(tmp_path, TEXT)
