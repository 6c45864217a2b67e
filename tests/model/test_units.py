"""Units: read, multiplied, compared, and refused in one sentence."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiantang.model.units import DIMENSIONLESS, Unit, parse_unit

NAMES = st.sampled_from(["bnUSD", "Mpax", "Year", "m2", "destination"])
UNITS = st.dictionaries(NAMES, st.integers(-3, 3)).map(Unit.of)


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("bnUSD/Year", {"bnUSD": 1, "Year": -1}),
        ("Mpax/Year/Year", {"Mpax": 1, "Year": -2}),
        ("Mpax/(Year*Year)", {"Mpax": 1, "Year": -2}),
        ("bnCNY/(bnUSD*Year)", {"bnCNY": 1, "bnUSD": -1, "Year": -1}),
        ("1/Years", {"Year": -1}),
        ("kCNY/m2", {"kCNY": 1, "m2": -1}),
        ("bnCNY10", {"bnCNY10": 1}),
        ("m^2", {"m": 2}),
        ("Dmnl", {}),
        ("dimensionless", {}),
        ("1", {}),
        ("Year/Years", {}),
    ],
)
def test_a_unit_is_read(text: str, powers: dict[str, int]) -> None:
    assert parse_unit(text) == Unit.of(powers)


@pytest.mark.parametrize("text", ["", "bnUSD//Year", "(Year", "Year)", "1000/Year", "m^", "Year*"])
def test_an_unreadable_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        parse_unit(text)


@given(UNITS, UNITS)
def test_division_undoes_multiplication(one: Unit, other: Unit) -> None:
    assert one * other / other == one
    assert one / one == DIMENSIONLESS
    assert (one**2) ** Fraction(1, 2) == one


@given(UNITS)
def test_what_is_written_is_read_back(unit: Unit) -> None:
    assert parse_unit(str(unit)) == unit
