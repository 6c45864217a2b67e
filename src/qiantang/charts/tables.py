"""The numbers behind a chart as a file: .csv that Excel reads in Chinese, or .xlsx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from qiantang.files.cells import sheet_of, write_book
from qiantang.files.frames import csv_file
from qiantang.files.outfile import check_outfile, put_whole
from qiantang.wording.language import Language, phrase, phrases

#: Widest column of a sheet. [characters]
_WIDEST = 48


def check_data(out: Path) -> Path:
    """Refuse a data file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    return check_outfile(out, _WRITERS, "--numbers")


def write_data(data: pd.DataFrame, source: Mapping[str, str], lang: Language, out: Path) -> Path:
    """Write a chart's numbers whole or not at all, headings in the chart's language.

    Parameters
    ----------
    data : pandas.DataFrame
    source : mapping of str to str
        Model, fit, members, seed: a sheet of its own in .xlsx, a last column in .csv.
    lang : {"zh", "en"}
    out : Path

    Raises
    ------
    StudyError
    """
    check_data(out)
    with put_whole(out, "--numbers") as beside:
        _WRITERS[out.suffix.lower()](data, source, lang, beside)
    return out


def headed(data: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return a table with the headings of a language; an unknown one stays as it is."""
    known = phrases()
    return data.rename(
        columns={
            name: phrase(f"column.{name}", lang)
            for name in data.columns
            if f"column.{name}" in known
        }
    )


def _write_csv(data: pd.DataFrame, source: Mapping[str, str], lang: Language, path: Path) -> None:
    line = "; ".join(f"{key} {value}" for key, value in source.items())
    table = headed(data.assign(source=line), lang)
    csv_file(table, path, excel=True)


def _write_xlsx(data: pd.DataFrame, source: Mapping[str, str], lang: Language, path: Path) -> None:
    notes = pd.DataFrame(list(source.items()), columns=["key", "value"])
    tables = {"data": headed(data, lang), "source": notes}
    write_book(path, (
        (phrase(f"sheet.{sheet}", lang), sheet_of(table, _widths(table)))
        for sheet, table in tables.items()
    ))  # fmt: skip


def _widths(table: pd.DataFrame) -> dict[int, float]:
    """Return the width of each column; a Chinese character takes the room of two. [character]"""
    widths: dict[int, float] = {}
    for place, column in enumerate(table.columns, start=1):
        cells = [str(column), *map(str, table[column])]
        widest = max(sum(1 + (ord(letter) > 0x2E7F) for letter in cell) for cell in cells)
        widths[place] = min(widest + 2, _WIDEST)
    return widths


_WRITERS: dict[str, Callable[[pd.DataFrame, Mapping[str, str], Language, Path], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
