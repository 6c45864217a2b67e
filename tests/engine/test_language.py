"""What functions and constructs of model files mean, by the manuals of those who define them."""

from __future__ import annotations

from pathlib import Path as File
from typing import Any

import numpy as np
import pytest

from qiantang.engine import load_model
from qiantang.engine.expressions import NA
from qiantang.engine.ir import Engine
from qiantang.simulate import simulate_model

from .written import column, model, xmile

BY_HAND = {
    # vensim.com/documentation, fn_pulse: half a step ahead of the time; width 0 is a step.
    "PULSE(2.4, 1)": [0, 0, 1, 0, 0],
    "PULSE(2.6, 1)": [0, 0, 0, 1, 0],
    "PULSE(1, 0)": [0, 1, 0, 0, 0],
    # fn_pulse_train: a width of less than a step is one.
    "PULSE TRAIN(1, 0, 2, 10)": [0, 1, 0, 1, 0],
    "PULSE TRAIN(0, 1, 2, 2)": [1, 0, 1, 0, 0],
    # fn_step, fn_ramp
    "STEP(3, 2)": [0, 0, 3, 3, 3],
    "RAMP(2, 1, 3)": [0, 0, 2, 4, 4],
    # operators: :AND: binds closer than :OR:, a power closer than a sign
    "IF THEN ELSE(Time < 2 :OR: Time > 2 :AND: Time > 3, 1, 0)": [1, 1, 0, 0, 1],
    "-Time^2": [0, -1, -4, -9, -16],
    # fn_integer, fn_modulo, fn_quantum truncate towards zero
    "INTEGER(-1.5*Time)": [0, -1, -3, -4, -6],
    "MODULO(-Time, 3)": [0, -1, -2, 0, -1],
    "QUANTUM(-Time, 3)": [0, 0, 0, -3, -3],
    # fn_modulo: as in C, so that the sign of the divisor does not matter
    "MODULO(5.5*Time, -2)": [0, 1.5, 1, 0.5, 0],
    "MODULO(-5.5*Time, -2)": [0, -1.5, -1, -0.5, 0],
    # fn_zidz, fn_xidz
    "ZIDZ(6, Time)": [0, 6, 3, 2, 1.5],
    "XIDZ(6, Time, -1)": [-1, 6, 3, 2, 1.5],
    # fn_gamma_ln: gamma(n + 1) = n!
    "EXP(GAMMA LN(Time + 1))": [1, 1, 2, 6, 24],
    # fn_delay_fixed; its own output for a half step is in the public model delay_fixed
    "DELAY FIXED(Time, 2, -7)": [-7, -7, 0, 1, 2],
    "DELAY FIXED(Time, 1.2, -7)": [-7, 0, 1, 2, 3],
    "DELAY MATERIAL(Time, 2, -7, 0)": [-7, -7, 0, 1, 2],
    # fn_sample_if_true
    "SAMPLE IF TRUE(Time = 1 :OR: Time = 3, Time, 9)": [9, 1, 1, 3, 3],
    # fn_lookup_extrapolate, fn_lookup_forward, fn_lookup_backward, fn_lookup_invert
    "tab(Time)": [0, 0, 5, 10, 10],
    "LOOKUP EXTRAPOLATE(tab, Time)": [-5, 0, 5, 10, 15],
    "LOOKUP FORWARD(tab, Time)": [0, 0, 10, 10, 10],
    "LOOKUP BACKWARD(tab, Time)": [0, 0, 0, 10, 10],
    "LOOKUP INVERT(tab, 5*Time)": [1, 2, 3, 3, 3],
    # the area of a triangle, with what lies beyond the ends
    "LOOKUP AREA(tab, 0, Time)": [0, 0, 2.5, 10, 20],
    # fn_npv without discounting: what has been paid and what is paid in this step
    "NPV(3, 0, 10, 2)": [26, 32, 38, 44, 50],
    # fn_x_if_missing; :NA: is equal to itself
    "X IF MISSING(IF THEN ELSE(Time = 2, :NA:, Time), 9)": [0, 1, 9, 3, 4],
    # fn_get_time_value, relative to the initial time
    "GET TIME VALUE(1, 5, 0)": [5, 5, 5, 5, 5],
    # fn_sinteg: never above its greatest value
    "SINTEG(2, 1, :NA:, 6, :NA:, :NA:, :NA:)": [1, 3, 5, 6, 6],
    # fn_delay_information, the delay falling from 3 to 1 at time 2: values on the way are passed
    "DELAY INFORMATION(Time, 3 - STEP(2, 2), -7)": [-7, -7, -7, 2, 3],
    # rising from 1 to 3: what came last is held
    "DELAY INFORMATION(Time, 1 + STEP(2, 2), -7)": [-7, 0, 1, 1, 1],
    # fn_delay_material: inputs that arrive together are added; where none does, the last
    "DELAY MATERIAL(Time + 10, 3 - STEP(2, 2), -7, -1)": [-7, -7, -7, 10 + 12, 11 + 13],
    "DELAY MATERIAL(Time + 10, 1 + STEP(2, 2), -7, -1)": [-7, 10, 11, -1, -1],
    # fn_depreciate_straightline: a third of what is paid in each of three years
    "DEPRECIATE STRAIGHTLINE(PULSE(1, 1)*6 + 3, 3, 1, 3)": [3, 5, 5, 5, 3],
    # a table with one x twice is a vertical step
    "WITH LOOKUP(Time, ((0,0),(2,0),(2,6),(4,6)))": [0, 0, 6, 6, 6],
}


