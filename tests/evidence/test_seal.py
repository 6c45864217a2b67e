"""Evidence as spreadsheets save it, and its digests written anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qiantang.evidence.observationfile import FILES, digest, twin_faults
from qiantang.evidence.seal import seal
from qiantang.faults import StudyError
from qiantang.files.csvfile import read_csv

EVIDENCE = Path(__file__).parents[2] / "calibration" / "evidence"
TABLE = "name,place\na,杭州\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        for copied in (name, f"{name}.meta.yaml"):
            shutil.copyfile(EVIDENCE / copied, tmp_path / copied)
    return tmp_path


def test_a_sealed_file_has_its_digest_and_nothing_else_changes(folder: Path) -> None:
    path, twin = folder / FILES[0], folder / f"{FILES[0]}.meta.yaml"
    before = twin.read_text(encoding="utf-8").splitlines()
    path.write_bytes(path.read_bytes() + b"\n")
    assert len(twin_faults(path)) == 1
    with pytest.raises(StudyError, match="the file exists; --force replaces it"):
        seal(folder)
    assert twin.read_text(encoding="utf-8").splitlines() == before
    assert seal(folder, force=True) == [twin]
    assert twin_faults(path) == []
    after = twin.read_text(encoding="utf-8").splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert [b.partition(":")[0] for _, b in changed] == ["sha256"]
    assert seal(folder) == []


def test_nothing_is_sealed_where_a_file_is_missing(folder: Path) -> None:
    (folder / FILES[1]).unlink()
    (folder / FILES[0]).write_text("changed\n", encoding="utf-8")
    before = (folder / f"{FILES[0]}.meta.yaml").read_bytes()
    with pytest.raises(StudyError, match="file not found"):
        seal(folder, force=True)
    assert (folder / f"{FILES[0]}.meta.yaml").read_bytes() == before


def test_a_mark_in_front_changes_neither_rows_nor_digest(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.csv", tmp_path / "marked.csv"
    plain.write_bytes(TABLE.encode())
    marked.write_bytes(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    columns = ("name", "place")
    assert read_csv(marked, columns).rows == read_csv(plain, columns).rows
    assert digest(marked) == digest(plain)


@pytest.mark.parametrize(("encoding", "named"), [("gbk", "GBK"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named(tmp_path: Path, encoding: str, named: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(TABLE.encode(encoding))
    with pytest.raises(StudyError, match=f"not UTF-8 text; it reads as {named}: save it as UTF-8"):
        read_csv(path, ("name", "place"))
