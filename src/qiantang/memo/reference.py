"""The reference document: a .docx whose styles, paper, header and footer a memo takes.

It is opened and edited in Word as any document; what it says in its body is left out. Since it
may come from anybody and its parts travel on in the memo, it holds text, styles and pictures
alone: nothing that runs, and nothing that Word would fetch.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.styles import BabelFish
from lxml.etree import XMLSyntaxError

from qiantang.faults import Fault, StudyError
from qiantang.files import door

TABLE_STYLE, BOX_STYLE = "Memo Table", "Memo Box"
#: Styles that a memo uses, by their names in English, which Word keeps in every language.
STYLES = {
    WD_STYLE_TYPE.PARAGRAPH: (
        "Title", "Subtitle", "Heading 1", "Heading 2", "Body Text", "List Bullet", "Source",
        "Figure", "Caption", "Gap", "Table Text", "Table Text Head", "Table Small",
        "Table Small Head", "Box Title", "Box Text", "Footnote Text",
    ),
    WD_STYLE_TYPE.CHARACTER: ("Footnote Reference",),
    WD_STYLE_TYPE.TABLE: (TABLE_STYLE, BOX_STYLE),
}  # fmt: skip
#: Bytes of all parts once unpacked.
_MOST = door.DATA_LIMIT
#: Parts of a document without macros, objects and other files in it (ECMA-376, part 1, 11.3).
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/[\w.-]+|customXml/[\w./-]+"
    r"|word/(_rels/)?[A-Za-z]+\d*\.xml(\.rels)?|word/theme/[\w./-]+|word/media/[\w-]+\.(png|jpe?g|gif)"
)
#: Fields that fetch, run or link (ECMA-376, part 1, 17.16.5).
_FETCHES = ("DDE", "INCLUDE", "LINK", "IMPORT", "EMBED", "MACRO", "DATABASE", "RD")
#: A document type, or an encoding in which one could hide.
_STRANGE = re.compile(
    r"<!(?!--|\[CDATA)|[\x00\ufffd]|<\?xml[^>]*encoding=.(?!utf-?8)", re.IGNORECASE
)
#: What Word would fetch: a relation to something outside, a picture of VML by its address.
_OUTSIDE = re.compile(r"TargetMode\s*=\s*.External|\s(src|o:href)\s*=", re.IGNORECASE)


def check_reference(path: Path) -> None:
    """Refuse a reference document that a memo could not be written by; as `open_reference`."""
    open_reference(path)


def open_reference(path: Path) -> Any:
    """Return a reference document without its text.

    Parameters
    ----------
    path : Path

    Returns
    -------
    docx.Document

    Raises
    ------
    StudyError
        No document of Word, one that runs or fetches something, one without a style that a memo
        needs: every style that is missing.
    """
    try:
        content = door.content(path)
        _check_parts(content)
        read = docx.Document(BytesIO(content))
        _check_fields(read)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from None
    except (
        _UnfitError,
        OpcError,
        zipfile.BadZipFile,
        XMLSyntaxError,
        KeyError,
        ValueError,
    ) as error:
        what = str(error) if isinstance(error, _UnfitError) else "is no document of Word (.docx)"
        raise _refused(path, what) from None
    missing = [
        Fault(path, None, "styles", f"no style {name!r} for a {kind.name.lower()}, expected one")
        for kind, names in STYLES.items()
        for name in names
        if not _find_style(read, name, kind)
    ]
    if missing:
        raise StudyError(missing)
    body = read.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    return read


def _find_style(read: Any, name: str, kind: WD_STYLE_TYPE) -> bool:
    """Say whether there is a style, and name it as Word does: LibreOffice writes Heading 1."""
    for style in read.styles:
        if style.name == name and style.type == kind:
            style.element.name_val = BabelFish.ui2internal(name)
            return True
    return False


class _UnfitError(ValueError):
    """What is wrong with a reference document, as the end of a sentence."""


def _check_parts(content: bytes) -> None:
    """Refuse a package of too much, and one with parts that run or are fetched."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _MOST:
            raise _UnfitError(f"is larger than {_MOST // door.MIB} MiB once unpacked")
        for name in packed.namelist():
            if not _PARTS.fullmatch(name) and not name.endswith("/"):
                raise _UnfitError(f"holds {name[:60]!r}, expected text, styles and pictures alone")
            if not name.endswith((".xml", ".rels")):
                continue
            text = packed.read(name).decode("utf-8", "replace")
            if _STRANGE.search(text):
                raise _UnfitError(
                    f"holds {name[:60]!r} with a document type or in another encoding"
                )
            if _OUTSIDE.search(text):
                raise _UnfitError("names something outside the file, expected no links")


def _check_fields(read: Any) -> None:
    for root in _edges(read):
        codes = [str(one.get(qn("w:instr"))) for one in root.iter(qn("w:fldSimple"))]
        codes.append("".join(str(one.text or "") for one in root.iter(qn("w:instrText"))))
        told = re.sub(r"\s", "", "".join(codes)).upper()
        if any(word in told for word in _FETCHES):
            raise _UnfitError(
                "has a field that fetches something, expected PAGE, TITLE and the like"
            )


def set_title(read: Any, title: str) -> None:
    """Let the fields TITLE of header and footer show a title until Word counts anew."""
    for root in _edges(read):
        for field in root.iter(qn("w:fldSimple")):
            if "TITLE" in str(field.get(qn("w:instr"))).upper():
                _say(field.iter(qn("w:t")), title)
        for shown in _results(root):
            _say(shown, title)


def _say(texts: Any, title: str) -> None:
    """Write a title into the first of some texts, nothing into the others."""
    for place, text in enumerate(texts):
        text.text = "" if place else title


def _results(root: Any) -> Iterator[list[Any]]:
    """Yield the texts that each TITLE field of several runs shows."""
    code, shows = "", False
    texts: list[Any] = []
    for one in root.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        kind = one.get(qn("w:fldCharType"))
        if kind == "begin":
            code, texts, shows = "", [], False
        elif kind == "separate":
            shows = "TITLE" in code.upper()
        elif kind == "end":
            yield texts
            texts, shows = [], False
        elif one.tag == qn("w:instrText"):
            code += one.text or ""
        elif shows:
            texts.append(one)


def _edges(read: Any) -> Iterator[Any]:
    """Yield the roots of all headers and footers."""
    for section in read.sections:
        for edge in (
            section.header, section.first_page_header, section.even_page_header,
            section.footer, section.first_page_footer, section.even_page_footer,
        ):  # fmt: skip
            if not edge.is_linked_to_previous:
                yield edge._element


def _refused(path: Path, what: str) -> StudyError:
    return StudyError([Fault(path, None, "reference", what)])