@pytest.mark.parametrize("engine", ["scalar", "numpy"])
@pytest.mark.parametrize("expression", BY_HAND)
def test_functions_by_hand(tmp_path: File, expression: str, engine: Engine) -> None:
    file = model(tmp_path, f"tab((1,0),(3,10))\nx = {expression}")
    assert column(file, "x", engine) == pytest.approx(BY_HAND[expression], abs=1e-12)


def test_the_kernel_has_the_same_functions(tmp_path: File) -> None:
    lines = [f"x{number} = {expression}" for number, expression in enumerate(BY_HAND)]
    file = model(tmp_path, "\n".join(["tab((1,0),(3,10))", *lines]))
    ours = simulate_model(file, engine="kernel")
    for number, wanted in enumerate(BY_HAND.values()):
        assert ours[f"x{number}"].tolist() == pytest.approx(wanted, abs=1e-9), lines[number]


@pytest.mark.parametrize("step", [0.1, 0.05, 0.02])
def test_a_pulse_of_a_step_fires_once_whatever_the_step(tmp_path: File, step: float) -> None:
    file = model(tmp_path, "p = PULSE(2.3, TIME STEP)\ns = INTEG(p/TIME STEP, 0)", step=step)
    pulses = column(file, "p")
    assert sum(pulses) == 1
    assert pulses.index(1) == round(2.3 / step)
    assert column(file, "s")[-1] == pytest.approx(1)


@pytest.mark.parametrize("engine", ["scalar", "numpy", "kernel"])
@pytest.mark.parametrize(
    ("inflow", "wanted"),
    [
        ("RAMP(1, 0, 10)", [0, 0, 1, 3, 6]),
        ("STEP(2, 1)", [0, 0, 2, 4, 6]),
        ("PULSE(1, 1)", [0, 0, 1, 1, 1]),
    ],
)
def test_test_inputs_stay_as_they_are_within_a_step(
    tmp_path: File, inflow: str, wanted: list[float], engine: Engine
) -> None:
    """vensim.com/documentation, fn_ramp: no change but at the steps, whatever the integration."""
    file = model(tmp_path, f"s = INTEG({inflow}, 0)")
    assert column(file, "s", engine, "rk4") == pytest.approx(wanted, abs=1e-12)


def test_na_is_a_number_equal_to_itself(tmp_path: File) -> None:
    """vensim.com/documentation, na: -2^109, tested by equality."""
    file = model(tmp_path, "gap = :NA:\nx = IF THEN ELSE(gap = :NA:, Time, gap)")
    frame = simulate_model(file)
    assert frame["gap"].tolist() == [NA] * 5
    assert frame["x"].tolist() == [0, 1, 2, 3, 4]
    assert len([note for note in frame.attrs["notes"] if ":NA:" in note]) == 1


def test_a_subrange_used_as_a_number_is_the_place_in_the_family(tmp_path: File) -> None:
    file = model(tmp_path, "all: a, b, c\nsome: b, c\nx[some] = some*10\ny = x[b]\nz = x[c]")
    assert (column(file, "y")[0], column(file, "z")[0]) == (20, 30)


