"""What a program knows about itself, and what it refuses."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import Path, Program, Unsupported, load_model
from qiantang.engine.plan import plan
from qiantang.faults import StudyError

Model = Callable[[str], Program]


def test_kinds(model: Model) -> None:
    program = model("everything")
    expected = {
        "rate": "constant",
        "level": "stock",
        "world": "driver",
        "world_inline": "driver",
        "world_table": "lookup",
        "effect_table": "lookup",
        "initial_level": "auxiliary",
        "smoothed": "auxiliary",
        "time_step": "control",
        "time": "control",
    }
    assert {name: program.kind(name) for name in expected} == expected
    assert program.constants["half_life"] == 3.0
    assert "world" not in program.constants
    assert (program.initial_time, program.final_time, program.time_step) == (2000, 2010, 0.125)


def test_dependencies_pass_through_hidden_stocks(model: Model) -> None:
    program = model("everything")
    assert set(program.dependencies("level")) == {"inflow", "outflow"}
    assert set(program.initial_dependencies("level")) == {"initial_level"}
    assert {"target", "half_life"} <= set(program.dependencies("smoothed"))
    assert program.initial_dependencies("started") == ()
    assert program.dependencies("started") == ("target",)


def test_only_what_the_outputs_need_is_computed(model: Model) -> None:
    program = model("everything")
    small = plan(program, [program.slot_of["outflow"]], frozenset())
    steps = {program.name_of.get(slot) for slot, _ in small.step}
    assert steps == {"inflow", "outflow"}
    assert [program.name_of[state.slot] for state in small.states] == ["level"]
    cut = plan(program, [program.slot_of["outflow"]], frozenset([program.slot_of["inflow"]]))
    assert {program.name_of.get(slot) for slot, _ in cut.step} == {"outflow"}


def test_what_stays_is_computed_once(model: Model) -> None:
    program = model("everything")
    the_plan = plan(program, [program.slot_of["at_first"], program.slot_of["safe"]], frozenset())
    assert program.slot_of["at_first"] in {slot for slot, _ in the_plan.still}
    assert program.slot_of["safe"] in {slot for slot, _ in the_plan.step}


def test_the_hash_follows_the_content(model: Model, written: Callable[[str], File]) -> None:
    first = load_model(written("a = 1\nb = INTEG(a, 0)"))
    same = load_model(written("a = 1\nb = INTEG(a, 0)"))
    other = load_model(written("a = 2\nb = INTEG(a, 0)"))
    assert first.hash == same.hash != other.hash
    assert len(first.hash) == 64
    assert pickle.loads(pickle.dumps(first)).hash == first.hash


@pytest.mark.parametrize("engine", ["kernel", "numpy", "pysd"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outputs": ["inflwo"]}, "the model has no variable inflwo (did you mean inflow?)"),
        ({"parameters": {"raet": 1.0}}, "the model has no variable raet (did you mean rate?)"),
        ({"paths": {"leverr": Path([0], [0])}}, "no variable leverr (did you mean lever?)"),
        ({"times": [2000.3]}, "time 2000.3 is not on the time grid, expected 2000 to 2010"),
        ({"times": [2010.125]}, "time 2010.12 is not on the time grid"),
        ({"parameters": {"level": 1.0}}, "level is a stock and cannot be replaced"),
        ({"outputs": ["effect_table"]}, "effect_table is a table"),
        ({"parameters": {"rate": [1.0, 2.0]}}, "rate has shape (2,), expected a number or (3,)"),
        ({"paths": {"lever": Path([1, 0], [0, 0])}}, "lever has times that do not ascend"),
        ({"paths": {"lever": Path([0, 1], np.zeros((2, 2)))}}, "expected (2,) or (3, 2)"),
        ({"members": 0}, "members is 0, expected at least 1"),
        ({"time_step": 0.0}, "the time step is 0, expected a number above zero"),
        ({"integrator": "rk2"}, "integrator is rk2, expected euler or rk4"),
    ],
)
def test_bad_requests_get_one_sentence(
    model: Model, engine: str, change: dict[str, object], message: str
) -> None:
    asked: dict[str, object] = {"outputs": ["level"], "times": [2001.0], "members": 3} | change
    with pytest.raises(ValueError, match=re.escape(message)):
        model("everything").run(engine=engine, **asked)  # type: ignore[arg-type]


def test_the_order_of_a_delay_cannot_be_replaced(written: Callable[[str], File]) -> None:
    program = load_model(written("n = 3\nx = 2\ny = DELAY N(x, 4, 1, n)"))
    with pytest.raises(ValueError, match="n sets the order of a delay"):
        program.run(["y"], [1.0], parameters={"n": 2.0})


def test_what_is_not_compiled_is_named_with_its_line(written: Callable[[str], File]) -> None:
    with pytest.raises(Unsupported) as refusal:
        load_model(written("a = 1\nnoise = DELAY BATCH(0, a, 5)"))
    found = refusal.value
    assert (found.variable, found.line) == ("noise", 6)
    said = "DELAY BATCH (it delivers in batches) in the equation of noise"
    assert str(found) == f"{said} (line 6) is not compiled"
    assert not found.elsewhere
    assert str(pickle.loads(pickle.dumps(found))) == str(found)


def test_a_file_that_cannot_be_parsed_gets_one_sentence(tmp_path: File) -> None:
    broken = tmp_path / "broken.mdl"
    broken.write_text("{UTF-8}\na = 1 +* 2\n\t~\t~|\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"broken\.mdl:2: a: the equation cannot be read from"):
        load_model(broken)
    other = tmp_path / "model.txt"
    other.write_text("", encoding="utf-8")
    with pytest.raises(StudyError, match=r"is no model file, expected \.mdl"):
        load_model(other)


def test_a_circle_is_refused(written: Callable[[str], File]) -> None:
    program = load_model(written("a = b + 1\nb = a*2"))
    with pytest.raises(ValueError, match=r"at the same time: (b, a|a, b)$"):
        program.run(["a"], [0.0], engine="numpy")


def test_a_member_that_diverges_is_flagged_with_variable_and_time(model: Model) -> None:
    program = model("growth")
    drains = np.array([0.5, 0.1, 0.25])
    for engine in ("kernel", "numpy"):
        result = program.run(
            ["root"], [8.0], parameters={"drain": drains}, members=3, engine=engine
        )
        assert result.diverged.tolist() == [True, False, False]
        assert result.first_fault == (("root", 4.125),)
        assert np.isfinite(result.values[0, 0]).tolist() == [False, True, True]


def test_a_fault_after_the_last_time_is_no_fault(model: Model) -> None:
    for engine in ("kernel", "numpy"):
        result = model("growth").run(["root"], [4.0625], engine=engine)
        assert not result.diverged.any()
        assert result.first_fault == ()
