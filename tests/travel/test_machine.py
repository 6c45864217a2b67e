"""The step in WebAssembly: its own exponential, logarithm and power, and the kernel's numbers."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qiantang.deck.scenarios import deck_scenario
from qiantang.engine import load_model
from qiantang.engine.path import Path as TimePath
from qiantang.ensemble.batch import Batch
from qiantang.ensemble.case import case_of
from qiantang.faults import StudyError
from qiantang.study import Study
from qiantang.travel.cargo import Cargo, cargo_of
from qiantang.travel.levers import columns_of
from qiantang.travel.machine.compiler import compiled
from qiantang.travel.machine.csource import _text, c_source, needs_library
from qiantang.travel.machine.jssource import js_source
from qiantang.travel.pack import packed
from qiantang.travel.studypage import StudyPage
from qiantang.travel.writing import NO_PLAIN, front

Array = NDArray[np.float64]

TRIED = """
__attribute__((export_name("attempt")))
void attempt(I what, I count, const V *x, const V *y, V *z) {
  for (I i = 0; i < count; i++)
    z[i] = what == 0 ? exp(x[i]) : what == 1 ? log(x[i]) : power(x[i], y[i]);
}
"""

RUN = """async ({ module, text, sizes, columns, plain }) => {
  %s
  const code = Uint8Array.from(atob(module), (c) => c.charCodeAt(0));
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(code), {});
  const arrays = unpacked(await inflated(bytesOf(text)));
  const run = plain ? new PlainEngine(sizes, arrays, 0, sizes.members)
    : new Engine(instance, sizes, arrays, 0, sizes.members);
  return columns.map((one) => {
    const { out, bad } = run.run(one, []);
    return { out: Array.from(out, (x) => (Number.isFinite(x) ? x : null)), bad: Array.from(bad) };
  });
}"""


def tried(browser: Any, what: int, x: Array, y: Array) -> Array:
    """Return exp x, log x or x ** y as the page computes them."""
    source = f"#define KERNEL_WIDTH 16\n{_text('prelude.c')}\n{TRIED}"
    script = """async ({ module, what, x, y }) => {
      const code = Uint8Array.from(atob(module), (c) => c.charCodeAt(0));
      const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(code), {});
      const n = x.length, at = (exports.__heap_base.value + 15) & ~15;
      exports.memory.grow(Math.ceil(24 * n / 65536) + 1);
      const put = (i, from) => {
        new Float64Array(exports.memory.buffer, at + 8 * n * i, n).set(from.map(Number));
      };
      put(0, x); put(1, y);
      exports.attempt(what, n / 2, at, at + 8 * n, at + 16 * n);
      return Array.from(new Float64Array(exports.memory.buffer, at + 16 * n, n), String);
    }"""
    page = browser.new_page()
    given = {"module": base64.b64encode(compiled(source)).decode(), "what": what}
    words = {"x": [number(v) for v in x], "y": [number(v) for v in y]}
    answer = page.evaluate(script, given | words)
    page.close()
    return np.array([float(v.replace("Infinity", "inf")) for v in answer])


def number(value: float) -> str:
    return repr(float(value)).replace("inf", "Infinity").replace("nan", "NaN")


def test_exp_log_and_power_are_right_to_1e_13_over_the_whole_range(browser: Any) -> None:
    rng = np.random.default_rng(3)
    wide = np.exp(rng.uniform(-700, 700, 4000))
    for what, x, y in (
        (0, rng.uniform(-700, 709, 4000), np.ones(4000)),
        (1, np.concatenate([wide, rng.uniform(0.5, 2, 2000)]), np.ones(6000)),
        (2, wide, rng.uniform(-1, 1, 4000)),
        (2, np.exp(rng.uniform(-3, 3, 4000)), rng.uniform(-200, 200, 4000)),
    ):
        whole = np.longdouble(x)
        exact = (np.exp, np.log, lambda v, y=y: v ** np.longdouble(y))[what](whole)
        off = np.abs(np.longdouble(tried(browser, what, x, y)) / exact - 1)
        assert off.max() < 1e-13, (what, float(off.max()))


def test_odd_arguments_are_as_numpy_has_them(browser: Any) -> None:
    odd = np.array([0.0, 1.0, -1.0, -2.5, np.inf, -np.inf, np.nan, 5e-324, 1e308, 3.0])
    x, y = (a.ravel() for a in np.meshgrid(odd, odd))
    fit = ~((x == -np.inf) & (y != np.floor(y)))  # where the kernel, too, has no number
    x, y = np.append(x[fit], 2.0), np.append(y[fit], 0.5)  # an even number of them
    with np.errstate(all="ignore"):
        for what, exact in ((0, np.exp(x)), (1, np.log(x)), (2, np.power(x, y))):
            found = tried(browser, what, x, y)
            np.testing.assert_allclose(np.abs(found), np.abs(exact), rtol=1e-13, atol=1e-300)


def ran(
    browser: Any, cargo: Cargo, module: bytes, columns: list[list[Any]], plain: str = ""
) -> list[Array]:
    """Return values (output, time, member) for each replacement of columns."""
    page = browser.new_page()
    engine = front("engine.js").replace("self.onmessage", "const unused")
    program = plain or NO_PLAIN
    parts = [front(name) for name in ("unpack.js", "outside.js", "plain.js")]
    script = RUN % "\n".join([*parts, program, engine])
    given = {
        "module": base64.b64encode(module).decode(), "text": packed(cargo.arrays),
        "sizes": dict(cargo.sizes), "columns": columns, "plain": bool(plain),
    }  # fmt: skip
    answers = page.evaluate(script, given)
    page.close()
    shape = cargo.sizes["outputs"], cargo.sizes["times"], cargo.sizes["members"]
    return [
        np.array([np.nan if v is None else v for v in one["out"]]).reshape(*map(int, shape))
        for one in answers
    ]


def test_twenty_packages_equal_the_kernel_to_1e_12_of_range(
    browser: Any, small_study: Study
) -> None:
    ends = small_study.about.scenarios
    base, plan = small_study.scenario(ends.base), small_study.scenario(ends.full)
    made = StudyPage(small_study, base, plan, 12, 1, "en", "")
    cargo, readout, ensemble = made.cargo, made.frames.readout, made.frames.ensemble
    records = [{"column": cargo.column(small_study.program.slot_of[name])} for name in plan.levers]
    rng = np.random.default_rng(20)
    columns, wanted = [], []
    for _ in range(20):
        package = {name: round(float(rng.uniform()), 2) for name in plan.levers}
        case = case_of(small_study, deck_scenario(base, plan, package))
        moved = columns_of(cargo, made._inputs(case), records)
        columns.append([[r["column"], row.tolist()] for r, row in zip(records, moved, strict=True)])
        whole = ensemble.batch(case).run(small_study.program, readout, engine="kernel").values
        wanted.append(whole[:, -int(cargo.sizes["times"]) :])
    assert cargo.begin > 1000, "the page does not go on from the plan's date"
    module = compiled(c_source(cargo.plan, small_study.program.tables))
    found = ran(browser, cargo, module, columns)
    plain = ran(
        browser, cargo, module, columns[:5], js_source(cargo.plan, small_study.program.tables)
    )
    span = np.maximum(np.ptp(wanted, axis=(0, 3)), 1e-9)[..., None]
    for ours, theirs in zip([*found, *plain], [*wanted, *wanted[:5]], strict=True):
        assert (np.abs(ours - theirs) <= 1e-12 * span).all()
    assert (np.ptp(wanted, axis=0).max(axis=(1, 2)) > 0).sum() > 5, "the levers move nothing"


MODEL = """{UTF-8}
level = INTEG(inflow - outflow, start) ~~|
start = 4 ~~|
inflow = size * SIN(Time / 3) + RAMP(slope, 2, 5) + PULSE(3, 1) + shape(Time) ~~|
outflow = DELAY FIXED(level, 1.5, 2) * rate ^ power + MAX(late, 0) * EXP(-level / 9) ~~|
late = SMOOTH3(inflow, 2) ~~|
size = 1.2 ~~|
slope = 0.3 ~~|
rate = 0.4 ~~|
power = 1.3 ~~|
shape((0,0),(2,1),(5,0.5),(9,2)) ~~|
odd = IF THEN ELSE(level > 3 :AND: size < 2, LN(ABS(level) + 1), ZIDZ(size, slope)) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 10 ~~|
TIME STEP = 0.125 ~~|
SAVEPER = 1 ~~|
"""


@pytest.mark.parametrize("integrator", ["euler", "rk4"])
def test_any_model_from_its_start_and_by_either_method(
    browser: Any, tmp_path: Path, integrator: Any
) -> None:
    file = tmp_path / "model.mdl"
    file.write_text(MODEL, encoding="utf-8")
    program = replace(load_model(file, use_cache=False), integrator=integrator)
    rng = np.random.default_rng(4)
    drawn = {"rate": rng.uniform(-0.1, 0.6, 7), "start": rng.uniform(-1, 9, 7)}
    paths = {"size": TimePath.level(1.2, 0.0)}
    outputs, times = ["level", "odd", "late", "outflow"], np.arange(11.0)
    cargo = cargo_of(program, Batch(drawn, paths, 7), outputs, times)
    module = compiled(
        c_source(cargo.plan, program.tables, integrator), library=needs_library(cargo.plan)
    )
    column = cargo.column(program.slot_of["size"])
    levels = [0.7, 2.4]
    columns = [[[column, [value] * len(cargo.inputs.grid)]] for value in levels]
    found = ran(browser, cargo, module, columns)
    plain = ran(browser, cargo, module, columns, js_source(cargo.plan, program.tables, integrator))
    for value, ours, slow in zip(levels, found, plain, strict=True):
        theirs = program.run(
            outputs, times, parameters=drawn, paths={"size": TimePath.level(value, 0.0)},
            members=7, integrator=integrator, engine="numpy",
        ).values  # fmt: skip
        assert np.isnan(theirs).any(), "no power of a negative base was met"
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(slow, theirs, rtol=1e-11, atol=1e-11)


def test_what_no_page_runs_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "model.mdl"
    text = "x = RANDOM POISSON(0, 9, 3, 0, 1, 0) ~~|"
    file.write_text(MODEL.replace("size = 1.2 ~~|", f"size = 1.2 ~~|\n{text}"), encoding="utf-8")
    program = load_model(file, use_cache=False)
    cargo = cargo_of(program, Batch({}, {}, 1), ["x"], np.arange(3.0))
    with pytest.raises(StudyError, match="draws from a distribution, which no page runs"):
        c_source(cargo.plan, program.tables)
