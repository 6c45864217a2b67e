"""From a filled-in template to a document: the few marks that a memo's template knows.

======================================  =======================================================
``# Title``                             title of the memo
``## Heading``, ``### Heading``         headings; ``##* Heading`` takes no number
``- words``                             an item of a list
``!line words``                         the line under the title: date or origin
``!source words``                       a note under a table or figure
``!figure KEY | caption``               a chart that the program made
``!table KEY | caption``                a table follows, its rows as ``| a | b |``; its second row
                                        sets columns: ``:--`` left, ``--:`` right, ``:-:`` middle;
                                        the more dashes the wider
``!small KEY | caption``                the same in small letters, for an annex
``!annex KEY | caption``                the same; the first cells are numbers of the register
``!box title`` to ``!end``              a framed box
``!turn``                               from here on pages lie on their long side
``**words**``                           bold
``^[words]``                            a footnote
``@figure:KEY``, ``@table:KEY``         the number of a figure or table
======================================  =======================================================

Lines that follow each other make one paragraph; an empty line ends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError, nearest
from qiantang.memo.document import (
    Align,
    Block,
    Box,
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
from qiantang.memo.registry import BEGIN, END, KEY, QUOTE, UNQUOTE

if TYPE_CHECKING:
    from qiantang.charts import Chart

_TOKEN = re.compile(
    rf"{BEGIN}(?P<number>\d+){KEY}(?P<said>[^{END}]*){END}"
    rf"|{QUOTE}(?P<quote>[^{UNQUOTE}]*){UNQUOTE}"
    r"|(?P<bold>\*\*)|(?P<note>\^\[)"
    r"|@(?P<kind>figure|table):(?P<key>[A-Za-z0-9_]+)"
)
#: Brackets outside quotations.
_BRACKET = re.compile(rf"{QUOTE}[^{UNQUOTE}]*{UNQUOTE}|[\[\]]")
_RULE = re.compile(r":?-+:?")
#: What a figure or table is called in a template: what a reference can name.
_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SPLIT = re.compile(r"(?<!\\)\|")
#: Marks that stand at the head of a line of their own.
_MARKS = ("line", "source", "figure", "table", "small", "annex", "box", "end", "turn")
#: Characters between which a broken line is joined without a blank.
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”’—～]")


@dataclass
class _Reading:
    """The state of reading: what was read so far, what is being read."""

    template: Path
    charts: Mapping[str, Chart]
    blocks: list[Block] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    title: str = ""
    box: tuple[Inline, ...] | None = None
    boxed: list[Paragraph] = field(default_factory=list)
    table: tuple[str, str, str] | None = None
    rows: list[list[str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, where: str, what: str) -> None:
        self.faults.append(Fault(self.template, None, where, what))


def read_markup(
    text: str, charts: Mapping[str, Chart], template: Path
) -> tuple[str, tuple[Block, ...]]:
    """Read a filled-in template.

    Parameters
    ----------
    text : str
    charts : mapping of str to Chart
        What ``!figure`` may name.
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
    reading = _Reading(template, charts)
    for line in [*text.splitlines(), ""]:
        _take(reading, line.strip())
    if reading.box is not None:
        reading.refuse("!box", "the box is not closed, expected a line !end")
    if not reading.title:
        reading.refuse("", "no title, expected a line that begins with '# '")
    if not reading.faults:  # what a faulty figure or table brings about is no fault of its own
        _check_refs(reading)
    if reading.faults:
        raise StudyError(reading.faults)
    return reading.title, tuple(reading.blocks)


def _take(reading: _Reading, line: str) -> None:
    """Take one line."""
    if line.startswith("|") and reading.table is not None:
        reading.rows.append([cell.strip() for cell in _SPLIT.split(line.strip("|"))])
        return
    if reading.table is not None and (line or reading.rows):
        _close_table(reading)
    if line.startswith(("!", "# ", "## ", "### ", "##* ", "- ")) or not line:
        _close_paragraph(reading)
    if line.startswith("!"):
        _mark(reading, line)
    elif line.startswith("# "):
        reading.title = line[2:].strip()
    elif line.startswith(("## ", "### ", "##* ")):
        head, _, words = line.partition(" ")
        level = head.count("#") - 1
        _add(reading, Heading(level, _inline(words.strip()), plain=head.endswith("*")))
    elif line:
        reading.lines.append(line)


def _mark(reading: _Reading, line: str) -> None:
    """Take a line that begins with a mark."""
    mark, _, rest = line[1:].partition(" ")
    key, _, caption = (part.strip() for part in rest.partition("|"))
    if mark in ("line", "source"):
        _add(reading, Paragraph(_inline(rest.strip()), "line" if mark == "line" else "source"))
    elif mark == "figure":
        if key in reading.charts:
            _add(reading, FigureBlock(key, reading.charts[key], _inline(caption)))
        else:
            reading.refuse(f"!figure {key}", f"no such chart{nearest(key, reading.charts)}")
    elif mark in ("table", "small", "annex"):
        reading.table, reading.rows = (mark, key, caption), []
    elif mark == "box":
        reading.box, reading.boxed = _inline(rest.strip()), []
    elif mark == "end" and reading.box is not None:
        reading.blocks.append(Box(reading.box, tuple(reading.boxed)))
        reading.box = None
    elif mark == "turn":
        _add(reading, Turn())
    else:
        reading.refuse(f"!{mark}", f"no such mark{nearest(mark, _MARKS)}")


