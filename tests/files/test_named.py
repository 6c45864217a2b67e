"""Files that other files name, and files that a user names: none leads out, none is waited for."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.memo.template import check_template, fill
from qiantang.scenario import resolve
from qiantang.simulate import simulate_model
from qiantang.study import Study
from qiantang.sweep.designs import read_design

GRID = """
INITIAL TIME = 0 ~~|
FINAL TIME = 1 ~~|
TIME STEP = 1 ~~|
SAVEPER = TIME STEP ~~|
"""

CALLS = {
    "constants": "x = GET DIRECT CONSTANTS('{}', ',', 'A1') ~~|",
    "data": "x := GET XLS DATA('{}', 'a', '1', 'A2') ~~|",
    "lookups": "t = GET DIRECT LOOKUPS('{}', ',', '1', 'A2') ~~|\nx = t(Time) ~~|",
    "subscript": "d: GET DIRECT SUBSCRIPT('{}', ',', 'A1', 'A', '') ~~|\nx[d] = 1 ~~|",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return the place of a model in a folder of its own, with a secret outside and links to it."""
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("hidden word,1\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "device.csv").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.csv")
    return folder / "m.mdl"


@pytest.mark.parametrize("engine", ["auto", "pysd"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("../secret.csv", "leads out of the folder model"),
        ("link.csv", "leads out of the folder model"),
        ("/etc/passwd", "the path is absolute"),
        ("device.csv", "leads out of the folder model"),
        ("pipe.csv", "it is a pipe, expected a file"),
    ],
)
def test_a_model_reads_nothing_but_files_of_its_folder(
    model: Path, engine: str, call: str, name: str, what: str
) -> None:
    model.write_text("{UTF-8}\n" + CALLS[call].format(name) + GRID, encoding="utf-8")
    with pytest.raises(StudyError, match=what) as caught:
        simulate_model(model, engine=engine)  # type: ignore[arg-type]
    assert "hidden word" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".mdl", ".xmile"])
@pytest.mark.parametrize("engine", ["auto", "pysd"])
def test_a_pipe_or_a_device_is_no_model(tmp_path: Path, suffix: str, engine: str) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"zero{suffix}").symlink_to("/dev/zero")
    for name, kind in (("pipe", "a pipe"), ("zero", "a device")):
        with pytest.raises(StudyError, match=f"cannot be read: it is {kind}, expected a file"):
            simulate_model(tmp_path / f"{name}{suffix}", engine=engine)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["auto", "pysd"])
def test_a_pipe_is_no_table_of_data(model: Path, engine: str) -> None:
    model.write_text("{UTF-8}\nx ~~|" + GRID, encoding="utf-8")
    pipe = model.with_name("pipe.csv")
    with pytest.raises(StudyError, match=r"pipe\.csv: cannot be read: it is a pipe"):
        simulate_model(model, engine=engine, data_files=[pipe])  # type: ignore[arg-type]


def test_a_base_stays_in_the_folders_of_scenarios(tmp_path: Path, small_study: Study) -> None:
    source = small_study.folder / "scenarios" / "current_policy.yaml"
    text = source.read_text(encoding="utf-8")
    (tmp_path / "outside.yaml").write_text(text, encoding="utf-8")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "linked.yaml").symlink_to(tmp_path / "outside.yaml")
    for base in ("../outside", "linked", str(tmp_path / "outside")):
        child = re.sub(r"^base:.*$", f"base: {base}", text, flags=re.MULTILINE)
        (folder / "child.yaml").write_text(child, encoding="utf-8")
        with pytest.raises(StudyError, match="no such scenario"):
            resolve(str(folder / "child.yaml"), folder, small_study.vocabulary)


def test_a_design_names_scenarios_of_its_own_folder(tmp_path: Path, small_study: Study) -> None:
    shipped = next((small_study.folder / "scenarios" / "sweeps").glob("*.yaml"))
    folder = tmp_path / "designs"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text("x", encoding="utf-8")
    text = shipped.read_text(encoding="utf-8")
    cut = re.sub(
        r"^scenarios:(?:.*\n)(?:[ -].*\n)*", "scenarios: [../outside.yaml]\n", text,
        flags=re.MULTILINE,
    )  # fmt: skip
    (folder / "d.yaml").write_text(cut, encoding="utf-8")
    with pytest.raises(StudyError, match=r"'../outside.yaml' cannot be read: the path leads out"):
        read_design(str(folder / "d.yaml"), small_study)


def test_a_template_includes_files_of_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("s", encoding="utf-8")
    folder = tmp_path / "memo"
    folder.mkdir()
    (folder / "linked.md").symlink_to(tmp_path / "secret.md")
    os.mkfifo(folder / "pipe.md")
    template = folder / "memo.en.md"

    for name, what in (("linked.md", "leads out of the folder memo"), ("pipe.md", "it is a pipe")):
        template.write_text(f"{{% include '{name}' %}}", encoding="utf-8")
        with pytest.raises(StudyError, match=what):
            fill(template, {})
    template.unlink()
    os.mkfifo(template)
    with pytest.raises(StudyError, match="it is a pipe, expected a file"):
        check_template(template)