def test_an_element_some_places_further(tmp_path: File) -> None:
    """vensim.com/documentation, fn_vector_elm_map; beyond the end it is :NA:."""
    file = model(
        tmp_path,
        "d: a, b, c\nv[d] = 10, 20, 30\nby = Time - 1\n"
        "x[d] = VECTOR ELM MAP(v[a], by)\nfixed = VECTOR ELM MAP(v[b], 1)",
    )
    assert column(file, "x[a]") == [NA, 10, 20, 30, NA]
    assert column(file, "fixed")[0] == 30


MACRO = """{UTF-8}
:MACRO: SPLIT(amount, curve, TIME STEP : rest)
SPLIT = amount*curve(amount) + TIME STEP ~~|
rest = amount - SPLIT ~~|
:END OF MACRO:
half((0,0.5),(10,0.5)) ~~|
x = SPLIT(8, half, 1 : left over) ~~|
"""


def test_a_macro_with_a_table_and_a_second_output(tmp_path: File) -> None:
    file = model(tmp_path, "y = x + left over")
    text = file.read_text(encoding="utf-8").replace("{UTF-8}\n", MACRO)
    file.write_text(text, encoding="utf-8")
    assert (column(file, "x")[0], column(file, "left over")[0]) == (5, 3)
    assert column(file, "y")[0] == 8


def test_deep_and_long_equations(tmp_path: File) -> None:
    nested = "0"
    for number in range(60):
        nested = f"IF THEN ELSE(Time = {number}, {number}, {nested})"
    names = "\n".join(f"v{number} = {number} + Time" for number in range(400))
    total = " + ".join(f"v{number}" for number in range(400))
    range_ = ",".join(f"e{number}" for number in range(400))
    file = model(
        tmp_path,
        f"{names}\na = {nested}\nb = {'(' * 80}Time{')' * 80}\nc = {total}\n"
        f"d: {range_}\nw[d] = Time\ne = SUM(w[d!])\n"
        "p: (p1-p20)\nq: (q1-q20)\nm[p,q] = Time\nf = SUM(m[p!,q!])\n"
        "g = VMAX(m[p!,q!])",
    )
    frame = simulate_model(file, outputs=["a", "b", "c", "e", "f", "g"])
    assert frame.iloc[3].tolist() == [3, 3, 400 * 399 / 2 + 1200, 1200, 1200, 3]


def test_the_time_grid_is_computed_and_follows_what_is_set(tmp_path: File) -> None:
    file = model(tmp_path, "horizon = 3\nx = Time")
    text = file.read_text(encoding="utf-8")
    text = text.replace("FINAL TIME = 4", "FINAL TIME = INITIAL TIME + horizon")
    file.write_text(text, encoding="utf-8")
    assert column(file, "x") == [0, 1, 2, 3]
    assert simulate_model(file, {"horizon": 1, "time step": 0.5})["x"].tolist() == [0, 0.5, 1]
    assert simulate_model(file, {"initial time": 2})["x"].tolist() == [2, 3, 4, 5]


def test_saving_times_between_steps_are_told(tmp_path: File) -> None:
    frame = simulate_model(model(tmp_path, "x = Time"), {"SAVEPER": 1.5})
    assert frame["x"].tolist() == [0, 3]
    assert "SAVEPER 1.5 is no multiple of TIME STEP 1" in frame.attrs["notes"][0]


