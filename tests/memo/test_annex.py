"""The annex: ten rows in the memo, every number in the workbook beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from qiantang.faults import StudyError
from qiantang.memo.annex import ROWS, book_beside, parted
from qiantang.memo.document import Document, Number, Paragraph, TableBlock, inlines, words_of
from qiantang.memo.writing import check_memo, write_memo


def annex_of(memo: Document) -> TableBlock:
    return next(b for b in memo.blocks if isinstance(b, TableBlock) and b.anchors)


def test_the_workbook_holds_every_number_and_the_memo_ten_rows(
    memo: Document, tmp_path: Path
) -> None:
    book = book_beside(tmp_path / "memo.html", memo.lang)
    short = parted(memo, book).memo
    assert annex_of(short).rows == annex_of(memo).rows[:ROWS]
    assert short.listed == set(range(1, ROWS + 1))
    assert any(book.name in words_of(b.content) for b in short.blocks if isinstance(b, Paragraph))
    out = write_memo(memo, tmp_path / "memo.html")
    sheets = load_workbook(book).worksheets
    heads, *rows = list(sheets[0].values)[: len(memo.entries) + 1]
    assert list(heads) == [words_of(cell) for cell in annex_of(memo).head]
    assert [(row[0], str(row[1])) for row in rows] == [
        (entry.number, " ".join(entry.text.split())) for entry in memo.entries
    ]
    numbers = [entry for entry in memo.entries if entry.members]
    assert {row[7] for row in rows if row[0] in {entry.number for entry in numbers}} == {12}
    assert [row[3] for row in rows if row[0] == numbers[0].number] == [float(numbers[0].value)]
    small = [b for b in memo.blocks if isinstance(b, TableBlock) and b.small and not b.anchors]
    assert len(sheets) == 1 + len(small) > 1
    text = out.read_text(encoding="utf-8")
    assert f'href="#n{ROWS}"' in text
    assert f'href="#n{ROWS + 1}"' not in text


def test_a_short_annex_stays_in_the_memo(memo: Document, tmp_path: Path) -> None:
    annex = annex_of(memo)
    few = tuple(
        replace(b, rows=b.rows[:ROWS]) if b is annex else b
        for b in memo.blocks
        if not any(isinstance(one, Number) and one.number > ROWS for one in inlines(b))
    )
    assert parted(replace(memo, blocks=few), tmp_path / "x.xlsx").tables == ()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_workbook_that_is_there_is_kept_without_force(lang: str, tmp_path: Path) -> None:
    book = book_beside(tmp_path / "memo.docx", lang)  # type: ignore[arg-type]
    book.write_bytes(b"edited")
    with pytest.raises(StudyError, match="the file exists and may have been edited"):
        check_memo(tmp_path / "memo.docx", force=False)
    assert check_memo(tmp_path / "memo.docx", force=True)
