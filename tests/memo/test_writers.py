"""The three files: whole, self-contained, the same for the same memo."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import docx

from qiantang.charts.fonts import missing
from qiantang.memo.document import (
    Document,
    FigureBlock,
    Note,
    Number,
    TableBlock,
    Text,
    inlines,
    words_of,
)
from qiantang.memo.docx import docx_bytes
from qiantang.memo.html import html_bytes
from qiantang.memo.pdf import pdf_bytes

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def notes(memo: Document) -> int:
    return sum(isinstance(one, Note) for block in memo.blocks for one in inlines(block))


def test_docx_has_styles_captions_and_links(memo: Document, docx_files: dict[str, bytes]) -> None:
    content = docx_files[memo.lang]
    assert content == docx_bytes(memo)
    read = docx.Document(io.BytesIO(content))
    used = {paragraph.style.name for paragraph in read.paragraphs if paragraph.style}
    assert {"Title", "Heading 1", "Heading 2", "Caption", "Body Text", "Source"} <= used
    figures = [block for block in memo.blocks if isinstance(block, FigureBlock)]
    tables = [block for block in memo.blocks if isinstance(block, TableBlock)]
    assert len(read.inline_shapes) == len(figures) > 2
    assert sum(table.style.name == "Memo Table" for table in read.tables) == len(tables)
    body = read.element.body
    codes = [code.text.strip() for code in body.iter(f"{W}instrText")]
    assert sum(code.startswith("SEQ ") for code in codes) == len(figures) + len(tables)
    marks = {mark.get(f"{W}name") for mark in body.iter(f"{W}bookmarkStart")}
    anchors = {link.get(f"{W}anchor") for link in body.iter(f"{W}hyperlink")}
    refs = {code.split()[1] for code in codes if code.startswith("REF ")}
    assert anchors | refs <= marks
    assert {f"n{entry.number}" for entry in memo.entries} <= marks
    first = read.tables[0].rows[0].cells[0].text
    assert first == words_of(tables[0].head[0])


def test_docx_fonts_are_an_office_s_with_stand_ins(
    memo: Document, docx_files: dict[str, bytes]
) -> None:
    with zipfile.ZipFile(io.BytesIO(docx_files[memo.lang])) as package:
        styles = package.read("word/styles.xml").decode()
        fonts = package.read("word/fontTable.xml").decode()
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert "python-docx" not in core
    assert "dcterms" not in re.sub("xmlns:dcterms", "", core)
    if memo.lang == "zh":
        for name in ("仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"):
            assert f'w:eastAsia="{name}"' in styles
        assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong' in fonts


def test_docx_footnotes_stand_in_their_part(memo: Document, docx_files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(docx_files[memo.lang])) as package:
        part = ElementTree.fromstring(package.read("word/footnotes.xml"))
        body = ElementTree.fromstring(package.read("word/document.xml"))
        types = package.read("[Content_Types].xml").decode()
        relations = package.read("word/_rels/document.xml.rels").decode()
    listed = [note.get(f"{W}id") for note in part.iter(f"{W}footnote") if not note.get(f"{W}type")]
    referred = [mark.get(f"{W}id") for mark in body.iter(f"{W}footnoteReference")]
    assert listed == referred
    assert len(listed) == notes(memo) > 2
    assert "footnotes+xml" in types
    assert "relationships/footnotes" in relations


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("href", "xlink:href", "src") and value:
                self.links.append(value)


def test_html_is_one_file_whose_links_hold(memo: Document) -> None:
    content = html_bytes(memo)
    assert content == html_bytes(memo)
    page = _Page()
    page.feed(content.decode("utf-8"))
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in re.sub(r"url\((#|\"data:font)", "", content.decode("utf-8"))
    assert page.tags.count("figure") == sum(isinstance(b, FigureBlock) for b in memo.blocks)
    assert page.tags.count("h1") == 1


def test_pdf_is_the_same_again(memo: Document) -> None:
    content = pdf_bytes(memo)
    assert content.startswith(b"%PDF-")
    assert content == pdf_bytes(memo)


def test_the_package_s_font_has_every_character(memo: Document) -> None:
    words = memo.title + "".join(
        one.text
        for block in memo.blocks
        for one in inlines(block)
        if isinstance(one, Text | Number)
    )
    assert missing(words) == ""
    assert missing("\U0002a6a5") != ""
