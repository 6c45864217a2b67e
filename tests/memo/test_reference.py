"""The reference document: what a memo takes of it, and what is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Mm, Pt

from qiantang.faults import StudyError
from qiantang.memo.document import Document, Heading, Paragraph, Text
from qiantang.memo.docx import docx_bytes
from qiantang.memo.look import read_look
from qiantang.memo.reference import STYLES, open_reference
from tools.reference_docx import FOLDER, LANGUAGES, reference_bytes


def edited(folder: Path, change: Callable[[Any], None]) -> Path:
    """Return an office's own reference document."""
    read = docx.Document(str(FOLDER / "reference.en.docx"))
    change(read)
    place = folder / "own.docx"
    read.save(str(place))
    return place


def repacked(folder: Path, **changes: tuple[str, str]) -> Path:
    """Return the reference document with words of a part changed, or a part added."""
    place = folder / "own.docx"
    with (
        zipfile.ZipFile(FOLDER / "reference.en.docx") as old,
        zipfile.ZipFile(place, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name).decode("utf-8")
            if Path(name).name in changes:
                before, after = changes[Path(name).name]
                assert before in content
                content = content.replace(before, after, 1)
            new.writestr(name, content)
        for name in set(changes) - {Path(one).name for one in old.namelist()}:
            new.writestr(*changes[name])
    return place


def refused(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        open_reference(path)
    return str(caught.value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_shipped_documents_are_those_of_the_look(lang: str) -> None:
    made = reference_bytes(read_look(FOLDER / "look.yaml", lang), lang)
    with (
        zipfile.ZipFile(FOLDER / f"reference.{lang}.docx") as shipped,
        zipfile.ZipFile(io.BytesIO(made)) as again,
    ):
        assert shipped.namelist() == again.namelist()
        for name in shipped.namelist():
            assert shipped.read(name) == again.read(name), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_shipped_document_shows_its_styles_and_lends_no_word(lang: str) -> None:
    shown = {p.style.name for p in docx.Document(str(FOLDER / f"reference.{lang}.docx")).paragraphs
             if p.style}  # fmt: skip
    assert {name for names in STYLES.values() for name in names} - shown <= {
        "Memo Table", "Memo Box", "Footnote Reference", "Box Title", "Table Text Head",
    }  # fmt: skip
    assert open_reference(FOLDER / f"reference.{lang}.docx").paragraphs == []


def test_a_memo_takes_styles_paper_header_and_footer(memo: Document, tmp_path: Path) -> None:
    def change(read: Any) -> None:
        read.styles["Body Text"].font.size = Pt(13)
        read.styles["Memo Table"].font.name = "Georgia"
        read.sections[0].page_width = Mm(200)
        read.sections[0].footer.paragraphs[0].add_run("Bureau of Plans")

    short = replace(
        memo,
        blocks=(Paragraph((Text("words"),)),),
        reference=edited(tmp_path, change),
    )
    read = docx.Document(io.BytesIO(docx_bytes(short)))
    assert read.styles["Body Text"].font.size == Pt(13)
    assert read.styles["Memo Table"].font.name == "Georgia"
    assert round(read.sections[0].page_width / Mm(1)) == 200
    assert "Bureau of Plans" in read.sections[0].footer.paragraphs[0].text
    assert [p.text for p in read.paragraphs] == [memo.title, "words"]
    assert memo.title in read.sections[0].header._element.xml


def test_a_title_field_that_word_wrote_in_runs_shows_the_title(
    memo: Document, tmp_path: Path
) -> None:
    def change(read: Any) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = read.sections[0].header.paragraphs[0]
        for kind in ("begin", "code", "separate", "old title", "end"):
            run = paragraph.add_run("old title" if kind == "old title" else "")
            if kind == "code":
                code = OxmlElement("w:instrText")
                code.text = " TITLE  \\* MERGEFORMAT "
                run._r.append(code)
            elif kind != "old title":
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
                run._r.append(mark)

    blocks = (Paragraph((Text("words"),)),)
    short = replace(memo, blocks=blocks, reference=edited(tmp_path, change))
    header = docx.Document(io.BytesIO(docx_bytes(short))).sections[0].header.paragraphs[0]
    assert header.text.endswith(memo.title)
    assert "old title" not in header.text


def test_names_of_styles_as_libreoffice_writes_them_are_taken(
    memo: Document, tmp_path: Path
) -> None:
    own = repacked(tmp_path, **{"styles.xml": ('w:val="heading 1"', 'w:val="Heading 1"')})
    short = replace(memo, blocks=(Heading(1, (Text("words"),)),), reference=own)
    read = docx.Document(io.BytesIO(docx_bytes(short)))
    style = read.paragraphs[-1].style
    assert style is not None
    assert style.name == "Heading 1"


def test_every_style_that_is_missing_is_told(tmp_path: Path) -> None:
    def change(read: Any) -> None:
        for name in ("Source", "Memo Box"):
            read.styles[name].delete()

    told = refused(edited(tmp_path, change))
    assert "own.docx: styles: no style 'Source' for a paragraph" in told
    assert "no style 'Memo Box' for a table" in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bin": ("word/vbaProject.bin", "x")}, "holds 'word/vbaProject.bin', expected text"),
        ({"ole": ("word/embeddings/a.xlsx", "x")}, "holds 'word/embeddings/a.xlsx'"),
        (
            {"settings.xml.rels": ("word/_rels/settings.xml.rels",
             '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
             '<Relationship Id="a" Type="x" Target="http://x" TargetMode="External"/>'
             "</Relationships>")},
            "names something outside the file",
        ),
        ({"header1.xml": ('w:instr=" TITLE "', 'w:instr=" INCLUDEPICTURE x "')},
         "has a field that fetches something"),
        ({"styles.xml": ("<w:styles", '<!DOCTYPE a [<!ENTITY b "c">]><w:styles')},
         "holds 'word/styles.xml' with a document type"),
        ({"styles.xml": ("UTF-8", "UTF-7")}, "or in another encoding"),
        ({"document.xml": ("<w:body>", "<w:body")}, "is no document of Word (.docx)"),
        ({"[Content_Types].xml": ("document.main+xml", "template.main+xml")},
         "is no document of Word (.docx)"),
    ],
)  # fmt: skip
def test_what_runs_or_is_fetched_is_refused(
    changes: dict[str, tuple[str, str]], told: str, tmp_path: Path
) -> None:
    said = refused(repacked(tmp_path, **changes))
    assert told in said
    assert len(said.splitlines()) == 1


def test_what_is_no_document_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "own.docx"
    assert "own.docx: reference: cannot be read: No such file" in refused(place)
    place.write_text("words", encoding="utf-8")
    assert "is no document of Word (.docx)" in refused(place)
    assert "is a folder" in refused(tmp_path)
