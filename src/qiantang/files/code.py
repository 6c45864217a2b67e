"""Which code stands behind a stored result: digests of the package itself, never of a list."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
ENGINE = ("engine", "modelfile", "files", "faults.py")
"""What shapes a program: the rooms of the engine and all that they import."""
SUFFIXES = {".py", ".lark", ".yaml"}
STUDY = "bundled"
"""Where a study lies in an installed package; it has digests of its own."""


@cache
def code_digest(*places: str) -> str:
    """Return one digest of code, whatever the line endings of the checkout.

    Parameters
    ----------
    *places : str
        Rooms or modules of the package; all of it if none is named.

    Returns
    -------
    str
        Of every module, grammar and list of words in them, with its name.
    """
    digest = hashlib.sha256()
    for path in code_files(*places):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def code_files(*places: str) -> list[Path]:
    """Return the files that a digest covers, in order."""
    roots = [PACKAGE / place for place in places] or [PACKAGE]
    found = {
        path
        for root in roots
        for path in ([root] if root.is_file() else root.rglob("*"))
        if path.suffix in SUFFIXES and path.relative_to(PACKAGE).parts[0] != STUDY
    }
    return sorted(found, key=lambda path: path.relative_to(PACKAGE).as_posix())
