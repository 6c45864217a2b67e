"""A folder of derived files, each with its digest: what is damaged is as good as absent."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path


def folder() -> Path:
    """Return the cache folder: ``QIANTANG_CACHE``, or the user's cache of this system."""
    given = os.environ.get("QIANTANG_CACHE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "qiantang"


def read(kind: str, key: str) -> bytes | None:
    """Return what was stored, or None if it is absent or damaged."""
    try:
        stored = (folder() / kind / key).read_bytes()
    except OSError:
        return None
    digest, content = stored[:32], stored[32:]
    return content if hashlib.sha256(content).digest() == digest else None


def write(kind: str, key: str, content: bytes) -> None:
    """Store content; a folder that cannot be written to is no reason to fail."""
    try:
        put(folder() / kind / key, hashlib.sha256(content).digest() + content)
    except OSError:
        return


def put(file: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees a part of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
