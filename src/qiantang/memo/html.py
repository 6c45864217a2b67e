"""A document as one .html file: pictures and font inside, nothing fetched."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from string import Template

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
    Text,
    Turn,
    words_of,
)
from qiantang.memo.fonts import FAMILY, cut
from qiantang.memo.registry import tip

_STYLE = Path(__file__).with_name("memo.css")
_ROLES = {"body": "body", "line": "line", "source": "source", "item": "item"}
#: Names inside a picture that must differ from those of the next.
_NAMES = re.compile(r'(id="|href="#|url\(#)')


def html_bytes(document: Document) -> bytes:
    """Return a memo as the bytes of one .html file, the same for the same memo."""
    return _Writer(document).write().encode("utf-8")


class _Writer:
    """Writes one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.places = document.places()
        self.notes: list[Note] = []

    def write(self) -> str:
        document = self.document
        parts = [self._block(block) for block in document.blocks]
        notes = "".join(
            f'<li id="note{place}">{self._inlines(note.content)} '
            f'<a class="back" href="#mark{place}" aria-label="{place}">↩</a></li>'
            for place, note in enumerate(self.notes, start=1)
        )
        body = "\n".join([f"<h1>{escape(document.title)}</h1>", *parts])
        if notes:
            body += f'\n<section class="notes"><ol>{notes}</ol></section>'
        tongue = "zh-CN" if document.lang == "zh" else "en"
        return (
            f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(document.title)}</title>\n<style>\n{self._style(body)}</style>\n"
            f'</head>\n<body class="{document.lang}">\n<main>\n{body}\n</main>\n</body>\n</html>\n'
        )

    def _style(self, body: str) -> str:
        """Return the style sheet, with the font cut to the words outside the pictures."""
        words = re.sub(r"<svg.*?</svg>|<[^>]*>", "", body, flags=re.DOTALL)
        letters = sorted(set(words) | set(self.document.title) | set(_ALWAYS))
        fonts = self.document.look.fonts
        blanks = {
            use: ", ".join(f'"{name}"' for name in [*names, FAMILY])
            for use, names in fonts
            if use != "latin"
        }
        latin = ", ".join(f'"{name}"' for name in fonts.latin)
        if self.document.lang == "zh":
            blanks = {use: f"{latin}, {names}" for use, names in blanks.items()}
        blanks["face"] = (
            f'@font-face {{ font-family: "{FAMILY}"; '
            f'src: url("data:font/woff;base64,{cut(letters)}") format("woff"); }}'
        )
        return Template(_STYLE.read_text(encoding="utf-8")).substitute(blanks)

    def _block(self, block: Block) -> str:
        if isinstance(block, Heading):
            plain = ' class="plain"' if block.plain else ""
            level = block.level + 1
            return f"<h{level}{plain}>{self._inlines(block.content)}</h{level}>"
        if isinstance(block, Paragraph):
            return f'<p class="{_ROLES[block.role]}">{self._inlines(block.content)}</p>'
        if isinstance(block, FigureBlock):
            return self._figure(block)
        if isinstance(block, TableBlock):
            return self._table(block)
        if isinstance(block, Box):
            items = "".join(f"<p>{self._inlines(item.content)}</p>" for item in block.blocks)
            title = self._inlines(block.title)
            return f'<aside class="box"><p class="boxtitle">{title}</p>{items}</aside>'
        assert isinstance(block, Turn)
        return '<hr class="turn">'

    def _figure(self, block: FigureBlock) -> str:
        picture = block.chart.svg()
        picture = picture[picture.index("<svg") :]
        picture = _NAMES.sub(rf"\g<1>{block.key}-", picture)
        picture = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", picture, count=1)
        picture = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", picture, count=1)
        told = escape(block.chart.finding, quote=True)
        picture = picture.replace("<svg", f'<svg role="img" aria-label="{told}"', 1)
        caption = self._caption("figure", block.key, block.caption)
        return (
            f'<figure id="figure-{block.key}">\n{picture}\n<figcaption>{caption}</figcaption>\n'
            "</figure>"
        )

    def _caption(self, kind: str, key: str, content: tuple[Inline, ...]) -> str:
        named = escape(self.document.caption(kind, self.places[kind, key]))
        return f"<b>{named}</b>{self.document.between}{self._inlines(content)}"

    def _table(self, block: TableBlock) -> str:
        across = sum(block.widths)
        columns = "".join(f'<col style="width:{100 * one / across:.1f}%">' for one in block.widths)
        head = "".join(
            f'<th scope="col" class="{align}">{self._inlines(cell)}</th>'
            for cell, align in zip(block.head, block.aligns, strict=True)
        )
        rows = []
        for row in block.rows:
            first = words_of(row[0])
            mark = f' id="n{first}"' if block.anchors else ""
            mark += "" if first else ' class="more"'
            cells = "".join(
                f'<td class="{align}">{self._inlines(cell)}</td>'
                for cell, align in zip(row, block.aligns, strict=True)
            )
            rows.append(f"<tr{mark}>{cells}</tr>")
        kind = "wide small" if block.small else "wide"
        caption = self._caption("table", block.key, block.caption)
        return (
            f'<div class="{kind}" id="table-{block.key}"><table><caption>{caption}</caption>'
            f"<colgroup>{columns}</colgroup>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
            + "\n".join(rows)
            + "\n</tbody></table></div>"
        )

    def _inlines(self, content: tuple[Inline, ...]) -> str:
        return "".join(map(self._inline, content))

    def _inline(self, one: Inline) -> str:
        if isinstance(one, Text):
            text = escape(one.text)
            return f"<b>{text}</b>" if one.bold else text
        if isinstance(one, Number):
            entry = self.document.contents[one.number]
            link = f'<a class="n" href="#n{one.number}" title="{tip(entry)}">{escape(one.text)}</a>'
            return f"<b>{link}</b>" if one.bold else link
        if isinstance(one, Ref):
            place = self.places[one.kind, one.key]
            said = escape(self.document.caption(one.kind, place))
            return f'<a href="#{one.kind}-{one.key}">{said}</a>'
        assert isinstance(one, Note)
        self.notes.append(one)
        place = len(self.notes)
        return f'\u2060<sup><a id="mark{place}" href="#note{place}">{place}</a></sup>'


#: Characters that the style sheet itself writes.
_ALWAYS = "0123456789一二三四五六七八九十（）、↩"
