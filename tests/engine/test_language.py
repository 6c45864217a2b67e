"""What functions and constructs of model files mean, by the manuals of those who define them."""

from __future__ import annotations

import math
from pathlib import Path as File
from typing import Any

import numpy as np
import pytest

from qiantang.engine import Unsupported, load_model
from qiantang.engine.expressions import NA
from qiantang.engine.ir import Engine
from qiantang.engine.operations import BINOMIAL, POISSON, TRIALS
from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

HEAD = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<header><vendor>x</vendor><product>x</product></header>"
)


def model(folder: File, equations: str, end: float = 4, step: float = 1) -> File:
    """Write equations, one a line, with a time grid from 0."""
    grid = (("INITIAL TIME", 0), ("FINAL TIME", end), ("TIME STEP", step))
    lines = [*equations.strip().split("\n"), *(f"{name} = {value}" for name, value in grid)]
    text = "{UTF-8}\n" + "".join(f"{line} ~~|\n" for line in [*lines, "SAVEPER = TIME STEP"])
    file = folder / "m.mdl"
    file.write_text(text, encoding="utf-8")
    return file


def xmile(folder: File, variables: str, step: float = 1) -> File:
    file = folder / "m.xmile"
    specs = f"<sim_specs><start>0</start><stop>4</stop><dt>{step}</dt></sim_specs>"
    text = f"{HEAD}{specs}<model><variables>{variables}</variables></model></xmile>"
    file.write_text(text, encoding="utf-8")
    return file


def column(file: File, name: str, engine: Engine = "scalar", integrator: str = "") -> list[float]:
    method = {"integrator": integrator} if integrator else {}
    frame = simulate_model(file, engine=engine, outputs=[name], **method)  # type: ignore[arg-type]
    return [float(value) for value in frame[name]]


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


RANDOM = {
    "RANDOM WEIBULL(0, 100, 2, 1, 3, 5)": (1 + 3, 3 * math.sqrt(4 / math.pi - 1)),
    "RANDOM TRIANGULAR(0, 9, 0, 3, 9, 5)": (4, math.sqrt((81 + 9 - 27) / 18)),
    "RANDOM POISSON(0, 1000, 6, 1, 2, 5)": (1 + 2 * 6, 2 * math.sqrt(6)),
    "RANDOM BINOMIAL(0, 1000, 0.3, 20, 0, 1, 5)": (6, math.sqrt(20 * 0.3 * 0.7)),
    "RANDOM BINOMIAL(0, 1, 0.25, 1, 0, 1, 5)": (0.25, math.sqrt(0.25 * 0.75)),
    # the number of trials it takes to some successes
    "RANDOM NEGATIVE BINOMIAL(0, 1000, 0.4, 3, 0, 1, 5)": (3 / 0.4, math.sqrt(3 * 0.6) / 0.4),
    "RANDOM GAMMA(0, 1000, 2.5, 1, 2, 5)": (1 + 2 * 2.5, 2 * math.sqrt(2.5)),
    "RANDOM BETA(0, 1, 2, 3, 0, 1, 5)": (2 / 5, math.sqrt(6 / (25 * 6))),
    # of large parameters
    "RANDOM POISSON(0, 1e15, 1e9, 0, 1, 5)": (1e9, math.sqrt(1e9)),
    "RANDOM BINOMIAL(0, 1e15, 0.3, 1e12, 0, 1, 5)": (3e11, math.sqrt(2.1e11)),
    "RANDOM NEGATIVE BINOMIAL(0, 1e15, 1e-6, 1, 0, 1, 5)": (1e6, 1e6),
    # an order below one is one, as the manual says: the exponential distribution
    "RANDOM GAMMA(0, 1000, 0.5, 0, 1, 5)": (1, 1),
    # cut off: a fair die
    "RANDOM BETA(0, 0.5, 1, 1, 0, 1, 5)": (0.25, 0.5 / math.sqrt(12)),
    "RANDOM LOOKUP(rising, 0, 9, 0, 1, 5)": (2, 3 / math.sqrt(18)),
    # a triangle without its lower third: three halves of (x^2 - 1) / 4 from 1 to 3
    "RANDOM LOOKUP(rising, 1, 9, 0, 1, 5)": (13 / 6, math.sqrt(5 - (13 / 6) ** 2)),
}
"""Mean and deviation of distributions, in closed form."""


@pytest.mark.parametrize("draw", RANDOM)
def test_draws_have_their_distribution(tmp_path: File, draw: str) -> None:
    file = model(tmp_path, f"rising((0,0),(3,7))\nx = {draw}", end=200)
    found = load_model(file).run(["x"], np.arange(201.0), members=50, engine="numpy").values
    mean, deviation = RANDOM[draw]
    assert found.mean() == pytest.approx(mean, abs=5 * deviation / 100)
    assert found.std() == pytest.approx(deviation, rel=0.05)


def test_engines_draw_the_same_numbers(tmp_path: File) -> None:
    lines = [f"x{number} = {draw}" for number, draw in enumerate(RANDOM)]
    lines += ["y = RANDOM PINK NOISE(3, 2, 4, 1)", "z = RANDOM GAMMA(0, 99, 12, 0, 1, 3)"]
    program = load_model(model(tmp_path, "\n".join(["rising((0,0),(3,7))", *lines]), end=40))
    names = [*(f"x{number}" for number in range(len(RANDOM))), "y", "z"]
    kernel = program.run(names, np.arange(41.0), engine="kernel").values
    plain = program.run(names, np.arange(41.0), engine="scalar").values
    assert kernel == pytest.approx(plain, rel=1e-9, abs=1e-9)


