"""Files that travel packed stand in the cache as they were."""

import lzma
from pathlib import Path

import pytest

from qiantang.files.packed import unpacked


@pytest.fixture
def packed(tmp_path: Path) -> list[Path]:
    """Return two packed files that hold their names."""
    files = [tmp_path / "one.txt.xz", tmp_path / "two.txt.xz"]
    for file in files:
        file.write_bytes(lzma.compress(file.stem.encode() * 1000))
    return files


def held(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.suffix == ".txt"}


WHOLE = {name: name.encode() * 1000 for name in ("one.txt", "two.txt")}


def test_files_are_unpacked_once(
    packed: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    folder = unpacked(packed)
    assert held(folder) == WHOLE
    made = (folder / "one.txt").stat().st_mtime_ns
    assert unpacked(packed) == folder
    assert (folder / "one.txt").stat().st_mtime_ns == made


def test_what_is_damaged_is_unpacked_anew(
    packed: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    (unpacked(packed) / "two.txt").write_bytes(b"two")
    assert held(unpacked(packed)) == WHOLE


def test_other_content_is_another_folder(
    packed: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    first = unpacked(packed)
    packed[0].write_bytes(lzma.compress(b"other"))
    assert held(unpacked(packed)) == WHOLE | {"one.txt": b"other"}
    assert held(first) == WHOLE


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(
    packed: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "file"))
    assert held(unpacked(packed)) == WHOLE
