"""What is defined twice, and names that one identifier would serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.model import check_model
from qiantang.model.mdl import read_dictionary, scan
from qiantang.modelfile.clashes import elements_of
from qiantang.modelfile.document import Range
from qiantang.modelfile.read import read_document
from qiantang.simulate import simulate_model

RANGES = "A: a1, a2, a3 ~~|\nTail: a2, a3 ~~|\nB: b1, b2 ~~|\n"
GRID = "INITIAL TIME=0~~|\nFINAL TIME=1~~|\nTIME STEP=1~~|\nSAVEPER=1~~|\n"


def model(folder: Path, entries: str) -> Path:
    """Write a model of these entries, which begin on line 5."""
    file = folder / "model.mdl"
    file.write_text("{UTF-8}\n" + RANGES + entries + "\n" + GRID, encoding="utf-8")
    return file


def told(folder: Path, entries: str) -> list[str]:
    """Return what the reader says of a model."""
    _, faults = read_document(model(folder, entries))
    return [f"{fault.line}: {fault.where}: {fault.what}" for fault in faults]


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ("x=1~~|\nX = 2~~|", "6: X: defined twice, first on line 5"),
        ('x y=1~~|\n"x_y" = 2~~|', "6: x_y: defined twice, first on line 5"),
        ("x=1~~|\nx[A]=2~~|", "6: x: defined twice for [A], first on line 5"),
        ("x[a1]=1~~|\nx[A1]=2~~|", "6: x: defined twice for [A1], first on line 5"),
        ("x[A]=1~~|\nx[a2]=2~~|", "6: x: defined twice for [a2], first on line 5"),
        ("x[a3]=1~~|\nx[Tail]=2~~|", "6: x: defined twice for [a3], first on line 5"),
        (
            "x[A,b1]=1~~|\nx[Tail,B]:EXCEPT:[a2,b1]=2~~|",
            "6: x: defined twice for [a3, b1], first on line 5",
        ),
        ("t((0,0),(1,1))~~|\nt=3~~|", "6: t: defined twice, first on line 5"),
        ("Tail: a1~~|\nx=1~~|", "5: Tail: the range is defined twice, first on line 3"),
        (":MACRO: m(p)\nm=p~~|\nm=2~~|\n:END OF MACRO:", "7: m: defined twice, first on line 6"),
        ("b=3~~|\nx=1~~|", "5: b: the name is that of a range on line 4, expected another"),
        ("A1=3~~|", "5: A1: the name is that of an element of A on line 2, expected another"),
        (
            "a2((0,0),(1,1))~~|",
            "5: a2: the name is that of an element of A on line 2, expected another",
        ),
        ("Time = 2~~|\nx=1~~|", "5: Time: the name is that of the clock, expected another"),
        (
            ":MACRO: m(p)\nm=p*TIME~~|\ntime=2~~|\n:END OF MACRO:",
            "7: time: the name is that of the clock, expected another",
        ),
    ],
)
def test_a_second_definition_is_told_with_both_lines(
    tmp_path: Path, entries: str, fault: str
) -> None:
    assert told(tmp_path, entries) == [fault]


@pytest.mark.parametrize(
    "entries",
    [
        "x[a1]=1~~|\nx[Tail]=2~~|",
        "x[A]:EXCEPT:[a1]=1~~|\nx[a1]=2~~|",
        "x[A,B]:EXCEPT:[Tail,b1]=1~~|\nx[Tail,b1]=2~~|",
        "x[A,b1]=1~~|\nx[A,b2]=2~~|",
        ":MACRO: m(p)\ny=p~~|\nm=y~~|\n:END OF MACRO:\ny=1~~|",
    ],
)
def test_parts_of_an_array_are_no_second_definition(tmp_path: Path, entries: str) -> None:
    assert told(tmp_path, entries) == []


def test_checking_and_simulating_say_the_same(tmp_path: Path) -> None:
    file = model(tmp_path, "x=1~~|\nX = 2~~|")
    what = "6: X: defined twice, first on line 5"
    assert any(what in str(fault) for fault in check_model(file))
    with pytest.raises(StudyError, match=what):
        simulate_model(file)


def test_a_study_does_not_number_its_names(tmp_path: Path) -> None:
    file = model(tmp_path, 'xy=1~~|\n"x-y"=2~~|')
    assert [*read_dictionary(file, complete=False)][:2] == ["xy", "xy_1"]
    what = "has the identifier xy, as xy on line 5 has, rename one of them"
    assert what in [fault.what for fault in scan(file)[1] if fault.line == 6]


def test_ranges_are_followed_to_their_elements_and_not_in_circles() -> None:
    ranges = [
        Range("All", 1, ("Some", "c")),
        Range("Some", 2, ("a", "b")),
        Range("Same", 3, alias_of="All"),
        Range("Round", 4, ("Trip",)),
        Range("Trip", 5, ("Round",)),
    ]
    found = elements_of(ranges)
    assert found["all"] == found["same"] == ("a", "b", "c")
    assert found["round"] == ("round",)


def test_ranges_may_name_each_other_thousands_deep(tmp_path: Path) -> None:
    chained = "".join(f"R{i}: R{i + 1}~~|\n" for i in range(3000)) + "R3000: one, two~~|\n"
    file = model(tmp_path, f"{chained}x[R0]=2~~|")
    assert simulate_model(file, outputs=["x"]).iloc[0].tolist() == [2, 2]


def test_a_circle_of_ranges_is_refused(tmp_path: Path) -> None:
    file = model(tmp_path, "R: S, one~~|\nS: R~~|\nx[R]=2~~|")
    with pytest.raises(StudyError, match="5: R: the range R is defined by itself"):
        simulate_model(file)
