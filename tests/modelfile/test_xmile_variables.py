"""Stocks, flows and graphical functions of XMILE 1.0: sections 3.1, 4.1 to 4.3."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.modelfile.xmile_files import OVER_X, aux, document, equations, faults, tree

from qiantang.modelfile.tree import Binary, Call, Knots, Literal, Reference, Unary

F = '<flow name="f"><eqn>1</eqn></flow>'
TABLE = '<gf name="tab"><xpts>0,2,4</xpts><ypts>0,10,0</ypts></gf>'
SCALED = '<gf><xscale min="0" max="4"/><ypts>0,10,0</ypts></gf>'


def test_a_stock_is_its_flows_in_the_order_of_the_tags(tmp_path: Path) -> None:
    """4.2."""
    names = "abcd"
    flows = "".join(f'<flow name="{n}"><eqn>1</eqn></flow>' for n in names)
    stock = (
        '<stock name="S"><eqn>100</eqn><outflow>c</outflow><inflow>a</inflow>'
        "<outflow>d</outflow><inflow>b</inflow></stock>"
    )
    (found,) = equations(document(tmp_path, stock + flows), "S")
    a, b, c, d = (Reference(n) for n in names)
    rate = Binary("-", Binary("-", Binary("+", a, b), c), d)
    assert found.tree == Call("integ", (rate, Literal(100.0)))
    assert (found.inflows, found.outflows) == (("a", "b"), ("c", "d"))
    assert not found.non_negative


def test_a_stock_without_flows_stands_still(tmp_path: Path) -> None:
    (found,) = equations(document(tmp_path, '<stock name="S"><eqn>7</eqn></stock>'), "S")
    assert found.tree == Call("integ", (Literal(0.0), Literal(7.0)))


def test_an_outflow_alone_is_negative(tmp_path: Path) -> None:
    stock = '<stock name="S"><eqn>7</eqn><outflow>f</outflow></stock>'
    (found,) = equations(document(tmp_path, stock + F), "S")
    assert found.tree == Call("integ", (Unary("-", Reference("f")), Literal(7.0)))


def test_names_of_flows_may_have_blanks(tmp_path: Path) -> None:
    """Vensim's export writes the names of flows with blanks, and lines around them."""
    stock = '<stock name="S"><eqn>\n 0\n</eqn><inflow>\n\tbirth rate\n</inflow></stock>'
    flow = '<flow name="birth_rate"><eqn>2</eqn></flow>'
    (found,) = equations(document(tmp_path, stock + flow), "S")
    assert found.inflows == ("birth_rate",)


def test_non_negative_is_said_or_inherited(tmp_path: Path) -> None:
    """4.2, 4.3; 2.6: the behaviour of the file holds where a variable does not say."""
    variables = (
        '<stock name="S"><eqn>1</eqn><non_negative/></stock>'
        '<stock name="T"><eqn>1</eqn><non_negative> False </non_negative></stock>'
        '<stock name="U"><eqn>1</eqn></stock>'
        '<flow name="f"><eqn>1</eqn></flow><flow name="g"><eqn>1</eqn><non_negative/></flow>'
    )
    plain, uniflow = Literal(1.0), Call("max", (Literal(1.0), Literal(0.0)))
    alone = document(tmp_path, variables)
    assert [equations(alone, n)[0].non_negative for n in "STU"] == [True, False, False]
    assert [equations(alone, n)[0].tree for n in "fg"] == [plain, uniflow]
    for behavior, flow in (("<non_negative/>", uniflow), ("<stock><non_negative/></stock>", plain)):
        found = document(tmp_path, variables, head=f"<behavior>{behavior}</behavior>")
        assert [equations(found, n)[0].non_negative for n in "STU"] == [True, False, True]
        assert equations(found, "f")[0].tree == flow


def test_a_unit_conversion_acts_downstream(tmp_path: Path) -> None:
    """4.3, the example: 4 units are taken, 12 are given."""
    variables = (
        '<stock name="A"><eqn>10</eqn><outflow>f</outflow></stock>'
        '<stock name="B"><eqn>0</eqn><inflow>f</inflow></stock>'
        '<flow name="f"><eqn>4</eqn><multiplier>3</multiplier></flow>'
    )
    found = document(tmp_path, variables)
    given = Binary("*", Reference("f"), Literal(3.0))
    assert equations(found, "A")[0].tree == Call(
        "integ", (Unary("-", Reference("f")), Literal(10.0))
    )
    assert equations(found, "B")[0].tree == Call("integ", (given, Literal(0.0)))


def test_init_eqn_is_the_value_at_the_start(tmp_path: Path) -> None:
    """Stella writes it for auxiliaries and flows; SDXorg/test-models#38."""
    found = document(tmp_path, '<aux name="a"><eqn>TIME</eqn><init_eqn>77</init_eqn></aux>')
    value = Call("active_initial", (Reference("Time"), Literal(77.0)))
    assert equations(found, "a")[0].tree == value


def test_a_graphical_function_on_an_input(tmp_path: Path) -> None:
    """4.1.3: points at even distances over the scale."""
    found = document(tmp_path, aux("a", "TIME", SCALED))
    knots = Knots((0.0, 2.0, 4.0), (0.0, 10.0, 0.0))
    assert equations(found, "a")[0].tree == Call("with_lookup", (Reference("Time"), knots))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("", "interpolate"),
        ('type="continuous"', "interpolate"),
        ('type="extrapolate"', "extrapolate"),
        ('type="discrete"', "hold_backward"),
    ],
)
def test_types_of_graphical_functions(kind: str, mode: str, tmp_path: Path) -> None:
    """3.1.4."""
    table = f'<gf name="t" {kind}><xpts>1 2</xpts><ypts sep=";">5; 6</ypts></gf>'
    table = table.replace("<xpts>", '<xpts sep=" ">')
    (found,) = equations(document(tmp_path, table), "t")
    assert found.operator == "("
    assert found.tree == Knots((1.0, 2.0), (5.0, 6.0), mode)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["tab(TIME)", "LOOKUP(tab, TIME)", "lookup(Tab, time)"])
