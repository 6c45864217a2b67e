"""The bytes of a model file as text: what its mark or its header says, or what its bytes show."""

from __future__ import annotations

import codecs
import re

from qiantang.modelfile.codepages import NAMES, guessed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER = re.compile(rb"\s*\{\s*UTF-?8\s*\}", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
_HIDDEN = re.compile(
    "[\x01-\x08\x0e-\x1b\x80-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""But for the one that Vensim puts before its settings, U+007F."""


class UndecodableError(ValueError):
    """Bytes that are no text; the message is one sentence.

    Parameters
    ----------
    what : str
    line : int or None
        Of the first byte that cannot be read.
    """

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


def visible(text: str) -> tuple[str, list[str]]:
    """Return a text without the characters that cannot be seen, and one sentence if there were any.

    Marks of direction, characters without width and control characters make names that look alike
    differ, and turn the lines of a result around (Unicode technical report 36, section 2.7).
    """
    first = _HIDDEN.search(text)
    if first is None:
        return text, []
    count, line = len(_HIDDEN.findall(text)), text.count("\n", 0, first.start()) + 1
    what = f"{count} characters that cannot be seen are" if count > 1 else "a character that cannot"
    what = what if count > 1 else f"{what} be seen is"
    return _HIDDEN.sub("", text), [f"{what} left out, first U+{ord(first[0]):04X} on line {line}"]


def decoded(content: bytes) -> tuple[str, list[str]]:
    """Return the text of a model file, and what a reader must know about it.

    A byte order mark, ``{UTF-8}`` of a .mdl and the encoding of an XML declaration are followed.
    Without them the file is UTF-8 if its bytes are; else the code page is told from its bytes, or
    the file is refused: no letter is dropped or replaced.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    tuple of (str, list of str)
        The text without its mark and what cannot be seen, and one sentence each where that was
        left out or a code page was guessed.

    Raises
    ------
    UndecodableError
        With one sentence and a line.
    """
    text, notes = _decoded(content)
    shown, more = visible(text)
    return shown, [*notes, *more]


def _decoded(content: bytes) -> tuple[str, list[str]]:
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], codec), []
    codec = _wide(content)
    if codec:
        return _strict(content, codec), [f"read as {NAMES[codec]}: every other byte is zero"]
    declared = _XML.match(content[:1000])
    if declared:
        return _declared(content, declared[1].decode("ascii"))
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        if _HEADER.match(content):
            _strict(content, "utf-8")
    return _by_its_bytes(content)


def _wide(content: bytes) -> str:
    """Return the codec of UTF-16 without a mark: ASCII in it has a zero in every other byte."""
    head = content[:2048]
    if b"\0" not in head:
        return ""
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if max(odd, even) * 8 < len(head) or min(odd, even) * 8 > max(odd, even):
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise UndecodableError("the file holds a zero byte, expected text", line)
    return "utf-16-le" if odd > even else "utf-16-be"


def _strict(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(codec, "replace")
        byte, name = content[error.start], NAMES.get(codec, codec)
        what = f"byte {byte:#04x} is not {name}, save the model as UTF-8"
        raise UndecodableError(what, before.count("\n") + 1) from None


def _declared(content: bytes, name: str) -> tuple[str, list[str]]:
    try:
        codec = codecs.lookup("gb18030" if name.lower() in {"gb2312", "gbk"} else name)
        if not codec._is_text_encoding:
            raise LookupError
    except LookupError:
        what = f"the encoding {name} that the file states is not known, save the model as UTF-8"
        raise UndecodableError(what, 1) from None
    return _strict(content, codec.name), []


def _by_its_bytes(content: bytes) -> tuple[str, list[str]]:
    guess = guessed(content)
    if not guess.codec:
        match = re.search(rb"[\x80-\xff]", content)
        at = match.start() if match else 0
        *rivals, last = ("", *(NAMES[codec] for codec in guess.rivals))
        named = f"{', '.join(rivals[1:])} or {last}" if rivals[1:] else last
        told = f": it may be {named}" if named else ""
        what = (
            f"byte {content[at]:#04x} is not UTF-8, and the code page cannot be told from the"
            f" file{told}, save the model as UTF-8"
        )
        raise UndecodableError(what, content.count(b"\n", 0, at) + 1)
    text = _strict(content, guess.codec)
    note = f"read as {NAMES[guess.codec]}: the file is not UTF-8 and does not state its code page"
    return text, [note]
