"""Non-negative stocks of XMILE: what leaves is what is there, and no matter is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qiantang.engine.ir import Engine, Integrator
from qiantang.simulate import simulate_model

HEAD = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<header><vendor>x</vendor><product>x</product></header>"
    "<sim_specs><start>0</start><stop>6</stop><dt>0.5</dt></sim_specs><model><variables>"
)
Flow = tuple[int, int, str]
"""From a stock, to a stock, by an equation."""


def network(stocks: list[float], flows: list[Flow]) -> str:
    """Return a model of non-negative stocks and the flows between them."""
    parts = []
    for place, start in enumerate(stocks):
        ins = "".join(f"<inflow>f{i}</inflow>" for i, f in enumerate(flows) if f[1] == place)
        outs = "".join(f"<outflow>f{i}</outflow>" for i, f in enumerate(flows) if f[0] == place)
        parts.append(f'<stock name="s{place}"><eqn>{start}</eqn>{ins}{outs}<non_negative/></stock>')
    parts += [f'<flow name="f{i}"><eqn>{flow[2]}</eqn></flow>' for i, flow in enumerate(flows)]
    return f"{HEAD}{''.join(parts)}</variables></model></xmile>"


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[float], list[Flow]]:
    """Draw stocks, and flows that read stocks and flows named before them, of either sign."""
    count = draw(st.integers(2, 4))
    stocks = draw(st.lists(st.integers(0, 9).map(float), min_size=count, max_size=count))
    flows: list[Flow] = []
    for number in range(draw(st.integers(1, 6))):
        source = draw(st.integers(0, count - 1))
        target = draw(st.integers(0, count - 1).filter(lambda s, source=source: s != source))
        factor = draw(st.sampled_from([-3, -1, 0.5, 2, 5]))
        read = draw(st.sampled_from([f"s{source}", f"s{target}", "(TIME - 3)", "1"]))
        if number and draw(st.booleans()):
            read = f"f{draw(st.integers(0, number - 1))}"
        flows.append((source, target, f"{factor}*{read}"))
    return stocks, flows


@given(networks(), st.sampled_from(["euler", "rk4"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_closed_network_keeps_its_total(
    tmp_path: Path, drawn: tuple[list[float], list[Flow]], integrator: Integrator
) -> None:
    """XMILE 1.0, 4.2: a stock that is not to fall below zero limits its flows, nothing is made."""
    stocks, flows = drawn
    file = tmp_path / "m.xmile"
    file.write_text(network(stocks, flows), encoding="utf-8")
    frame = simulate_model(file, engine="scalar", integrator=integrator)
    columns = frame[[f"s{place}" for place in range(len(stocks))]]
    size = max(1.0, float(columns.abs().to_numpy().max()))
    assert (columns >= -1e-12 * size).all(axis=None)
    assert columns.sum(axis=1).tolist() == pytest.approx(
        [sum(stocks)] * len(frame), abs=1e-9 * size
    )


@pytest.mark.parametrize("engine", ["scalar", "numpy", "kernel"])
def test_a_negative_inflow_leaves_no_more_than_there_is(tmp_path: Path, engine: str) -> None:
    file = tmp_path / "m.xmile"
    file.write_text(network([3.0, 0.0], [(1, 0, "-4")]), encoding="utf-8")
    frame = simulate_model(file, engine=engine)  # type: ignore[arg-type]
    assert frame["f0"].tolist() == [-4, -2, *[0] * 11]
    assert frame["s1"].tolist() == [0, 2, *[3] * 11]


def test_initial_values_read_a_flow_before_its_limit(tmp_path: Path) -> None:
    """The limit of the outflow reads the inflow, which a delay begins with the outflow's value."""
    flows: list[Flow] = [(0, 1, "SMTH1(2*s0, 3)"), (1, 0, "SMTH3(f0, 3)")]
    file = tmp_path / "m.xmile"
    file.write_text(network([1.0, 5.0], flows), encoding="utf-8")
    frame = simulate_model(file)
    assert frame["f1"].iloc[0] == 2
    assert (frame["s0"] + frame["s1"]).tolist() == pytest.approx([6] * 13)


@pytest.mark.parametrize("engine", ["scalar", "numpy", "kernel"])
def test_a_limit_is_that_of_the_whole_step_of_runge_kutta(tmp_path: Path, engine: Engine) -> None:
    """More is asked for than there is: the stock is empty after the step, as by Euler's method.

    At a slope inside the step the stock is half empty already; half of it is not all that the flow
    of the step may take. What reaches the next stock goes on from there within the limit of its own
    beginning.
    """
    file = tmp_path / "m.xmile"
    file.write_text(network([1.0, 2.0, 0.0], [(0, 1, "9"), (1, 2, "50")]), encoding="utf-8")
    frame = simulate_model(file, engine=engine, integrator="rk4")
    assert frame["f0"].tolist() == pytest.approx([2, 0, *[0] * 11])
    assert frame["s0"].tolist() == pytest.approx([1, 0, *[0] * 11], abs=1e-15)
    assert frame["s1"].tolist() == pytest.approx([2, 0, *[0] * 11], abs=1e-15)
    assert frame["s2"].tolist() == pytest.approx([0, 3, *[3] * 11])
