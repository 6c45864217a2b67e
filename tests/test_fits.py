"""Fits on disk: what was saved is what is read, and what is damaged is told in one sentence."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from qiantang.faults import StudyError
from qiantang.fits import (
    DRAWS,
    INNOVATIONS,
    POSTERIOR,
    RECORD,
    Fit,
    FitRecord,
    digest,
    fit_folders,
    newest_fit,
    read_fit,
    save_fit,
    text_digest,
)

ROOT = Path(__file__).parents[1]
MEMBERS = 5
TIMES = np.arange(2000.5, 2004.0)


def record(version: str) -> FitRecord:
    return FitRecord(
        version=version, method="by hand", members=MEMBERS, seed=7, sees_until=2018.0, model="m",
        inputs={"priors.yaml": "p"}, plan={"chains": 4, "kept": 9}, runs=3, files={},
        drift={"cargo": {"yearly_sd": 0.1, "persistence": 0.9}},
        diagnostics={"passed": True, "worst_rhat": 1.002, "worst_rhat_of": "delay"},
    )  # fmt: skip


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "growth_rate": rng.standard_normal(MEMBERS),
        "delay": np.geomspace(1e-12, 1e12, MEMBERS),
    }


def innovations() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    return {name: rng.standard_normal((MEMBERS, len(TIMES))) for name in ("cargo_i", "air_i")}


def saved(folder: Path, version: str = "2018-06-first") -> Fit:
    texts = {"report.md": "# Fit\n城市\n"}
    return save_fit(folder / version, record(version), parameters(), TIMES, innovations(), texts)


def sentence(folder: Path) -> str:
    with pytest.raises(StudyError) as caught:
        read_fit(folder)
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_what_was_saved_is_what_is_read(tmp_path: Path) -> None:
    written = saved(tmp_path)
    read = read_fit(written.folder)
    assert read.record == written.record
    apart = {"files", "made"}
    wanted = record("2018-06-first").model_dump(exclude=apart)
    assert read.record.model_dump(exclude=apart) == wanted
    assert read.record.made
    for name, values in parameters().items():
        np.testing.assert_array_equal(read.parameters[name], values.astype(np.float32))
    times, paths = read.innovations
    np.testing.assert_array_equal(times, TIMES)
    assert set(paths) == set(innovations())
    for name, values in innovations().items():
        np.testing.assert_array_equal(paths[name], values.astype(np.float32))
    assert (read.folder / "report.md").read_bytes() == "# Fit\n城市\n".encode()


def test_every_fit_of_the_study_can_be_read() -> None:
    fits = [read_fit(folder) for folder in fit_folders(ROOT / "calibration" / "fits")]
    assert [fit.record.members for fit in fits][-1] == 1000
    assert len(fits) > 1
    for fit in fits:
        times, paths = fit.innovations
        assert paths
        assert len(times) == 26
        assert all(len(draws) == fit.record.members for draws in fit.parameters.values())


def test_the_record_holds_the_digest_of_every_other_file(tmp_path: Path) -> None:
    fit = saved(tmp_path)
    others = {path.name for path in fit.folder.iterdir()} - {RECORD}
    assert set(fit.record.files) == others == {DRAWS, INNOVATIONS, "report.md"}
    assert all(digest(fit.folder / name) == value for name, value in fit.record.files.items())


def test_the_same_fit_is_written_byte_for_byte(tmp_path: Path) -> None:
    one, two = saved(tmp_path / "a"), saved(tmp_path / "b")
    assert one.record == two.record
    assert (one.folder / RECORD).read_bytes() == (two.folder / RECORD).read_bytes()


def test_a_fit_is_never_overwritten(tmp_path: Path) -> None:
    fit = saved(tmp_path)
    before = {path: path.read_bytes() for path in fit.folder.iterdir()}
    with pytest.raises(StudyError, match="2018-06-first: a fit is never overwritten, name another"):
        saved(tmp_path)
    assert {path: path.read_bytes() for path in fit.folder.iterdir()} == before


def test_a_folder_that_holds_something_else_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "2018-06-first").mkdir()
    with pytest.raises(StudyError, match="never overwritten"):
        saved(tmp_path)
    assert not list((tmp_path / "2018-06-first").iterdir())


@pytest.mark.parametrize("name", [DRAWS, INNOVATIONS, "report.md"])
def test_a_changed_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = saved(tmp_path).folder
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    told = sentence(folder)
    assert told.endswith(f"files.{name}: the file is not the one that was saved")
    line = int(told.split(f"{RECORD}:")[1].split(":")[0])
    assert (
        (folder / RECORD)
        .read_text(encoding="utf-8")
        .splitlines()[line - 1]
        .strip()
        .startswith(name)
    )


@pytest.mark.parametrize("name", [DRAWS, INNOVATIONS, "report.md"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    folder = saved(tmp_path).folder
    (folder / name).unlink()
    assert sentence(folder).endswith(f"files.{name}: the file is missing")


def with_chains(folder: Path) -> Path:
    """Save a fit with its chains and return its folder."""
    writers = {POSTERIOR: lambda path: path.write_bytes(b"chains")}
    return save_fit(
        folder / "one", record("one"), parameters(), TIMES, innovations(), {}, writers
    ).folder


def test_a_fit_is_read_without_its_chains(tmp_path: Path) -> None:
    folder = with_chains(tmp_path)
    expected = digest(folder / POSTERIOR)
    (folder / POSTERIOR).unlink()
    assert read_fit(folder).record.files[POSTERIOR] == expected


def test_changed_chains_are_refused(tmp_path: Path) -> None:
    folder = with_chains(tmp_path)
    assert read_fit(folder).record.files[POSTERIOR] == digest(folder / POSTERIOR)
    (folder / POSTERIOR).write_bytes(b"changed")
    assert sentence(folder).endswith(f"files.{POSTERIOR}: the file is not the one that was saved")


def test_all_damage_is_told_at_once(tmp_path: Path) -> None:
    folder = saved(tmp_path).folder
    (folder / DRAWS).write_bytes(b"")
    (folder / INNOVATIONS).unlink()
    with pytest.raises(StudyError) as caught:
        read_fit(folder)
    assert len(caught.value.faults) == 2


def test_a_broken_record_is_told(tmp_path: Path) -> None:
    folder = saved(tmp_path).folder
    text = (folder / RECORD).read_text(encoding="utf-8")
    (folder / RECORD).write_text(text.replace("members: 5", "members: many"), encoding="utf-8")
    assert "members: input should be a valid integer" in sentence(folder)


def test_the_newest_is_the_one_made_last(tmp_path: Path) -> None:
    day = "2026-11-03"
    for version, made in {
        "second": f"{day} 10:00 UTC", "fourth": f"{day} 11:30 UTC", "third": day
    }.items():  # fmt: skip
        folder = saved(tmp_path, version).folder / RECORD
        text = folder.read_text(encoding="utf-8")
        folder.write_text(re.sub(r"^made: .*$", f"made: {made}", text, flags=re.M), "utf-8")
    assert [path.name for path in fit_folders(tmp_path)] == ["third", "second", "fourth"]
    assert newest_fit(tmp_path).record.made == "2026-11-03 11:30 UTC"


def test_records_without_a_date_are_older_and_go_by_name(tmp_path: Path) -> None:
    for version in ("2026-02-second", "2026-11-third", "2025-12-first"):
        folder = saved(tmp_path, version).folder / RECORD
        text = folder.read_text(encoding="utf-8")
        folder.write_text(re.sub(r"^made: .*\n", "", text, flags=re.M), "utf-8")
    assert newest_fit(tmp_path).record.version == "2026-11-third"
    saved(tmp_path, "a_new_one")
    assert newest_fit(tmp_path).record.version == "a_new_one"


def test_an_unfinished_folder_is_not_taken_for_a_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, "2026-01-whole")
    with monkeypatch.context() as patch:
        patch.setattr("qiantang.fits.yaml_text", _stopped)
        with pytest.raises(KeyboardInterrupt):
            saved(tmp_path, "2026-02-broken-off")
    assert [path.name for path in tmp_path.iterdir()] == ["2026-01-whole"]
    left = tmp_path / ".2026-02-broken-off-0123"  # as of a process that was killed
    left.mkdir()
    shutil.copy(tmp_path / "2026-01-whole" / RECORD, left / RECORD)
    assert [path.name for path in fit_folders(tmp_path)] == ["2026-01-whole"]
    assert newest_fit(tmp_path).record.version == "2026-01-whole"
    assert saved(tmp_path, "2026-02-broken-off").record.version == "2026-02-broken-off"


def _stopped(_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("make", [False, True])
def test_no_fit_says_what_to_do(tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "fits"
    if make:
        folder.mkdir()
    with pytest.raises(StudyError) as caught:
        newest_fit(folder)
    assert str(caught.value).endswith("fits: no fit found, run: qiantang calibrate")


def test_the_digest_of_a_text_does_not_see_line_endings(tmp_path: Path) -> None:
    (tmp_path / "unix").write_bytes("a\n城\n".encode())
    (tmp_path / "windows").write_bytes("a\r\n城\r\n".encode())
    (tmp_path / "other").write_bytes("a\n城\n\n".encode())
    assert text_digest(tmp_path / "unix") == text_digest(tmp_path / "windows")
    assert text_digest(tmp_path / "unix") != text_digest(tmp_path / "other")


def test_what_is_kept_of_a_fit_belongs_to_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    folder = saved(tmp_path / "fits").folder
    fresh = read_fit(folder)
    with monkeypatch.context() as no_tables:
        no_tables.setattr("qiantang.fittables._table", lambda *_: pytest.fail("read again"))
        again = read_fit(folder)
    assert {n: v.tobytes() for n, v in again.parameters.items()} == {
        n: v.tobytes() for n, v in fresh.parameters.items()
    }
    times, paths = again.innovations
    assert np.array_equal(times, TIMES)
    assert all(np.array_equal(paths[n], values) for n, values in fresh.innovations[1].items())
    shutil.copy(saved(tmp_path / "others", "other").folder / INNOVATIONS, folder / DRAWS)
    with pytest.raises(StudyError, match="holds"):
        _ = Fit(folder, fresh.record).parameters
