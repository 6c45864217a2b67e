"""`qiantang export simulator` as it is typed, and the pages of model files."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.simulate import load
from qiantang.study import Study

from .offline import frame, opened

TEACUP = """{UTF-8}
teacup temperature = INTEG(-heat loss, 180) ~~|
heat loss = (teacup temperature - room temperature) / characteristic time ~~|
room temperature = 70 ~~|
characteristic time = 10 ~~|
nothing = 0 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 30 ~~|
TIME STEP = 0.125 ~~|
SAVEPER = 1 ~~|
"""


def typed(*words: object) -> Result:
    return CliRunner().invoke(program, ["export", *map(str, words)])


@pytest.fixture
def teacup(tmp_path: Path) -> Path:
    file = tmp_path / "tea cup.mdl"
    file.write_text(TEACUP, encoding="utf-8")
    return file


def test_a_page_of_a_study_is_written_with_its_zip(
    compiler: None, small_study: Study, tmp_path: Path
) -> None:
    out = tmp_path / "reach.html"
    words = ("--study", small_study.folder, "--members", 5, "--lang", "en", "--zip")
    done = typed("simulator", "--out", out, *words)
    assert done.exit_code == 0, done.output
    assert f"{out}: {out.stat().st_size:,} bytes, 5 members" in done.output
    assert out.with_suffix(".zip").is_file()
    assert '<html lang="en">' in out.read_text(encoding="utf-8")


def test_a_model_file_is_a_page_whose_fans_are_those_of_a_run(
    offline: Any, teacup: Path, tmp_path: Path
) -> None:
    out = tmp_path / "cup.html"
    words = ["--inputs", "room temperature=10:110", "--uncertain", "characteristic time=5:20"]
    words += ["--outputs", "teacup temperature", "--outputs", "heat loss", "--members", "40"]
    done = typed("simulator", "--model", teacup, "--out", out, *words)
    assert done.exit_code == 0, done.output
    model = load(teacup)
    drawn = {"characteristic_time": np.random.default_rng(1).uniform(5, 20, 40)}

    def medians(room: float) -> Any:
        run = model.run(
            ["teacup_temperature", "heat_loss"], np.arange(31.0), members=40,
            parameters={**drawn, "room_temperature": room},
        )  # fmt: skip
        return np.median(run.values, axis=2)

    page = opened(offline, out)
    for room, key in ((70.0, None), (110.0, "End"), (10.0, "Home")):
        if key:
            page.locator('input[type="range"]').focus()
            page.keyboard.press(key)
        drawn_frame = frame(page)
        fans = np.array(drawn_frame["fans"])
        np.testing.assert_allclose(fans[:, 2], medians(room), rtol=1e-9)
        np.testing.assert_allclose(drawn_frame["probability"], medians(room)[:, -1], rtol=1e-9)
    assert page.locator(".qt-value").inner_text() == "10"
    assert page.locator("h1").inner_text() == "tea cup"
    assert page.locator("form").count() == 0
    assert offline.complaints == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--inputs", "rom temperature"], "the model has no variable rom temperature (did you"),
        (["--inputs", "nothing"], "nothing is 0 in the file, expected a range: nothing=LOW:HIGH"),
        (["--inputs", "heat loss"], "heat loss is no constant that may vary"),
        (["--inputs", "room temperature=9:3"], "is 9:3, expected LOW below HIGH"),
        (["--inputs", "room temperature=1:2"], "is 70 in the file, outside of its range 1:2"),
        (["--inputs", "room temperature=a:2"], "is no range, expected NAME or NAME=LOW:HIGH"),
        (["--inputs", "room temperature", "--uncertain", "room temperature"], "an input as well"),
        (["--inputs", "room temperature", "--outputs", "tea"], "the model has no variable tea"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_model_file_is_one_sentence(
    teacup: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    out = tmp_path / "cup.html"
    done = typed("simulator", "--model", teacup, "--out", out, "--outputs", "heat loss", *words)
    assert done.exit_code == 2
    assert said in done.output, done.output
    assert len(done.output.splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--inputs", "x"], "--inputs, --outputs and --uncertain go with --model"),
        (["--model", "x.mdl", "--scenario", "y"], "--model takes no --scenario, --fit or --study"),
        (["--model", "x.mdl", "--inputs", "y"], "--model needs --inputs and --outputs"),
        (["--model", "no.mdl", "--inputs", "y", "--outputs", "z"], "no.mdl: file not found"),
        (["--scenario", "no_such"], "no such scenario"),
        (["--members", "5000"], "5000 members asked for"),
    ],
)
def test_what_is_not_asked_right_is_refused(
    small_study: Study, tmp_path: Path, words: list[str], said: str
) -> None:
    study = [] if "--model" in words else ["--study", str(small_study.folder)]
    done = typed("simulator", "--out", tmp_path / "x.html", *words, *study)
    assert done.exit_code == 2
    assert said in done.output, done.output
    assert typed("simulator", "--out", "x.htm").exit_code == 2


def test_without_the_compiler_the_way_to_it_is_told(
    teacup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("qiantang.travel.machine.compiler.version", absent)
    words = ["--inputs", "room temperature", "--outputs", "heat loss"]
    done = typed("simulator", "--model", teacup, "--out", tmp_path / "x.html", *words)
    assert done.exit_code == 2
    assert done.output.strip().endswith("run: pip install 'qiantang[travel]'")


def test_a_folder_alone_is_that_of_a_sweep() -> None:
    assert "no sweep stands in this folder" in typed("/nowhere", "--to", "csv").output
    assert "no sweep stands in this folder" in typed("--to", "csv", "/nowhere").output
    assert "no sweep stands in this folder" in typed("sweep", "/nowhere", "--to", "csv").output