def test_a_table_is_called_by_its_name(text: str, tmp_path: Path) -> None:
    """3.3.2: a named graphical function is evaluated at the value."""
    assert tree(tmp_path, text, TABLE) == Call("tab", (Reference("Time"),))


def test_a_variable_may_go_through_a_named_table(tmp_path: Path) -> None:
    """4.1.3."""
    found = document(tmp_path, TABLE + aux("a", "3", '<gf name="tab"/>'))
    assert equations(found, "a")[0].tree == Call("tab", (Literal(3.0),))


def test_a_variable_with_a_table_may_be_called_too(tmp_path: Path) -> None:
    found = document(tmp_path, aux("v", "TIME", SCALED) + aux("a", "LOOKUP(v, 1)"))
    assert equations(found, "a")[0].tree == Call("v.gf", (Literal(1.0),))
    (table,) = equations(found, "v.gf")
    assert (table.operator, table.tree) == ("(", Knots((0.0, 2.0, 4.0), (0.0, 10.0, 0.0)))


def test_a_table_for_each_element(tmp_path: Path) -> None:
    """4.5.3."""
    elements = "".join(f'<element subscript="{e}">{SCALED}</element>' for e in "pq")
    variable = f'<aux name="g">{OVER_X}<eqn>TIME</eqn>{elements}</aux>'
    found = document(tmp_path, variable + aux("a", "g[q](1)"))
    assert [e.subscripts for e in equations(found, "g")] == [("p",), ("q",)]
    assert equations(found, "a")[0].tree == Call("g.gf", (Literal(1.0),), ("q",))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<gf><ypts>1,2</ypts></gf>", "the graphical function has no <xscale> and no <xpts>"),
        ("<gf><xpts>1</xpts></gf>", "the graphical function has no <ypts>"),
        ("<gf><xpts>1,2</xpts><ypts>1</ypts></gf>", "has 2 <xpts> and 1 <ypts>"),
        ("<gf><xpts>2,1</xpts><ypts>1,2</ypts></gf>", "the <xpts> are not ascending"),
        ("<gf><xpts>1,x</xpts><ypts>1,2</ypts></gf>", "<xpts> has 'x', expected a number"),
        ('<gf type="wavy"><xpts>1</xpts><ypts>1</ypts></gf>', "is of type 'wavy'"),
        ('<gf><xscale min="3" max="1"/><ypts>1,2</ypts></gf>', "<xscale> needs a number"),
    ],
)
def test_faults_of_graphical_functions(table: str, expected: str, tmp_path: Path) -> None:
    (found,) = faults(tmp_path, aux("a", "TIME", table))
    assert found.startswith("4: a: ")
    assert expected in found


@pytest.mark.parametrize("what", ["conveyor", "queue", "oven"])
def test_what_is_not_a_plain_stock_is_refused(what: str, tmp_path: Path) -> None:
    (found,) = faults(tmp_path, f'<stock name="S"><eqn>1</eqn>\n<{what}/></stock>')
    assert found.startswith("5: S: ")
    assert what in found


def test_a_comment_about_a_conveyor_is_no_conveyor(tmp_path: Path) -> None:
    doc = "<doc>feeds a conveyor; see &lt;conveyor&gt;</doc><units>a / b</units>"
    (found,) = equations(document(tmp_path, aux("a", "1", doc + '<range min="0" max="9"/>')), "a")
    assert (found.comment, found.unit) == ("feeds a conveyor; see <conveyor>", "a / b [0,9]")


def test_all_faults_at_once(tmp_path: Path) -> None:
    lines = [
        aux("a", "1+"),
        aux("b", "c"),
        '<stock name="S"><eqn>1</eqn><inflow>z</inflow></stock>',
    ]
    lines += [aux("d", "1"), aux("D", "2"), aux("Time", "3"), '<aux name=""><eqn>1</eqn></aux>']
    found = faults(tmp_path, "\n".join(lines))
    assert found == [
        "4: a: the equation ends too early",
        "5: b: c is not in the file",
        "6: S: the inflow z is not a variable",
        "8: D: defined twice, first on line 7",
        "9: Time: the name is that of the clock, expected another",
        "10: : a <aux> has no name",
    ]


@pytest.mark.parametrize(
    ("written", "used", "name"),
    [
        ("size of\\none harvest", "size_of_one_harvest", "size of one harvest"),  # 3.2.2.2
        ("My Var", "my_var", "My Var"),
        ("My Var", "&quot;MY  VAR&quot;", "My Var"),
        ("a.b", "&quot;a.b&quot;", "a.b"),
        ("人口 总数", "人口_总数", "人口 总数"),
        ("Flow w/ (a, b)", "&quot;Flow_w/_(a,_b)&quot;", "Flow w/ (a, b)"),
        ("Wert\u00a0Ü", "wert_ü", "Wert Ü"),
    ],
)
def test_names(written: str, used: str, name: str, tmp_path: Path) -> None:
    """3.2.2: case, blanks, underscores, breaks and quotes make no other name."""
    assert tree(tmp_path, used, aux(written, "1")) == Reference(name)
