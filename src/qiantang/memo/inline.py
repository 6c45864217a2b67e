"""Running text of a template: from the parser's tokens to the words of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from qiantang.memo.document import Inline, Note, Number, Ref, Text

if TYPE_CHECKING:
    from markdown_it.token import Token

#: The parser's store of footnotes (mdit-py-plugins, footnote).
Notes = MutableMapping[str, Any]
#: Characters between which a broken line is joined without a blank.
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”’—～]")
_BREAKS = ("softbreak", "hardbreak")


def read_words(tokens: Sequence[Token], notes: Notes) -> tuple[tuple[Inline, ...], str]:
    """Return running text, and what is wrong with it: empty where nothing is.

    Parameters
    ----------
    tokens : sequence of Token
        Of `qiantang.memo.markdown.parser`.
    notes : mutable mapping
        What the parser was given to store footnotes in.
    """
    faults: list[str] = []
    parts = list(_parts(tokens, notes, faults))
    said: list[Inline] = []
    for place, part in enumerate(parts):
        one = Text(_between(parts, place)) if part is None else part
        if not isinstance(one, Text) or one.text:
            said.append(one)
    return tuple(_joined(said)), "; ".join(faults)


def _parts(tokens: Iterable[Token], notes: Notes, faults: list[str]) -> Iterator[Inline | None]:
    """Yield the parts of running text, None for the end of a line."""
    bold = False
    for token in tokens:
        if token.type == "bold":
            bold = not bold
        elif token.type in _BREAKS:
            yield None
        elif token.type == "number":
            yield Number(token.content, token.meta["number"], bold)
        elif token.type == "quote":
            yield Text(token.content, bold, quoted=True)
        elif token.type == "ref":
            yield Ref(token.meta["kind"], token.content)
        elif token.type == "footnote_ref":
            content = notes["footnotes"]["list"][token.meta["id"]]["tokens"]
            words, fault = read_words(content, notes)
            faults += [fault] if fault else []
            yield Note(words)
        elif token.type == "image":
            faults.append(f"the chart {token.attrs.get('src')!s:.40} stands in a text, expected "
                          "a line of its own")  # fmt: skip
        else:
            yield Text(token.content, bold)
    if bold:
        faults.append("** begins bold letters and nothing ends them")


def _between(parts: Sequence[Inline | None], place: int) -> str:
    """Return what joins two lines: nothing beside a Chinese character, a blank elsewhere."""
    before = _letters(parts[place - 1]) if place else ""
    after = _letters(parts[place + 1]) if place + 1 < len(parts) else ""
    return "" if _WIDE.match(before[-1:]) or _WIDE.match(after[:1]) else " "


def _letters(part: Inline | None) -> str:
    return part.text if isinstance(part, Text | Number) else ""


def _joined(parts: Iterable[Inline]) -> Iterator[Inline]:
    """Yield the parts, texts alike that follow each other in one."""
    last: Text | None = None
    for part in parts:
        if last and isinstance(part, Text) and (part.bold, part.quoted) == (last.bold, last.quoted):
            last = Text(last.text + part.text, last.bold, last.quoted)
            continue
        if last:
            yield last
        last = part if isinstance(part, Text) else None
        if last is None:
            yield part
    if last:
        yield last
