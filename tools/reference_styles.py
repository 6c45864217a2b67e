"""The styles of a reference document, named as Word names them, so that an office can change them.

Kept outside the package: a memo takes its styles from the file that `tools.reference_docx` makes
of these, or from an office's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from qiantang.memo.reference import BOX_STYLE, TABLE_STYLE

if TYPE_CHECKING:
    from qiantang.memo.look import Look

#: Distance of lines in tables over their size.
_TABLE_LEADING = 1.35
#: Number of the list that numbers headings.
_NUMBERING = "90"
_CENTER, _LEFT, _JUSTIFY = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


def set_styles(docx: Any, look: Look, lang: str) -> None:
    """Set every style that a memo uses.

    Parameters
    ----------
    docx : docx.Document
    look : Look
    lang : {"zh", "en"}
    """
    fonts, sizes = look.fonts, look.sizes
    zh = lang == "zh"
    latin = fonts.latin[0]
    _defaults(docx, lang)

    def style(name: str, base: str, names: Sequence[str], size: float, **more: Any) -> Any:
        found = _style(docx, name, base)
        _letters(found, names[0], latin if zh else names[0], size, **more)
        return found

    body = style("Normal", "", fonts.body, sizes.body)
    _lines(body, leading=None, after=0)
    text = style("Body Text", "Normal", fonts.body, sizes.body)
    _lines(text, leading=look.leading, after=0 if zh else look.leading * 0.45, align=_JUSTIFY)
    _indent(text, look.indent, sizes.body)
    title = style("Title", "Normal", fonts.title, sizes.title, bold=not zh)
    _lines(title, leading=sizes.title * 1.5, after=sizes.body * 0.6, align=_CENTER)
    _without(title, "w:pBdr")
    line = style("Subtitle", "Normal", fonts.subheading, sizes.caption)
    _lines(line, leading=None, after=sizes.body * 1.1, align=_CENTER)
    for level, names, size in ((1, fonts.heading, sizes.heading),
                               (2, fonts.subheading, sizes.subheading)):  # fmt: skip
        head = style(f"Heading {level}", "Normal", names, size, bold=not zh)
        before = 0 if zh else size * (1.2 if level == 1 else 0.9)
        _lines(head, leading=look.leading if zh else None, before=before, after=0 if zh else 4)
        head.paragraph_format.keep_with_next = True
        head.paragraph_format.keep_together = True
        if zh:
            _indent(head, look.indent, size)
    if look.numbered:
        _number_headings(docx)
    item = style("List Bullet", "Normal", fonts.body, sizes.body)
    _lines(item, leading=look.leading, after=0 if zh else 3, align=_JUSTIFY if zh else _LEFT)
    if look.indent:
        _without(item, "w:numPr")
        _indent(item, look.indent, sizes.body)
    caption = style("Caption", "Normal", fonts.heading, sizes.caption)
    _lines(caption, leading=None, before=4, after=4, align=_CENTER)
    figure = style("Figure", "Normal", fonts.body, sizes.body)
    _lines(figure, leading=None, before=6, align=_CENTER)
    figure.paragraph_format.keep_with_next = True
    source = style("Source", "Normal", fonts.table, sizes.note)
    _lines(source, leading=None, before=3, after=8)
    _lines(style("Gap", "Normal", fonts.body, 4), leading=6)
    for name, size in (("Table Text", sizes.table), ("Table Small", sizes.small)):
        _lines(style(name, "Normal", fonts.table, size), leading=_TABLE_LEADING * size)
        head = style(f"{name} Head", "Normal", fonts.table, size, bold=True)
        _lines(head, leading=_TABLE_LEADING * size)
        head.paragraph_format.keep_with_next = True
    box = style("Box Title", "Normal", fonts.heading, sizes.caption, bold=not zh)
    _lines(box, leading=None, before=3, after=3)
    _lines(style("Box Text", "Normal", fonts.table, sizes.table), leading=None, after=4)
    note = style("Footnote Text", "Normal", fonts.table, sizes.note)
    _lines(note, leading=None)
    header = style("Header", "Normal", fonts.table, sizes.note, colour="595959")
    _lines(header, leading=None, align=_CENTER)
    footer = style("Footer", "Normal", fonts.table, 14 if zh else sizes.note)
    _lines(footer, leading=None, align=_CENTER)
    _reference(docx)
    _table_styles(docx)


def _defaults(docx: Any, lang: str) -> None:
    """Set the languages, by which a program chooses glyphs and hyphens."""
    properties = docx.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))[0]
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")


def _style(docx: Any, name: str, base: str) -> Any:
    styles = docx.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if base:
        style.base_style = styles[base]
        style.quick_style = True
        style.hidden = False
    return style


def _letters(
    style: Any, eastern: str, latin: str, size: float, *, bold: bool = False, colour: str = "000000"
) -> None:
    """Set the letters: a font for Chinese, one for the rest, no theme in between."""
    properties = style.element.get_or_add_rPr()
    for found in list(properties):
        properties.remove(found)
    style.font.name = latin
    fonts = properties.find(qn("w:rFonts"))
    fonts.set(qn("w:eastAsia"), eastern)
    fonts.set(qn("w:cs"), latin)
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.color.rgb = RGBColor.from_string(colour)


def _lines(
    style: Any,
    *,
    leading: float | None,
    before: float = 0,
    after: float = 0,
    align: Any = _LEFT,
) -> None:
    """Set the distances of lines and paragraphs. [pt]"""
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.alignment = align
    layout.widow_control = True
    if leading is None:
        layout.line_spacing = 1.0
    else:
        layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        layout.line_spacing = Pt(leading)


def _indent(style: Any, letters: float, size: float) -> None:
    """Indent the first line by a number of letters."""
    if not letters:
        return
    style.paragraph_format.first_line_indent = Pt(letters * size)
    indent = style.element.pPr.find(qn("w:ind"))
    indent.set(qn("w:firstLineChars"), str(int(100 * letters)))


def _without(style: Any, property_: str) -> None:
    """Take away what Word's own style has: the rule of a title, the dot of an item."""
    for found in style.element.pPr.findall(qn(property_)):
        style.element.pPr.remove(found)


