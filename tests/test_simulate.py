"""Any model file on its own: formats, names, settings, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.engine import Unsupported
from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

MODELS = Path(__file__).parent / "engine" / "models"
HANGZHOU = Path(__file__).parents[1] / "model" / "hangzhou.mdl"
HEAD = "{UTF-8}\n"
GRID = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 1 ~~|\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return written(
        tmp_path,
        'region: North, South ~~|\nbirth rate = 0.5 ~~|\n"share/of x" = 2 ~~|\n'
        "rate[North] = 1 ~~|\nrate[South] = birth rate ~~|\n"
        "stock[region] = INTEG(rate[region]*stock[region], 8) ~~|\n",
    )


def written(folder: Path, equations: str, name: str = "small.mdl") -> Path:
    file = folder / name
    file.write_text(HEAD + equations + GRID + "\\\\\\---/// Sketch\n", encoding="utf-8")
    return file


def call(*arguments: object) -> Result:
    """Run the verb as the command line does, faults as lines and exit code 2."""
    return CliRunner().invoke(program, ["simulate", *map(str, arguments)])


def refused(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture(autouse=True)
def verb_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qiantang.cli.VERBS", ("simulate",))


def test_columns_are_named_as_in_the_file(model: Path) -> None:
    frame = simulate_model(model)
    assert list(frame.columns) == [
        "birth rate", '"share/of x"', "rate[North]", "rate[South]", "stock[North]",
        "stock[South]", "INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER",
    ]  # fmt: skip
    assert frame.index.tolist() == [0, 1, 2, 3, 4]
    assert frame["stock[North]"].to_numpy() == pytest.approx(8 * 1.5 ** (2 * np.arange(5)))


@pytest.mark.parametrize("engine", ["auto", "numpy", "kernel", "pysd"])
def test_engines_agree_and_values_can_be_set(model: Path, engine: str) -> None:
    frame = simulate_model(model, {"Birth Rate": 0.25}, engine=engine)  # type: ignore[arg-type]
    assert frame["stock[South]"].to_numpy() == pytest.approx(8 * 1.125 ** (2 * np.arange(5)))


def test_whole_arrays_elements_and_the_grid_can_be_set(model: Path) -> None:
    frame = simulate_model(model, {"rate": 0.0, "FINAL TIME": 2, "saveper": 0.5}, outputs=["stock"])
    assert frame.columns.tolist() == ["stock[North]", "stock[South]"]
    assert frame.index.tolist() == [0, 0.5, 1, 1.5, 2]
    assert np.ptp(frame.to_numpy()) == 0
    one = simulate_model(model, {"rate[ south ]": 0.0}, outputs=["stock[South]"])
    assert np.ptp(one.to_numpy()) == 0


def test_runge_kutta_is_nearer_to_the_exact_answer(model: Path) -> None:
    exact = 8 * np.exp(4)
    rk4 = simulate_model(model, integrator="rk4")["stock[North]"].iloc[-1]
    euler = simulate_model(model)["stock[North]"].iloc[-1]
    assert abs(rk4 - exact) < 0.01 * abs(euler - exact)


@pytest.mark.parametrize("suffix", [".csv", ".tab", ".nc", ".parquet"])
def test_every_format_holds_the_same_numbers(model: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"result{suffix}"
    result = call(model, "--out", out)
    assert result.exit_code == 0, result.output
    assert "5 times, 10 variables" in result.output
    if suffix == ".nc":
        with xr.open_dataset(out, engine="h5netcdf") as found:
            values = found["stock[South]"].to_numpy()
            assert found['"share|of x"'].attrs["long_name"] == '"share/of x"'
            assert found.attrs["engine"] == "scalar"
    elif suffix == ".parquet":
        values = pd.read_parquet(out)["stock[South]"].to_numpy()
    else:
        table = pd.read_csv(out, sep="\t" if suffix == ".tab" else ",", index_col="Time")
        values = table["stock[South]"].to_numpy()
    assert values.tolist() == simulate_model(model)["stock[South]"].tolist()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([out.name, model.name])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "birth raet=1"], "no variable birth raet (did you mean birth_rate?)"),
        (["--set", "birth rate=many"], "the value of birth rate is 'many', expected a number"),
        (["--set", "birth rate=nan"], "the value of birth rate is 'nan', expected a number"),
        (["--set", "birth rate=1_0"], "the value of birth rate is '1_0', expected a number"),
        (["--set", "birth rate=\u0661"], "the value of birth rate is '\u0661', expected a number"),
        (["--set", "birth rate"], "'birth rate' is no setting, expected NAME=VALUE"),
        (["--set", "stock=1"], "stock is a stock, expected a constant"),
        (["--set", "TIME STEP=0"], "TIME STEP is not above zero"),
        (["--set", "SAVEPER=0"], "SAVEPER is 0, expected a number above zero"),
        (["--set", "FINAL TIME=-1"], "FINAL TIME -1 is before INITIAL TIME 0"),
        (["--variable", "stokc"], "the model has no variable stokc (did you mean stock"),
        (["--engine", "pysd", "--integrator", "rk4"], "PySD integrates by Euler only"),
        (["--data", "absent.tab"], "absent.tab: file not found"),
    ],
)  # fmt: skip
def test_refusals_are_one_sentence(
    model: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    out = tmp_path / "result.csv"
    assert sentence in refused(model, "--out", out, *arguments)
    assert not out.exists()


def test_all_faults_come_at_once(model: Path, tmp_path: Path) -> None:
    text = refused(model, "--out", tmp_path / "a.csv", "--set", "x=1", "--set", "y=2")
    assert len(text.splitlines()) == 2


def test_a_bad_place_for_the_result_is_refused_first(model: Path, tmp_path: Path) -> None:
    assert "suffix .xls, expected .csv" in refused(model, "--out", tmp_path / "a.xls")
    assert "the folder does not exist" in refused(model, "--out", tmp_path / "no" / "a.csv")


def test_a_bad_model_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    assert "absent.mdl: file not found" in refused(tmp_path / "absent.mdl", "--out", out)
    broken = written(tmp_path, "a = 1 +* 2 ~~|\n")
    text = refused(broken, "--out", out)
    assert len(text.splitlines()) == 1
    assert "a: the equation cannot be read from" in text
    other = tmp_path / "model.txt"
    other.write_text("a", encoding="utf-8")
    assert "is no model file, expected .mdl" in refused(other, "--out", out)
    circle = written(tmp_path, "a = b ~~|\nb = a ~~|\n")
    assert "depend on each other at the same time" in refused(circle, "--out", out)


def test_what_is_not_compiled_goes_to_pysd_only_if_allowed(tmp_path: Path) -> None:
    file = written(tmp_path, "x = GET TIME VALUE(2, 0, 1) ~~|\n")
    out = tmp_path / "a.csv"
    text = refused(file, "--out", out)
    assert "GET TIME VALUE of a clock or calendar in the equation of x is not compiled" in text
    assert "--allow-pysd" in text
    with pytest.raises(Unsupported):
        simulate_model(file)
    allowed = call(file, "--out", out, "--allow-pysd")
    assert allowed.exit_code == 0, allowed.output
    warnings = [line for line in allowed.output.splitlines() if "PySD runs Python code" in line]
    assert len(warnings) == 1
    assert pd.read_csv(out)["x"].min() > 2000


def test_pysd_is_named_whenever_it_runs(model: Path, tmp_path: Path) -> None:
    quiet = call(model, "--out", tmp_path / "a.csv")
    assert "PySD" not in quiet.output
    loud = call(model, "--out", tmp_path / "b.csv", "--engine", "pysd")
    assert loud.exit_code == 0, loud.output
    assert loud.output.count("PySD runs Python code") == 1


def test_what_ceases_to_be_a_number_is_said(tmp_path: Path) -> None:
    file = written(tmp_path, "low = INTEG(-1, 1.5) ~~|\nroot = SQRT(low) ~~|\n")
    for engine in ("numpy", "kernel", "pysd"):
        result = call(file, "--out", tmp_path / "a.csv", "--engine", engine, "--force")
        assert result.exit_code == 1, result.output
        first = result.output.splitlines()[0]
        assert first.endswith("root is not finite from time 2 on"), first
        assert pd.read_csv(tmp_path / "a.csv")["low"].iloc[:2].tolist() == [1.5, 0.5]


def test_the_bundled_model_runs() -> None:
    frame = simulate_model(HANGZHOU, outputs=["goods trade"])
    assert frame.index[0] == 2000
    assert np.isfinite(frame.to_numpy()).all()


def test_a_caller_gets_faults_not_tracebacks(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="file not found"):
        simulate_model(tmp_path / "absent.mdl")


def test_a_file_in_place_is_kept_when_the_run_fails(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.csv"
    out.write_text("earlier", encoding="utf-8")
    full: Callable[..., None] = pd.DataFrame.to_csv

    def half(frame: pd.DataFrame, path: Path, **options: object) -> None:
        full(frame, path, **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    assert "cannot be written: No space left on device" in refused(model, "--out", out, "--force")
    assert out.read_text(encoding="utf-8") == "earlier"
    assert len(list(tmp_path.iterdir())) == 2
