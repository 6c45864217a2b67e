"""The verbs sweep, export and compare, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.study import Study
from qiantang.sweep import sweeping
from qiantang.sweep.designs import design_names, read_design
from qiantang.sweep.plan import plan_sweep

from .parts import SMALL, Write, tree

ROOT = Path(__file__).parents[2]


def typed(*words: object) -> Result:
    return CliRunner().invoke(program, [str(word) for word in words])


def test_a_dry_run_tells_cost_and_writes_nothing(
    write: Write, small_study: Study, tmp_path: Path
) -> None:
    design = write()
    before = tree(tmp_path)
    done = typed("sweep", design, "--study", small_study.folder, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "55 = 11 cases x 5 members, in 6 chunks" in done.output
    assert "12 = 2 scenarios x 6 points; 1 ask what another asks" in done.output
    assert tree(tmp_path) == before


def test_the_disk_announced_is_the_disk_used(
    write: Write, small_study: Study, tmp_path: Path
) -> None:
    text = SMALL.replace("members: 5", "members: 12").replace("chunk_runs: 10", "chunk_runs: 2000")
    design = write(text.replace("[0, 0.5, 1]", str([n / 40 for n in range(41)])))
    words = ("sweep", design, "--study", small_study.folder, "--json")
    announced = json.loads(typed(*words, "--dry-run").output)["size"]
    assert typed(*words, "--out", tmp_path / "out").exit_code == 0
    used = sum(len(content) for content in tree(tmp_path / "out").values())
    assert announced == pytest.approx(used, rel=0.1)


def test_a_sweep_is_run_read_and_exported(write: Write, small_study: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("sweep", write(), "--study", small_study.folder, "--out", out)
    done = typed(*words)
    assert done.exit_code == 0, done.output
    assert "55 runs in 6 chunks" in done.output
    assert "0 chunks computed now" in typed(*words).output
    done = typed("export", out, "--to", "csv")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == 61
    done = typed("export", out, "--to", "csv", "--out", tmp_path / "a.xlsx")
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    done = typed("export", out, "--to", "csv")
    assert done.exit_code == 2
    assert "the file exists; --force replaces it" in done.output
    assert typed("export", out, "--to", "csv", "--force").exit_code == 0
    done = typed("compare", out, out, "--study", small_study.folder)
    assert done.exit_code == 0, done.output
    assert "member by member" in done.output


def test_the_keyboard_stops_it_in_one_sentence(
    write: Write, small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, written = sweeping.store.put_part, []

    def stopped(*given: object) -> object:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(put(*given))  # type: ignore[arg-type]
        return written[-1]

    monkeypatch.setattr(sweeping.store, "put_part", stopped)
    words = ("sweep", write(), "--study", small_study.folder, "--out", tmp_path / "out")
    done = typed(*words)
    assert done.exit_code == 130
    assert "2 of 6 chunks are written" in done.output
    monkeypatch.undo()
    assert "2 of 6 chunks are there already" in typed(*words).output


def test_a_broken_design_writes_nothing(write: Write, small_study: Study, tmp_path: Path) -> None:
    done = typed("sweep", write(SMALL.replace("0.5", "5")), "--study", small_study.folder,
                 "--out", tmp_path / "out")  # fmt: skip
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "the limits are 0.0 to 1.0 Dmnl" in done.output
    assert not (tmp_path / "out").exists()


def test_a_sweep_must_know_where_to_write(write: Write) -> None:
    done = typed("sweep", write())
    assert done.exit_code == 2
    assert "--out DIR" in done.output


def test_a_scheduler_that_is_none_is_one_sentence(
    write: Write, small_study: Study, tmp_path: Path
) -> None:
    done = typed("sweep", write(), "--study", small_study.folder, "--out", tmp_path / "out",
                 "--scheduler", "cluster")  # fmt: skip
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "expected tcp://HOST:PORT" in done.output


@pytest.mark.parametrize("name", design_names(ROOT / "scenarios" / "sweeps"))
def test_shipped_designs_are_sound_and_name_their_schema(name: str, study: Study) -> None:
    design = read_design(name, study)
    first = design.document.text.splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/sweep.json"
    plan = plan_sweep(design, study)
    assert len(plan.cases) > 10
    assert len(plan.cases) == len({case.digest for case in plan.cases})


def test_check_finds_a_broken_design_of_the_study(tmp_path: Path, small_study: Study) -> None:
    import shutil

    from qiantang.checking import study_faults
    from qiantang.session import open_study

    folder = tmp_path / "study"
    shutil.copytree(small_study.folder, folder)
    path = folder / "scenarios" / "sweeps" / "one_year_late.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unit: Year", "unit: Month").replace("members: 500", "members: 5"),
                    encoding="utf-8")  # fmt: skip
    lines = [str(fault) for fault in study_faults(open_study(folder)) if fault.file == path]
    assert len(lines) == 1
    assert "unit is 'Month', expected 'Year'" in lines[0]
