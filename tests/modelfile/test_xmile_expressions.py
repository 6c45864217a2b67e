"""Equations of XMILE 1.0; the number is the section of the standard of 14 December 2015."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.modelfile.xmile_files import aux, faults, tree

from qiantang.modelfile.tree import Binary, Call, Literal, Reference, Tree, Unary
from qiantang.modelfile.xmile.expressions import NotUnderstood, parse

TWO, THREE = Literal(2.0), Literal(3.0)
B = Reference("b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2^2", Unary("-", Binary("^", TWO, TWO))),  # 3.3.1: the power before the sign
        ("(-2)^2", Binary("^", Unary("-", TWO), TWO)),
        ("2^3^2", Binary("^", TWO, Binary("^", THREE, TWO))),  # 3.3.1: from the right
        ("2^-3", Binary("^", TWO, Unary("-", THREE))),
        ("2 mod 3 MOD 2", Binary("mod", Binary("mod", TWO, THREE), TWO)),  # 3.3.1
        ("2*3 Mod 2", Binary("mod", Binary("*", TWO, THREE), TWO)),
        ("2 + 3 mod 2", Binary("+", TWO, Binary("mod", THREE, TWO))),
        ("MOD(2, 3)", Binary("mod", TWO, THREE)),
        ("2 mod (3)", Binary("mod", TWO, THREE)),
        ("b OR 2 AND 3", Binary(":OR:", B, Binary(":AND:", TWO, THREE))),  # 3.3.1
        ("NOT b = 2", Binary("=", Unary(":NOT:", B), TWO)),  # 3.3.1: unary before relations
        ("2 < 3 = b", Binary("=", Binary("<", TWO, THREE), B)),
        ("2 <> 3", Binary("<>", TWO, THREE)),
        ("3 - -2", Binary("-", THREE, Unary("-", TWO))),
        ("2 - 3 - 2", Binary("-", Binary("-", TWO, THREE), TWO)),
        ("{first} 2 {second} * 3", Binary("*", TWO, THREE)),  # 3.3.4
        (".375", Literal(0.375)),  # 3.2.1
        ("14.", Literal(14.0)),
        ("6E5", Literal(6e5)),
        ("iffy_not + then_2", Binary("+", Reference("iffy_not"), Reference("then_2"))),
    ],
)
def test_operators_bind_as_the_standard_says(text: str, expected: Tree) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "if(b)then(2)else(3)",
        "IF b THEN 2 ELSE 3",
        "If b\n then\t2\nelse 3",
        "(IF b THEN 2 ELSE 3)",
        "if_then_else(b, 2, 3)",  # 3.3.3 names it as the form of some vendors
    ],
)
def test_if_has_many_forms(text: str, tmp_path: Path) -> None:
    found = tree(tmp_path, text.replace("<", "&lt;"), aux("b", "1"))
    assert found == Call("if_then_else", (B, TWO, THREE))


def test_else_reaches_to_the_end(tmp_path: Path) -> None:
    """3.3.3: what follows ELSE is an expression, another IF among them."""
    inner = Call("if_then_else", (TWO, THREE, Binary("+", TWO, THREE)))
    found = tree(tmp_path, "2 + IF b THEN 2 ELSE IF 2 THEN 3 ELSE 2 + 3", aux("b", "1"))
    assert found == Binary("+", TWO, Call("if_then_else", (B, TWO, inner)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TIME", Reference("Time")),
        ("time", Reference("Time")),
        ("DT", Reference("TIME STEP")),
        ("dt", Reference("TIME STEP")),
        ("StartTime", Reference("INITIAL TIME")),
        ("STOPTIME", Reference("FINAL TIME")),
        ("Pi", Literal(math.pi)),
        ("INF", Literal(math.inf)),
    ],
)
def test_builtin_words_in_any_case(text: str, expected: Tree, tmp_path: Path) -> None:
    """3.5.1 and 3.5.5."""
    assert tree(tmp_path, text) == expected


def test_a_variable_comes_before_a_builtin_word(tmp_path: Path) -> None:
    assert tree(tmp_path, "PI", aux("pi", "3")) == Reference("pi")


ZERO = Literal(0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INT(b)", Call("floor", (B,))),  # 3.5.1 and footnote 7
        ("LOG10(b)", Call("log10_xmile", (B,))),
        ("ln(b)", Call("ln", (B,))),
        ("MAX(b, 2, 3)", Call("max", (Call("max", (B, TWO)), THREE))),
        ("MIN(b)", B),
        ("ROUND(b)", Call("round_xmile", (B,))),
        ("SAFEDIV(b, 2)", Call("safediv_xmile", (B, TWO, ZERO))),
        ("SAFEDIV(b, 2, 3)", Call("safediv_xmile", (B, TWO, THREE))),
        ("b // 2", Call("safediv_xmile", (B, TWO, ZERO))),
        ("INIT(b)", Call("initial", (B,))),  # 3.5.6
        ("PREVIOUS(b, 2)", Call("previous_xmile", (B, TWO))),  # 3.5.6
        ("PREVIOUS(SELF, 2)", Call("previous_xmile", (Reference("a"), TWO))),  # 3.5.6
        ("HISTORY(b, 2)", Call("history_xmile", (B, TWO))),
        ("DELAY(b, 2)", Call("delay_fixed_xmile", (B, TWO))),  # 3.5.3
        ("DELAY(b, 2, 3)", Call("delay_fixed", (B, TWO, THREE))),
        ("DELAY1(b, 2)", Call("delay1", (B, TWO))),
        ("DELAY1(b, 2, 3)", Call("delay1i", (B, TWO, THREE))),
        ("DELAY3(b, 2, 3)", Call("delay3i", (B, TWO, THREE))),
        ("DELAYN(b, 2, 3)", Call("delay_n_xmile", (B, TWO, THREE))),
        ("DELAYN(b, 2, 3, 0)", Call("delay_n", (B, TWO, ZERO, THREE))),
        ("SMTH1(b, 2)", Call("smooth", (B, TWO))),
        ("SMTH1(b, 2, 3)", Call("smoothi", (B, TWO, THREE))),
        ("SMTH3(b, 2)", Call("smooth3", (B, TWO))),
        ("SMTHN(b, 2, 3, 0)", Call("smooth_n", (B, TWO, ZERO, THREE))),
        ("TREND(b, 2)", Call("trend", (B, TWO, ZERO))),
        ("FORCST(b, 2, 3)", Call("forecast", (B, TWO, THREE))),
        ("FORCST(b, 2, 3, 0)", Call("forecast_xmile", (B, TWO, THREE, ZERO))),
        ("STEP(2, 3)", Call("step", (TWO, THREE))),  # 3.5.4
        ("RAMP(2, 3)", Call("ramp", (TWO, THREE, Literal(math.inf)))),
        ("RAMP(2, 3, b)", Call("ramp", (TWO, THREE, B))),
        ("PULSE(2, 3)", Call("pulse_xmile", (TWO, THREE, ZERO))),
        ("PULSE(2, 3, b)", Call("pulse_xmile", (TWO, THREE, B))),
        ("RANDOM(2, 3)", Call("random_uniform", (TWO, THREE, ZERO))),  # 3.5.2
        ("UNIFORM(2, 3, 2)", Call("random_uniform", (TWO, THREE, TWO))),
        ("LOGNORMAL(2, 3)", Call("random_lognormal_xmile", (TWO, THREE, ZERO))),
        ("std.ABS(b)", Call("abs", (B,))),  # 3.2.2.3
    ],
)
def test_functions(text: str, expected: Tree, tmp_path: Path) -> None:
    assert tree(tmp_path, text, aux("b", "1")) == expected


def test_normal_is_cut_only_where_the_file_says_so(tmp_path: Path) -> None:
    """3.5.2 has no bounds; Stella adds a minimum and a maximum."""
    found = tree(tmp_path, "NORMAL(2, 3)")
    bounds = Literal(-math.inf), Literal(math.inf)
    assert found == Call("random_normal", (*bounds, TWO, THREE, ZERO))
    found = tree(tmp_path, "NORMAL(2, 3, 0, b, 3)", aux("b", "1"))
    assert found == Call("random_normal", (B, THREE, TWO, THREE, ZERO))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FOO(1)", "FOO is not a function, a macro or a table that is read"),
        ("SIN(1, 2)", "SIN has 2 arguments, expected 1"),
        ("DELAY1(1)", "DELAY1 has 1 arguments, expected 2 or 3"),
        ("1 + * 2", "the text near '* 2' is not understood"),
        ("1 +", "the equation ends too early"),
        ("(1 + 2", "the equation ends too early"),
        ("{nothing}", "has no equation"),
        ("", "has no equation"),
        ("my_vat * 2", "my_vat is not in the file (did you mean my var?)"),
        ("SUM(1)", "SUM needs an array, expected m or m[*]"),
        ("b(1)", "b is called as a table, which it is not"),
    ],
)
def test_what_is_not_understood_is_said(text: str, expected: str, tmp_path: Path) -> None:
    others = aux("my var", "1") + aux("b", "1")
    assert faults(tmp_path, aux("a", text) + others) == [f"4: a: {expected}"]


def test_a_fault_names_the_line_within_the_equation(tmp_path: Path) -> None:
    found = faults(tmp_path, aux("a", "1 +\n2 +\n* 3"))
    assert found == ["6: a: the text near '* 3' is not understood"]


def test_depth_costs_no_stack() -> None:
    deep = 20_000
    assert parse("(" * deep + "1" + ")" * deep) == Literal(1.0)
    found = parse("-" * deep + "1")
    for _ in range(deep):
        assert isinstance(found, Unary)
        found = found.operand
    with pytest.raises(NotUnderstood, match="ends too early"):
        parse("f(" * deep)
