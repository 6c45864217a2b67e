"""What python-docx does not write: footnotes, and a zip without dates."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as DocxParagraph

if TYPE_CHECKING:
    from qiantang.memo.document import Note

#: Date of everything inside the zip: the oldest that the format knows.
_DATE = (1980, 1, 1, 0, 0, 0)
#: The lines above footnotes, which every footnotes part must hold.
_SEPARATORS = (("separator", "-1"), ("continuationSeparator", "0"))


class Footnotes:
    """The footnotes of a document: referred to while it is written, written at its end.

    Parameters
    ----------
    docx : docx.Document
    """

    def __init__(self, docx: Any) -> None:
        self.docx = docx
        self.notes: list[Note] = []

    def refer(self, paragraph: DocxParagraph, note: Note) -> None:
        """Set the mark of a footnote at the end of a paragraph."""
        self.notes.append(note)
        run = paragraph.add_run()
        run.style = "Footnote Reference"
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(len(self.notes)))
        run._r.append(mark)

    def close(self, write: Callable[[DocxParagraph, Note], None]) -> None:
        """Write the part with all footnotes.

        Parameters
        ----------
        write : callable
            Writes the words of a note into a paragraph.
        """
        root = parse_xml(f"<w:footnotes {nsdecls('w', 'r')}/>")
        for kind, number in _SEPARATORS:
            root.append(
                parse_xml(
                    f'<w:footnote {nsdecls("w")} w:type="{kind}" w:id="{number}"><w:p><w:pPr>'
                    '<w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
                    f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
                )
            )
        body = self.docx.element.body
        for place, note in enumerate(self.notes, start=1):
            # Written at the end of the body, where styles are known, then moved.
            paragraph = self.docx.add_paragraph(style="Footnote Text")
            run = paragraph.add_run()
            run.style = "Footnote Reference"
            run._r.append(OxmlElement("w:footnoteRef"))
            paragraph.add_run(" ")
            write(paragraph, note)
            body.remove(paragraph._p)
            holder = OxmlElement("w:footnote")
            holder.set(qn("w:id"), str(place))
            holder.append(paragraph._p)
            root.append(holder)
        self._add_part(root)
        self._settings()

    def _add_part(self, root: Any) -> None:
        content = serialize_part_xml(root)
        document = self.docx.part
        for key, relation in list(document.rels.items()):  # those of the reference's own text
            if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
                del document.rels[key]
        part = Part(
            PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, content, document.package
        )
        document.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    def _settings(self) -> None:
        """Name the separators in the settings, in the place that the schema gives them."""
        settings = self.docx.settings.element
        for old in settings.findall(qn("w:footnotePr")):
            settings.remove(old)
        item = OxmlElement("w:footnotePr")
        for _, number in _SEPARATORS:
            mark = OxmlElement("w:footnote")
            mark.set(qn("w:id"), number)
            item.append(mark)
        compat = settings.find(qn("w:compat"))
        if compat is None:
            settings.append(item)
        else:
            compat.addprevious(item)


def fixed_zip(content: bytes) -> bytes:
    """Return a zip with the same files, sorted and all of one date."""
    store = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 0
            new.writestr(entry, old.read(name))
    return store.getvalue()
