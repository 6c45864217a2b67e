"""Models of any size: deep expressions, many equations, grids that no memory holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as File
from typing import Any

import numpy as np
import pytest

from qiantang.engine import Program, load_model
from qiantang.engine.compiled.emit import source
from qiantang.engine.expressions import (
    Call,
    Expression,
    Lookup,
    Number,
    Slot,
    Table,
    fold,
    slots_in,
    tables_in,
)
from qiantang.engine.plan import SERIES, plan
from qiantang.engine.request import STEPS, VALUES, refuse_size
from qiantang.engine.savetimes import save_times
from qiantang.engine.shallow import DEPTH, SIZE, shallow

DEEP = 3000


@pytest.fixture
def program(written: Callable[[str], File]) -> Program:
    return load_model(written("x = 0.1\ny = INTEG(x, 1)\nz = x + y"))


def depth(expression: Expression) -> int:
    return fold(expression, lambda part, depths: 1 + max(depths, default=-1))


def size(expression: Expression) -> int:
    return fold(expression, lambda part, sizes: 1 + sum(sizes))


def with_equation(program: Program, name: str, equation: Expression) -> Program:
    return replace(program, equations={**program.equations, program.slot_of[name]: equation})


def chain(operation: str, first: Expression, *rest: Expression, times: int = DEEP) -> Expression:
    for _ in range(times):
        first = Call(operation, (first, *rest))
    return first


@pytest.mark.parametrize("engine", ["numpy", "scalar"])
def test_a_long_sum_is_added_from_the_left(program: Program, engine: Any) -> None:
    # By hand: 0.1 added once more at a time, each sum rounded; 3001 * 0.1 differs in its last bits.
    expected = 0.1
    for _ in range(DEEP):
        expected += 0.1
    x = Slot(program.slot_of["x"])
    cut = shallow(with_equation(program, "z", chain("add", x, x)))
    assert max(map(depth, cut.equations.values())) <= DEPTH
    found = cut.run(["z"], [0.0], engine=engine).values
    assert found.ravel().tolist() == [expected]
    assert expected != 0.1 * (DEEP + 1)


def test_a_chain_to_the_right_and_one_of_truths(program: Program) -> None:
    y = Slot(program.slot_of["y"])
    total: Expression = y
    truth: Expression = Call("gt", (y, Number(1.5)))
    for _ in range(DEEP):
        total = Call("sub", (Number(1.0), total))
        truth = Call("or", (Call("lt", (y, Number(0.0))), truth))
    for equation, expected in ((total, [1.0, 2.0]), (Call("number", (truth,)), [0.0, 1.0])):
        cut = shallow(with_equation(program, "z", equation))
        assert max(map(depth, cut.equations.values())) <= DEPTH
        for engine in ("numpy", "scalar"):
            found = cut.run(["z"], [0.0, 10.0], engine=engine)  # type: ignore[arg-type]
            assert found.values.ravel().tolist() == pytest.approx(expected)


def test_nested_conditions_in_states_and_starts(program: Program) -> None:
    slot = program.slot_of["y"]
    nested: Expression = Number(7.0)
    for place in range(200):
        test = Call("eq", (Slot(program.slot_of["x"]), Number(float(place))))
        nested = Call("if", (test, Number(float(place)), nested))
    state = replace(program.states[0], start=nested, expression=nested)
    cut = shallow(replace(program, states=(state,)))
    for engine in ("numpy", "scalar", "kernel"):
        result = cut.run(["y"], [0.0, 0.5], engine=engine)  # type: ignore[arg-type]
        assert result.values.ravel().tolist() == [7.0, 10.5], engine
    assert depth(cut.state_of[slot].start) <= DEPTH


def test_a_part_that_stands_in_two_places_is_cut_once(program: Program) -> None:
    doubled: Expression = Slot(program.slot_of["x"])
    for _ in range(60):
        doubled = Call("add", (doubled, doubled))
    cut = shallow(with_equation(program, "z", doubled))
    assert max(map(size, cut.equations.values())) <= 5 * SIZE
    assert cut.slot_count < program.slot_count + 60
    assert cut.run(["z"], [0.0], engine="scalar").values.item() == 0.1 * 2.0**60


def test_a_program_of_short_expressions_is_left_as_it_is(program: Program) -> None:
    assert shallow(program) is program


def test_walking_a_deep_tree_does_not_recurse() -> None:
    tree = chain("add", Lookup(3, Slot(5)), Slot(6))
    assert list(slots_in(tree)) == [5, *[6] * DEEP]
    assert list(tables_in(tree)) == [3]
    assert source(tree, "s{}".format, "t{}({})".format).count("s6") == DEEP
    assert size(chain("add", Number(1.0), Number(2.0))) == 1 + 2 * DEEP


def test_what_is_not_finite_is_named_though_it_was_cut_off(program: Program) -> None:
    x, y = Slot(program.slot_of["x"]), Slot(program.slot_of["y"])
    below = chain("add", Call("sub", (y, y)), Number(0.0), times=100)
    cut = shallow(with_equation(program, "z", Call("div", (x, below))))
    assert cut.run(["z"], [0.0, 1.0], engine="scalar").first_fault == (("z", 0.0),)


@pytest.mark.parametrize("terms", [400, 2500])
def test_a_file_with_a_sum_of_many_names(written: Callable[[str], File], terms: int) -> None:
    names = [f"part {number}" for number in range(terms)]
    lines = [f"{name} = {number}" for number, name in enumerate(names)]
    program = load_model(written("\n".join([*lines, f"whole = {' + '.join(names)}"])))
    found = program.run(["whole"], [0.0], engine="scalar").values.item()
    assert found == terms * (terms - 1) / 2


def test_a_file_with_sixty_nested_conditions(written: Callable[[str], File]) -> None:
    text = "0"
    for place in range(60, 0, -1):
        text = f"IF THEN ELSE(Time = {place}, {place}, {text})"
    program = load_model(written(f"x = {text}", end=70, step=1))
    found = program.run(["x"], np.arange(71.0), engine="numpy").values.ravel()
    assert found.tolist() == [float(t) if 1 <= t <= 60 else 0.0 for t in range(71)]


def test_many_functions_of_time_wait_for_their_step(program: Program) -> None:
    first, count = program.slot_count, SERIES + 10
    equations = {first + i: Call("mul", (Slot(0), Number(float(i)))) for i in range(count)}
    names = tuple(f"n{i}" for i in range(count))
    wide = replace(
        program,
        names=program.names + names,
        titles=program.titles + names,
        kinds=program.kinds + ("auxiliary",) * count,
        slots=program.slots + tuple(equations),
        equations={**program.equations, **equations},
        slot_count=first + count,
    )
    assert len(plan(wide, equations, frozenset()).series) == SERIES
    for engine in ("numpy", "scalar"):
        found = wide.run(names, [0.0, 2.0], engine=engine).values  # type: ignore[arg-type]
        assert found[:, 1, 0].tolist() == [2.0 * i for i in range(count)]


def test_what_only_the_start_reads_is_computed_there_alone(program: Program) -> None:
    only = program.slot_count
    state = replace(program.states[0], start=Slot(only))
    begun = replace(
        program,
        equations={**program.equations, only: Call("add", (Slot(0), Number(3.0)))},
        starts={only: Call("add", (Slot(program.slot_of["x"]), Number(3.0)))},
        states=(state,),
        slot_count=only + 1,
    )
    found = plan(begun, [begun.slot_of["z"]], frozenset())
    assert only in dict(found.start)
    assert only not in dict(found.step)
    for engine in ("numpy", "scalar", "kernel"):
        result = begun.run(["y"], [0.0, 0.5], engine=engine)  # type: ignore[arg-type]
        assert result.values.ravel().tolist() == [3.1, 3.1 + 0.1 * 0.5], engine


def test_a_grid_of_a_thousand_million_steps_is_refused_with_its_size(program: Program) -> None:
    fine = replace(program, time_step=1e-8)
    sentence = (
        "FINAL TIME 10 is 1,000,000,000 steps of TIME STEP 1e-08 away from INITIAL TIME 0, "
        f"expected at most {STEPS:,}"
    )
    with pytest.raises(ValueError, match=sentence):
        save_times(fine)
    with pytest.raises(ValueError, match=sentence):
        fine.run(["y"], [0.0])
    with pytest.raises(ValueError, match=sentence):
        program.run(["y"], [0.0], time_step=1e-8)


def test_a_result_that_no_memory_holds_is_refused_with_its_size() -> None:
    refuse_size(1000, 1000, VALUES // 1_000_000)
    with pytest.raises(ValueError, match="5,000,000,000 values, 40 GB, expected at most"):
        refuse_size(1000, 5000, 1000)


def test_tables_of_tables(program: Program) -> None:
    table = Table((0.0, 100.0), (1.0, 101.0), "interpolate")
    deep: Expression = Slot(0)
    for _ in range(90):
        deep = Lookup(0, deep)
    cut = shallow(replace(with_equation(program, "z", deep), tables=(table,)))
    assert max(map(depth, cut.equations.values())) <= DEPTH
    assert cut.run(["z"], [5.0], engine="scalar").values.item() == 95.0
