"""Mutated files are read or refused in single lines, and never leave half an output behind."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from fuzz.mutator import Kind, mutated
from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.policy.effort import effort_path
from qiantang.study import Study
from qiantang.sweep.designs import read_design

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
#: Seconds within which a file is read or refused.
PATIENCE = 20.0
#: Short scenarios come more often, so that many files are tried in the time.
SHORT = tuple(
    SCENARIOS / f"{name}.yaml"
    for name in ("current_policy", "plan_as_staffed", "push_airport", "tariffs_as_happened")
)


def kinds(study: Study) -> dict[str, Kind]:
    """Return every kind of file that is tried; another kind is another line."""
    return {
        "scenario": Kind(
            (*SHORT * 4, SCENARIOS / "plan_in_full.yaml"), lambda path: study.scenario(str(path))
        ),
        "effort": Kind((effort_path(ROOT),), lambda path: study.effort_in(path)),
        "design": Kind(
            tuple(sorted((SCENARIOS / "sweeps").glob("*.yaml"))),
            lambda path: read_design(str(path), study),
        ),
    }


def try_files(kind: Kind, folder: Path, seeds: range) -> dict[str, int]:
    """Read mutated files; count those read and those refused.

    Raises
    ------
    AssertionError
        On any other error, a line that is no line, or a file that takes too long.
    """
    count = {"read": 0, "refused": 0}
    whole = {path: path.read_bytes() for path in kind.seeds}
    path = folder / "mutated.yaml"
    for seed in seeds:
        path.write_bytes(mutated(whole[kind.seeds[seed % len(kind.seeds)]], seed))
        begun = time.perf_counter()
        try:
            kind.read(path)
            count["read"] += 1
        except StudyError as error:
            count["refused"] += 1
            lines = [str(fault) for fault in error.faults]
            assert lines, f"seed {seed}: refused without a reason"
            assert all(len(line.splitlines()) == 1 for line in lines), f"seed {seed}: {lines}"
            assert all("mutated.yaml" in line for line in lines), f"seed {seed}: {lines}"
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        assert time.perf_counter() - begun < PATIENCE, f"seed {seed} took too long"
    return count


@pytest.mark.parametrize("name", ["scenario", "effort", "design"])
def test_mutated_files_are_read_or_refused(study: Study, tmp_path: Path, name: str) -> None:
    count = try_files(kinds(study)[name], tmp_path, range(170))
    assert count["refused"] > 40, "the mutations hardly hurt"
    assert count["read"] > 5, "the mutations only hurt"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scenario", "effort", "design"])
def test_ten_thousand_mutated_files_are_read_or_refused(
    study: Study, tmp_path: Path, name: str
) -> None:
    count = try_files(kinds(study)[name], tmp_path, range(1_000, 11_000))
    assert sum(count.values()) == 10_000


def test_the_harness_sees_a_crash_and_a_fault_of_another_file(tmp_path: Path) -> None:
    def crash(path: Path) -> object:
        raise KeyError(path.name)

    def ramble(path: Path) -> object:
        from qiantang.faults import Fault

        raise StudyError([Fault("another file", 1, "x", "a sentence")])

    for read in (crash, ramble):
        with pytest.raises(AssertionError, match="seed 0"):
            try_files(Kind((SHORT[0],), read), tmp_path, range(3))


def test_a_mutation_follows_from_its_seed() -> None:
    data = SHORT[2].read_bytes()
    assert [mutated(data, seed) for seed in range(30)] == [
        mutated(data, seed) for seed in range(30)
    ]
    assert len({mutated(data, seed) for seed in range(200)}) > 150


def test_commands_print_all_or_nothing(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "qiantang.session.open_study", lambda _=None: study
    )  # read once, not 60 times
    kind = kinds(study)["scenario"]
    path = tmp_path / "mutated.yaml"
    codes = set()
    for seed in range(60):
        path.write_bytes(mutated(kind.seeds[seed % len(kind.seeds)].read_bytes(), seed))
        done = CliRunner().invoke(program, ["show", str(path), "--json"], catch_exceptions=False)
        codes.add(done.exit_code)
        if done.exit_code == 0:
            assert json.loads(done.stdout)["name"] == "mutated"
        else:
            assert (done.exit_code, done.stdout) == (2, ""), seed
            assert all(line for line in done.stderr.splitlines())
    assert codes == {0, 2}


def test_a_run_writes_a_whole_file_or_none(
    small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiantang.session.open_study", lambda _=None, **__: small_study)
    kind = kinds(small_study)["scenario"]
    path, out = tmp_path / "mutated.yaml", tmp_path / "out.csv"
    codes = set()
    for seed in range(20):
        path.write_bytes(mutated(kind.seeds[seed % len(kind.seeds)].read_bytes(), seed))
        words = ["run", str(path), "--out", str(out), "--members", "2", "--variable", "passengers"]
        done = CliRunner().invoke(program, words, catch_exceptions=False)
        codes.add(done.exit_code)
        left = {item.name for item in tmp_path.iterdir()} - {"mutated.yaml"}
        if done.exit_code == 0:
            assert left == {"out.csv"}
            assert len(pd.read_csv(out)) == 2 * 26
            out.unlink()
        else:
            assert (done.exit_code, left) == (2, set()), seed
    assert codes == {0, 2}
