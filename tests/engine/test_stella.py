"""Functions and stocks of XMILE and Stella, by the standard and Stella's help."""

from __future__ import annotations

from pathlib import Path as File

import pytest

from qiantang.engine.ir import Engine
from qiantang.simulate import simulate_model

from .written import column, xmile


def test_outflows_are_cut_in_the_order_of_the_file(tmp_path: File) -> None:
    """XMILE 1.0, 4.2: what one stock loses another gets, and no matter is made."""
    file = xmile(
        tmp_path,
        '<stock name="a"><eqn>10</eqn><inflow>i</inflow><outflow>f</outflow><outflow>g</outflow>'
        "<non_negative/></stock>"
        '<stock name="b"><eqn>0</eqn><inflow>f</inflow></stock>'
        '<stock name="c"><eqn>0</eqn><inflow>g</inflow></stock><flow name="i"><eqn>1</eqn></flow>'
        '<flow name="f"><eqn>6</eqn></flow><flow name="g"><eqn>6</eqn></flow>',
    )
    frame = simulate_model(file)
    assert frame["f"].tolist() == [6, 1, 1, 1, 1]
    assert frame["g"].tolist() == [5, 0, 0, 0, 0]
    assert (frame["a"] + frame["b"] + frame["c"]).tolist() == [10, 11, 12, 13, 14]


def test_xmile_pulse_puts_in_its_volume_once(tmp_path: File) -> None:
    """XMILE 1.0, 3.5.4; a time between two steps counts at the next."""
    file = xmile(
        tmp_path,
        '<stock name="s"><eqn>0</eqn><inflow>f</inflow></stock>'
        '<flow name="f"><eqn>PULSE(20, 1.3)</eqn></flow>'
        '<aux name="t"><eqn>PULSE(1, 1, 2)</eqn></aux>',
        step=0.5,
    )
    assert column(file, "f") == [0, 0, 0, 40, 0, 0, 0, 0, 0]
    assert column(file, "s")[-1] == 20
    assert column(file, "t") == [0, 0, 2, 0, 0, 0, 2, 0, 0]


def test_xmile_numbers(tmp_path: File) -> None:
    """XMILE 1.0, 3.3.1 and 3.5.1: floored INT, MOD with the sign of the divisor."""
    file = xmile(
        tmp_path,
        '<aux name="a"><eqn>INT(-1.5)</eqn></aux><aux name="b"><eqn>-7 MOD 3</eqn></aux>'
        '<aux name="c"><eqn>7 MOD -3</eqn></aux><aux name="d"><eqn>LOG10(1000)</eqn></aux>'
        '<aux name="e"><eqn>SAFEDIV(1, 0, 9)</eqn></aux>'
        '<aux name="f"><eqn>PREVIOUS(TIME, -1)</eqn></aux>',
    )
    frame = simulate_model(file)
    assert frame[["a", "b", "c", "d", "e"]].iloc[0].tolist() == [-2, 2, -2, 3, 9]
    assert frame["f"].tolist() == [-1, 0, 1, 2, 3]


def test_stella_builtins(tmp_path: File) -> None:
    """Stella's help, test input, array and data builtins; XMILE 1.0, 3.7.1.3 of RANK."""
    file = xmile(
        tmp_path,
        '<aux name="a"><eqn>PULSE(3)</eqn></aux><aux name="b"><eqn>RAMP(2)</eqn></aux>'
        '<aux name="c"><eqn>COUNTER(5, 7)</eqn></aux><aux name="d"><eqn>SINWAVE(-2, 4)</eqn></aux>'
        '<aux name="e"><eqn>HISTORY(TIME + 1, TIME - 2)</eqn></aux>'
        '<aux name="f"><eqn>ROOTN(27, 3)</eqn></aux>'
        '<aux name="INITIAL TIME"><eqn>99</eqn></aux>',
    )
    frame = simulate_model(file)
    assert frame["a"].tolist() == [3] * 5
    assert frame["b"].tolist() == [0, 2, 4, 6, 8]
    assert frame["c"].tolist() == [5, 6, 5, 6, 5]
    assert frame["d"].tolist() == pytest.approx([0, 2, 0, -2, 0], abs=1e-12)
    assert frame["e"].tolist() == [0, 0, 1, 2, 3]
    assert frame["f"].iloc[0] == pytest.approx(3)


@pytest.mark.parametrize(("inflow", "wanted"), [(0, 0), (1, 1), (3, 2)])
def test_nothing_comes_back_to_a_non_negative_stock_that_begins_below_zero(
    tmp_path: File, inflow: float, wanted: float
) -> None:
    file = xmile(
        tmp_path,
        '<stock name="s"><eqn>-5</eqn><inflow>i</inflow><outflow>f</outflow><non_negative/></stock>'
        f'<flow name="i"><eqn>{inflow}</eqn></flow><flow name="f"><eqn>2</eqn></flow>',
    )
    assert column(file, "f")[:2] == [wanted, wanted]


MONEY = {
    # the example of the page: a loan of 10,000, a hundredth a month, 36 months
    "PMT(0.01, 36, 10000, 0)": -332.14,
    "PMT(0, 12, 120, 0)": -10,
    "FV(0, 12, -10, 5)": 115,
    "FV(1, 3, -1, 0)": 7,
    "PV(1, 3, -8, 0)": 7,
    "PV(0, 3, 5, 5)": -20,
    "PV(0.5, 2, 0, -9)": 4,
}


@pytest.mark.parametrize("engine", ["scalar", "numpy"])
@pytest.mark.parametrize("expression", MONEY)
def test_functions_of_money(tmp_path: File, expression: str, engine: Engine) -> None:
    """Stella's help, financial builtins: the example, and the equations by hand."""
    file = xmile(tmp_path, f'<aux name="x"><eqn>{expression}</eqn></aux>')
    assert column(file, "x", engine)[0] == pytest.approx(MONEY[expression], abs=0.005)


def test_the_kernel_has_the_functions_of_money(tmp_path: File) -> None:
    calls = (f'<aux name="x{n}"><eqn>{call}</eqn></aux>' for n, call in enumerate(MONEY))
    frame = simulate_model(xmile(tmp_path, "".join(calls)), engine="kernel")
    found = frame[[f"x{n}" for n in range(len(MONEY))]].iloc[0].tolist()
    assert found == pytest.approx(list(MONEY.values()), abs=0.005)
