"""A model file in, a document out; every fault of the file at once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from qiantang.faults import Fault
from qiantang.files import door
from qiantang.files.cache import prepared
from qiantang.files.code import code_digest
from qiantang.modelfile.clashes import defined_twice
from qiantang.modelfile.document import Document

SUFFIXES = (".mdl", ".xmile", ".xml", ".stmx", ".itmx")

_WORTH_KEEPING = 1 << 26
"""Longest file that is looked up among those read before. [bytes]"""

_READERS = ("modelfile", "files", "faults.py")
"""What shapes a document."""

_RECORDS = ("qiantang.modelfile.document", "qiantang.modelfile.tree")
"""The modules whose classes a document consists of."""

Read = tuple[Document, tuple[Fault, ...]]


def read_document(path: Path) -> tuple[Document, list[Fault]]:
    """Read a model file; what cannot be read is listed, the rest is there.

    Parameters
    ----------
    path : Path
        A Vensim ``.mdl`` file, or XMILE.

    Returns
    -------
    tuple of (Document, list of Fault)
        Faults carry file, line, the variable, and one sentence. A file that has not changed is
        read once in a process.
    """
    path = Path(path)
    stamp = _stamp(path)
    document, faults = _read(path) if stamp is None else _kept(path, stamp)
    return document, list(faults)


def _stamp(path: Path) -> bytes | None:
    """Return a digest of a file, None of what is no file, or too long to be kept."""
    try:
        if not path.is_file() or path.stat().st_size > _WORTH_KEEPING:
            return None
        return hashlib.sha256(door.content(path)).digest()
    except OSError:
        return None


@lru_cache(maxsize=4)
def _kept(path: Path, stamp: bytes) -> Read:
    """Return a file as it was read before, in this process or another; faulty ones are read."""
    parts = (stamp, path.suffix.lower().encode(), code_digest(*_READERS).encode())
    try:
        document: Document = prepared("document", parts, _RECORDS, lambda: _sound(path))
    except _Faulty as faulty:
        return faulty.read
    return replace(document, path=path), ()


class _Faulty(Exception):  # noqa: N818 - carries what was read, and is never shown
    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read


def _sound(path: Path) -> Document:
    """Return a document without its place, which is not part of what is kept."""
    document, faults = _read(path)
    if faults:
        raise _Faulty((document, faults))
    return replace(document, path=None)  # type: ignore[arg-type]


def _read(path: Path) -> Read:
    if path.suffix.lower() not in SUFFIXES:
        what = "it is no model file, expected .mdl, .xmile or .stmx"
        return Document(path, "vensim", ()), (Fault(path, None, "", what),)
    if path.suffix.lower() == ".mdl":
        from qiantang.modelfile.vensim import read
    else:
        from qiantang.modelfile.xmile import read
    document, faults = read(path)
    return document, (*faults, *defined_twice(document))