def _add(reading: _Reading, block: Block) -> None:
    if reading.box is None:
        reading.blocks.append(block)
    elif isinstance(block, Paragraph):
        reading.boxed.append(block)
    else:
        reading.refuse("!box", "a box holds paragraphs and items only")


def _close_paragraph(reading: _Reading) -> None:
    if not reading.lines:
        return
    words, reading.lines = _join(reading.lines), []
    if words.startswith("- "):
        _add(reading, Paragraph(_inline(words[2:].strip()), "item"))
    else:
        _add(reading, Paragraph(_inline(words)))


def _join(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph; between two Chinese characters without a blank."""
    words = lines[0]
    for line in lines[1:]:
        last = words.rstrip("".join((END, UNQUOTE)))[-1:]
        first = re.sub(rf"^({QUOTE}|{BEGIN}\d+{KEY})", "", line)[:1]
        wide = bool(_WIDE.match(last)) or bool(_WIDE.match(first))
        words += line if wide else f" {line}"
    return words


def _close_table(reading: _Reading) -> None:
    assert reading.table is not None
    (mark, key, caption), rows = reading.table, reading.rows
    reading.table = None
    if len(rows) < 2 or not all(_RULE.fullmatch(cell) for cell in rows[1]):
        reading.refuse(f"!{mark} {key}", "expected a row of heads and a row of rules such as :--")
        return
    uneven = [row for row in rows if len(row) != len(rows[0])]
    if uneven:
        what = f"a row of {len(uneven[0])} cells, expected {len(rows[0])}: {' | '.join(uneven[0])}"
        reading.refuse(f"!{mark} {key}", re.sub("[\ue000-\ue004]", " ", what)[:160])
        return
    if not _KEY.fullmatch(key):
        what = f"the key is {key[:40]!r}, expected letters, digits and _, at most 64"
        reading.refuse(f"!{mark}", what)
        return
    body = tuple(tuple(map(_inline, row)) for row in rows[2:])
    odd = [first for row in body if (first := words_of(row[0])) and not _NUMBER.fullmatch(first)]
    if mark == "annex" and odd:
        what = f"a row begins with {odd[0][:40]!r}, expected a number of the register"
        reading.refuse(f"!{mark} {key}", what)
        return
    table = TableBlock(
        key,
        _inline(caption),
        tuple(map(_inline, rows[0])),
        body,
        tuple(map(_align, rows[1])),
        tuple(float(cell.count("-")) for cell in rows[1]),
        small=mark != "table",
        anchors=mark == "annex",
    )
    _add(reading, table)


def _align(rule: str) -> Align:
    if rule.startswith(":") and rule.endswith(":"):
        return "center"
    return "right" if rule.endswith(":") else "left"


def _inline(text: str) -> tuple[Inline, ...]:
    """Read running text: numbers, quotations, bold, references and footnotes."""
    found: list[Inline] = []
    bold, at = False, 0
    while match := _TOKEN.search(text, at):
        found += _words(text[at : match.start()], bold)
        at = match.end()
        if match["number"]:
            found.append(Number(match["said"], int(match["number"]), bold))
        elif match["quote"] is not None:
            found += [Text(word.text, bold, quoted=True) for word in _words(match["quote"], bold)]
        elif match["bold"]:
            bold = not bold
        elif match["note"]:
            end = _closing(text, at)
            found.append(Note(_inline(text[at:end])))
            at = end + 1
        else:
            found.append(Ref("figure" if match["kind"] == "figure" else "table", match["key"]))
    return (*found, *_words(text[at:], bold))


def _words(text: str, bold: bool) -> list[Text]:
    return [Text(text.replace(r"\|", "|"), bold)] if text else []


def _closing(text: str, at: int) -> int:
    """Return where the bracket stands that closes a footnote; those inside come in pairs."""
    depth = 1
    for match in _BRACKET.finditer(text, at):
        depth += (match[0] == "[") - (match[0] == "]")
        if not depth:
            return match.start()
    return len(text)


def _check_refs(reading: _Reading) -> None:
    from qiantang.memo.document import inlines

    known: dict[str, set[str]] = {"figure": set(), "table": set()}
    for block in reading.blocks:
        if isinstance(block, FigureBlock | TableBlock):
            known["figure" if isinstance(block, FigureBlock) else "table"].add(block.key)
    for block in reading.blocks:
        for one in inlines(block):
            if isinstance(one, Ref) and one.key not in known[one.kind]:
                hint = nearest(one.key, known[one.kind])
                reading.refuse(f"@{one.kind}:{one.key}", f"no such {one.kind} in the memo{hint}")
                known[one.kind].add(one.key)  # told once
