"""A document as .pdf, set by Typst from its wheel with the package's own Chinese font."""

from __future__ import annotations

import json

from qiantang.charts.fonts import font_folder, missing
from qiantang.faults import Fault, StudyError
from qiantang.files import put
from qiantang.files.own import own_text
from qiantang.memo.document import (
    WHOLE,
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
    Text,
    Turn,
    inlines,
    words_of,
)
from qiantang.memo.fonts import FAMILY

#: Height that a picture may take of the page.
_MOST = 0.62
#: Margin of a page that lies across. [mm]
_ACROSS = 22


def pdf_bytes(document: Document) -> bytes:
    """Return a memo as the bytes of a .pdf file, the same for the same memo.

    Only fonts that come with the program are used, so that every machine sets the same page;
    fonts of the system help out where a template brings characters that those lack.

    Raises
    ------
    StudyError
        If Typst refuses the page.
    """
    import typst

    words = document.title + "".join(
        one.text for block in document.blocks for one in inlines(block)
        if isinstance(one, Text | Number)
    )  # fmt: skip
    with put.scratch() as root:
        for block in document.blocks:
            if isinstance(block, FigureBlock):
                picture = root / f"{block.key}.svg"
                drawn = block.chart.svg()
                put.text(picture, drawn)
        source = root / "memo.typ"
        text = _Writer(document).write()
        put.text(source, text)
        try:
            made = typst.compile(
                source,
                root=root,
                font_paths=[font_folder()],
                ignore_system_fonts=not missing(words),
                timestamp=0,
            )
        except typst.TypstError as error:
            what = f"Typst refuses the page: {error.message}"
            raise StudyError([Fault("memo", None, "pdf", what)]) from None
    assert isinstance(made, bytes)
    return made


class _Writer:
    """Writes one document as Typst source; every word goes as a string, none as markup."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.places = document.places()

    def write(self) -> str:
        return "\n".join(
            [
                own_text("memo", "memo.typ"),
                self._settings(),
                f"#title-line({_string(self.document.title)})",
                *map(self._block, self.document.blocks),
                "",
            ]
        )

    def _settings(self) -> str:
        look, document = self.document.look, self.document
        page, sizes = look.page, look.sizes
        before, after = look.page_number.split("{}")
        fonts = ["Libertinus Serif", FAMILY] if document.lang == "en" else [FAMILY]
        values = {
            "lang": _string(document.lang),
            "heading-title": _string(document.title),
            "fonts": _tuple([_string(name) for name in fonts]),
            "sans": _tuple([_string(name) for name in _sans(document.lang)]),
            "width": f"{page.width}mm",
            "height": f"{page.height}mm",
            "margin": f"(top: {page.top}mm, bottom: {page.bottom}mm, "
            f"left: {page.left}mm, right: {page.right}mm)",
            "leading": f"{look.leading}pt",
            "indent": str(look.indent),
            "numbered": str(look.numbered).lower(),
            "page-words": _tuple([_string(before), _string(after)]),
            "sizes": _record({name: f"{size}pt" for name, size in sizes}),
        }
        return f"#show: memo.with({', '.join(f'{name}: {v}' for name, v in values.items())})"

    def _block(self, block: Block) -> str:
        if isinstance(block, Heading):
            numbered = self.document.look.numbered and not block.plain
            style = "" if numbered else ", numbering: none"
            return f"#heading(level: {block.level}{style})[{self._inlines(block.content)}]\n"
        if isinstance(block, Paragraph):
            role = {"body": "body", "line": "line-under", "source": "source", "item": "item"}
            return f"#{role[block.role]}[{self._inlines(block.content)}]\n"
        if isinstance(block, FigureBlock):
            return self._figure(block)
        if isinstance(block, TableBlock):
            return self._table(block)
        if isinstance(block, Box):
            items = ", ".join(f"[{self._inlines(item.content)}]" for item in block.blocks)
            return f"#framed([{self._inlines(block.title)}], ({items},))\n"
        assert isinstance(block, Turn)
        return f"#place.flush()\n#set page(flipped: true, margin: {_ACROSS}mm)\n"

    def _figure(self, block: FigureBlock) -> str:
        page = self.document.look.page
        across, down = (float(side) for side in block.chart.figure.get_size_inches())
        width = min(page.across, across * 25.4, _MOST * page.down * across / down)
        told = _string(block.chart.finding)
        picture = f"image({_string(f'{block.key}.svg')}, width: {width:.2f}mm, alt: {told})"
        caption = self._caption("figure", block.key, block.caption)
        return f"#picture({picture}, {caption}, {_label('figure', block.key)})\n"

    def _caption(self, kind: str, key: str, content: tuple[Inline, ...]) -> str:
        named = self.document.caption(kind, self.places[kind, key]) + self.document.between
        return f"[#strong({_string(named)}){self._inlines(content)}]"

    def _table(self, block: TableBlock) -> str:
        columns = _tuple([f"{width:g}fr" for width in block.widths])
        head = ", ".join(f"[{self._inlines(cell)}]" for cell in block.head)
        rows = []
        for row in block.rows:
            first = words_of(row[0])
            cells = [f"[{self._inlines(cell)}]" for cell in row]
            if block.anchors:
                cells[0] = f"[{self._inlines(row[0])}#metadata(none)<n{first}>]"
            rows.append(f"({'true' if first else 'false'}, ({', '.join(cells)},))")
        return (
            f"#sheet({columns}, {_tuple(block.aligns)}, ({head},), ({', '.join(rows)},), "
            f"{self._caption('table', block.key, block.caption)}, "
            f"{_label('table', block.key)}, small: {str(block.small).lower()}, whole: {WHOLE})\n"
        )

    def _inlines(self, content: tuple[Inline, ...]) -> str:
        return "".join(map(self._inline, content))

    def _inline(self, one: Inline) -> str:
        if isinstance(one, Text):
            return f"#strong({_string(one.text)})" if one.bold else f"#{_string(one.text)};"
        if isinstance(one, Number):
            said = f"strong({_string(one.text)})" if one.bold else _string(one.text)
            if one.number not in self.document.listed:
                return f"#{said};"
            return f"#link(label({_string(f'n{one.number}')}), {said})"
        if isinstance(one, Ref):
            said = self.document.caption(one.kind, self.places[one.kind, one.key])
            return f"#link({_label(one.kind, one.key)}, {_string(said)})"
        assert isinstance(one, Note)
        return f"#footnote[{self._inlines(one.content)}]"


def _sans(lang: str) -> list[str]:
    """Return the fonts of headings and tables."""
    return ["Qiantang Sans", FAMILY] if lang == "en" else [FAMILY]


def _string(text: str) -> str:
    """Write a string of Typst."""
    return json.dumps(text, ensure_ascii=False).replace("\\/", "/")


def _label(kind: str, key: str) -> str:
    return f"label({_string(f'{kind}-{key}')})"


def _tuple(items: object) -> str:
    listed = list(items)  # type: ignore[call-overload]
    return f"({', '.join(map(str, listed))},)"


def _record(items: dict[str, str]) -> str:
    return f"({', '.join(f'{name}: {value}' for name, value in items.items())})"
