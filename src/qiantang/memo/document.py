"""A memo as a document: headings, paragraphs, boxes, figures, tables; no format in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from qiantang.wording.language import phrase

if TYPE_CHECKING:
    from pathlib import Path

    from qiantang.charts import Chart
    from qiantang.memo.look import Look
    from qiantang.memo.registry import Entry
    from qiantang.wording import Language

#: Tables of up to so many rows are never broken over two pages.
WHOLE = 24

Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Text:
    """Words; `quoted` ones stand so in a source."""

    text: str
    bold: bool = False
    quoted: bool = False


@dataclass(frozen=True)
class Number:
    """A number of the register."""

    text: str
    number: int
    bold: bool = False


@dataclass(frozen=True)
class Note:
    """A footnote."""

    content: tuple[Inline, ...]


@dataclass(frozen=True)
class Ref:
    """A reference to a figure or table by its key."""

    kind: Literal["figure", "table"]
    key: str


Inline = Text | Number | Note | Ref


@dataclass(frozen=True)
class Heading:
    """A heading; a plain one takes no number where headings are numbered."""

    level: int
    content: tuple[Inline, ...]
    plain: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: body text, the line of date and origin, a note under a table, or an item."""

    content: tuple[Inline, ...]
    role: Literal["body", "line", "source", "item"] = "body"


@dataclass(frozen=True)
class FigureBlock:
    """A chart with its caption."""

    key: str
    chart: Chart
    caption: tuple[Inline, ...]


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption; a row whose first cell is empty belongs to the row above.

    In a table with `anchors` the first cell of a row is the number of an entry of the register.
    """

    key: str
    caption: tuple[Inline, ...]
    head: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    aligns: tuple[Align, ...]
    widths: tuple[float, ...]
    small: bool = False
    anchors: bool = False


@dataclass(frozen=True)
class Box:
    """A framed box with a title."""

    title: tuple[Inline, ...]
    blocks: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Turn:
    """From here on the page lies on its long side."""


Block = Heading | Paragraph | FigureBlock | TableBlock | Box | Turn


@dataclass(frozen=True)
class Document:
    """A memo.

    Parameters
    ----------
    title : str
    lang : {"zh", "en"}
    blocks : tuple of Block
    entries : tuple of Entry
        Numbers said in the memo.
    look : Look
    reference : Path
        Document of Word that a .docx takes its styles from.
    figure, table : str
        How figures and tables are called in captions: Figure, 图.
    """

    title: str
    lang: Language
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]
    look: Look
    reference: Path
    figure: str
    table: str
    contents: dict[int, Entry] = field(init=False, repr=False, compare=False)
    listed: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        annexes = (b for b in self.blocks if isinstance(b, TableBlock) and b.anchors)
        listed = (words_of(row[0]) for block in annexes for row in block.rows)
        object.__setattr__(self, "contents", {entry.number: entry for entry in self.entries})
        object.__setattr__(self, "listed", frozenset(int(one) for one in listed if one.isdecimal()))

    def places(self) -> dict[tuple[str, str], int]:
        """Return the number of each figure and table by kind and key, in order of appearance."""
        found: dict[tuple[str, str], int] = {}
        for kind, wanted in (("figure", FigureBlock), ("table", TableBlock)):
            blocks = (block for block in self.blocks if isinstance(block, wanted))
            found |= {(kind, block.key): place for place, block in enumerate(blocks, start=1)}
        return found

    def caption(self, kind: str, place: int) -> str:
        """Return how a figure or table is called: Figure 1, 图1."""
        word = self.figure if kind == "figure" else self.table
        return phrase("caption", self.lang, word=word, place=place)

    @property
    def between(self) -> str:
        """What stands between a caption's number and its words."""
        return phrase("caption.end", self.lang)


def inlines(block: Block) -> Iterator[Inline]:
    """Yield what a block is made of, footnotes and their content too."""
    groups: Iterable[tuple[Inline, ...]] = ()
    if isinstance(block, Heading | Paragraph):
        groups = (block.content,)
    elif isinstance(block, FigureBlock):
        groups = (block.caption,)
    elif isinstance(block, TableBlock):
        groups = (block.caption, *block.head, *(cell for row in block.rows for cell in row))
    elif isinstance(block, Box):
        groups = (block.title, *(item.content for item in block.blocks))
    for group in groups:
        for one in group:
            yield one
            if isinstance(one, Note):
                yield from one.content


def words_of(content: tuple[Inline, ...]) -> str:
    """Return content as plain text, notes and references left out."""
    return "".join(one.text for one in content if isinstance(one, Text | Number))
