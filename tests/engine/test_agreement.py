"""The kernel, the NumPy backend and PySD give the same answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import Path, Program, RunResult, load_model

from .conftest import worst

Model = Callable[[str], Program]
TIMES = np.arange(2000.0, 2010.5, 0.5)
BENCHMARKS = File(__file__).parents[2] / "benchmarks" / "models"


def _variables(program: Program) -> list[str]:
    wanted = ("stock", "auxiliary", "driver")
    return [n for n, k in zip(program.names, program.kinds, strict=True) if k in wanted]


def _moving(program: Program) -> list[str]:
    """Return the variables that a request does not give; one kernel serves all who ask them."""
    return [name for name in _variables(program) if name not in ("world", "target")]


def _request(members: int) -> dict[str, object]:
    random = np.random.default_rng(7)
    return {
        "parameters": {
            "rate": random.uniform(0.05, 0.1, members),
            "half_life": np.resize([3.0, 2.0, 4.1, 0.7], members),
            "elasticity": random.uniform(-0.5, 0.9, members),
            "whole_exponent": 3.0,
        },
        "paths": {
            "lever": Path([2001.0, 2003.5, 2006.0], random.uniform(0, 1, (members, 3))),
            "world": Path([2000.0, 2010.0], [1.5, 2.5]),
            "target": Path([2000.0, 2004.0, 2007.0], random.uniform(1, 2, (members, 3))),
        },
        "members": members,
    }


@pytest.fixture(scope="module")
def base(model: Model) -> dict[str, RunResult]:
    program = model("everything")
    names = _variables(program)
    return {e: program.run(names, TIMES, engine=e) for e in ("kernel", "numpy", "pysd")}


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_every_function_agrees_with_pysd(base: dict[str, RunResult], engine: str) -> None:
    assert worst(base[engine].values, base["pysd"].values) < 1e-12
    assert np.ptp(base["pysd"].values, axis=1).max() > 1  # the model moves


def test_the_comparison_can_fail(base: dict[str, RunResult]) -> None:
    wrong = base["kernel"].values.copy()
    wrong[3, 5] *= 1 + 1e-11
    assert worst(wrong, base["pysd"].values) > 1e-12


def test_members_differ_by_parameters_and_paths_as_in_pysd(model: Model) -> None:
    program = model("everything")
    names = _moving(program)
    asked = _request(4)
    reference = program.run(names, TIMES, engine="pysd", **asked)  # type: ignore[arg-type]
    assert np.ptp(reference.values[names.index("level")], axis=1).max() > 1
    for engine in ("kernel", "numpy"):
        result = program.run(names, TIMES, engine=engine, **asked)  # type: ignore[arg-type]
        assert worst(result.values, reference.values) < 1e-12, engine


def test_arrays_agree_with_pysd(model: Model) -> None:
    program = model("arrays")
    names = _variables(program)
    assert "stock[North,Tea]" in names
    times = np.arange(6.0)
    reference = program.run(names, times, engine="pysd").values
    assert worst(program.run(names, times, engine="kernel").values, reference) < 1e-12
    assert worst(program.run(names, times, engine="numpy").values, reference) < 1e-12


def test_one_thread_and_three_give_the_same_bits(model: Model) -> None:
    program = model("everything")
    asked = _request(100)
    names = _moving(program)
    runs = [
        program.run(names, TIMES, threads=threads, **asked)  # type: ignore[arg-type]
        for threads in (1, 3)
    ]
    assert runs[0].values.tobytes() == runs[1].values.tobytes()


def test_a_member_does_not_depend_on_its_neighbours(model: Model) -> None:
    program = model("everything")
    rates = np.linspace(0.05, 0.1, 75)
    names = _variables(program)
    together = program.run(names, TIMES, parameters={"rate": rates}, members=75)
    alone = program.run(names, TIMES, parameters={"rate": rates[70:71]}, members=1)
    assert np.array_equal(together.values[:, :, 70], alone.values[:, :, 0])


def test_a_run_leaves_nothing_behind(model: Model) -> None:
    program = model("everything")
    first = program.run(["level"], TIMES, engine="pysd").values
    program.run(["level"], TIMES, engine="pysd", parameters={"rate": 0.2})
    assert np.array_equal(program.run(["level"], TIMES, engine="pysd").values, first)


def test_smooth_with_a_whole_initial_value_follows_vensim(
    written: Callable[[str], File],
) -> None:
    # Euler by hand: 1 + (2.7 - 1) / 4 * 0.5. PySD keeps the state as an integer and gets 1.125.
    program = load_model(written("x = 2.7\ny = SMOOTHI(x, 4, 1)"))
    for engine in ("kernel", "numpy"):
        assert program.run(["y"], [0.5], engine=engine).values[0, 0, 0] == 1.2125
    assert program.run(["y"], [0.5], engine="pysd").values[0, 0, 0] == 1.125


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_stock_and_a_number_can_be_delayed(written: Callable[[str], File], engine: str) -> None:
    program = load_model(
        written("s = INTEG(1, 0)\nlate = DELAY FIXED(s, 1, -1)\nnever = DELAY FIXED(7, 1, -1)")
    )
    found = program.run(["late", "never"], [0.5, 1.0, 2.0], engine=engine).values[:, :, 0]
    assert found.tolist() == [[-1, 0, 1], [-1, 7, 7]]


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_delays_of_third_order_keep_their_order_as_in_vensim(
    written: Callable[[str], File], engine: str
) -> None:
    # The outflow of a stage is stock / (2 / 3) a time step of 1; PySD lowers the order to 2.
    program = load_model(written("late = DELAY3(Time, 2)", step=1))
    found = program.run(["late"], [3.0, 4.0, 5.0], engine=engine).values[0, :, 0]
    assert found.tolist() == [0, 3.375, 1.6875]
    assert program.run(["late"], [4.0], engine="pysd").values[0, 0, 0] == 2


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_pulse_at_the_end_of_a_train_follows_vensim(
    written: Callable[[str], File], engine: str
) -> None:
    program = load_model(written("train = PULSE TRAIN(1, 1, 2, 5)"))
    found = program.run(["train"], [1.0, 2.0, 3.0, 4.5, 5.0, 5.5], engine=engine).values[0, :, 0]
    assert found.tolist() == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_mapping_that_lists_elements_follows_vensim(
    written: Callable[[str], File], engine: str
) -> None:
    program = load_model(
        written(
            "A: a1, a2, a3 -> (B: b3, b2, b1)\nB: b1, b2, b3\nx[A] = 1, 2, 3\n"
            "y[B] = x[A]\ns[B] = INTEG(y[B], 0)"
        )
    )
    names = ["y[b1]", "y[b2]", "y[b3]", "s[b1]"]
    found = program.run(names, [1.0], engine=engine).values[:, 0, 0]
    assert found.tolist() == [3, 2, 1, 3]


def test_pysd_is_asked_for_what_a_fixed_delay_reads() -> None:
    """Asked for the stocks alone, PySD reads the delay's input between two steps."""
    program = load_model(BENCHMARKS / "delays.mdl")
    stocks = [n for n, kind in zip(program.names, program.kinds, strict=True) if kind == "stock"]
    times = program.initial_time + np.arange(0.0, 9.0, 2.0)
    ours = program.run(stocks, times, engine="numpy").values
    theirs = program.run(stocks, times, engine="pysd").values
    assert worst(ours, theirs) < 1e-12


def test_pysd_is_not_asked_about_a_file_that_changed_since_it_was_read(tmp_path: File) -> None:
    path = tmp_path / "town.mdl"
    text = (
        "{UTF-8}\na= 2 ~ Dmnl ~|\nINITIAL TIME= 0 ~ Day ~|\nFINAL TIME= 2 ~ Day ~|\n"
        "TIME STEP= 1 ~ Day ~|\nSAVEPER= 1 ~ Day ~|\n"
    )
    path.write_text(text, encoding="utf-8")
    program = load_model(path)
    assert program.run(["a"], [0.0, 2.0], engine="pysd").values.ravel().tolist() == [2, 2]
    path.write_text(text.replace("a= 2", "a= 3"), encoding="utf-8")
    with pytest.raises(ValueError, match="changed since it was read"):
        program.run(["a"], [0.0, 2.0], engine="pysd")