def test_a_model_is_opened_without_pysd(tmp_path: File) -> None:
    import subprocess
    import sys

    file = model(tmp_path, "d: a, b\nx[d] = SMOOTH(Time, 2)")
    code = (
        "import sys; from qiantang.simulate import simulate_model; "
        f"simulate_model({str(file)!r}); sys.exit('pysd' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_variable_with_the_name_of_a_control_is_a_variable(tmp_path: File) -> None:
    """XMILE 1.0, 3.2.2.1 and 3.5.5: the grid is that of <sim_specs>."""
    file = xmile(
        tmp_path,
        '<aux name="Time Step"><eqn>7</eqn></aux><aux name="SAVEPER"><eqn>3</eqn></aux>'
        '<aux name="FINAL TIME"><eqn>Time_Step + 1</eqn></aux>'
        '<stock name="s"><eqn>0</eqn><inflow>f</inflow></stock><flow name="f"><eqn>1</eqn></flow>'
        '<aux name="d"><eqn>DT</eqn></aux>',
        step=0.5,
    )
    frame = simulate_model(file)
    assert frame.index.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    assert frame["s"].tolist() == frame.index.tolist()
    assert frame.iloc[0][["d", "FINAL TIME", "SAVEPER"]].tolist() == [0.5, 8, 3]
    changed = simulate_model(file, {"Time Step": 9, "DT": 1, "STOPTIME": 2})
    assert changed["s"].tolist() == [0, 1, 2]
    assert changed.iloc[0][["d", "FINAL TIME"]].tolist() == [1, 10]


def test_a_sample_may_read_itself(tmp_path: File) -> None:
    """vensim.com/documentation, fn_sample_if_true: between samples it keeps its value."""
    file = model(
        tmp_path, "y = 5 - (Time - 2)^2\nleast = SAMPLE IF TRUE(y < least, y, 4)\n"
        "count = SAMPLE IF TRUE(Time > 1, count + 1, 0)"
    )  # fmt: skip
    assert column(file, "least") == [1, 1, 1, 1, 1]
    assert column(file, "count") == [0, 0, 1, 2, 3]


def test_elements_have_samples_draws_and_delays_of_their_own(tmp_path: File) -> None:
    range_ = ", ".join(f"e{number}" for number in range(12))
    file = model(
        tmp_path,
        f"d: {range_}\ny[d] = d*Time\nmost[d] = SAMPLE IF TRUE(y[d] > most[d], y[d], -1)\n"
        "late[d] = DELAY INFORMATION(y[d], 1 + STEP(d, 9), -d)\n"
        "u[d] = RANDOM POISSON(0, 1e6, 1e4, 0, 1, 0)\n"
        "p[d] = RANDOM PINK NOISE(d, 1, 2, 0)",
    )  # fmt: skip
    frame = simulate_model(file)
    for number in range(12):
        place = number + 1.0
        assert frame[f"most[e{number}]"].tolist() == [place * time for time in range(5)]
        assert frame[f"late[e{number}]"].tolist() == [-place, *(place * t for t in range(4))]
    assert len(set(frame[[f"u[e{number}]" for number in range(12)]].iloc[0])) > 6
    assert len({round(frame[f"p[e{n}]"].iloc[0] - n, 9) for n in range(12)}) == 12


def test_a_delay_with_its_pipeline(tmp_path: File) -> None:
    """vensim.com/documentation, fn_delayp: what is on the way is what came in and not yet out."""
    file = model(
        tmp_path, "x = DELAYP(2 + STEP(4, 1), 3 : on the way)\ny = DELAY3(2 + STEP(4, 1), 3)"
    )
    frame = simulate_model(file)
    assert frame["x"].tolist() == pytest.approx(frame["y"].tolist())
    content = 2 * 3 + np.cumsum([0, *(2 + 4 * (frame.index[:-1] >= 1) - frame["x"][:-1])])
    assert frame["on the way"].tolist() == pytest.approx(content.tolist())


def test_depreciation_counts_fiscal_periods(tmp_path: File) -> None:
    """vensim.com/documentation, fn_depreciate_straightline: all is written off in its periods."""
    file = model(tmp_path, "x = DEPRECIATE STRAIGHTLINE(PULSE(1, 1)*6, 4, 2, 0)", end=8, step=0.5)
    times = column(file, "x")
    assert times[4:8] == [1.5] * 4  # the six of the first two years: half in the next two
    assert times[8:] == [0] * 9


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (0, [10, 10, 20, 25, 30]),
        (1, [-10, 0, 15, 26.25, 70]),
        (2, [10, 10, 20, 20, 30]),
        (3, [0, 10, 20, 25, 40]),
        (4, [10, 10, 20, 30, 30]),
        (7, [-5, 0, 15, 26.25, 75]),
    ],
)
def test_a_vector_as_a_table(tmp_path: File, mode: int, wanted: list[float]) -> None:
    """vensim.com/documentation, fn_vector_lookup; areas from the least x, by hand."""
    file = model(
        tmp_path,
        "d: a, b, c\nv[d] = 10, 20, 30\nat((0,-1),(1,0),(2,1),(3,1.5),(4,3))\n"
        f"y = VECTOR LOOKUP(v[a], at(Time), 0, 2, {mode})",
    )
    assert column(file, "y") == pytest.approx(wanted)


