"""Kernels on disk: damaged, foreign or half-written ones are rebuilt, old ones make room."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from qiantang.engine import load_model
from qiantang.engine.compiled import kept, kernel
from qiantang.engine.ir import Number
from qiantang.files import cache

from .conftest import write_model

Damage = Callable[[bytes], bytes]
#: What the files of a kernel's folder end in.
FILES = (".py", ".o", ".name", cache.MANIFEST)


def forget() -> None:
    kept._loaded.clear()
    kernel._ready.clear()


def final(file: Path, told: list[str] | None = None) -> float:
    """Return the last value of b as a process without kernels in memory finds it."""
    forget()
    notes = [] if told is None else told
    return float(load_model(file).run(["b"], [2.0], on_compile=notes.append).values[0, 0, 0])


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds a model file, and a cache with its kernel."""
    folder = tmp_path_factory.mktemp("compiled")
    file = write_model(folder / "written.mdl", "a = 3\nb = INTEG(a, 0)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QIANTANG_CACHE", str(folder / "cache"))
        assert final(file) == 6.0
    return folder


@pytest.fixture
def home(compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a model file, and the folder of its kernel in a cache of this test."""
    shutil.copytree(compiled, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    (folder,) = (tmp_path / "cache" / "kernels").iterdir()
    return tmp_path / "written.mdl", folder


def test_a_whole_kernel_is_not_compiled_again(home: tuple[Path, Path]) -> None:
    told: list[str] = []
    assert final(home[0], told) == 6.0
    assert told == []
    assert cache.whole(home[1])


def spoil(folder: Path, suffix: str, damage: Damage) -> None:
    hit = [f for f in folder.rglob("*") if f.is_file() and f.name.endswith(suffix)]
    assert hit
    for one in hit:
        one.write_bytes(damage(one.read_bytes()))


@pytest.mark.parametrize("suffix", FILES)
@pytest.mark.parametrize(
    "damage",
    [lambda b: b"", lambda b: b[: len(b) // 2], lambda b: b"x" * len(b), lambda b: _flipped(b)],
    ids=["emptied", "truncated", "garbage", "one bit"],
)
def test_damage_of_any_kind_is_seen(home: tuple[Path, Path], suffix: str, damage: Damage) -> None:
    assert cache.whole(home[1])
    spoil(home[1], suffix, damage)
    assert not cache.whole(home[1])


@pytest.mark.parametrize("suffix", FILES)
def test_a_damaged_kernel_is_rebuilt(home: tuple[Path, Path], suffix: str) -> None:
    file, folder = home
    spoil(folder, suffix, _flipped)
    told: list[str] = []
    assert final(file, told) == 6.0
    assert len(told) == 1
    assert cache.whole(folder)


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_file_that_does_not_belong_there_is_not_trusted(home: tuple[Path, Path]) -> None:
    (home[1] / "more.nbc").write_bytes(b"code")
    assert not cache.whole(home[1])
    assert final(home[0]) == 6.0
    assert cache.whole(home[1])


def test_another_version_or_processor_is_another_kernel(
    home: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_stamp", lambda: "another")
    told: list[str] = []
    assert final(home[0], told) == 6.0
    assert len(told) == 1
    assert len(list(home[1].parent.iterdir())) == 2


def _in_a_process(given: tuple[str, str]) -> float:
    os.environ["QIANTANG_CACHE"] = given[1]
    return final(Path(given[0]))


def test_processes_that_compile_at_once_do_not_collide(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    file = written("a = 4\nb = INTEG(a, 0)")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_in_a_process, [(str(file), str(tmp_path / "both"))] * 4))
    assert found == [8.0] * 4
    (folder,) = (tmp_path / "both" / "kernels").iterdir()
    assert cache.whole(folder)


def test_kernels_unused_for_longest_make_room(tmp_path: Path) -> None:
    for number in range(4):
        folder = tmp_path / f"k{number}"
        folder.mkdir()
        (folder / "code").write_bytes(b"x" * 100)
        (folder / cache.MANIFEST).write_text("", encoding="utf-8")
        os.utime(folder / cache.MANIFEST, (number, number))
    os.utime(tmp_path / "k0" / cache.MANIFEST, (9, 9))  # the oldest was used last
    cache.evict(tmp_path, keep=tmp_path / "k3", limit=250)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["k0", "k3"]


def test_a_stored_program_may_name_nothing_but_records() -> None:
    record = cache.restored(pickle.dumps((Number(2.0), {"a": 1})))
    assert record == (Number(2.0), {"a": 1})
    for hostile in (os.system, eval, Path):
        with pytest.raises(pickle.UnpicklingError, match="no place"):
            cache.restored(pickle.dumps(hostile))


def test_results_are_those_of_a_kernel_from_memory(home: tuple[Path, Path]) -> None:
    program = load_model(home[0])
    random = np.random.default_rng(1).uniform(0, 9, 50)
    fresh = program.run(["b"], [2.0], parameters={"a": random}, members=50).values
    forget()
    again = program.run(["b"], [2.0], parameters={"a": random}, members=50).values
    assert np.array_equal(fresh, again)


def test_the_folder_named_comes_before_the_cache_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "mine"))
    assert cache.folder() == tmp_path / "mine"
    monkeypatch.delenv("QIANTANG_CACHE")
    assert cache.folder() == platformdirs.user_cache_path(
        "qiantang", appauthor=False, opinion=False
    )
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert cache.folder() == tmp_path / "qiantang"
        monkeypatch.delenv("XDG_CACHE_HOME")
        assert cache.folder() == Path.home() / ".cache" / "qiantang"


def _without_numba(given: tuple[str, str]) -> tuple[float, bool]:
    os.environ["QIANTANG_CACHE"] = given[1]
    return final(Path(given[0])), "numba" in sys.modules


def test_machine_code_that_stands_alone_runs_without_numba(
    home: tuple[Path, Path], tmp_path: Path
) -> None:
    assert {one.name for one in home[1].rglob("*")} == {
        "kernel.o", "kernel.name", cache.MANIFEST, f"k_{home[1].name}.py",
    }  # fmt: skip
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(_without_numba, (str(home[0]), str(tmp_path / "cache"))).result()
    assert found == (6.0, False)


def test_a_kernel_that_needs_numba_is_kept_with_its_files(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "sorted"))
    file = written(
        "r: one, two\nx[r] = 3, 1\nplace[r] = VECTOR RANK(x[r], 1)\nb = INTEG(place[one], 0)"
    )
    told: list[str] = []
    assert final(file, told) == final(file, told) == 4.0
    (folder,) = (tmp_path / "sorted" / "kernels").iterdir()
    suffixes = {one.suffix for one in folder.rglob("*")}
    assert {".nbi", ".nbc"} < suffixes
    assert ".o" not in suffixes
    assert len(told) == 1


def test_an_array_of_another_kind_never_reaches_machine_code(home: tuple[Path, Path]) -> None:
    forget()
    code = kept._alone(home[1])
    with pytest.raises(TypeError, match="contiguous array of float64 with 1 axes"):
        code(0, 1, 0, 1, 0.1, *[np.zeros(4, dtype=np.float32)] * 24)
