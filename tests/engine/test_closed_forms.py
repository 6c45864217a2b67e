"""What can be computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import Path, Program, load_model

Model = Callable[[str], Program]


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_decay_by_euler_is_a_power(model: Model, engine: str) -> None:
    result = model("growth").run(["stuff"], [0.0, 1.0, 4.0], engine=engine)
    steps = np.array([0, 16, 64])
    assert np.allclose(result.values[0, :, 0], 100 * (1 - 0.5 / 16) ** steps, rtol=1e-13)


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_logistic_growth_by_runge_kutta(model: Model, engine: str) -> None:
    times = np.arange(9.0)
    result = model("growth").run(["people"], times, engine=engine, integrator="rk4")
    exact = 50 / (1 + 24 * np.exp(-1.2 * times))
    assert np.allclose(result.values[0, :, 0], exact, rtol=2e-6)
    euler = model("growth").run(["people"], times, engine=engine)
    assert not np.allclose(euler.values[0, :, 0], exact, rtol=1e-3)


def test_runge_kutta_is_of_fourth_order(model: Model) -> None:
    exact = 50 / (1 + 24 * np.exp(-1.2 * 4))
    errors = [
        abs(
            model("growth")
            .run(["people"], [4.0], engine="numpy", integrator="rk4", time_step=dt)
            .values[0, 0, 0]
            - exact
        )
        for dt in (0.25, 0.125)
    ]
    assert 14 < errors[0] / errors[1] < 18


def test_runge_kutta_sees_a_path_at_the_middle_of_a_step(written: Callable[[str], File]) -> None:
    program = load_model(written("flow = 0\nsum = INTEG(flow, 0)", 4))
    path = {"flow": Path([0.0, 4.0], [0.0, 4.0])}
    for engine in ("kernel", "numpy"):
        result = program.run(["sum"], [4.0], paths=path, integrator="rk4", engine=engine)
        assert result.values[0, 0, 0] == pytest.approx(8.0, rel=1e-14)
        assert program.run(["sum"], [4.0], paths=path, engine=engine).values[0, 0, 0] == 7.0


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_table_holds_its_ends_and_hits_its_knots(
    written: Callable[[str], File], engine: str
) -> None:
    knots = ",".join(f"({k},{k * k})" for k in range(2, 40))
    program = load_model(
        written(
            "few table((1,10),(2,20),(4,0))\nfew = few table(Time)\nshifted = few table(Time + a)\n"
            f"many table({knots})\nmany = many table(Time + a)\na = 0"
        )
    )
    times = np.array([0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 9.0])
    result = program.run(["few", "shifted", "many"], times, engine=engine).values[:, :, 0]
    assert list(result[0]) == [10, 10, 15, 20, 10, 0, 0]
    assert list(result[1]) == [10, 10, 15, 20, 10, 0, 0]
    assert list(result[2]) == [4, 4, 4, 4, 9, 16, 81]
    far = program.run(["many"], [0.0], parameters={"a": 1e9}, engine=engine)
    assert far.values[0, 0, 0] == 39 * 39


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_fixed_delay_takes_the_delay_time_of_each_member(
    written: Callable[[str], File], engine: str
) -> None:
    program = load_model(written("wait = 1\nlate = DELAY FIXED(Time, wait, -5)"))
    waits = np.array([0.5, 1.0, 3.0, 20.0])
    result = program.run(["late"], [4.0], parameters={"wait": waits}, members=4, engine=engine)
    assert list(result.values[0, 0]) == [3.5, 3.0, 1.0, -5.0]


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_path_is_linear_between_knots_and_held_outside(
    written: Callable[[str], File], engine: str
) -> None:
    program = load_model(written("lever = 9\nx = lever*2"))
    values = np.array([[1.0, 3.0], [0.0, -4.0]])
    result = program.run(
        ["x"], [0.0, 2.0, 3.0, 4.0, 10.0], paths={"lever": Path([2.0, 4.0], values)}, members=2,
        engine=engine,
    )  # fmt: skip
    assert result.values[0].T.tolist() == [[2, 2, 4, 6, 6], [0, 0, -4, -8, -8]]


def test_times_may_repeat_and_come_in_any_order(model: Model) -> None:
    program = model("growth")
    result = program.run(["stuff", "cost"], [3.0, 0.0, 3.0], engine="kernel").values
    straight = program.run(["stuff", "cost"], [0.0, 3.0], engine="numpy").values
    assert np.array_equal(result[:, [1, 0]], straight)
    assert np.array_equal(result[:, 0], result[:, 2])
