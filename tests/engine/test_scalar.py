"""Plain floats give what arrays of one member give, at the edges too."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Callable
from pathlib import Path as File
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qiantang.engine import Path, Program, array_functions, load_model, numpy_backend
from qiantang.engine import scalar_backend as floats
from qiantang.engine.choice import KERNEL_MOST, chosen, refuse_large
from qiantang.engine.expressions import Call, Expression, Lookup, Number, Slot, Table
from qiantang.engine.operations import OPERATIONS
from qiantang.engine.plan import Plan, plan

from .conftest import worst

ROOT = File(__file__).parents[2]
MODELS = {
    **{name: ROOT / f"tests/engine/models/{name}.mdl" for name in ("arrays", "everything")},
    "growth": ROOT / "tests/engine/models/growth.mdl",
    "delays": ROOT / "benchmarks/models/delays.mdl",
    "hangzhou": ROOT / "model/hangzhou.mdl",
}
EXACT = ("arrays", "delays", "growth")
"""Models without exponentials, logarithms and powers: every bit must be the same."""

EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-7, 1e200, -1e200, 800.0, *(math.inf, -math.inf))
POINTS = (*EDGES, math.nan)
FEW = (0.0, -0.0, 2.0, -1.5, math.inf, math.nan)


def both(expression: Expression, values: tuple[float, ...], tables: Any = ()) -> tuple[float, ...]:
    """Return the value of an expression by plain floats and by arrays of one member."""
    found = []
    for compiled, given_values in (
        (floats.compiled, list(values)),
        (numpy_backend.compiled, [np.array([value]) for value in values]),
    ):
        slots: list[Any] = [*given_values, None]
        with np.errstate(all="ignore"):
            compiled([(len(values), expression)], tables)(slots)
        found.append(float(np.ravel(slots[-1])[0]))
    return tuple(found)


def same(one: float, other: float, off: float = 0.0) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or abs(one - other) <= off * abs(other)


def arity(name: str) -> int:
    fields = string.Formatter().parse(OPERATIONS[name].template)
    return 1 + max(int(field) for _, field, _, _ in fields if field)


def _has_array_form(name: str) -> bool:
    word = OPERATIONS[name].template.partition("(")[0]
    return not word or hasattr(array_functions, word)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if _has_array_form(name)])
def test_every_operation_agrees_at_the_edges(name: str) -> None:
    operation, count = OPERATIONS[name], arity(name)
    values = POINTS if count < 3 else FEW if count < 5 else FEW[1:5]
    for point in itertools.product(values, repeat=count):
        arguments: list[Expression] = [Slot(place) for place in range(count)]
        for place in operation.takes_truth:
            arguments[place] = Call("truth", (arguments[place],))
        expression: Expression = Call(name, tuple(arguments))
        if operation.truth:
            expression = Call("number", (expression,))
        one, other = both(expression, point)
        assert same(one, other, 1e-15), (name, point, one, other)


@pytest.mark.parametrize("mode", ["interpolate", "extrapolate", "hold_backward", "look_forward"])
@pytest.mark.parametrize("y", [(1.0, 4.0, -2.0), (0.1, math.inf, 2.0)])
def test_tables_agree_at_and_between_knots(mode: Any, y: tuple[float, ...]) -> None:
    table = Table((-1.5, 0.3, 2.7), y, mode)
    for x in (*POINTS, *table.x, 0.1, 2.6999):
        assert same(*both(Lookup(0, Slot(0)), (x,), (table,))), x


def test_known_points_of_data_agree() -> None:
    table = Table((0.0, 1.0, 2.0), (5.0, 6.0, 7.0), "raw")
    for x in (*POINTS, 2.0, 1.5):
        assert same(*both(Lookup(0, Slot(0)), (x,), (table,))), x


TREES = st.recursive(
    st.builds(Slot, st.integers(0, 3)) | st.builds(Number, st.sampled_from(POINTS)),
    lambda inner: (
        st.builds(
            lambda name, a, b: Call(name, (a, b)),
            st.sampled_from(["add", "sub", "mul", "div", "min", "max", "quantum"]),
            inner,
            inner,
        )
        | st.builds(lambda name, a: Call(name, (a,)), st.sampled_from(["neg", "square"]), inner)
        | st.builds(lambda a, b, c: Call("xidz", (a, b, c)), inner, inner, inner)
        | st.builds(
            lambda name, a, b, c, d: Call("if", (Call(name, (a, b)), c, d)),
            st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"]),
            *[inner] * 4,
        )
    ),
    max_leaves=25,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TREES, st.tuples(*[st.sampled_from(POINTS)] * 4))
def test_any_expression_of_exact_operations_agrees(
    expression: Expression, values: tuple[float, ...]
) -> None:
    assert same(*both(expression, values))


def _names(program: Program) -> list[str]:
    return [n for n, k in zip(program.names, program.kinds, strict=True) if k != "lookup"]


def _times(program: Program) -> Any:
    steps = round((program.final_time - program.initial_time) / program.time_step)
    return program.initial_time + np.arange(min(steps, 400) + 1) * program.time_step


@pytest.mark.parametrize("integrator", ["euler", "rk4"])
@pytest.mark.parametrize("name", MODELS)
def test_models_agree_with_arrays(name: str, integrator: Any) -> None:
    program = load_model(MODELS[name])
    runs = [
        program.run(_names(program), _times(program), engine=engine, integrator=integrator).values
        for engine in ("scalar", "numpy")
    ]
    assert np.array_equal(np.isnan(runs[0]), np.isnan(runs[1]))
    assert worst(np.nan_to_num(runs[0]), np.nan_to_num(runs[1])) < 1e-11
    if name in EXACT:
        assert np.array_equal(*runs, equal_nan=True)


def test_parameters_and_paths_reach_the_one_member() -> None:
    program = load_model(MODELS["everything"])
    asked: dict[str, Any] = {
        "parameters": {"rate": np.array([0.08]), "elasticity": 0.3},
        "paths": {"lever": Path([2001.0, 2003.5], [[0.2, 0.9]]), "world": Path([2000.0], [1.5])},
    }
    runs = [
        program.run(["level", "lever", "world"], _times(program), engine=engine, **asked).values
        for engine in ("scalar", "numpy")
    ]
    assert worst(*runs) < 1e-13
    assert np.ptp(runs[0], axis=1).min(initial=1.0, where=np.array([[True], [True], [False]])) > 0


def test_what_ceases_to_be_finite_is_named_with_its_time(
    written: Callable[[str], File],
) -> None:
    program = load_model(written("gap = INTEG(-0.5, 1)\nratio = 1 / gap\nsquare = ratio * ratio"))
    for engine in ("scalar", "numpy"):
        result = program.run(["square"], np.arange(11.0), engine=engine)  # type: ignore[arg-type]
        assert result.diverged.tolist() == [True]
        assert result.first_fault == (("ratio", 2.0),)
        assert result.values[0, :4, 0].tolist() == [1.0, 4.0, math.inf, 4.0]


def test_a_history_goes_on_with_the_same_bits() -> None:
    program = load_model(MODELS["everything"])
    times = _times(program)
    whole = program.run(["level", "late_third"], times, engine="scalar")
    past = program.history(["level", "late_third"], times, until=times[7], engine="scalar")
    rest = program.run(["level", "late_third"], times, engine="auto", history=past)
    assert rest.engine == "scalar"
    assert np.array_equal(whole.values, rest.values)


def test_more_members_are_refused() -> None:
    program = load_model(MODELS["growth"])
    with pytest.raises(ValueError, match="the scalar engine runs one member, not 2"):
        program.run(_names(program)[:1], _times(program)[:2], engine="scalar", members=2)


def _planned(terms: int) -> Plan:
    program = load_model(MODELS["growth"])
    slot = program.slot_count
    equation: Expression = Slot(0)
    for _ in range(terms):
        equation = Call("add", (equation, Slot(0)))
    equations = {**program.equations, slot: Call("mul", (equation, Slot(program.states[0].slot)))}
    changed = Program(**{**vars(program), "equations": equations, "slot_count": slot + 1})
    return plan(changed, [slot], frozenset())


def test_the_engine_is_chosen_by_the_work() -> None:
    small, large = _planned(100), _planned(KERNEL_MOST)
    assert chosen(small, 1000, 1, "euler") == "scalar"
    assert chosen(small, 1000, 8, "euler") == "numpy"
    assert chosen(small, 1_000_000, 8, "euler") == "kernel"
    assert chosen(small, 9_000_000, 1, "euler") == "kernel"
    assert chosen(large, 9_000_000, 1, "euler") == "scalar"
    assert chosen(large, 9_000_000, 8, "rk4") == "numpy"


def test_a_kernel_that_compiles_too_long_is_refused_in_a_sentence() -> None:
    refuse_large(_planned(100))
    with pytest.raises(ValueError, match=r"a step of the model has 10,00\d operations, and the"):
        refuse_large(_planned(KERNEL_MOST))
