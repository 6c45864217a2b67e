"""Expressions of Vensim: precedence, names, numbers, tables, calls."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

import pytest

from qiantang.modelfile.tree import (
    NA,
    Binary,
    Call,
    Knots,
    Literal,
    Numbers,
    Reference,
    Text,
    Tree,
    Unary,
)
from qiantang.modelfile.vensim.expression import parse
from qiantang.modelfile.vensim.words import MisreadError

X, Y = Reference("x"), Reference("y")
COMPUTED: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "<>": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    ":AND:": lambda a, b: float(bool(a) and bool(b)),
    ":OR:": lambda a, b: float(bool(a) or bool(b)),
}


def value(tree: Tree, **names: float) -> float:
    """Compute a tree of numbers and operators, as its shape says."""
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Reference):
        return names[tree.name]
    if isinstance(tree, Unary):
        inner = value(tree.operand, **names)
        return (
            float(not inner)
            if tree.operator == ":NOT:"
            else -inner
            if tree.operator == "-"
            else inner
        )
    assert isinstance(tree, Binary)
    return float(COMPUTED[tree.operator](value(tree.left, **names), value(tree.right, **names)))


# -2^2 = -4 is what Vensim computes (SDXorg/test-models exponentiation, output.tab); parentheses
# override precedence (Vensim help, operators); the rest is algebra.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^-2", 0.25),
        ("2^-1^2", 0.5),
        ("2^3^2", 512),
        ("(2^3)^2", 64),
        ("5*(-2)^2", 20),
        ("3*-2", -6),
        ("- -3", 3),
        ("--3", 3),
        ("+ 3", 3),
        ("2 - -3", 5),
        ("2+ +3", 5),
        ("10-4-3", 3),
        ("100/10/5", 2),
        ("100/10*5", 50),
        ("2+3*4^2/8-1", 7),
        ("-3+5", 2),
        ("-(3+5)*2", -16),
        ("1E+06", 1e6),
        ("1e-3", 1e-3),
        (".5+-.5", 0),
        ("1.", 1),
        ("2 + 3 = 5", 1),
        ("2 <> 2", 0),
        ("2 < 3", 1),
        ("3 <= 2", 0),
    ],
)
def test_operators_bind_as_in_algebra(text: str, expected: float) -> None:
    assert value(parse(text)) == pytest.approx(expected)


# Vensim help, operators: :NOT:, then relations, then :AND: before :OR:. That :NOT: denies a whole
# relation is what Vensim computes (SDXorg/test-models subscripted_logicals, output.tab).
@pytest.mark.parametrize(
    ("text", "x", "y", "expected"),
    [
        ("x > 1 :OR: y > 1 :AND: y > 2", 2, 0, 1),
        ("x > 1 :AND: y > 1 :OR: x > 1", 2, 0, 1),
        ("x > 1 :and: (y > 1 :Or: x > 5)", 2, 0, 0),
        (":NOT: x > 2 :AND: x > 1", 3, 0, 0),
        (":NOT: x > 2 :OR: y > 1", 3, 2, 1),
        (":NOT: :NOT: x > 2", 3, 0, 1),
        ("x:AND:y", 1, 1, 1),
        ("x + 1 > y * 2 :AND: x = 3", 3, 1, 1),
    ],
)
def test_logical_operators_are_ordered(text: str, x: float, y: float, expected: float) -> None:
    assert value(parse(text), x=x, y=y) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("average  life\n\ttime", "average life time"),
        ("人口 总量", "人口 总量"),
        ("año", "año"),
        ("ταχύτητα", "ταχύτητα"),
        ("Größe der Stadt", "Größe der Stadt"),
        ("कुल जनसंख्या", "कुल जनसंख्या"),
        ("farmer's share", "farmer's share"),
        ("threshold 'high development'", "threshold 'high development'"),
        ("price in $ of 2010", "price in $ of 2010"),
        ('"a|b ~ {c} [d] (e) = f, g"', '"a|b ~ {c} [d] (e) = f, g"'),
        (r'"the \"big\" one"', r'"the \"big\" one"'),
        (r'"back \ slash"', r'"back \ slash"'),
        ("E", "E"),
        ("e1", "e1"),
    ],
)
def test_names_are_kept_as_written(text: str, name: str) -> None:
    assert parse(text) == Reference(name)
    assert parse(f"2*{text}-1").left.right == Reference(name)  # type: ignore[union-attr]


def test_subscripts_are_kept_as_written() -> None:
    assert parse('x[a, "b, c]", D !]') == Reference("x", ("a", '"b, c]"', "D!"))


def test_missing_is_the_number_of_vensim() -> None:
    assert parse(":NA:") == Literal(NA)
    assert parse("x = :na:") == Binary("=", X, Literal(NA))
    assert NA == -(2.0**109)


def test_calls_carry_functions_in_their_plain_form() -> None:
    assert parse("IF THEN ELSE( x>1, x,\n y)") == Call(
        "if_then_else", (Binary(">", X, Literal(1.0)), X, Y)
    )
    assert parse("If_Then  Else(x,x,y)") == Call("if_then_else", (X, X, Y))
    assert parse("INTEG (x, 0)") == Call("integ", (X, Literal(0.0)))
    assert parse("A FUNCTION OF( x,-y)") == Call("a_function_of", (X, Unary("-", Y)))
    assert parse("A FUNCTION OF( )") == Call("a_function_of", ())
    assert parse("tab[a](x)") == Call("tab", (X,), ("a",))
    assert parse("GET DIRECT DATA('f.csv', ',', 'A', 'B2')") == Call(
        "get_direct_data", (Text("f.csv"), Text(","), Text("A"), Text("B2"))
    )


def test_further_outputs_of_a_macro_stand_behind_a_colon() -> None:
    tree = parse("SPLIT(x, 2 : second, third[a])")
    assert tree == Call(
        "split",
        (X, Literal(2.0)),
        outputs=(Reference("second"), Reference("third", ("a",))),
    )


# Vensim help, WITH LOOKUP and lookups: the part in brackets is the range of the graph, with points
# of reference, and takes no part in the table.
@pytest.mark.parametrize(
    "text",
    [
        "WITH LOOKUP(x, ([(0,0)-(10,10)],(0,1),(5,2)))",
        "WITH LOOKUP(x,([(0,0)-(10,10),(1,2),(3,4)],(0,1),(5,2) ) )",
        "WITH LOOKUP ( x , ( (0 , +1) , (5,2) ) )",
        "WITH LOOKUP(x,([(0,0)-\n\t\t(10,10)],(0,1),(5.0,2e+00)))",
        "with_lookup(x, (0,5, 1,2))",
    ],
)
def test_tables_are_written_in_an_expression(text: str) -> None:
    assert parse(text) == Call("with_lookup", (X, Knots((0.0, 5.0), (1.0, 2.0))))


def test_arrays_of_numbers() -> None:
    assert parse("1,2,3;4,5,-6;") == Numbers(((1, 2, 3), (4, 5, -6)))
    assert parse(" 1, - 2,:NA:") == Numbers(((1, -2, NA),))
    assert parse("TABBED ARRAY(\n\t1\t2\n\t3\t-4\n\t)") == Numbers(((1, 2), (3, -4)))
    assert parse("-7") == Literal(-7.0)
    assert parse("1-2") == Binary("-", Literal(1.0), Literal(2.0))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x +", "the equation cannot be read to its end"),
        ("MAX(x, (y", "the equation cannot be read to its end, 2 closing"),
        ("x + y)", "the equation cannot be read from ')' on"),
        ("x + * y", "the equation cannot be read from '* y' on"),
        ("2 x", "the equation cannot be read from 'x' on"),
        ("x & y", "the equation cannot be read from '& y' on"),
        ("x[a,,b]", "the list of names 'a,,b' has an empty place"),
        ("1,2,,3", "'' is not a number"),
        ("1e999", "the number '1e999' is too large"),
        ("x + 1e999", "the number '1e999' is too large"),
        ("WITH LOOKUP(x, ([__import__('os')],(0,1)))", "with numbers only"),
        ("WITH LOOKUP(x, ((0,1),(1.2.3,1)))", "'1.2.3' is not a number"),
    ],
)
def test_a_fault_shows_the_text_from_where_it_is_not_understood(text: str, sentence: str) -> None:
    with pytest.raises(MisreadError, match=re.escape(sentence)):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["(" * 20_000 + "x" + ")" * 20_000, "-" * 20_000 + "x", "f(" * 20_000 + "x" + ")" * 20_000],
)
def test_depth_is_not_limited_by_the_stack_of_python(text: str) -> None:
    assert parse(text) is not None


def test_an_equation_of_endless_length_is_refused() -> None:
    with pytest.raises(MisreadError, match="the equation has 1199999 characters, expected at most"):
        parse("+".join(["x"] * 600_000))
    assert parse("x" + " " * 600_000) == X
    numbers = parse(",".join(["1"] * 400_000))
    assert isinstance(numbers, Numbers)
    assert len(numbers.rows[0]) == 400_000