def test_counts_are_found_by_a_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first guess is near, so that the distribution is asked a few times whatever its size."""
    from qiantang.engine import array_functions

    looks = 0
    share = array_functions.distribution_share

    def counted(*arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        return share(*arguments)

    monkeypatch.setattr(array_functions, "distribution_share", counted)
    parts = np.linspace(0.001, 0.999, 101)
    for mean in (0.5, 40.0, 1e4, 1e8):
        looks = 0
        found = array_functions.distribution_quantile(POISSON, np.full(101, mean), 1.0, parts)
        assert looks <= 12
        assert (share(POISSON, mean, 1.0, found) >= parts).all()
        assert (share(POISSON, mean, 1.0, found - 1) < parts).all()


def test_one_lane_finds_the_same_counts() -> None:
    from qiantang.engine.array_functions import distribution_quantile
    from qiantang.engine.compiled.distributions import one_quantile

    for kind, a, b in ((POISSON, 1e7, 1.0), (BINOMIAL, 1e6, 0.5), (TRIALS, 2.0, 1e-5)):
        for part in (1e-6, 0.2, 0.5, 0.999):
            sure = distribution_quantile(kind, np.float64(a), np.float64(b), np.float64(part))
            assert one_quantile(kind, a, b, part) == pytest.approx(float(sure), rel=1e-9)


def test_pink_noise_has_its_deviation_and_correlation(tmp_path: File) -> None:
    """vensim.com/documentation, random_pink_noise: both as asked for, whatever the time step."""
    file = model(tmp_path, "x = RANDOM PINK NOISE(3, 2, 4, 1)", end=100, step=0.25)
    times = np.arange(0, 101.0)
    found = load_model(file).run(["x"], times, members=1000, engine="numpy").values[0] - 3
    assert found.mean() == pytest.approx(0, abs=0.1)
    assert found[0].std() == pytest.approx(2, rel=0.1)
    assert found.std() == pytest.approx(2, rel=0.05)
    after = (found[4:] * found[:-4]).mean() / found.var()
    assert after == pytest.approx((1 - 0.25 / 4) ** 16, abs=0.05)


@pytest.mark.parametrize("name", ["SIMULTANEOUS", "FIND ZERO", "DELAY CONVEYOR", "A FUNCTION OF"])
def test_what_is_not_compiled_is_named(tmp_path: File, name: str) -> None:
    with pytest.raises(Unsupported, match=rf"{name} \(.*in the equation of x \(line 2\)") as found:
        load_model(model(tmp_path, f"x = {name}(1, 2, 3)"))
    assert not found.value.elsewhere


def test_parts_of_an_array_defined_twice_are_refused(tmp_path: File) -> None:
    file = model(tmp_path, "d: a, b, c\ns: b, c\nx[s] = 1\nx[d] = 2")
    with pytest.raises(StudyError, match=r":5: x: .*line 4"):
        load_model(file)


def test_a_list_of_another_length_is_refused(tmp_path: File) -> None:
    with pytest.raises(StudyError, match=r":3: x: has 2 numbers, expected 3"):
        load_model(model(tmp_path, "d: a, b, c\nx[d] = 1, 2"))


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


MISCOUNTED = {
    # vensim.com/documentation: fn_max, fn_min, fn_sum, fn_if_then_else, fn_sin
    "MAX(1, 2, 3)": "MAX with 3 arguments, expected 2,",
    "MIN(1)": "MIN with 1 argument, expected 2,",
    "SIN(1, 2)": "SIN with 2 arguments, expected 1,",
    "IF THEN ELSE(1, 2)": "IF THEN ELSE with 2 arguments, expected 3,",
    "RANDOM UNIFORM(0, 1, 2, 3)": "RANDOM UNIFORM with 4 arguments, expected 2 or 3,",
    "SUM(3)": "SUM over no subscript marked with !",
    "VMAX(y)": "VMAX over no subscript marked with !",
}


@pytest.mark.parametrize("expression", MISCOUNTED)
def test_a_function_with_other_arguments_than_its_own_is_refused(
    tmp_path: File, expression: str
) -> None:
    with pytest.raises(Unsupported) as refused:
        load_model(model(tmp_path, f"y = 1\nx = {expression}"))
    what = f"{MISCOUNTED[expression]} in the equation of x (line 3) is not compiled"
    assert str(refused.value) == what
    assert not refused.value.elsewhere


@pytest.mark.parametrize("text", ["1 = 2 = 3", "1 < 2 < 3", "IF THEN ELSE(1 < y <= 2, 1, 0)"])
def test_a_comparison_is_not_compared_without_parentheses(tmp_path: File, text: str) -> None:
    with pytest.raises(StudyError, match=r"m\.mdl:3: x: .* expected parentheses around one of two"):
        load_model(model(tmp_path, f"y = 1\nx = {text}"))
    assert column(model(tmp_path, "x = (3 > 2) = 1"), "x")[0] == 1
