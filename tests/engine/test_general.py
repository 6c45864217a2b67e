"""Own small cases of what models of others use, each against PySD or against arithmetic by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.conformance import compare
from qiantang.engine import Unsupported, load_model
from qiantang.engine.expressions import NA
from qiantang.engine.ir import Engine
from qiantang.engine.pysd_oracle import run_alone
from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

Written = Callable[[str], File]
CASES = {
    "select": (
        "r: u, v, w\ns[r] = 0, 1, 2\nx[r] = 3, Time, 5\n"
        "sum selected = VECTOR SELECT(s[r!], x[r!], -1, 0, 0)\n"
        "least = VECTOR SELECT(s[r!], x[r!], -1, 8, 0)\n"
        "mean = VECTOR SELECT(s[r!], x[r!], -1, 10, 0)\n"
        "none = VECTOR SELECT(s[r!]*0, x[r!], -1, 7, 0)"
    ).replace("x[r] = 3, Time, 5", "x[u] = 3\nx[v] = Time\nx[w] = 5"),
    "order": (
        "r: u, v, w, q\nx[u] = 3\nx[v] = Time\nx[w] = 5\nx[q] = -Time\n"
        "up[r] = VECTOR SORT ORDER(x[r], 1)\ndown[r] = VECTOR SORT ORDER(x[r], -1)\n"
        "rank[r] = VECTOR RANK(x[r], 1)\nagain[r] = VECTOR REORDER(x[r], up[r])"
    ),
    "invert": (
        "a: a1, a2, a3\nb: b1, b2, b3\nm[a,b] = 0, 2, 1; 3, 1, 4; 1, 0, 5;\n"
        "k[a,b] = m[a,b] + Time\ni[a,b] = INVERT MATRIX(k[a,b], 3)"
    ),
    "allocate": (
        "r: u, v, w\np: ptype, ppriority, pwidth, pextra\nwant[r] = 5, 3, 7\n"
        "one[u,p] = 1, 5, 2, 0\none[v,p] = 2, 5.5, 3, 0\none[w,p] = 1, 7, 1, 0\n"
        "two[u,p] = 3, 5, 2, 0\ntwo[v,p] = 4, 5.5, 1, 0\ntwo[w,p] = 1, 7, 1, 0\n"
        "a[r] = ALLOCATE AVAILABLE(want[r], one[r,ptype], Time*2)\n"
        "b[r] = ALLOCATE AVAILABLE(want[r], two[r,ptype], Time*2)\n"
        "first[r] = 3, 5, 8\nc[r] = ALLOCATE BY PRIORITY(want[r], first[r], 3, 3, Time*2)"
    ),
    "files": (
        "r: GET DIRECT SUBSCRIPT('names.csv', ',', 'A1', 'A3', '')\n"
        "c[r] = GET DIRECT CONSTANTS('numbers.csv', ',', 'B2')\n"
        "t(GET DIRECT LOOKUPS('data.csv', ',', 'A', 'B2'))\nread = t(Time)\n"
        "linear := GET DIRECT DATA('data.csv', ',', 'A', 'B2')\n"
        "ahead :LOOK FORWARD: := GET DIRECT DATA('data.csv', ',', 'A', 'B2')\n"
        "behind :HOLD BACKWARD: := GET DIRECT DATA('data.csv', ',', 'A', 'B2')\n"
        "s = INTEG(linear + ahead*behind + SUM(c[r!]), 0)"
    ),
}
#: Cases whose kernel takes a minute to compile.
LONG = ("allocate",)


def _with_files(file: File) -> File:
    folder = file.parent
    (folder / "names.csv").write_text("one\ntwo\nthree\n", encoding="utf-8")
    (folder / "numbers.csv").write_text("x,y,z,w\n1,2,3,4\n", encoding="utf-8")
    (folder / "data.csv").write_text("t,x\n0,1\n2,5\n7,-3\n", encoding="utf-8")
    return file


MACROS = """{UTF-8}
:MACRO: GROW(flow, start)
GROW = INTEG(flow*rate*TIME STEP$/TIME STEP$, start) ~~|
rate = 0.5 ~~|
:END OF MACRO:
:MACRO: TWICE(a, b)
TWICE = GROW(a, b)*2 ~~|
:END OF MACRO:
"""


def _file(written: Written, case: str) -> File:
    return _with_files(written(CASES[case]))


def _macros(written: Written, equations: str) -> File:
    file = written(equations)
    text = file.read_text(encoding="utf-8").replace("{UTF-8}\n", MACROS)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("engine", ["numpy", "kernel"])
def test_macros_in_macros_and_over_arrays(written: Written, engine: str) -> None:
    file = _macros(
        written, "r: u, v\nx[r] = 1, 2\ny[r] = TWICE(x[r] + Time, x[r]*3)\nz = GROW(x[u], 7)"
    )
    found = simulate_model(file, engine=engine)  # type: ignore[arg-type]
    assert found["z"].tolist() == [7 + 0.5 * t for t in range(11)]
    assert found["y[u]"].iloc[:2].tolist() == [6, 2 * (3 + 0.25 + 0.375)]
    assert found["y[v]"].iloc[:2].tolist() == [12, 2 * (6 + 0.5 + 0.625)]


def test_a_macro_of_numbers_agrees_with_pysd(written: Written) -> None:
    file = _macros(written, "x = 3\ny = TWICE(x + Time, x*3)")
    file.write_text(
        file.read_text(encoding="utf-8").replace("*TIME STEP$/TIME STEP$", ""), encoding="utf-8"
    )
    assert compare(simulate_model(file), run_alone(file, {}))[0] == 0


def test_a_macro_that_uses_itself_is_refused(written: Written) -> None:
    file = _macros(written, "x = TWICE(1, 2)")
    text = file.read_text(encoding="utf-8").replace("GROW(a, b)*2", "TWICE(a, b)*2")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="the macro uses itself"):
        load_model(file)


def _nested(folder: File, count: int) -> File:
    """Write a model of macros of which each uses the next."""
    entries = "".join(
        f":MACRO: F{i}(p)\nF{i} = 1 + {'p' if i + 1 == count else f'F{i + 1}(p)'} ~~|\n"
        ":END OF MACRO:\n"
        for i in range(count)
    )
    (folder / "nested.mdl").write_text(
        "{UTF-8}\n" + entries + "y = F0(2) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\n"
        "TIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n",
        encoding="utf-8",
    )
    return folder / "nested.mdl"


def test_macros_use_each_other_as_deep_as_python_can(tmp_path: File) -> None:
    assert simulate_model(_nested(tmp_path, 60))["y"].tolist() == [62, 62]
    with pytest.raises(Unsupported, match="the macro F60, more than 60 macros deep") as refusal:
        load_model(_nested(tmp_path, 1000))
    assert not refusal.value.elsewhere


def agrees_with_pysd(file: File, engines: tuple[Engine, ...]) -> None:
    theirs = run_alone(file, {})
    assert np.ptp(theirs.to_numpy(), axis=0).max() > 0
    for engine in engines:
        gap, columns, worst = compare(simulate_model(file, engine=engine), theirs)
        assert gap < 1e-9, (engine, worst)
        assert columns >= len(theirs.columns) - 1


@pytest.mark.parametrize("case", CASES)
def test_engines_agree_with_pysd(written: Written, case: str) -> None:
    engines: tuple[Engine, ...] = ("numpy",) if case in LONG else ("numpy", "kernel")
    agrees_with_pysd(_file(written, case), engines)


@pytest.mark.slow
@pytest.mark.parametrize("case", LONG)
def test_long_kernels_agree_with_pysd(written: Written, case: str) -> None:
    agrees_with_pysd(_file(written, case), ("kernel",))


def test_a_changed_data_file_is_read_anew(written: Written) -> None:
    file = _file(written, "files")
    before = simulate_model(file)["linear"].tolist()
    (file.parent / "data.csv").write_text("t,x\n0,2\n7,9\n", encoding="utf-8")
    after = simulate_model(file)["linear"].tolist()
    assert before[:3] == [1, 3, 5]
    assert after[:2] == [2, 3]


def test_a_file_that_is_not_there_is_named(written: Written) -> None:
    file = written("c = GET DIRECT CONSTANTS('absent.csv', ',', 'B2')")
    with pytest.raises(StudyError, match=r":2: c: reads absent\.csv, which is not there"):
        load_model(file)


def test_raw_data_are_missing_between_their_times(written: Written) -> None:
    file = _with_files(written("x :RAW: := GET DIRECT DATA('data.csv', ',', 'A', 'B2')"))
    found = simulate_model(file)["x"]
    assert found.loc[[0, 2, 7]].tolist() == [1, 5, -3]
    assert (found.drop([0, 2, 7]) == NA).all()


def test_random_draws_are_the_same_in_both_engines_and_follow_the_seed(written: Written) -> None:
    program = load_model(
        written(
            "a = RANDOM UNIFORM(2, 5, seed)\nb = RANDOM NORMAL(-1, 7, 3, 2, seed)\nseed = 4\n"
            "c = RANDOM EXPONENTIAL(0, 9, 1, 2, seed)\nd = RANDOM 0 1()\ns = INTEG(b, 0)",
            end=200,
        )
    )
    assert any("random" in note for note in program.notes)
    times = np.arange(0.0, 200.5, 0.5)
    runs = [
        program.run(["a", "b", "c", "d"], times, members=40, engine=engine).values
        for engine in ("numpy", "kernel")
    ]
    assert np.abs(runs[0] - runs[1]).max() < 1e-12
    a, b, c, d = runs[0].reshape(4, -1)
    assert (a.min() > 2) & (a.max() < 5) & (abs(a.mean() - 3.5) < 0.03)
    assert (b.min() >= -1) & (b.max() <= 7) & (abs(b.mean() - 3) < 0.05)
    assert (c.min() >= 1) & (c.max() <= 9)
    assert abs(np.corrcoef(a, d)[0, 1]) < 0.03
    assert abs(np.corrcoef(a[:-1], a[1:])[0, 1]) < 0.03
    other = program.run(["a"], times, parameters={"seed": 5.0}, members=40, engine="numpy").values
    assert np.abs(other[0] - runs[0][0]).max() > 1
    part = program.run(["a"], times, members=7, engine="kernel").values
    assert np.array_equal(part[0], runs[1][0][:, :7])


XMILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>x</vendor><product version="1.0">x</product></header>
<sim_specs method="{method}"><start>0</start><stop>9</stop><dt>0.5</dt></sim_specs>
<model><variables>
<stock name="s"><eqn>4</eqn><inflow>f</inflow><outflow>g</outflow><non_negative/></stock>
<flow name="f"><eqn>PULSE(3, 1, 2)</eqn></flow><flow name="g"><eqn>1</eqn></flow>
<aux name="beyond"><eqn>TIME</eqn><gf type="extrapolate"><xscale min="2" max="4"/>
<ypts>1,2,4</ypts></gf></aux>
<aux name="stairs"><eqn>TIME</eqn><gf type="discrete"><xscale min="2" max="4"/>
<ypts>1,2,4</ypts></gf></aux>{more}
</variables></model></xmile>
"""


