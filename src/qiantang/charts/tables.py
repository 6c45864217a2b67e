"""The numbers behind a chart as a file: .csv that Excel reads in Chinese, or .xlsx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from qiantang.outfile import check_outfile, put_whole
from qiantang.wording.language import Language, phrase, phrases

#: Widest column of a sheet. [characters]
_WIDEST = 48


def check_data(out: Path) -> Path:
    """Refuse a data file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    return check_outfile(out, _WRITERS, "--data")


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
    with put_whole(out, "--data") as beside:
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
    """Begin with a byte-order mark: without it Excel takes Chinese for another encoding."""
    line = "; ".join(f"{key} {value}" for key, value in source.items())
    table = headed(data.assign(source=line), lang)
    table.to_csv(path, index=False, lineterminator="\r\n", encoding="utf-8-sig")


def _write_xlsx(data: pd.DataFrame, source: Mapping[str, str], lang: Language, path: Path) -> None:
    notes = pd.DataFrame(list(source.items()), columns=["key", "value"])
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for sheet, table in (("data", headed(data, lang)), ("source", notes)):
            name = phrase(f"sheet.{sheet}", lang)
            table.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
            for place, column in enumerate(table.columns):
                cells = [str(column), *map(str, table[column])]
                widest = max(sum(1 + (ord(letter) > 0x2E7F) for letter in cell) for cell in cells)
                letter = book.sheets[name].cell(1, place + 1).column_letter
                book.sheets[name].column_dimensions[letter].width = min(widest + 2, _WIDEST)


_WRITERS: dict[str, Callable[[pd.DataFrame, Mapping[str, str], Language, Path], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
