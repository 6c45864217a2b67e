"""The elements of an XMILE file with their lines, read by expat and never mended.

A file from elsewhere may declare entities, which a parser of XML expands or fetches; any declared
document type is refused. Only what computes is kept: drawings, styles and interfaces are passed
over, so that memory is bounded by the equations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from qiantang.faults import Fault
from qiantang.files import door
from qiantang.modelfile.decode import UndecodableError, decoded, visible

MOST_DEPTH = 64
MOST_ELEMENTS = 400_000

_OURS = re.compile(r"oasis-open\.org/xmile|systemdynamics\.org/xmile", re.IGNORECASE)
_EQUATION = re.compile(r"(<(?:init_)?eqn>)([^<]*+(?:<(?=[\s\d=>.+(-])[^<]*+)++)(?=</)")
_COMPARISON = re.compile(r"<(?=[\s\d=>.+(-])")
_PASSED_OVER = frozenset({"views", "view", "style", "data"})


@dataclass(slots=True)
class Node:
    """An element: its name without the prefix of XMILE, and the line where it begins.

    Parameters
    ----------
    tag : str
        Lower case; a vendor's prefix is kept, ``isee:dependencies``.
    attributes : dict of str to str
    line : int
    text : str
        All text directly in the element.
    text_line : int
        Where that text begins.
    children : list of Node
    """

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    text_line: int = 0
    children: list[Node] = field(default_factory=list)
    _first: dict[str, Node] | None = None

    def add(self, child: Node) -> None:
        """Put an element into this one."""
        self.children.append(child)
        if self._first is None:
            self._first = {}
        self._first.setdefault(child.tag, child)

    def all(self, tag: str) -> Iterator[Node]:
        """Yield the children of a name."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Node | None:
        """Return the first child of a name, or None."""
        return self._first.get(tag) if self._first else None

    def words(self, tag: str) -> str:
        """Return the text of a child, stripped; empty where there is none."""
        child = self.first(tag)
        return child.text.strip() if child else ""


class _Refused(Exception):  # noqa: N818 - it ends the reading, it is no error of ours
    def __init__(self, line: int | None, what: str) -> None:
        self.line, self.what = line, what


def read_xml(path: Path) -> tuple[Node, list[str]] | Fault:
    """Return the root of a file with notes on its encoding, or why it is refused.

    Raises
    ------
    OSError
        Where the file cannot be opened.
    """
    try:
        text, notes = decoded(door.content(path))
        text, more = _with_comparisons(text)
        root, hidden = _parsed(text)
        return root, [*notes, *more, *hidden]
    except UndecodableError as error:
        return Fault(path, error.line, "", str(error))
    except _Refused as refused:
        return Fault(path, refused.line, "", refused.what)