def test_points_of_data_between_times(tmp_path: File) -> None:
    """vensim.com/documentation, fn_get_data_min and its kin: no data there is :NA:."""
    (tmp_path / "d.csv").write_text("Time,1,2,3,4\nd,5,1,6,8\n", encoding="utf-8")
    calls = {
        "GET DATA MAX(d, 2, 3)": 6,
        "GET DATA MIN(d, 2, 3)": 1,
        "GET DATA MEAN(d, 1, 3)": 4,
        "GET DATA MEAN(d, 1.5, 9)": 5,
        "GET DATA MEAN(d, 4.5, 9)": NA,
        "GET DATA MAX(d, -2, 0)": NA,
        "GET DATA TOTAL POINTS(d, 2, 4)": 3,
        "GET DATA TOTAL POINTS(d, 5, 6)": 0,
        "GET DATA FIRST TIME(d)": 1,
        "GET DATA LAST TIME(d)": 4,
        "INITIAL(GET DATA AT TIME(d, 3.5))": 7,
        "GET DATA BETWEEN TIMES(d, 3.5, -1)": 6,
        "GET DATA BETWEEN TIMES(d, 3.5, 1)": 8,
    }
    lines = [f"x{number} = {call}" for number, call in enumerate(calls)]
    file = model(tmp_path, "\n".join(["d", *lines]))
    frame = simulate_model(file, data_files=[tmp_path / "d.csv"])
    found = {call: frame[f"x{number}"].iloc[-1] for number, call in enumerate(calls)}
    assert found == pytest.approx(calls)


def test_delays_of_varying_times_agree_and_go_on_from_a_history(tmp_path: File) -> None:
    """Every member by its own delay; one step after the other and from a history alike."""
    file = model(
        tmp_path,
        "a = 2\nt = a + 2*SIN(Time)\nx = DELAY INFORMATION(Time^2, t, -1)\n"
        "y = DELAY MATERIAL(Time + 1, t, -1, -5)\n"
        "long = DELAY INFORMATION(Time, 1 + STEP(1e6, 9), 0)",
        end=30,
        step=0.25,
    )  # fmt: skip
    program, times, names = load_model(file), np.arange(31.0), ["x", "y", "long"]
    members = np.linspace(1, 6, 20)
    given: Any = {"parameters": {"a": members}, "members": 20}
    numpy = program.run(names, times, engine="numpy", **given).values
    kernel = program.run(names, times, engine="kernel", **given).values
    assert kernel == pytest.approx(numpy, abs=1e-9)
    for member in (0, 7, 19):
        own = {"a": members[member]}
        single = program.run(names, times, parameters=own, engine="scalar").values[:, :, 0]
        assert numpy[:, :, member] == pytest.approx(single, abs=1e-9)
    engines: tuple[Engine, ...] = ("numpy", "kernel")
    for engine in engines:
        early = program.history(names, times, until=12, engine=engine, **given)
        late = program.run(names, times, engine=engine, history=early, **given).values
        assert np.array_equal(late, numpy if engine == "numpy" else kernel)


@pytest.mark.parametrize("engine", ["scalar", "numpy", "kernel"])
def test_a_ramp_is_plain_zero_before_it_begins(tmp_path: File, engine: Engine) -> None:
    """Not minus zero, which a table would show as -0.0."""
    ramp = column(model(tmp_path, "x = RAMP(2, 3, 4)"), "x", engine)
    assert [str(value) for value in ramp] == ["0.0", "0.0", "0.0", "0.0", "2.0"]


@pytest.mark.parametrize("direction", ["1", "up"])
def test_a_vector_is_sorted_once_for_all_its_elements(tmp_path: File, direction: str) -> None:
    file = model(
        tmp_path,
        "d: (a1-a60)\nup = 1\nv[d] = MODULO(37*d, 61)\n"
        f"r[d] = VECTOR RANK(v[d], {direction})\nx = r[a5]",
    )
    assert column(file, "x")[0] == (37 * 5) % 61  # each of 1 to 60 once, so its own rank
    program = load_model(file)
    hidden = program.slot_count - len(program.names)
    assert hidden < 60 + 10  # the entries, and little else
