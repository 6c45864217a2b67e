"""Spellings of one name, and identifiers that are a name's own."""

from __future__ import annotations

import pytest

from qiantang.modelfile.names import identifier, identifiers, plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hall  (design)", '"Hall (design)"'),
        ("TIME STEP", "Time_Step"),
        ("a\\nb", "A b"),
        ("a\u00a0b", "a b"),
        ("caf\u00e9", "cafe\u0301"),
        ('"\u00c9t\u00e9"!', '"e\u0301te\u0301"!'),
        ("\uac00", "\u1100\u1161"),
        ("\u212b", "\u00e5"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert plain(one) == plain(other)
    assert identifier(one) == identifier(other)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ('"Hall  (design)"', "hall_design"),
        ("GDP总量", "gdp总量"),
        ("人口 2", "人口_2"),
        ("Население", "население"),
        ("año", "ano"),
        ("an\u0303o", "ano"),
        ("йод", "йод"),
        ("Straße", "straße"),
        ("CO₂ ppm", "co2_ppm"),
        ("ＧＤＰ", "gdp"),
        ('"%"', "variable"),
    ],
)
def test_no_letter_of_a_name_is_dropped(name: str, known: str) -> None:
    assert identifier(name) == known


def test_names_of_one_file_have_identifiers_of_their_own() -> None:
    names = ["a b", '"a b!"', '"a b 1"', '"x-y"', "xy", "Time", "A_B"]
    assert identifiers(names, reserved=["time"]) == {
        "a_b": "a_b",
        "a_b!": "a_b_2",
        "a_b_1": "a_b_1",
        "x-y": "xy_1",
        "xy": "xy",
        "time": "time_1",
    }


def test_chinese_names_that_share_their_latin_letters_stay_apart() -> None:
    assert len(set(identifiers(["GDP总量", "GDP增速", "GDP"]).values())) == 3
