"""From a filled-in template to a document: what each mark of its Markdown means in a memo.

======================================  =======================================================
``# Title``                             title of the memo
``## Heading``, ``### Heading``         headings; ``{.plain}`` on the line above: without number;
                                        ``{.across}``: from here on pages lie on their long side
``- words``                             an item of a list
``{.line}`` above a paragraph           the line under the title: date or origin
``{.source}`` above a paragraph         a note under a table or figure
``![caption](KEY)``                     a chart that the program made
``::: table KEY | caption``             a table with its caption, up to a line ``:::``; its second
                                        row sets columns: ``:--`` left, ``--:`` right, ``:-:``
                                        middle; the more dashes the wider
``::: small KEY | caption``             the same in small letters, for an annex
``::: annex KEY | caption``             the same; the first cells are numbers of the register
``::: box title``                       a framed box, up to a line ``:::``
``**words**``                           bold
``^[words]``                            a footnote
``@figure:KEY``, ``@table:KEY``         the number of a figure or table
======================================  =======================================================

`qiantang.memo.markdown` says which Markdown is read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qiantang.faults import Fault, StudyError, nearest
from qiantang.memo.document import (
    Align,
    Block,
    Box,
    FigureBlock,
    Heading,
    Inline,
    Paragraph,
    Ref,
    TableBlock,
    Turn,
    inlines,
    words_of,
)
from qiantang.memo.inline import Notes, read_words
from qiantang.memo.markdown import CONTAINER, parser

if TYPE_CHECKING:
    from markdown_it.token import Token

    from qiantang.charts import Chart

#: What a figure or table is called in a template: what a reference can name.
_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_CELLS = re.compile(r"(?<!\\)\|")
#: A line that begins like a mark and is none.
_STRAY = re.compile(r"(:::|![A-Za-z]+)")
_TABLES = ("table", "small", "annex")
_CLASSES = {"heading": ("plain", "across"), "paragraph": ("line", "source")}
_PRIVATE = re.compile("[\ue000-\ue004]")
Words = tuple[Inline, ...]
Role = Literal["line", "source", "body"]


@dataclass
class _Reading:
    """The state of reading: tokens to come, what was read so far."""

    template: Path
    charts: Mapping[str, Chart]
    lines: Sequence[str]
    notes: Notes
    title: str = ""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, where: str, what: str) -> None:
        self.faults.append(Fault(self.template, None, where, _PRIVATE.sub(" ", what)[:160]))

    def words(self, token: Token) -> Words:
        """Return the running text of a token."""
        words, fault = read_words(token.children or (), self.notes)
        if fault:
            self.refuse("", fault)
        return words


def read_markup(
    text: str, charts: Mapping[str, Chart], template: Path
) -> tuple[str, tuple[Block, ...]]:
    """Read a filled-in template.

    Parameters
    ----------
    text : str
    charts : mapping of str to Chart
        What ``![...](KEY)`` may name.
    template : Path
        Named in faults.

    Returns
    -------
    title : str
    blocks : tuple of Block

    Raises
    ------
    StudyError
        Every mark that is not known, every chart that does not exist, every uneven table.
    """
    notes: dict[str, Any] = {}
    tokens = parser().parse(text, notes)
    reading = _Reading(template, charts, text.splitlines(), notes)
    blocks = tuple(_blocks(reading, tokens))
    if not reading.title:
        reading.refuse("", "no title, expected a line that begins with '# '")
    if not reading.faults:  # what a faulty figure or table brings about is no fault of its own
        _check_refs(reading, blocks)
    if reading.faults:
        raise StudyError(reading.faults)
    return reading.title, blocks


def _blocks(reading: _Reading, tokens: Sequence[Token]) -> Iterator[Block]:
    """Yield the blocks of a run of tokens at the outermost level."""
    for group in _groups(tokens):
        first = group[0]
        if first.type == "heading_open":
            yield from _heading(reading, group)
        elif first.type == "paragraph_open":
            yield from _paragraph(reading, group)
        elif first.type in ("bullet_list_open", "ordered_list_open"):
            yield from _items(reading, group)
        elif first.type == f"container_{CONTAINER}_open":
            yield from _container(reading, group)
        elif first.type == "table_open":
            reading.refuse("|", "a table stands by itself, expected it in ::: table KEY | caption")


def _groups(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield what opens and closes at the outermost level."""
    begun, depth = 0, 0
    for place, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[begun : place + 1]
            begun = place + 1


def _classes(reading: _Reading, token: Token, kind: str) -> set[str]:
    """Return the classes of a block."""
    given = str(token.attrs.get("class", "")).split()
    for name in given:
        if name not in _CLASSES.get(kind, ()):
            hint = nearest(name, _CLASSES.get(kind, ()))
            reading.refuse(f"{{.{name}}}", f"no such class of a {kind}{hint}")
    return set(given)


def _heading(reading: _Reading, group: Sequence[Token]) -> Iterator[Block]:
    level, words = int(group[0].tag[1]), reading.words(group[1])
    classes = _classes(reading, group[0], "heading")
    if level == 1 and not reading.title:
        reading.title = words_of(words)
    elif level in (2, 3):
        if "across" in classes:
            yield Turn()
        yield Heading(level - 1, words, plain="plain" in classes)
    else:
        reading.refuse(group[0].markup, "expected one title # and headings ## and ###")


