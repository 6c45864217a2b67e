"""Arrays of XMILE 1.0: sections 3.7.1 and 4.5."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.modelfile.xmile_files import OVER_X, aux, document, equations, faults, tree

from qiantang.modelfile.tree import Binary, Call, Knots, Literal, Numbers, Reference

OVER_Y = OVER_X.replace("X", "Y")
M = aux("m", "1", OVER_X)
XY = '<dimensions><dim name="X"/><dim name="Y"/></dimensions>'
XX = '<dimensions><dim name="X"/><dim name="X"/></dimensions>'
TABLE = '<gf><xscale min="0" max="4"/><ypts>{}</ypts></gf>'


def test_a_dimension_by_its_size_has_numbers_as_elements(tmp_path: Path) -> None:
    found = document(tmp_path, M)
    assert [(r.name, r.elements) for r in found.ranges] == [
        ("X", ("p", "q")),
        ("Y", ("1", "2", "3")),
    ]


def test_a_bare_array_carries_the_axes_of_its_equation(tmp_path: Path) -> None:
    """3.7.1: when all indices are dimension names, they can be omitted."""
    found = document(tmp_path, M + aux("k", "m * 2", OVER_X))
    assert equations(found, "k")[0].tree == Binary("*", Reference("m", ("X",)), Literal(2.0))
    assert equations(found, "k")[0].subscripts == ("X",)


def test_an_element_that_shares_the_equation_has_its_own_part(tmp_path: Path) -> None:
    element = f'<element subscript="q">{TABLE.format("8,0")}</element>'
    found = document(tmp_path, M + aux("k", "m", OVER_X + element))
    whole, own = equations(found, "k")
    assert (whole.subscripts, whole.exceptions) == (("X",), (("q",),))
    assert own.subscripts == ("q",)
    knots = Knots((0.0, 4.0), (8.0, 0.0))
    assert own.tree == Call("with_lookup", (Reference("m", ("q",)), knots))


def test_every_element_may_have_its_own_equation(tmp_path: Path) -> None:
    """4.5.2, in any order, blanks after commas, positions for names."""
    elements = "".join(
        f'<element subscript="{where}"><eqn>{value}</eqn></element>'
        for value, where in enumerate(["p,1", "p, 2", "p,3", "2,1", "q,2", "q , 3"])
    )
    found = document(tmp_path, f'<aux name="k">{XY}{elements}</aux>')
    assert [(e.subscripts, e.tree) for e in equations(found, "k")] == [
        ((x, y), Literal(value)) for value, (x, y) in enumerate((x, y) for x in "pq" for y in "123")
    ]


def test_a_stock_of_elements_with_their_own_start(tmp_path: Path) -> None:
    elements = "".join(
        f'<element subscript="{e}"><eqn>{v}</eqn></element>' for e, v in (("p", 1), ("q", 2))
    )
    stock = f'<stock name="S">{OVER_X}{elements}<inflow>f</inflow></stock>'
    flow = f'<flow name="f">{OVER_X}<eqn>10</eqn></flow>'
    first, second = equations(document(tmp_path, stock + flow), "S")
    assert first.tree == Call("integ", (Reference("f", ("p",)), Literal(1.0)))
    assert second.tree == Call("integ", (Reference("f", ("q",)), Literal(2.0)))
    assert first.inflows == second.inflows == ("f",)


def test_functions_of_arrays_run_over_what_has_a_star_or_no_brackets(tmp_path: Path) -> None:
    """3.7.1.2 and 3.7.1.3."""
    both = aux("n", "1", XY)
    every = Reference("n", ("X!", "Y!"))
    assert tree(tmp_path, "SUM(n)", both) == Call("sum", (every,))
    assert tree(tmp_path, "SUM(n[*,*])", both) == Call("sum", (every,))
    assert tree(tmp_path, "SUM(n[X,Y])", both) == Call("sum", (every,))
    assert tree(tmp_path, "MAX(n[*,2])", both) == Call("vmax", (Reference("n", ("X!", "2")),))
    assert tree(tmp_path, "PROD(n[p,*])", both) == Call("prod", (Reference("n", ("p", "Y!")),))
    assert tree(tmp_path, "MEAN(n)", both) == Binary("/", Call("sum", (every,)), Literal(6.0))
    assert tree(tmp_path, "SIZE(n[p,*])", both) == Literal(3.0)
    assert tree(tmp_path, "STDDEV(n)", both) == Call("stddev_xmile", (every,))
    inner = Call("abs", (every,))
    assert tree(tmp_path, "SUM(ABS(n))", both) == Call("sum", (inner,))


def test_a_row_sum_keeps_the_axis_of_its_equation(tmp_path: Path) -> None:
    """3.7.1.3, the example of SUM."""
    found = document(tmp_path, aux("n", "1", XY) + aux("row", "SUM(n[X,*])", OVER_X))
    assert equations(found, "row")[0].tree == Call("sum", (Reference("n", ("X", "Y!")),))


def test_max_takes_any_mix_of_arrays_and_scalars(tmp_path: Path) -> None:
    """3.7.1.3."""
    found = tree(tmp_path, "MAX(m, 0)", M)
    assert found == Call("max", (Call("vmax", (Reference("m", ("X!",)),)), Literal(0.0)))
    each = document(tmp_path, M + aux("k", "MAX(m, 0)", OVER_X))
    assert equations(each, "k")[0].tree == Call("max", (Reference("m", ("X",)), Literal(0.0)))


def test_a_slice_is_a_range_of_its_own(tmp_path: Path) -> None:
    """3.7.1.2."""
    found = document(tmp_path, aux("k", "1", OVER_Y) + aux("a", "SUM(k[2:3])"))
    assert equations(found, "a")[0].tree == Call("sum", (Reference("k", ("Y 2 to 3!",)),))
    assert {r.name: r.elements for r in found.ranges}["Y 2 to 3"] == ("2", "3")


def test_an_axis_that_comes_twice_is_an_alias(tmp_path: Path) -> None:
    found = document(tmp_path, aux("n", "1", XX) + aux("a", "SUM(n[*,*])"))
    assert equations(found, "n")[0].subscripts == ("X", "X~2")
    assert equations(found, "a")[0].tree == Call("sum", (Reference("n", ("X!", "X~2!")),))
    assert {r.name: r.alias_of for r in found.ranges}["X~2"] == "X"


def test_a_subscript_that_is_a_value_stays_a_tree(tmp_path: Path) -> None:
    """3.7.1: subscripts are expressions."""
    others = M + aux("pick", "2")
    assert tree(tmp_path, "m[pick]", others) == Reference("m", (Reference("pick"),))
    value = Binary("+", Reference("pick"), Literal(1.0))
    assert tree(tmp_path, "m[pick + 1]", others) == Reference("m", (value,))
    assert tree(tmp_path, "m[5]", others) == Reference("m", (Literal(5.0),))


@pytest.mark.parametrize("number", ["5", "0", "1.5"])
def test_a_number_that_no_element_has_is_said(tmp_path: Path, number: str) -> None:
    """3.7.1: a subscript out of range yields 0."""
    found = document(tmp_path, aux("a", f"m[{number}]") + M)
    said = f"a: X has no element {number}, so that 0 stands for it (XMILE 1.0, section 3.7.1)"
    assert found.notes == (said,)
    assert document(tmp_path, aux("a", "m[2] + m[p]") + M).notes == ()


def test_an_index_may_be_a_number_or_carry_its_dimension(tmp_path: Path) -> None:
    """3.7.1: named indices may be treated as numbers; Location.Boston is a position outside."""
    assert tree(tmp_path, "m[2]", M) == Reference("m", ("q",))
    assert tree(tmp_path, "m[X.q]", M) == Reference("m", ("q",))
    assert tree(tmp_path, "X.q", M) == Literal(2.0)


def test_an_equation_for_each_element_as_vensim_exports_it(tmp_path: Path) -> None:
    found = document(tmp_path, f'<aux name="k">{OVER_X}<eqn>5</eqn><eqn>6</eqn></aux>')
    assert [(e.subscripts, e.tree) for e in equations(found, "k")] == [
        (("p",), Literal(5.0)),
        (("q",), Literal(6.0)),
    ]
    three = f'<aux name="k">{OVER_X}<eqn>5</eqn><eqn>6</eqn><eqn>7</eqn></aux>'
    assert faults(tmp_path, three) == ["4: k: it has 3 <eqn>, expected 1 or 2, one an element"]


def test_a_list_of_numbers(tmp_path: Path) -> None:
    found = document(tmp_path, aux("k", "1, -2, 3e1", OVER_Y))
    assert equations(found, "k")[0].tree == Numbers(((1.0, -2.0, 30.0),))


def test_faults_of_arrays(tmp_path: Path) -> None:
    element = '<element subscript="r"><eqn>1</eqn></element>'
    found = faults(
        tmp_path,
        aux("a", "m + 1")
        + "\n"
        + aux("b", "m[p,q]")
        + "\n"
        + aux("c", "m[*]")
        + "\n"
        + f'<aux name="d">{OVER_X}{element}</aux>'
        + "\n"
        + aux("e", "1", OVER_X.replace("X", "Z"))
        + M,
    )
    assert found == [
        "4: a: m is an array over X, expected a subscript",
        "5: b: m has 2 subscripts, expected 1",
        "6: c: an array runs over X outside a function of arrays, expected a subscript",
        "7: d: the subscript is 'r', expected elements of X",
        "8: e: the dimension Z is not declared",
    ]
