"""Settings of a single run: the same checks of values and of the time grid for every engine."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

MODEL = """{UTF-8}
c = 1 ~~|
d = 2 ~~|
r: a, b ~~|
k[r] = 1, 2 ~~|
s = INTEG(c, 0) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 4 ~~|
TIME STEP = 1 ~~|
SAVEPER = TIME STEP ~~|
"""
CLOCK = "t = GET TIME VALUE(2, 0, 1) ~~|\n"  # runs with PySD alone


def model(folder: Path, text: str = MODEL) -> Path:
    (folder / "m.mdl").write_text(text, encoding="utf-8")
    return folder / "m.mdl"


def lines(file: Path, *arguments: str) -> list[str]:
    out = file.parent / "o.csv"
    result = CliRunner().invoke(program, ["simulate", str(file), "--out", str(out), *arguments])
    assert result.exit_code == 2, result.output
    assert not out.exists()
    return result.output.splitlines()


GRIDS = [
    ({"TIME STEP": 0.0}, "TIME STEP is not above zero"),
    ({"TIME STEP": -1.0}, "TIME STEP is not above zero"),
    ({"TIME STEP": np.nan}, "the value of TIME STEP is nan, expected a number"),
    ({"TIME STEP": np.inf}, "the value of TIME STEP is inf, expected a number"),
    ({"TIME STEP": 4e-9}, "FINAL TIME 4 is 1,000,000,000 steps of TIME STEP 4e-09 away"),
    ({"FINAL TIME": 1e9}, "FINAL TIME 1e+09 is 1,000,000,000 steps of TIME STEP 1 away"),
    ({"FINAL TIME": -5.0}, "FINAL TIME -5 is before INITIAL TIME 0"),
    ({"INITIAL TIME": 5.0}, "FINAL TIME 4 is before INITIAL TIME 5"),
    ({"SAVEPER": 0.0}, "SAVEPER is 0, expected a number above zero"),
    ({"SAVEPER": -1.0}, "SAVEPER is -1, expected a number above zero"),
]


@pytest.mark.parametrize("more", ["", CLOCK])
@pytest.mark.parametrize("engine", ["auto", "numpy", "kernel", "pysd"])
@pytest.mark.parametrize(("given", "what"), GRIDS)
def test_a_time_grid_that_cannot_be_run_is_refused_by_every_engine(
    tmp_path: Path, given: dict[str, float], what: str, engine: str, more: str
) -> None:
    if more and engine != "pysd":
        engine = "auto"
    file = model(tmp_path, MODEL + more)
    with pytest.raises(StudyError) as error:
        simulate_model(file, given, engine=engine, allow_pysd=bool(more))  # type: ignore[arg-type]
    (fault,) = error.value.faults
    assert what in fault.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("STEP = 1", "STEP = 0", "the time step is 0, expected a number above zero"),
        ("STEP = 1", "STEP = -d", "the time step is -2, expected a number above zero"),
        ("FINAL TIME = 4", "FINAL TIME = 1e9", "1,000,000,000 steps of TIME STEP 1 away"),
        ("FINAL TIME = 4", "FINAL TIME = 0-d", "FINAL TIME -2 is before INITIAL TIME 0"),
    ],
)
@pytest.mark.parametrize("engine", ["auto", "pysd"])
@pytest.mark.parametrize("more", ["", CLOCK])
def test_so_is_one_of_the_file(
    tmp_path: Path, old: str, new: str, what: str, engine: str, more: str
) -> None:
    file = model(tmp_path, MODEL.replace(old, new, 1) + more)
    with pytest.raises(StudyError, match=what):
        simulate_model(file, engine=engine, allow_pysd=True)  # type: ignore[arg-type]


def test_a_time_that_is_not_finite_is_named(tmp_path: Path) -> None:
    from qiantang.engine.request import grid_steps

    with pytest.raises(ValueError, match="FINAL TIME is nan, expected a finite number"):
        grid_steps(0.0, np.nan, 1.0)
    with pytest.raises(ValueError, match="INITIAL TIME is -inf, expected a finite number"):
        grid_steps(-np.inf, 0.0, 1.0)


def test_all_settings_are_judged_at_once(tmp_path: Path) -> None:
    file = model(tmp_path)
    settings = ("nosuch=0.5", "d=4", "c=abc", "d", "s=1", "TIME STEP=0", "SAVEPER=0")
    found = lines(file, *(part for setting in settings for part in ("--set", setting)))
    wanted = [
        "the value of c is 'abc'",
        "'d' is no setting",
        "the model has no variable nosuch",
        "s is a stock",
        "TIME STEP is not above zero",
        "SAVEPER is 0",
    ]
    assert len(found) == len(wanted)
    for what in wanted:
        assert [line for line in found if f"m.mdl: --set: {what}" in line]


@pytest.mark.parametrize("engine", ["auto", "pysd"])
@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("c=5", "C=6", "C is set twice, first as c"),
        ("c=5", "c=5", "c is set twice"),
        ("TIME STEP=1", "time_step=0.5", "time_step is set twice, first as TIME STEP"),
        ("k[a]=1", "K[ A ]=2", "K[ A ] is set twice, first as k[a]"),
    ],
)
def test_one_variable_is_set_once(
    tmp_path: Path, first: str, second: str, what: str, engine: str
) -> None:
    (line,) = lines(model(tmp_path), "--set", first, "--set", second, "--engine", engine)
    assert line.endswith(f"--set: {what}")


def test_an_element_stands_beside_its_array_in_either_order(tmp_path: Path) -> None:
    file = model(tmp_path)
    for given in ({"k": 5.0, "k[a]": 7.0}, {"k[a]": 7.0, "k": 5.0}):
        frame = simulate_model(file, given)
        assert frame[["k[a]", "k[b]"]].iloc[0].tolist() == [7, 5]


def xmile(folder: Path, variables: str) -> Path:
    text = (
        '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
        "<header><vendor>t</vendor><product>t</product></header>"
        "<sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs><model><variables>"
        f"{variables}</variables></model></xmile>"
    )
    (folder / "m.xmile").write_text(text, encoding="utf-8")
    return folder / "m.xmile"


@pytest.mark.parametrize("engine", ["auto", "pysd"])
def test_the_time_grid_of_xmile_goes_by_its_own_words(tmp_path: Path, engine: str) -> None:
    file = xmile(tmp_path, '<aux name="y"><eqn>TIME</eqn></aux>')
    given = {"DT": 0.5, "STARTTIME": 1.0, "StopTime": 2.0}
    frame = simulate_model(file, given, engine=engine)  # type: ignore[arg-type]
    assert frame.index.tolist() == [1, 1.5, 2]
    own = xmile(tmp_path, '<aux name="dt"><eqn>3</eqn></aux>')
    assert simulate_model(own, {"DT": 7.0})["dt"].tolist() == [7] * 5
    with pytest.raises(StudyError, match="the model has no variable DT"):
        simulate_model(model(tmp_path), {"DT": 0.5})


@pytest.mark.parametrize(("step", "end"), [("0.3", "1.8"), ("3", "0"), ("0.7", "1.4")])
def test_a_final_time_between_steps_is_said(tmp_path: Path, step: str, end: str) -> None:
    file = model(tmp_path)
    frame = simulate_model(file, {"FINAL TIME": 2.0, "TIME STEP": float(step), "SAVEPER": 0.1})
    said = f"FINAL TIME 2 lies between two steps of TIME STEP {step}: the run ends at {end}"
    assert said in frame.attrs["notes"]
    assert frame.index[-1] == pytest.approx(float(end))
    for whole in (0.1, 0.125, 2 / 3):
        notes = simulate_model(file, {"FINAL TIME": 2.0, "TIME STEP": whole}).attrs["notes"]
        assert not [note for note in notes if "FINAL TIME" in note]


def test_an_infinite_constant_is_named(tmp_path: Path) -> None:
    frame = simulate_model(xmile(tmp_path, '<aux name="y"><eqn>INF</eqn></aux>'))
    assert "y is not finite from time 0 on" in frame.attrs["notes"]


@pytest.mark.parametrize("steering", ["\x1b[31m", "\x9b", "\u202e", "\x07"])
def test_a_name_does_not_steer_the_terminal(tmp_path: Path, steering: str) -> None:
    (line,) = lines(model(tmp_path, MODEL + f'"a{steering}b" = nosuch ~~|\n'))
    assert steering not in line
    assert line.endswith("nosuch is not defined")
    file = model(tmp_path, MODEL + f'"a{steering}b" = 1/0 ~~|\n')
    result = CliRunner().invoke(program, ["simulate", str(file), "--out", str(tmp_path / "o.csv")])
    assert steering not in result.output
    assert '"a' in result.output or "a" in result.output.split()