def _paragraph(reading: _Reading, group: Sequence[Token]) -> Iterator[Block]:
    opened, inline = group[0], group[1]
    classes = _classes(reading, opened, "paragraph")
    stray = _STRAY.match(inline.content)
    if stray:
        reading.refuse(stray[0], "no such mark, see the how-to for those that there are")
        return
    if [token.type for token in inline.children or ()] == ["image"]:
        yield from _figure(reading, (inline.children or [])[0])
        return
    role: Role = "line" if "line" in classes else "source" if "source" in classes else "body"
    yield Paragraph(reading.words(inline), role)


def _figure(reading: _Reading, image: Token) -> Iterator[Block]:
    key = str(image.attrs.get("src", ""))
    if key in reading.charts:
        yield FigureBlock(key, reading.charts[key], reading.words(image))
    else:
        reading.refuse(f"![]({key})", f"no such chart{nearest(key, reading.charts)}")


def _items(reading: _Reading, group: Sequence[Token]) -> Iterator[Block]:
    if {token.type for token in group} & {"ordered_list_open", "heading_open", "table_open"} or (
        sum(token.type == "bullet_list_open" for token in group) > 1
    ):
        reading.refuse("-", "expected items '- words' without number, and words alone in each")
        return
    for token in group:
        if token.type == "inline":
            yield Paragraph(reading.words(token), "item")


def _container(reading: _Reading, group: Sequence[Token]) -> Iterator[Block]:
    """Read a table or a box."""
    opened = group[0]
    name, _, rest = opened.info.strip().partition(" ")
    assert opened.map is not None
    if opened.map[1] >= len(reading.lines):
        reading.refuse(f"::: {name}", "it is not closed, expected a line :::")
    elif name == "box":
        blocks = list(_blocks(reading, group[1:-1]))
        if all(isinstance(block, Paragraph) for block in blocks):
            yield Box(_caption(reading, rest), tuple(b for b in blocks if isinstance(b, Paragraph)))
        else:
            reading.refuse("::: box", "a box holds paragraphs and items only")
    elif name in _TABLES:
        yield from _table(reading, name, rest, group[1:-1])
    else:
        reading.refuse(f"::: {name}", f"no such part{nearest(name, (*_TABLES, 'box'))}")


def _caption(reading: _Reading, text: str) -> Words:
    return reading.words(parser().parseInline(text.strip(), reading.notes)[0])


def _table(reading: _Reading, name: str, rest: str, tokens: Sequence[Token]) -> Iterator[Block]:
    key, _, caption = (part.strip() for part in rest.partition("|"))
    where = f"::: {name} {key}"
    if not _KEY.fullmatch(key):
        what = f"the key is {key[:40]!r}, expected letters, digits and _, at most 64"
        reading.refuse(f"::: {name}", what)
        return
    if not tokens or tokens[0].type != "table_open" or tokens[-1].type != "table_close":
        reading.refuse(where, "expected a row of heads and a row of rules such as :--")
        return
    assert tokens[0].map is not None
    written = [_cells(line) for line in reading.lines[slice(*tokens[0].map)]]
    uneven = next((row for row in written if len(row) != len(written[0])), None)
    if uneven:
        what = f"a row of {len(uneven)} cells, expected {len(written[0])}: {' | '.join(uneven)}"
        reading.refuse(where, what)
        return
    head, *body = _rows(reading, tokens)
    odd = [first for row in body if (first := words_of(row[0])) and not _NUMBER.fullmatch(first)]
    if name == "annex" and odd:
        what = f"a row begins with {odd[0][:40]!r}, expected a number of the register"
        reading.refuse(where, what)
        return
    yield TableBlock(
        key,
        _caption(reading, caption),
        head,
        tuple(body),
        tuple(map(_align, written[1])),
        tuple(float(cell.count("-")) for cell in written[1]),
        small=name != "table",
        anchors=name == "annex",
    )


def _cells(line: str) -> list[str]:
    """Return the cells of a row as written; the parser fills up and cuts off in silence."""
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in _CELLS.split(inside)]


def _rows(reading: _Reading, tokens: Sequence[Token]) -> list[tuple[Words, ...]]:
    rows: list[list[Words]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(reading.words(token))
    return [tuple(row) for row in rows]


def _align(rule: str) -> Align:
    if rule.startswith(":") and rule.endswith(":"):
        return "center"
    return "right" if rule.endswith(":") else "left"


def _check_refs(reading: _Reading, blocks: Sequence[Block]) -> None:
    known: dict[str, set[str]] = {"figure": set(), "table": set()}
    for block in blocks:
        if isinstance(block, FigureBlock | TableBlock):
            known["figure" if isinstance(block, FigureBlock) else "table"].add(block.key)
    for block in blocks:
        for one in inlines(block):
            if isinstance(one, Ref) and one.key not in known[one.kind]:
                hint = nearest(one.key, known[one.kind])
                reading.refuse(f"@{one.kind}:{one.key}", f"no such {one.kind} in the memo{hint}")
                known[one.kind].add(one.key)  # told once
