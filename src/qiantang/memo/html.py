"""A document as one .html file: pictures and font inside, nothing fetched."""

from __future__ import annotations

import re
from html import unescape
from string import Template

from qiantang.files.markup import Markup, css_string, element, join, page, reference
from qiantang.files.own import own_text
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
from qiantang.wording.language import TONGUES

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
        body: list[str] = [join([element("h1", None, document.title), *parts], "\n")]
        notes = [self._note(place, note) for place, note in enumerate(self.notes, start=1)]
        if notes:
            body += ["\n", element("section", {"class": "notes"}, element("ol", None, *notes))]
        style = self._style(join(body))
        return page(document.title, style, *body, lang=TONGUES[document.lang], kind=document.lang)

    def _note(self, place: int, note: Note) -> Markup:
        back = {"class": "back", "href": reference(f"mark{place}"), "aria-label": place}
        return element(
            "li", {"id": f"note{place}"}, self._inlines(note.content), " ", element("a", back, "↩")
        )

    def _style(self, body: str) -> str:
        """Return the style sheet, with the font cut to the words outside the pictures."""
        words = unescape(re.sub(r"<svg.*?</svg>|<[^>]*>", "", body, flags=re.DOTALL))
        letters = sorted(set(words) | set(self.document.title) | set(_ALWAYS))
        fonts = self.document.look.fonts
        blanks = {
            use: ", ".join(css_string(name) for name in [*names, FAMILY])
            for use, names in fonts
            if use != "latin"
        }
        latin = ", ".join(css_string(name) for name in fonts.latin)
        if self.document.lang == "zh":
            blanks = {use: f"{latin}, {names}" for use, names in blanks.items()}
        blanks["face"] = (
            f'@font-face {{ font-family: "{FAMILY}"; '
            f'src: url("data:font/woff;base64,{cut(letters)}") format("woff"); }}'
        )
        return Template(own_text("memo", "memo.css")).substitute(blanks)

    def _block(self, block: Block) -> Markup:
        if isinstance(block, Heading):
            plain = {"class": "plain" if block.plain else None}
            return element(f"h{block.level + 1}", plain, self._inlines(block.content))
        if isinstance(block, Paragraph):
            return element("p", {"class": _ROLES[block.role]}, self._inlines(block.content))
        if isinstance(block, FigureBlock):
            return self._figure(block)
        if isinstance(block, TableBlock):
            return self._table(block)
        if isinstance(block, Box):
            items = [element("p", None, self._inlines(item.content)) for item in block.blocks]
            title = element("p", {"class": "boxtitle"}, self._inlines(block.title))
            return element("aside", {"class": "box"}, title, *items)
        assert isinstance(block, Turn)
        return element("hr", {"class": "turn"})

    def _figure(self, block: FigureBlock) -> Markup:
        caption = self._caption("figure", block.key, block.caption)
        return element(
            "figure", {"id": f"figure-{block.key}"}, "\n",
            _picture(block.chart.svg(), self.places["figure", block.key], block.chart.finding),
            "\n", element("figcaption", None, caption), "\n",
        )  # fmt: skip

    def _caption(self, kind: str, key: str, content: tuple[Inline, ...]) -> Markup:
        named = element("b", None, self.document.caption(kind, self.places[kind, key]))
        return join([named, self.document.between, self._inlines(content)])

    def _table(self, block: TableBlock) -> Markup:
        across = sum(block.widths)
        columns = [
            element("col", {"style": f"width:{100 * one / across:.1f}%"}) for one in block.widths
        ]
        head = [
            element("th", {"scope": "col", "class": align}, self._inlines(cell))
            for cell, align in zip(block.head, block.aligns, strict=True)
        ]
        rows = [self._row(row, block) for row in block.rows]
        table = element(
            "table", None,
            element("caption", None, self._caption("table", block.key, block.caption)),
            element("colgroup", None, *columns), "\n",
            element("thead", None, element("tr", None, *head)), "\n",
            element("tbody", None, "\n", join(rows, "\n"), "\n"),
        )  # fmt: skip
        kind = "wide small" if block.small else "wide"
        return element("div", {"class": kind, "id": f"table-{block.key}"}, table)

    def _row(self, row: tuple[tuple[Inline, ...], ...], block: TableBlock) -> Markup:
        first = words_of(row[0])
        marks = {"id": f"n{first}" if block.anchors else None, "class": None if first else "more"}
        cells = [
            element("td", {"class": align}, self._inlines(cell))
            for cell, align in zip(row, block.aligns, strict=True)
        ]
        return element("tr", marks, *cells)

    def _inlines(self, content: tuple[Inline, ...]) -> Markup:
        return join(map(self._inline, content))

    def _inline(self, one: Inline) -> Markup:
        if isinstance(one, Text):
            return element("b", None, one.text) if one.bold else join([one.text])
        if isinstance(one, Number):
            told = tip(self.document.contents[one.number])
            marks = {"class": "n", "title": told}
            listed = one.number in self.document.listed
            link = (
                element("a", {**marks, "href": reference(f"n{one.number}")}, one.text)
                if listed else element("span", marks, one.text)
            )  # fmt: skip
            return element("b", None, link) if one.bold else link
        if isinstance(one, Ref):
            said = self.document.caption(one.kind, self.places[one.kind, one.key])
            return element("a", {"href": reference(f"{one.kind}-{one.key}")}, said)
        assert isinstance(one, Note)
        self.notes.append(one)
        place = len(self.notes)
        marks = {"id": f"mark{place}", "href": reference(f"note{place}")}
        return join(["\u2060", element("sup", None, element("a", marks, place))])


def _picture(drawn: str, place: int, told: str) -> Markup:
    """Return a drawn chart as part of a page: names of its own, as wide as the page, told."""
    picture = _NAMES.sub(rf"\g<1>picture{place}-", drawn[drawn.index("<svg") :])
    picture = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", picture, count=1)
    picture = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", picture, count=1)
    label = element("svg", {"role": "img", "aria-label": told}).removesuffix("></svg>")
    return Markup(picture.replace("<svg", label, 1))


#: Characters that the style sheet itself writes.
_ALWAYS = "0123456789一二三四五六七八九十（）、↩"
