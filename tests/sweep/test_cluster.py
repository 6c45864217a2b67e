"""A real scheduler and workers: lost, late or restarted, they change no byte."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.sweep import cluster, local, store
from qiantang.sweep.plan import SweepPlan
from qiantang.sweep.sweeping import Quiet, run_sweep

from .parts import SMALL, Plan, tree
from .test_resume import MANY

Start = Callable[[str], subprocess.Popen[bytes]]


class Town:
    """Processes of a cluster, by name."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def scheduler(self) -> None:
        self._start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port))

    def worker(self, name: str) -> None:
        self._start(name, "dask_worker", self.address, "--nthreads", "1", "--no-nanny",
                    "--local-directory", str(self.folder / name))  # fmt: skip

    def _start(self, name: str, module: str, *words: str) -> None:
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *words, "--no-dashboard"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Town]:
    made = Town(folder)
    made.scheduler()
    made.worker("first")
    yield made
    for name in list(made.running):
        made.kill(name)


@pytest.fixture(scope="module")
def calm_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a cluster of which no test takes anything away."""
    with running(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with running(tmp_path) as made:
        yield made


def test_a_cluster_gives_the_same_bytes(calm_town: Town, plan: Plan, tmp_path: Path) -> None:
    run_sweep(plan(), tmp_path / "here", local.executor(2))
    run_sweep(plan(), tmp_path / "there", cluster.executor(calm_town.address))
    assert tree(tmp_path / "there") == tree(tmp_path / "here")


class Upsets(Quiet):
    """Does something to the cluster after so many chunks, and keeps a log."""

    def __init__(self, acts: dict[int, tuple[str, Callable[[], None]]]) -> None:
        self.acts, self.written, self.log = acts, 0, list[str]()
        self.since = time.monotonic()

    def finished(self, runs: int) -> None:
        self.written += 1
        if self.written in self.acts:
            name, act = self.acts[self.written]
            act()
            self.say(f"{self.written} chunks written, {name}")

    def say(self, line: str) -> None:
        self.log.append(f"{time.monotonic() - self.since:.1f} s: {line}")


@pytest.mark.slow
def test_lost_workers_late_workers_and_a_new_scheduler_change_no_byte(
    town: Town, plan: Plan, tmp_path: Path
) -> None:
    def restart() -> None:
        town.kill("scheduler")
        town.scheduler()
        town.worker("fourth")

    town.worker("second")
    watch = Upsets({
        10: ("a worker killed", lambda: town.kill("first")),
        20: ("a worker joins", lambda: town.worker("third")),
        30: ("the scheduler killed and started anew", restart),
    })  # fmt: skip
    many = plan(MANY)
    run_sweep(many, tmp_path / "here", local.executor(2))
    run_sweep(many, tmp_path / "there", cluster.executor(town.address, watch.say), watch=watch)
    print("\n".join(watch.log))
    assert watch.written == len(many.chunks) == 60
    assert any("is lost" in line for line in watch.log)
    assert tree(tmp_path / "there") == tree(tmp_path / "here")


def test_a_worker_with_other_code_is_refused(
    calm_town: Town, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "fingerprint", lambda: "of another version")
    with pytest.raises(StudyError, match="another version of qiantang"):
        run_sweep(plan(), tmp_path / "out", cluster.executor(calm_town.address))
    assert not list((tmp_path / "out" / store.PARTS).iterdir())


def test_a_scheduler_that_does_not_answer_is_one_sentence(plan: Plan, tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(StudyError, match="no scheduler answers"):
        run_sweep(plan(), tmp_path / "out", cluster.executor("tcp://127.0.0.1:9", patience=0.5))
    assert time.monotonic() - begun < 60


def test_a_failing_chunk_is_one_sentence(calm_town: Town, plan: Plan, tmp_path: Path) -> None:
    broken: SweepPlan = plan(SMALL)
    object.__setattr__(broken.world.ensemble.readout, "outputs", ("no_such_variable",))
    with pytest.raises(StudyError, match="failed on a worker"):
        run_sweep(broken, tmp_path / "out", cluster.executor(calm_town.address))
