"""The annex: a few rows in the memo, and a workbook beside it with all of them.

Where every number comes from fills pages that nobody reads in one go. The memo keeps the head and
the first rows, which show what is told; a program for tables finds and sorts the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qiantang.files.papertables import Cell, PaperTable, write_paper
from qiantang.memo.document import (
    Block,
    Document,
    Paragraph,
    Ref,
    TableBlock,
    Text,
    inlines,
    words_of,
)
from qiantang.memo.registry import Entry
from qiantang.memo.shortwords import short_words
from qiantang.wording import Language

#: Rows of the annex that stand in the memo.
ROWS = 10
#: Columns of an annex, by the field of an entry; its head is of words.yaml.
COLUMNS = ("number", "text", "what", "value", "unit", "scenario", "world", "members", "seed",
           "model", "fit", "origin")  # fmt: skip
_WIDTHS = (1.0, 2.4, 5.6, 2.4, 2.0, 2.2, 2.4, 1.4, 1.0, 2.4, 2.4, 2.8)


@dataclass(frozen=True)
class Parted:
    """A memo with a short annex, and the tables that stand beside it; none where all is short."""

    memo: Document
    tables: tuple[PaperTable, ...] = ()


def book_beside(out: Path, lang: Language) -> Path:
    """Return the workbook of a memo's annex."""
    return out.with_name(f"{out.stem}-{short_words('annex.file', lang)}.xlsx")


def annex_table(entries: Sequence[Entry], lang: Language) -> TableBlock:
    """Return the annex of a register: where each number comes from."""
    return TableBlock(
        "annex", (Text(short_words("annex.caption", lang)),),
        tuple((Text(short_words(f"annex.{column}", lang)),) for column in COLUMNS),
        tuple(
            tuple((Text(str(getattr(entry, column)), quoted=True),) for column in COLUMNS)
            for entry in entries
        ),
        tuple("right" if column in ("number", "members", "seed") else "left"
              for column in COLUMNS),
        _WIDTHS, small=True, anchors=True,
    )  # fmt: skip


def parted(memo: Document, book: Path) -> Parted:
    """Leave the first rows of the annex in the memo, and take all of it, and small tables, out.

    A small table that the text names stays where it is as well.
    """
    place = next((place for place, block in enumerate(memo.blocks)
                  if isinstance(block, TableBlock) and block.anchors), None)  # fmt: skip
    if place is None:
        return Parted(memo)
    annex = memo.blocks[place]
    assert isinstance(annex, TableBlock)
    if len(annex.rows) <= ROWS:
        return Parted(memo)
    named = {one.key for block in memo.blocks for one in inlines(block) if isinstance(one, Ref)}
    after = memo.blocks[place + 1 :]
    tables = [block for block in after if isinstance(block, TableBlock)]
    small = [block for block in tables if block.small and block.key not in named]
    key = "annex.more" if small else "annex.rest"
    more = short_words(key, memo.lang, rows=ROWS, count=len(annex.rows), book=book.name)
    note = Paragraph((Text(more, quoted=True),), "source")
    kept: list[Block] = [block for block in after if block not in small]
    short = replace(annex, rows=annex.rows[:ROWS])
    blocks = (*memo.blocks[:place], short, note, *kept)
    sheets = (_sheet(annex, memo.entries), *(_sheet(block, ()) for block in small))
    return Parted(replace(memo, blocks=blocks), sheets)


def write_annex(tables: Sequence[PaperTable], book: Path) -> None:
    """Write the workbook of an annex, a sheet a table.

    Raises
    ------
    StudyError
        If the disk refuses.
    """
    write_paper(tables, book, str)


def _sheet(block: TableBlock, entries: Sequence[Entry]) -> PaperTable:
    """Return a table with its numbers as numbers; of an annex only those that entries hold so."""
    heads = [words_of(cell) for cell in block.head]
    if block.anchors:
        known = {entry.number: {str(entry.number), entry.value, entry.members, entry.seed}
                 for entry in entries}  # fmt: skip
        rows = [
            [_number(cell) if cell in known[int(cells[0])] else cell for cell in cells]
            for cells in _rows(block)
        ]
    else:
        rows = [[_number(cell) for cell in cells] for cells in _rows(block)]
    formats = dict.fromkeys(range(len(heads)), "General")
    return PaperTable(words_of(block.caption), heads, rows, formats)


def _rows(block: TableBlock) -> Iterator[list[str]]:
    for row in block.rows:
        yield [words_of(cell) for cell in row]


def _number(text: str) -> Cell:
    """Return a number as one, whatever else as it stands."""
    bare = text.replace("−", "-").replace(",", "")
    try:
        return int(bare) if bare.lstrip("-").isdigit() else float(bare)
    except ValueError:
        return text