def test_xmile_tables_pulses_and_stocks_that_stay_above_zero(tmp_path: File) -> None:
    file = tmp_path / "m.xmile"
    file.write_text(XMILE.format(method="Euler", more=""), encoding="utf-8")
    theirs = run_alone(file, {}).drop(columns=["beyond", "stairs"])
    for engine in ("numpy", "kernel"):
        ours = simulate_model(file, engine=engine)  # type: ignore[arg-type]
        assert compare(ours, theirs)[:2] == (0.0, len(theirs.columns))
        # PySD takes both tables for continuous ones.
        assert ours["beyond"].loc[[0, 3, 9]].tolist() == [-1, 2, 14]
        assert ours["stairs"].loc[[0, 2.5, 3, 9]].tolist() == [1, 1, 2, 4]
    assert ours.attrs["notes"] == []


def test_xmile_that_would_be_misread_is_refused(tmp_path: File) -> None:
    file = tmp_path / "m.xmile"
    for more in ('<module name="x"/>', '<stock name="q"><eqn>1</eqn><conveyor/></stock>'):
        file.write_text(XMILE.format(method="Euler", more=more), encoding="utf-8")
        with pytest.raises(StudyError, match=r"module|conveyor"):
            load_model(file)


def test_a_refusal_names_file_and_line(written: Written) -> None:
    file = written("a = 1\nx = NO SUCH FUNCTION(a)")
    with pytest.raises(Unsupported) as refusal:
        load_model(file)
    (fault,) = refusal.value.faults
    assert (fault.file, fault.line) == (str(file), 6)
    assert fault.what == "NO SUCH FUNCTION in the equation of x is not compiled"
