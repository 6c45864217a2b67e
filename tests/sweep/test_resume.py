"""Interrupted in any way, a sweep goes on, and ends in the same bytes."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.files import put
from qiantang.study import Study
from qiantang.sweep import local, store
from qiantang.sweep.plan import Chunk, SweepPlan
from qiantang.sweep.sweeping import Computed, Executor, run_sweep

from .parts import SMALL, Plan, Write, tree

#: A design of many small chunks, so that most moments lie between two of them.
MANY = """kind: latin_hypercube
size: 60
scenarios: [current_policy, plan_in_full]
levers_from: plan_in_full
members: 4
seed: 2
chunk_runs: 8
axes:
  airport: {intensity: airport_capacity, unit: Dmnl, range: [0, 1]}
  execution: {uncertainty: execution_base, unit: Dmnl, range: prior}
"""


@pytest.fixture
def whole(plan: Plan, tmp_path: Path) -> dict[str, bytes]:
    """Return the files of a small sweep that nothing disturbed."""
    run_sweep(plan(), tmp_path / "whole", local.executor(1))
    return tree(tmp_path / "whole")


def after(chunks: int, error: BaseException) -> Executor:
    """Return an executor that fails after some chunks."""

    def execute(plan: SweepPlan, todo: list[Chunk]) -> Iterator[Computed]:
        for number, computed in enumerate(local.executor(1)(plan, todo)):
            if number == chunks:
                raise error
            yield computed

    return execute


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_threads_changes_no_byte(
    workers: int, plan: Plan, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    outcome = run_sweep(plan(), tmp_path / "out", local.executor(workers))
    assert tree(tmp_path / "out") == whole
    assert outcome.computed == outcome.chunks == len(whole) - 3


@pytest.mark.parametrize("chunks", [0, 1, 4])
def test_interrupted_by_the_keyboard_it_goes_on(
    chunks: int, plan: Plan, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run_sweep(plan(), out, after(chunks, KeyboardInterrupt()))
    assert set(tree(out)) < set(whole)
    outcome = run_sweep(plan(), out, local.executor(2))
    assert tree(out) == whole
    assert outcome.computed == outcome.chunks - chunks


def test_finished_it_computes_nothing_again(plan: Plan, tmp_path: Path) -> None:
    run_sweep(plan(), tmp_path / "out", local.executor())
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.*")}
    assert run_sweep(plan(), tmp_path / "out", local.executor()).computed == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.*")} == before


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "lose"])
def test_a_damaged_part_is_found_and_made_anew(
    harm: str, plan: Plan, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    run_sweep(plan(), out, local.executor(1))
    part = sorted((out / store.PARTS).iterdir())[2]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    harmed = {"flip": bytes(content), "cut": bytes(content[:-7]), "empty": b""}
    if harm == "lose":
        part.unlink()
    else:
        part.write_bytes(harmed[harm])
    outcome = run_sweep(plan(), out, local.executor(1))
    assert outcome.computed == 1
    assert outcome.damaged == (() if harm == "lose" else (part.name,))
    assert tree(out) == whole


def test_a_lost_table_of_points_and_half_written_files_are_put_right(
    plan: Plan, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    run_sweep(plan(), out, local.executor(1))
    (out / store.POINTS).unlink()
    (out / store.DONE).unlink()
    (out / store.PARTS / ".000001-x.parquet.0123.part").write_bytes(b"half")
    run_sweep(plan(), out, local.executor(1))
    assert tree(out) == whole


def test_killed_before_the_manifest_it_begins_anew(
    plan: Plan, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    (out / store.PARTS).mkdir(parents=True)
    (out / store.POINTS).write_bytes(b"of a killed process")
    (out / ".sweep.json.0123.part").write_bytes(b"{")
    run_sweep(plan(), out, local.executor(1))
    assert tree(out) == whole


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    code: int,
    plan: Plan,
    tmp_path: Path,
    whole: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, sync, written = tmp_path / "out", os.fsync, []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) > 9:
            raise OSError(code, os.strerror(code))
        sync(handle)

    monkeypatch.setattr(put.os, "fsync", full)
    with pytest.raises(StudyError) as caught:
        run_sweep(plan(), out, local.executor(1))
    (fault,) = caught.value.faults
    assert ("the disk is full" in fault.what) == (code == errno.ENOSPC)
    left = tree(out)
    assert 3 < len(left) < len(whole)
    assert all(whole[name] == content for name, content in left.items())
    monkeypatch.undo()
    run_sweep(plan(), out, local.executor(1))
    assert tree(out) == whole


def test_a_folder_of_another_sweep_is_refused(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_sweep(plan(), out, local.executor(1))
    before = tree(out)
    for change in (("0.5", "0.6"), ("seed: 1", "seed: 2"), ("members: 5", "members: 6")):
        with pytest.raises(StudyError, match="another design"):
            run_sweep(plan(SMALL.replace(*change)), out, local.executor(1))
    assert tree(out) == before


def test_other_words_are_the_same_sweep(plan: Plan, write: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_sweep(plan(), out, local.executor(1))
    outcome = run_sweep(plan("note: Better said.\n" + SMALL), out, local.executor(1))
    assert outcome.computed == 0


@pytest.mark.parametrize("key", ["model", "code", "versions", "fit", "format"])
def test_a_changed_basis_is_refused_and_named(key: str, plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_sweep(plan(), out, local.executor(1))
    path = out / store.MANIFEST
    record = json.loads(path.read_text(encoding="utf-8"))
    if key == "versions":
        record["identity"]["versions"]["numba"] = "0.1"
    elif key == "format":
        record["format"] = 0
    else:
        record["identity"][key] = "another"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        run_sweep(plan(), out, local.executor(1))
    assert [fault.where for fault in caught.value.faults] == [key]


def test_a_folder_of_something_else_is_refused(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_bytes(b"years of work")
    for place in (tmp_path / "out", tmp_path / "out" / "thesis.docx"):
        with pytest.raises(StudyError, match="expected a"):
            run_sweep(plan(), place, local.executor(1))
    assert tree(tmp_path / "out") == {"thesis.docx": b"years of work"}


def test_chunks_that_ask_the_same_are_taken_over(plan: Plan, tmp_path: Path) -> None:
    listed = SMALL.replace("kind: grid", "kind: list").replace(", values: [0, 0.5, 1]", "")
    listed = listed.replace(", values: [0, 1]", "").replace(
        "[current_policy, plan_in_full]", "[plan_in_full]"
    )
    points = [f"  - {{airport: {n / 10}}}\n" for n in range(1, 9)]
    short = listed + "points:\n" + "".join(points[:4])
    long = listed + "points:\n" + "".join(points)
    run_sweep(plan(short), tmp_path / "short", local.executor(1))
    outcome = run_sweep(
        plan(long), tmp_path / "long", local.executor(1), reuse=[tmp_path / "short"]
    )
    assert (outcome.reused, outcome.computed) == (2, 2)
    run_sweep(plan(long), tmp_path / "fresh", local.executor(1))
    assert tree(tmp_path / "long") == tree(tmp_path / "fresh")
    with pytest.raises(StudyError, match="no sweep stands"):
        run_sweep(plan(long), tmp_path / "again", local.executor(1), reuse=[tmp_path])


def kills(write: Write, study: Study, folder: Path, rounds: int) -> tuple[int, int]:
    """Kill a sweep at random moments; return kills and times that it ended, each compared."""
    design = str(write(MANY, "many"))
    out = folder / "out"

    def command(place: Path, workers: int) -> list[str]:
        return [sys.executable, "-m", "qiantang", "sweep", design, "--study", str(study.folder),
                "--out", str(place), "--workers", str(workers)]  # fmt: skip

    subprocess.run(command(folder / "first", 1), check=True, capture_output=True)  # compiles
    begun = time.monotonic()
    subprocess.run(command(folder / "whole", 1), check=True, capture_output=True)
    length = time.monotonic() - begun
    expected, rng, ended = tree(folder / "whole"), random.Random(2018), 0
    for _ in range(rounds):
        process = subprocess.Popen(
            command(out, rng.choice([1, 2, 3])), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(timeout=rng.uniform(0.3 * length, length))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
            process.wait()
            continue
        assert process.returncode == 0
        assert tree(out) == expected
        ended += 1
        shutil.rmtree(out)
    subprocess.run(command(out, 2), check=True, capture_output=True)
    assert tree(out) == expected
    return rounds - ended, ended + 1


def test_killed_at_random_moments_it_ends_in_the_same_bytes(
    write: Write, small_study: Study, tmp_path: Path
) -> None:
    killed, ended = kills(write, small_study, tmp_path, 4)
    assert killed >= 2
    assert ended >= 1


@pytest.mark.slow
def test_killed_a_hundred_times_it_ends_in_the_same_bytes(
    write: Write, small_study: Study, tmp_path: Path
) -> None:
    killed, ended = kills(write, small_study, tmp_path, 160)
    print(f"{killed} kills, {ended} sweeps ended and compared")
    assert killed >= 100
