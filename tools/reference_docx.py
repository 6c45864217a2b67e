"""Write the reference documents of memos: ``python -m tools.reference_docx``.

One a language, in `src/qiantang/memo/templates`. Paper, fonts and sizes are those of look.yaml, so
that .docx, .html and .pdf look alike; the text shows each style under its own name to whoever
edits it in Word. The same look gives the same bytes.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from qiantang.memo import template
from qiantang.memo.docx_package import fixed_zip
from qiantang.memo.look import Look, read_look
from qiantang.memo.reference import BOX_STYLE, STYLES, TABLE_STYLE
from tools.reference_styles import set_styles

FOLDER = Path(template.__file__).with_name("templates")
LANGUAGES = ("en", "zh")
_GENERIC = {"serif": "roman", "sans": "swiss"}
_SAMPLE = {
    "en": {
        "title": "Reference document of memos",
        "first": "Change the styles, the paper, the header and the footer of this document as your "
        "office has them, and save it as memo/reference.en.docx in the study, or name it by "
        "--reference-doc. The text is left out of memos.",
        "style": "This paragraph is in the style “{}”.",
        "cells": ("Target", "P", "First target", "0.50"),
    },
    "zh": {
        "title": "备忘录参考文档",
        "first": "请按本单位要求修改本文档的样式、纸张、页眉和页脚，另存为研究目录中的"
        "memo/reference.zh.docx，或用 --reference-doc 指定。文档中的文字不进入备忘录。",
        "style": "本段样式为“{}”。",
        "cells": ("目标", "概率", "第一项目标", "50%"),
    },
}


def reference_bytes(look: Look, lang: str) -> bytes:
    """Return the reference document of a language as the bytes of a .docx file."""
    made: Any = docx.Document()
    _prune(made)
    set_styles(made, look, lang)
    _font_table(made, look)
    _page(made.sections[0], look)
    _header_and_footer(made.sections[0], look)
    _text(made, lang)
    properties = made.core_properties
    properties.title, properties.author, properties.comments = _SAMPLE[lang]["title"], "", ""
    for name in ("dcterms:created", "dcterms:modified"):
        for found in properties._element.findall(qn(name)):
            properties._element.remove(found)
    store = io.BytesIO()
    made.save(store)
    return fixed_zip(store.getvalue())


def _prune(made: Any) -> None:
    """Take away the table styles that no memo uses, and parts that Word makes anew."""
    styles = made.styles.element
    for style in list(styles.findall(qn("w:style"))):
        name = style.find(qn("w:name")).get(qn("w:val"))
        if style.get(qn("w:type")) == "table" and name not in ("Normal Table", "Table Grid"):
            styles.remove(style)
    for relations in (made.part.package.rels, made.part.rels):
        for key, one in list(relations.items()):
            if one.reltype.endswith(("/thumbnail", "/stylesWithEffects")):
                del relations[key]


def _page(section: Any, look: Look) -> None:
    page = look.page
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.header_distance = Mm(min(15.0, page.top * 0.6))
    section.footer_distance = Mm(min(25.0, page.bottom * 0.55))


def _header_and_footer(section: Any, look: Look) -> None:
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    header.style, footer.style = "Header", "Footer"
    _field(header, "TITLE")
    before, after = look.page_number.split("{}")
    footer.add_run(before)
    _field(footer, "PAGE")
    footer.add_run(after)


def _field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {code} ")
    run = paragraph.add_run("1" if code == "PAGE" else code)
    field.append(run._r)
    paragraph._p.append(field)


def _text(made: Any, lang: str) -> None:
    """Write a paragraph in each style, and both tables."""
    sample: dict[str, Any] = _SAMPLE[lang]
    made.add_paragraph(sample["title"], style="Title")
    made.add_paragraph(sample["first"], style="Body Text")
    for kind, names in STYLES.items():
        for name in names:
            if kind.name == "PARAGRAPH" and name not in ("Title", "Gap"):
                made.add_paragraph(sample["style"].format(name), style=name)
    table = made.add_table(rows=2, cols=2, style=TABLE_STYLE)
    for place, words in enumerate(sample["cells"]):
        paragraph = table.rows[place // 2].cells[place % 2].paragraphs[0]
        paragraph.style = "Table Text Head" if place < 2 else "Table Text"
        paragraph.add_run(words)
    made.add_paragraph(style="Gap")
    box = made.add_table(rows=1, cols=1, style=BOX_STYLE).rows[0].cells[0].paragraphs[0]
    box.style = "Box Title"
    box.add_run(sample["style"].format("Box Title"))


def _font_table(made: Any, look: Look) -> None:
    """Name each font that is asked for, with those that may stand in for it."""
    root = parse_xml(f"<w:fonts {nsdecls('w')}/>")
    seen = set()
    for use, names in look.fonts:
        if names[0] in seen:
            continue
        seen.add(names[0])
        font = OxmlElement("w:font")
        font.set(qn("w:name"), names[0])
        if names[1:]:
            others = OxmlElement("w:altName")
            others.set(qn("w:val"), ",".join(names[1:]))
            font.append(others)
        family = OxmlElement("w:family")
        family.set(qn("w:val"), _GENERIC["sans" if use in ("heading", "subheading") else "serif"])
        font.append(family)
        root.append(font)
    content = serialize_part_xml(root)
    for relation in made.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            relation.target_part._blob = content


def main() -> None:
    """Write both."""
    for lang in LANGUAGES:
        look = read_look(FOLDER / "look.yaml", lang)
        (FOLDER / f"reference.{lang}.docx").write_bytes(reference_bytes(look, lang))


if __name__ == "__main__":
    main()
