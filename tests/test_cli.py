"""The command line: verbs, refusals with exit code 2 and no traceback, quick help, whole files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner, Result

from qiantang.cli import VERBS, program

ROOT = Path(__file__).parents[1]
#: What is said of a fit that was made from earlier inputs.
OLDER = "has changed since the fit was made, run: qiantang calibrate"


def call(*words: str) -> Result:
    return CliRunner().invoke(program, list(words), catch_exceptions=False)


def test_help_names_every_verb_and_every_verb_has_help() -> None:
    listed = call("--help").output
    for verb in VERBS:
        assert f"  {verb} " in listed
        assert call(verb, "--help").output.startswith("Usage: ")


@pytest.mark.parametrize("words", [["-c", "import qiantang"], ["-m", "qiantang", "--help"]])
def test_import_and_help_load_nothing_of_weight(words: list[str]) -> None:
    heavy = ("pysd", "numba", "matplotlib", "scipy", "xarray", "pandas", "numpy")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words], capture_output=True, text=True, check=True,
        encoding="utf-8",
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & set(heavy)


def test_reach_json_has_the_fields_that_others_rely_on() -> None:
    rows = json.loads(call("reach", "--members", "20", "--json").output)
    assert len(rows) == 18
    fields = {"scenario", "target", "article", "unit", "threshold", "median", "p05", "p95",
              "probability", "actual", "vintage"}  # fmt: skip
    assert all(fields <= set(row) for row in rows)
    assert {row["scenario"] for row in rows} == {"current_policy", "plan_in_full"}


@pytest.mark.parametrize("suffix", [".nc", ".parquet", ".csv", ".xlsx"])
def test_run_writes_the_same_figures_in_every_format(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"runs{suffix}"
    words = ["--members", "5", "--variable", "passengers", "--variable", "goods_trade"]
    assert call("run", "current_policy", "--out", str(out), *words).exit_code == 0
    readers = {
        ".nc": lambda: xr.load_dataset(out, engine="h5netcdf").passengers.sel(time=2017).to_numpy(),
        ".parquet": lambda: pd.read_parquet(out),
        ".csv": lambda: pd.read_csv(out),
        ".xlsx": lambda: pd.read_excel(out, sheet_name="results", engine="openpyxl"),
    }
    read = readers[suffix]()
    values = read if suffix == ".nc" else read[read.time == 2017].passengers.to_numpy()
    assert values.ravel() == pytest.approx(35.57, rel=0.06)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reach", "plan_in_ful"], "no such scenario (did you mean plan_in_full?)"),
        (["reach", "--vintage", "2019"], "unknown vintage, expected 2018 or actual"),
        (["reach", "--members", "100000"], "100000 members asked for, between 1 and 1000"),
        (["reach", "--study", "nowhere"], "expected one .mdl file in model/, found 0"),
        (["run", "current_policy", "--out", "x.doc"], "suffix .doc, expected"),
        (["run", "current_policy", "--out", "no/such/x.csv"], "the folder does not exist"),
        (["run", "current_policy", "--out", "x.xlsx", "--members", "999999"], "a sheet holds"),
        (["run", "current_policy", "--out", "x.csv", "--variable", "pasengers"],
         "no variable of the model (did you mean passengers?)"),
        (["evidence", "pasengers"], "no such series (did you mean passengers?)"),
        (["articles", "34"], "no such article, expected 1 to 33"),
        (["rech"], "no verb 'rech' (did you mean reach?)"),
        (["chart", "fan", "passengers", "--out", "x.gif"], "expected .svg, .png or .pdf"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_exit_code_2(
    words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_articles_prints_all_33_and_one_in_full() -> None:
    rows = json.loads(call("articles", "--json").output)
    assert [row["number"] for row in rows] == list(range(1, 34))
    assert "4600万人次" in call("articles", "7").output


def test_evidence_prints_every_figure_with_source_and_grade() -> None:
    rows = json.loads(call("evidence", "passengers", "--json").output)
    assert all(row["source"] and row["grade"] for row in rows)
    assert any(row["figure"] == "35.5704" for row in rows)


def test_check_finds_nothing_wrong_with_the_bundled_study() -> None:
    """But, between a change of the inputs and the next fit, that the fit is an earlier one."""
    result = call("check", "--quick")
    *told, count = result.output.splitlines()
    older = [line for line in told if "fit.yaml: inputs." in line and line.endswith(OLDER)]
    assert told == older
    assert result.exit_code == (1 if older else 0)
    assert f"{len(older)} faults" in count


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "stdout: cannot be written: No space left"), ("zh", "stdout：无法写入：磁盘已满")],
)
def test_a_full_disk_is_one_sentence(lang: str, said: str) -> None:
    words = [sys.executable, "-m", "qiantang", "list", "levers", "--lang", lang]
    utf8 = os.environ | {"PYTHONUTF8": "1"}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            words, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", env=utf8, check=False
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith(said)
