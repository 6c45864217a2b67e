"""A fit's tables against its record: whoever alters both digest and table is still refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qiantang.faults import Fault, StudyError
from qiantang.fits import DRAWS, INNOVATIONS, RECORD, FitRecord, digest, read_fit, save_fit
from qiantang.fittables import read_draws, read_innovations, write_draws, write_innovations

MEMBERS = 4
Change = Callable[[pd.DataFrame], pd.DataFrame]


def fit(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    record = FitRecord(
        version="v", method="by hand", members=MEMBERS, seed=1, sees_until=2018.0, model="m",
        inputs={}, plan={}, runs=0, files={}, drift={}, diagnostics={},
    )  # fmt: skip
    paths = {name: rng.standard_normal((MEMBERS, 3)) for name in ("cargo_i", "air_i")}
    draws = {name: rng.standard_normal(MEMBERS) for name in ("rate", "delay")}
    save_fit(folder / "v", record, draws, np.array([2000.5, 2001.5, 2002.5]), paths, {})
    return folder / "v"


def altered(folder: Path, name: str, change: Change) -> list[str]:
    """Change a table and its digest in the record, and return what the reader says."""
    place = fit(folder)
    change(pd.read_parquet(place / name)).to_parquet(place / name, index=False)
    return told(place, name)


def told(place: Path, name: str) -> list[str]:
    sign(place, name)
    with pytest.raises(StudyError) as caught:
        read_fit(place)
    return [f"{fault.where}: {fault.what}" for fault in caught.value.faults]


def sign(place: Path, name: str) -> None:
    """Write a file's digest into the record."""
    record = (place / RECORD).read_text(encoding="utf-8").splitlines()
    lines = [f"  {name}: {digest(place / name)}" if f" {name}:" in x else x for x in record]
    (place / RECORD).write_text("\n".join(lines) + "\n", encoding="utf-8")


def put(row: int, name: str, value: object) -> Change:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[row, name] = value
        return table

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put(2, "delay", np.nan), "delay: row 2 is nan, expected a finite number"),
        (put(0, "rate", -np.inf), "rate: row 0 is -inf, expected a finite number"),
        (lambda t: t.iloc[:3], ": 3 rows, expected one for each of the record's 4 members"),
        (lambda t: pd.concat([t, t[:1]]),
         ": 5 rows, expected one for each of the record's 4 members"),
        (lambda t: t.assign(rate="x"), "rate: holds str"),
    ],
)  # fmt: skip
def test_draws_are_held_against_the_record(tmp_path: Path, change: Change, sentence: str) -> None:
    (said,) = altered(tmp_path, DRAWS, change)
    assert said.replace("object", "str").startswith(sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put(1, "2001.5", np.inf), "2001.5: row 1 is inf, expected a finite number"),
        (lambda t: t.drop(index=2), "cargo_i: member 2 is missing"),
        (lambda t: pd.concat([t, t[5:6]]), "air_i: member 1 stands 2 times"),
        (put(7, "member", 1), "air_i: member 1 stands 2 times"),
        (put(3, "member", 9), "cargo_i: a row of member 9, the record says 4 members, from 0 on"),
        (lambda t: t.iloc[[1, 0, 2, 3, 4, 5, 6, 7]],
         "cargo_i: the rows are not in the order of their members"),
        (put(4, "innovation", None), "innovation: 1 rows name none"),
        (lambda t: t.assign(member=t["member"] + 0.5), "member: expected whole numbers"),
        (lambda t: t.rename(columns={"2001.5": "1999"}),
         ": the times of the columns are no numbers that rise"),
        (lambda t: t.rename(columns={"2001.5": "soon"}),
         ": the times of the columns are no numbers that rise"),
        (lambda t: t[["member", "innovation", "2000.5"]],
         ": expected the columns innovation and member, then a column for each time"),
    ],
)  # fmt: skip
def test_innovations_are_held_against_the_record(
    tmp_path: Path, change: Change, sentence: str
) -> None:
    assert sentence in altered(tmp_path, INNOVATIONS, change)


@pytest.mark.parametrize("name", [DRAWS, INNOVATIONS])
def test_what_is_no_table_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    place = fit(tmp_path)
    (place / name).write_bytes(b"PAR1" + b"\xff" * 64 + b"PAR1")
    assert told(place, name) == [": is no table of Parquet that can be read"]


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    place = fit(tmp_path)
    values = pa.array([0.0] * MEMBERS)
    pq.write_table(pa.Table.from_arrays([values, values], names=["a", "a"]), place / DRAWS)
    assert told(place, DRAWS) == ["a: the column stands twice"]


def test_faults_of_both_tables_are_told_at_once(tmp_path: Path) -> None:
    place = fit(tmp_path)
    for name in (DRAWS, INNOVATIONS):
        pd.read_parquet(place / name).iloc[:-1].to_parquet(place / name, index=False)
        sign(place, name)
    with pytest.raises(StudyError) as caught:
        read_fit(place)
    assert len(caught.value.faults) == 2


def test_a_record_that_leaves_a_table_out_is_refused(tmp_path: Path) -> None:
    place = fit(tmp_path)
    lines = (place / RECORD).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"  {DRAWS}")]
    (place / RECORD).write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(StudyError, match=f"files: {DRAWS} is not listed"):
        read_fit(place)


def test_a_record_names_no_file_outside_its_folder(tmp_path: Path) -> None:
    place = fit(tmp_path)
    outside = tmp_path / "outside.txt"
    outside.write_text("secret", encoding="utf-8")
    text = (place / RECORD).read_text(encoding="utf-8")
    text = text.replace("files:\n", f"files:\n  ../outside.txt: {digest(outside)}\n")
    (place / RECORD).write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="expected a file of this folder"):
        read_fit(place)


def test_draws_take_less_room_than_their_numbers(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    names = [f"parameter_{number}" for number in range(50)]
    draws = {name: np.exp(0.3 * rng.standard_normal(1000)) for name in names}
    write_draws(tmp_path / "draws", draws)
    paths = {name: rng.standard_normal((1000, 20)) for name in ("cargo_i", "air_i")}
    write_innovations(tmp_path / "paths", np.arange(2000.5, 2020.5), paths)
    assert (tmp_path / "draws").stat().st_size < 4 * 50 * 1000
    assert (tmp_path / "paths").stat().st_size < 4 * 2 * 20 * 1000
    faults: list[Fault] = []
    read = read_draws(tmp_path / "draws", 1000, faults)
    times, again = read_innovations(tmp_path / "paths", 1000, faults)
    assert faults == []
    assert all(np.array_equal(read[name], np.float32(draws[name])) for name in names)
    assert all(np.array_equal(again[name], np.float32(paths[name])) for name in paths)
    assert times.tolist() == np.arange(2000.5, 2020.5).tolist()