class _Builder:
    """Collects elements while expat reads."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.root: Node | None = None
        self.open: list[Node] = []
        self.texts: list[list[str]] = []
        self.skipping = 0
        self.count = 0
        self.prefixes: set[str] = set()
        self.hidden: list[str] = []

    def doctype(self, *_: object) -> None:
        raise _Refused(
            self.parser.CurrentLineNumber,
            "the file is refused: it has a DOCTYPE or ENTITY, expected plain XMILE in UTF-8",
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key.startswith("xmlns:") and _OURS.search(value):
                self.prefixes.add(key.removeprefix("xmlns:"))
        prefix, colon, local = name.partition(":")
        tag = (local if colon and prefix in self.prefixes else name).lower()
        if self.skipping or tag in _PASSED_OVER:
            self.skipping += 1
            return
        self.count += 1
        if len(self.open) >= MOST_DEPTH:
            raise _Refused(
                self.parser.CurrentLineNumber,
                f"elements are nested more than {MOST_DEPTH} deep",
            )
        if self.count > MOST_ELEMENTS:
            raise _Refused(
                self.parser.CurrentLineNumber, f"the file has more than {MOST_ELEMENTS} elements"
            )
        shown = {key: self.seen(value) for key, value in attributes.items()}
        node = Node(tag, shown, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].add(node)
        else:
            self.root = node
        self.open.append(node)
        self.texts.append([])

    def end(self, _: str) -> None:
        if self.skipping:
            self.skipping -= 1
            return
        node = self.open.pop()
        node.text = self.seen("".join(self.texts.pop()))

    def seen(self, text: str) -> str:
        """Return a text without what cannot be seen, which references may bring in as well."""
        shown, notes = visible(text)
        if notes and not self.hidden:
            line = self.parser.CurrentLineNumber
            self.hidden = [f"characters that cannot be seen are left out, first by line {line}"]
        return shown

    def characters(self, text: str) -> None:
        if not self.skipping and self.open:
            if not self.texts[-1]:
                self.open[-1].text_line = self.parser.CurrentLineNumber
            self.texts[-1].append(text)


def _with_comparisons(text: str) -> tuple[str, list[str]]:
    """Escape ``<`` in equations where it begins no tag, and say so.

    Programs and hands write ``a < 3`` into XML; what follows cannot be the name of a tag, so that
    it means one thing only.
    """
    first = _EQUATION.search(text)
    if first is None:
        return text, []
    line = text.count("\n", 0, first.start(2) + first[2].index("<")) + 1
    note = f"a bare < is read as less than, first on line {line}"
    return _EQUATION.sub(lambda m: m[1] + _COMPARISON.sub("&lt;", m[2]), text), [note]


def _parsed(text: str) -> tuple[Node, list[str]]:
    builder = _Builder()
    try:
        builder.parser.Parse(text.removeprefix("\ufeff"), True)
    except expat.ExpatError as error:
        raise _Refused(error.lineno, _reason(text, error, builder)) from None
    if builder.root is None:
        raise _Refused(1, "the file is empty, expected XMILE")
    return builder.root, builder.hidden


_SAID = {
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: (
        "something stands behind the last end tag, expected nothing"
    ),
    expat.errors.XML_ERROR_MISPLACED_XML_PI: (
        "the declaration <?xml ...?> stands here, expected it as the first characters of the file"
    ),
    expat.errors.XML_ERROR_BAD_CHAR_REF: (
        "a reference names a character that XML does not have, expected text"
    ),
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "a tag has an attribute twice, expected it once",
}
"""What is told of an error of the parser that says enough by itself."""


def _reason(text: str, error: expat.ExpatError, builder: _Builder) -> str:
    """Say in a sentence why text is not XML."""
    known = expat.errors.codes
    if error.code in {
        known[expat.errors.XML_ERROR_NO_ELEMENTS],
        known[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        known[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    }:
        inside = f" inside <{builder.open[-1].tag}>" if builder.open else ""
        return f"the file ends{inside} before its elements are closed, expected </xmile> at its end"
    lines = text.split("\n", error.lineno)
    line = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
    if error.code == known[expat.errors.XML_ERROR_TAG_MISMATCH] and builder.open:
        node = builder.open[-1]
        return (
            f"<{node.tag}> of line {node.line} is not closed before the next end tag, "
            f"expected </{node.tag}>"
        )
    if error.code == known[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        return "the text has an entity that XML does not define, expected & written as &amp;"
    said = next((what for name, what in _SAID.items() if error.code == known[name]), "")
    if said:
        return said
    before = line[: error.offset + 1]
    for mark, escape in (("&", "&amp;"), ("<", "&lt;")):
        if before.rstrip().endswith(mark) or re.search(mark + r"[^\w;#]?$", before):
            return f"a bare {mark} stands in the text, expected {escape}"
    if builder.open and builder.open[-1].tag in {"eqn", "init_eqn"} and "<" in before:
        return "a bare < stands in the text, expected &lt;"
    return f"the file is not well-formed XML at column {error.offset + 1}"
