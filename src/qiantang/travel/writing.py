"""A page as one file: front end, module and members inside, nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from qiantang.files.markup import running_page
from qiantang.files.outfile import put_bytes, put_text
from qiantang.files.own import own_text
from qiantang.travel.pack import packed
from qiantang.wording.language import TONGUES, check_language

DECK = ("words.js", "numbers.js", "fan.js", "controls.js", "effects.js", "brush.js", "deck.js")
"""Parts that the deck in a notebook has too, in the order in which they are joined."""

OWN = (
    "unpack.js",
    "pagewords.js",
    "measure.js",
    "world.js",
    "needed.js",
    "files.js",
    "local.js",
    "page.js",
)
"""Parts of the page alone."""

ENGINE = ("unpack.js", "outside.js", "plain.js", "{}", "engine.js")
"""Parts of its workers; the step in JavaScript stands where the braces are."""

NO_PLAIN = "const PROGRAM = null;"

_EXPORT = "export default { render };\n"
"""What a notebook takes hold of, and a page has no use for."""

_NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that an archive can say: the same page gives the same archive."""


def front(name: str, room: str = "travel") -> str:
    """Return a part of the front end."""
    return own_text(room, "front", name)


@dataclass(frozen=True)
class Page:
    """A page that computes by itself.

    Parameters
    ----------
    title, language : str
    shown : mapping
        What the front end is told, ready for JSON.
    arrays : mapping
        What the engine reads; see `qiantang.travel.pack.packed`.
    wasm : bytes
        The step of the model, compiled.
    plain : str
        The same in JavaScript, for browsers that refuse the compiled one; empty where there is
        none.
    """

    title: str
    language: str
    shown: Mapping[str, Any]
    arrays: Mapping[str, Any]
    wasm: bytes
    plain: str = ""

    @property
    def members(self) -> int:
        """Members that the page runs."""
        return int(self.shown["page"]["sizes"]["members"])

    def html(self) -> str:
        """Return the page as one HTML file."""
        parts = [front(name, "deck").replace(_EXPORT, "") for name in DECK]
        script = "\n".join(["(() => {", '"use strict";', *parts, *map(front, OWN), "})();\n"])
        style = front("deck.css", "deck") + front("page.css")
        carried = {
            "plan": self.shown,
            "engine": self._engine(),
            "module": base64.b64encode(self.wasm).decode(),
            "members": packed(self.arrays),
        }
        return running_page(
            self.title, style, script, carried, TONGUES[check_language(self.language)]
        )

    def _engine(self) -> str:
        plain = self.plain or NO_PLAIN
        return "\n".join(plain if name == "{}" else front(name) for name in ENGINE)


def put_page(page: Page, out: Path, *, zipped: bool = False) -> list[Path]:
    """Write a page, and beside it the same in a .zip where that is asked for.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    StudyError
        If the disk refuses.
    """
    text = page.html()
    put_text(out, text)
    written = [out]
    if zipped:
        written.append(out.with_suffix(".zip"))
        entry = ZipInfo(out.name, _NO_DATE)
        entry.compress_type = ZIP_DEFLATED
        store = BytesIO()
        with ZipFile(store, "w") as archive:
            archive.writestr(entry, text)
        put_bytes(written[-1], store.getvalue())
    return written
