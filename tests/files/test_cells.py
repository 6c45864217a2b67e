"""A text stays a text in a spreadsheet, a number a number, and what was guarded comes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiantang.files.cells import (
    bare,
    csv_text,
    guarded,
    guarded_arrow,
    guarded_frame,
    sheet_of,
    write_book,
)

#: Texts that spreadsheets take for formulas.
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")',
    "-2+3+cmd|' /C calc'!A0", "＝1+1", "＋1", "－A1", "＠A1", "-", "=",
]  # fmt: skip
#: Texts that they do not.
TEXTS = ["", "cargo", "-1", "+2.5e-3", "-.5", "-inf", "10 %", "a=b", "'quoted'", "5%", " =1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert bare(guarded(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert bare(text) == text


@pytest.mark.parametrize("number", [-1, -1.5, np.float64(-2.0), np.int64(-3), None, True])
def test_a_number_is_no_text(number: object) -> None:
    assert guarded(number) is number


@given(st.text(alphabet="'=+-@\t\r1e.x ", max_size=6))
def test_a_guarded_text_comes_back_whatever_it_is(text: str) -> None:
    assert bare(guarded(text)) == text
    assert guarded(text) == text or guarded(text).startswith("'")


def test_a_frame_keeps_its_numbers_and_the_one_given_its_texts() -> None:
    frame = pd.DataFrame({"=name": ["@a", "b", None], "x": [-1.0, np.nan, 2.0]})
    safe = guarded_frame(frame)
    assert list(safe.columns) == ["'=name", "x"]
    assert safe["'=name"].tolist()[:2] == ["'@a", "b"]
    assert safe["'=name"].isna().tolist() == [False, False, True]
    assert safe["x"].equals(frame["x"])
    assert frame.columns[0] == "=name"
    assert frame["=name"][0] == "@a"


def test_columns_of_one_name_are_each_guarded() -> None:
    frame = pd.DataFrame([["=a", "=b"]], columns=["-x y", "-x y"])
    assert guarded_frame(frame).to_numpy().tolist() == [["'=a", "'=b"]]


def test_a_table_of_arrow_is_guarded_in_its_dictionaries_too() -> None:
    table = pa.table({
        "=s": pa.array(["=x", "y", "=x"]).dictionary_encode(), "n": [-1, 2, 3], "t": list("abc"),
    })  # fmt: skip
    safe = guarded_arrow(table)
    assert safe.column_names == ["'=s", "n", "t"]
    assert safe["'=s"].to_pylist() == ["'=x", "y", "'=x"]
    assert safe["n"].to_pylist() == [-1, 2, 3]


def test_rows_become_a_table_with_guarded_heads_and_cells() -> None:
    text = csv_text([{"@a": "=x", "n": -1}, {"n": None, "more": "y"}], leave_out=["more"])
    assert list(csv.reader(io.StringIO(text))) == [["'@a", "n"], ["'=x", "-1"], ["", ""]]


def test_a_workbook_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    frame = pd.DataFrame({"=head": FORMULAS, "n": -np.arange(len(FORMULAS), dtype=float)})
    frame.loc[3, "n"] = np.nan
    write_book(path, [("one", sheet_of(frame, {1: 20.0}))])
    sheet = openpyxl.load_workbook(path)["one"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    texts = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in texts] == FORMULAS
    assert all(cell.quotePrefix for cell in texts)
    assert sheet["A1"].value == "=head"
    assert sheet["A1"].font.bold
    assert [row[1].value for row in sheet.iter_rows(min_row=2)][:5] == [0, -1, -2, None, -4]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width == 20.0


def test_a_workbook_takes_characters_that_xml_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_book(path, [("one", sheet_of(pd.DataFrame({"a": ["x\x00y", np.inf]})))])
    sheet = openpyxl.load_workbook(path)["one"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["x\ufffdy", "inf"]
