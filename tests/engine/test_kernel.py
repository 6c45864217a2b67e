"""The kernel: threads and blocks, odd arguments, divergence, streams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import Program, load_model
from qiantang.engine.compiled.rewrite import joined, rewritten
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.plan import plan
from qiantang.engine.stream import stream

MEMBERS = 3 * WIDTH + 5
TIMES = [0.0, 2.5, 5.0, 10.0]
EQUATIONS = """
base = 2
exponent = 0.7
other = -0.4
scale = 1.5
level = INTEG(0.1 * product, 1)
product = (base + level) ^ exponent * (level / scale) ^ other * EXP(-0.1 * level)
falling = INTEG(-0.3, 1)
root = (falling ^ exponent) * (level ^ other)
"""


@pytest.fixture
def program(written: Callable[[str], File]) -> Program:
    return load_model(written(EQUATIONS))


def _drawn() -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    random = np.random.default_rng(3)
    return {
        "exponent": random.uniform(0.1, 1.9, MEMBERS),
        "other": random.uniform(-0.9, 0.9, MEMBERS),
        "scale": random.uniform(0.5, 2.0, MEMBERS),
    }


def test_products_of_powers_agree_with_numpy(program: Program) -> None:
    ours = program.run(["level", "product"], TIMES, parameters=_drawn(), members=MEMBERS)
    theirs = program.run(
        ["level", "product"], TIMES, parameters=_drawn(), members=MEMBERS, engine="numpy"
    )
    assert np.allclose(ours.values, theirs.values, rtol=1e-13, atol=0)
    assert not ours.diverged.any()


def test_threads_do_not_change_a_bit(program: Program) -> None:
    one = program.run(["level"], TIMES, parameters=_drawn(), members=MEMBERS, threads=1)
    for threads in (2, 3, 7):
        many = program.run(["level"], TIMES, parameters=_drawn(), members=MEMBERS, threads=threads)
        assert np.array_equal(one.values, many.values)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_base_that_is_no_longer_positive_is_flagged_with_variable_and_time(
    program: Program, threads: int
) -> None:
    parameters = _drawn()
    parameters["exponent"][5] = 2.0  # a whole exponent stands a negative base
    result = program.run(
        ["level", "root"], TIMES, parameters=parameters, members=MEMBERS, threads=threads
    )
    theirs = program.run(
        ["level", "root"], TIMES, parameters=parameters, members=MEMBERS, engine="numpy"
    )
    assert np.allclose(result.values, theirs.values, rtol=1e-13, atol=0, equal_nan=True)
    assert result.diverged.tolist() == [member != 5 for member in range(MEMBERS)]
    assert set(result.first_fault) == {("root", 3.5)}
    assert len(result.first_fault) == MEMBERS - 1


def test_one_odd_member_leaves_the_others_as_they_are(program: Program) -> None:
    parameters = _drawn()
    clean = program.run(["product"], TIMES, parameters=parameters, members=MEMBERS).values
    parameters["scale"][WIDTH] = -1.0
    result = program.run(["product"], TIMES, parameters=parameters, members=MEMBERS)
    assert np.flatnonzero(result.diverged).tolist() == [WIDTH]
    others = np.arange(MEMBERS) != WIDTH
    assert np.allclose(result.values[:, :, others], clean[:, :, others], rtol=1e-14, atol=0)


def test_overflow_is_flagged(written: Callable[[str], File]) -> None:
    program = load_model(written("rate = 1\nb = INTEG(rate * b * b, 1)", end=20))
    rates = np.where(np.arange(40) % 4 == 0, 5.0, -0.01)
    result = program.run(["b"], [20.0], parameters={"rate": rates}, members=40, threads=2)
    assert np.array_equal(result.diverged, rates > 0)
    assert {name for name, _ in result.first_fault} == {"b"}


def test_what_stands_still_is_computed_before_the_step(program: Program) -> None:
    slots = [program.slot_of["product"]]
    hot, careful = rewritten(plan(program, slots, frozenset()))
    assert hot.still == careful.still
    assert "log" in repr(hot.still)  # of the divisor inside a power
    assert repr(hot.step).count("exp_of_sum") == 1
    assert "exp_of_sum" not in repr(careful.step)
    equation = program.equations[slots[0]]
    assert repr(joined(equation)) != repr(equation)


@pytest.mark.parametrize("block", [7, 40, 1000])
def test_a_stream_is_the_run_in_pieces(program: Program, block: int) -> None:
    drawn = _drawn()
    whole = program.run(["level", "product"], TIMES, parameters=drawn, members=MEMBERS).values
    seen = 0
    for first, part in stream(
        program,
        ["level", "product"],
        TIMES,
        lambda begin, count: ({n: v[begin : begin + count] for n, v in drawn.items()}, {}),
        MEMBERS,
        block=block,
    ):
        count = part.values.shape[2]
        assert first == seen
        assert np.array_equal(part.values, whole[:, :, first : first + count])
        seen += count
    assert seen == MEMBERS
