"""The model file is the dictionary: every variable is explained."""

from __future__ import annotations

from qiantang.session import open_study


def test_every_variable_has_unit_limits_meaning_in_two_languages_and_a_group() -> None:
    for name, entry in open_study().dictionary.items():
        assert entry.unit, name
        assert entry.limits != (None, None), name
        assert entry.meaning, name
        assert entry.meaning_zh, name
        assert entry.group, name


def test_there_are_19_levers_from_nought_to_one() -> None:
    levers = open_study().dictionary.levers()
    assert len(levers) == 19
    assert all(lever.limits == (0.0, 1.0) for lever in levers)
    assert all("Article" in lever.meaning for lever in levers)