def _number_headings(docx: Any) -> None:
    """Set 一、 and （一） before headings by a list of Word's own."""
    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        f'<w:pStyle w:val="Heading{place + 1}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for place, text in enumerate(("%1、", "（%2）"))
    )
    numbering = docx.part.numbering_part.element
    kind = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_NUMBERING}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, kind)
    numbering.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{_NUMBERING}">'
            f'<w:abstractNumId w:val="{_NUMBERING}"/></w:num>'
        )
    )
    for place in (0, 1):
        properties = docx.styles[f"Heading {place + 1}"].element.get_or_add_pPr()
        for found in properties.findall(qn("w:numPr")):
            properties.remove(found)
        number = parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{place}"/>'
            f'<w:numId w:val="{_NUMBERING}"/></w:numPr>'
        )
        properties._insert_numPr(number)


def _reference(docx: Any) -> None:
    """Add the style of footnote marks."""
    if "Footnote Reference" not in docx.styles:
        style = docx.styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
        style.font.superscript = True


def _table_styles(docx: Any) -> None:
    """Add the styles of tables: rules above and below, none down; and a framed box."""
    rule = '<w:{edge} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'

    def rules(**sizes: int) -> str:
        return "".join(
            rule.format(edge=edge, size=size, colour="BFBFBF" if edge == "insideH" else "404040")
            for edge, size in sizes.items()
        )

    margins = "".join(
        f'<w:{edge} w:w="{width}" w:type="dxa"/>'
        for edge, width in (("top", 25), ("left", 60), ("bottom", 25), ("right", 60))
    )
    padded = "".join(
        f'<w:{edge} w:w="140" w:type="dxa"/>' for edge in ("top", "left", "bottom", "right")
    )
    shade = '<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="F5F5F5"/></w:tcPr>'
    head = (
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{rules(top=12, bottom=6)}'
        "</w:tcBorders></w:tcPr></w:tblStylePr>"
    )
    for name, borders, cells, more in (
        (TABLE_STYLE, rules(top=12, bottom=12, insideH=4), margins, head),
        (BOX_STYLE, rules(top=6, left=6, bottom=6, right=6), padded, shade),
    ):
        key = name.replace(" ", "")
        docx.styles.element.append(
            parse_xml(
                f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{key}">'
                f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
                f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders>"
                f"<w:tblCellMar>{cells}</w:tblCellMar></w:tblPr>"
                f"{more}</w:style>"
            )
        )
