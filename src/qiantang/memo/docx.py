"""A document as .docx: an office's styles, captions with fields, footnotes, an annex across.

Styles, paper, header and footer are those of a reference document (`qiantang.memo.reference`).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Mm, Pt

from qiantang.memo.document import (
    Block,
    Box,
    Document,
    FigureBlock,
    Heading,
    Inline,
    Note,
    Number,
    Paragraph,
    Ref,
    TableBlock,
    Turn,
    words_of,
)
from qiantang.memo.docx_package import Footnotes, fixed_zip
from qiantang.memo.reference import BOX_STYLE, TABLE_STYLE, open_reference, set_title

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph as DocxParagraph

#: Style of each kind of paragraph.
_STYLES = {"body": "Body Text", "line": "Subtitle", "source": "Source", "item": "List Bullet"}
#: Dots an inch of pictures: sharp in print at the width of the text.
_DPI = 220
#: Height that a picture may take of the page, so that its caption stays with it.
_MOST = 0.62
#: Rows at the head and at the foot of a table that no page break parts.
_TOGETHER = 5
#: Sides of a page that lies across. [mm]
_ACROSS = 22.0


def docx_bytes(document: Document) -> bytes:
    """Return a memo as the bytes of a .docx file, the same for the same memo."""
    return _Writer(document).write()


class _Writer:
    """Writes one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.places = document.places()
        self.docx = open_reference(document.reference)
        page = self.docx.sections[0]
        self.width = (page.page_width - page.left_margin - page.right_margin) / Mm(1)
        self.height = (page.page_height - page.top_margin - page.bottom_margin) / Mm(1)
        self.notes = Footnotes(self.docx)
        self.marks = 0

    def write(self) -> bytes:
        self._properties()
        set_title(self.docx, self.document.title)
        self.docx.add_paragraph(self.document.title, style="Title")
        blocks = self.document.blocks
        for block, after in zip(blocks, [*blocks[1:], None], strict=True):
            self._block(block, after)
        self.notes.close(self._footnote)
        store = io.BytesIO()
        self.docx.save(store)
        return fixed_zip(store.getvalue())

    def _block(self, block: Block, after: Block | None) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, FigureBlock):
            self._figure(block)
        elif isinstance(block, TableBlock):
            follows = isinstance(after, Paragraph) and after.role == "source"
            self._table(block, follows)
        elif isinstance(block, Box):
            self._box(block)
        elif isinstance(block, Turn):
            self._turn()

    def _heading(self, block: Heading) -> None:
        paragraph = self.docx.add_paragraph(style=f"Heading {block.level}")
        if block.plain:
            numbering = OxmlElement("w:numPr")
            none = OxmlElement("w:numId")
            none.set(qn("w:val"), "0")
            numbering.append(none)
            paragraph._p.get_or_add_pPr().append(numbering)
        self._inlines(paragraph, block.content)

    def _paragraph(self, block: Paragraph) -> None:
        self._inlines(self.docx.add_paragraph(style=_STYLES[block.role]), block.content)

    def _figure(self, block: FigureBlock) -> None:
        across, down = (float(side) for side in block.chart.figure.get_size_inches())
        width = min(self.width / 25.4, across, _MOST * self.height / 25.4 * across / down)
        paragraph = self.docx.add_paragraph(style="Figure")
        picture = paragraph.add_run().add_picture(
            io.BytesIO(block.chart.png(_DPI)), width=Inches(width)
        )
        properties = picture._inline.docPr
        properties.set("descr", block.chart.finding)
        properties.set("name", words_of(block.caption))
        self._caption("figure", block.key, block.caption)

    def _caption(self, kind: str, key: str, content: tuple[Inline, ...]) -> None:
        """Write a caption; the number is a field, so that Word can count anew."""
        paragraph = self.docx.add_paragraph(style="Caption")
        if kind == "table":
            paragraph.paragraph_format.keep_with_next = True
        word = self.document.caption(kind, 0)[:-1]
        self._bookmark(paragraph, _mark(kind, key), True)
        paragraph.add_run(word)
        _field(paragraph, f"SEQ {word.strip()} \\* ARABIC", str(self.places[kind, key]))
        self._bookmark(paragraph, "", False)
        paragraph.add_run(self.document.between)
        self._inlines(paragraph, content)

    def _table(self, block: TableBlock, follows: bool) -> None:
        self._caption("table", block.key, block.caption)
        table = self.docx.add_table(rows=0, cols=len(block.head), style=TABLE_STYLE)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        style = "Table Small" if block.small else "Table Text"
        widths = [self.width * share / sum(block.widths) for share in block.widths]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        self._row(table, block.head, widths, block, f"{style} Head", keep=True)
        _repeat(table.rows[0])
        for place, row in enumerate(block.rows):
            last = place + 1 == len(block.rows)
            grouped = not last and not words_of(block.rows[place + 1][0])
            edge = not last and (place < _TOGETHER or place >= len(block.rows) - _TOGETHER)
            keep = edge or grouped or (last and follows)
            self._row(table, row, widths, block, style, keep=keep)
            if block.anchors:
                paragraph = table.rows[-1].cells[0].paragraphs[0]
                self._bookmark(paragraph, f"n{words_of(row[0])}", True)
                self._bookmark(paragraph, "", False)
            if not words_of(row[0]):
                _no_rule_between(table.rows[-2], table.rows[-1])
        if not follows:
            self.docx.add_paragraph(style="Gap")

    def _row(self, table: Any, cells: Any, widths: list[float], block: TableBlock, style: str,
             *, keep: bool) -> None:  # fmt: skip
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        for cell, content, width, align in zip(row.cells, cells, widths, block.aligns, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.style = style
            paragraph.alignment = {"left": 0, "center": 1, "right": 2}[align]
            paragraph.paragraph_format.keep_with_next = keep or None
            self._inlines(paragraph, content)

    def _box(self, block: Box) -> None:
        self.docx.add_paragraph(style="Gap")
        table = self.docx.add_table(rows=1, cols=1, style=BOX_STYLE)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        cell = table.rows[0].cells[0]
        cell.width = Mm(self.width)
        title = cell.paragraphs[0]
        title.style = "Box Title"
        self._inlines(title, block.title)
        for item in block.blocks:
            self._inlines(cell.add_paragraph(style="Box Text"), item.content)
        self.docx.add_paragraph(style="Gap")

    def _turn(self) -> None:
        last = self.docx.paragraphs[-1]
        section = self.docx.add_section(WD_SECTION.NEW_PAGE)
        # A paragraph of its own that ends the section would open a new page where none has room.
        ends = last._p.getnext()
        if ends is not None and ends.tag == qn("w:p"):
            last._p.get_or_add_pPr().append(ends.pPr.sectPr)
            ends.getparent().remove(ends)
        if last.style.name == "Gap":
            last.paragraph_format.line_spacing = Pt(1)
        long, short = section.page_height, section.page_width
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = long, short
        section.left_margin = section.right_margin = Mm(_ACROSS)
        section.top_margin = section.bottom_margin = Mm(_ACROSS)
        section.header_distance = section.footer_distance = Mm(_ACROSS / 2)
        self.width, self.height = long.mm - 2 * _ACROSS, short.mm - 2 * _ACROSS

    def _inlines(self, paragraph: DocxParagraph, content: tuple[Inline, ...]) -> None:
        for one in content:
            if isinstance(one, Number):
                self._number(paragraph, one)
            elif isinstance(one, Note):
                self.notes.refer(paragraph, one)
            elif isinstance(one, Ref):
                said = self.document.caption(one.kind, self.places[one.kind, one.key])
                _field(paragraph, f"REF {_mark(one.kind, one.key)} \\h", said)
            else:
                paragraph.add_run(one.text).bold = one.bold or None

    def _number(self, paragraph: DocxParagraph, one: Number) -> None:
        """Write a number as a link to its row of the annex, if that is here, without its looks."""
        run = paragraph.add_run(one.text)
        run.bold = one.bold or None
        if one.number not in self.document.listed:
            return
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), f"n{one.number}")
        link.set(qn("w:history"), "1")
        run._r.addprevious(link)
        link.append(run._r)

    def _footnote(self, paragraph: DocxParagraph, note: Note) -> None:
        self._inlines(paragraph, note.content)

    def _bookmark(self, paragraph: DocxParagraph, name: str, start: bool) -> None:
        self.marks += start
        mark = OxmlElement(f"w:bookmark{'Start' if start else 'End'}")
        mark.set(qn("w:id"), str(self.marks))
        if start:
            mark.set(qn("w:name"), name)
        paragraph._p.append(mark)

    def _properties(self) -> None:
        """Set the title and nobody as author; no date, for the same memo gives the same file."""
        properties = self.docx.core_properties
        properties.title, properties.author, properties.comments = self.document.title, "", ""
        properties.last_modified_by = ""
        properties.language = "zh-CN" if self.document.lang == "zh" else "en-GB"
        element: Any = properties._element
        for name in ("dcterms:created", "dcterms:modified"):
            for found in element.findall(qn(name)):
                element.remove(found)


def _mark(kind: str, key: str) -> str:
    """Return the name of the bookmark around a caption's number."""
    return f"{kind}_{key}"[:40]


def _field(paragraph: DocxParagraph, code: str, shown: str) -> None:
    """Write a field with what it shows until a program counts anew."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", shown), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        if kind == "text":
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.set(qn("xml:space"), "preserve")
            part.text = f" {text} "
        run._r.append(part)


def _repeat(row: Any) -> None:
    """Let the head of a table stand on every page that it takes."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _no_rule_between(above: Any, below: Any) -> None:
    """Take away the rule between a row and the one that belongs to it."""
    _no_rule(above, "bottom")
    _no_rule(below, "top")


def _no_rule(row: Any, edge: str) -> None:
    """Take one edge of every cell of a row; edges stand in the order of the schema: top, bottom."""
    for cell in row.cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        line = OxmlElement(f"w:{edge}")
        line.set(qn("w:val"), "nil")
        if edge == "top":
            borders.insert(0, line)
        else:
            borders.append(line)
