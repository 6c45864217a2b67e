"""A folder of derived files, each with its digest: what is damaged is as good as absent.

The digests guard against damage and stale files, not against someone who may write to the
user's own cache folder.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from platformdirs import user_cache_path

from qiantang.files import put

if TYPE_CHECKING:
    import numpy.typing as npt

Made = TypeVar("Made")

MANIFEST = "digests"
"""File in a folder of derived files that names each and its digest."""

SPOILT = (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError, TypeError)
"""What unpickling raises where content is not what was stored."""

LIMIT = 512 * 2**20
"""Bytes of derived folders of a kind that are kept, the ones used last first."""

PROGRAM = ("qiantang.engine.ir", "qiantang.engine.expressions")
"""The modules whose classes a stored program may consist of."""

MOST_PREPARED = 256
"""Prepared inputs that are kept, the newest ones."""


def folder() -> Path:
    """Return the cache folder: ``QIANTANG_CACHE``, or the user's cache of this system."""
    given = os.environ.get("QIANTANG_CACHE")
    return Path(given) if given else user_cache_path("qiantang", appauthor=False, opinion=False)


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
        place = put.folder(folder() / kind) / key
        put.put(place, hashlib.sha256(content).digest() + content, lasting=False)
    except OSError:
        return


def restored(content: bytes, trusted: tuple[str, ...] = PROGRAM) -> Any:
    """Return a pickled program, or other records; anything else is refused.

    Parameters
    ----------
    content : bytes
    trusted : tuple of str
        The modules whose classes it may name.

    Raises
    ------
    pickle.UnpicklingError
        If the content names any other class or function.
    """
    return _Records(content, trusted).load()


def prepared(
    kind: str, parts: Iterable[bytes], trusted: tuple[str, ...], make: Callable[[], Made]
) -> Made:
    """Return what was made of the same content before, or make it and keep it.

    Parameters
    ----------
    kind : str
        Of the inputs, part of their key.
    parts : iterable of bytes
        All that what is made depends on: content, and a digest of the code that makes it.
    trusted : tuple of str
        The modules whose classes it may consist of.
    make : callable
        What it raises is raised, and nothing kept.
    """
    key = _key(kind, parts)
    stored = read("prepared", key)
    if stored is not None:
        try:
            found: Made = restored(stored, trusted)
        except SPOILT:
            pass  # made anew
        else:
            return found
    made = make()
    try:
        content = pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
    except RecursionError:
        return made  # nested too deeply to be kept
    write("prepared", key, content)
    trim("prepared", MOST_PREPARED)
    return made


def prepared_arrays(
    kind: str,
    parts: Iterable[bytes],
    make: Callable[[], list[npt.NDArray[Any]]],
    place: str = "prepared",
    limit: int = LIMIT,
) -> list[npt.NDArray[Any]]:
    """Return arrays that were made of the same content before, or make them and keep them.

    Parameters
    ----------
    kind, parts
        As of `prepared`.
    make : callable
        What it raises is raised, and nothing kept; an array of objects cannot be kept.
    place : str
        Folder of the cache.
    limit : int
        Bytes that it may hold.
    """
    import numpy as np  # where arrays are kept

    key = _key(kind, parts)
    stored = read(place, key)
    if stored is not None:
        stream = io.BytesIO(stored)
        found = []
        while stream.tell() < len(stored):
            found.append(np.load(stream, allow_pickle=False))
        return found
    made = make()
    stream = io.BytesIO()
    for array in made:
        np.save(stream, array, allow_pickle=False)
    write(place, key, stream.getvalue())
    trim(place, MOST_PREPARED, limit)
    return made


def _key(kind: str, parts: Iterable[bytes]) -> str:
    key = hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in (kind.encode(), *parts)))
    return key.hexdigest()


def trim(kind: str, most: int, limit: int = LIMIT) -> None:
    """Keep the newest files of a kind, so many and so many bytes at most."""
    try:
        files = sorted((folder() / kind).iterdir(), key=lambda file: -file.stat().st_mtime)
        for count, file in enumerate(files):
            limit -= file.stat().st_size
            if count >= most or limit < 0:
                file.unlink(missing_ok=True)
    except OSError:
        return  # another process is at it, or nothing can be kept


class _Records(pickle.Unpickler):
    def __init__(self, content: bytes, trusted: tuple[str, ...]) -> None:
        super().__init__(io.BytesIO(content))
        self._trusted = trusted

    def find_class(self, module: str, name: str) -> Any:
        if module not in self._trusted or "." in name or name.startswith("_"):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in what is stored")
        return super().find_class(module, name)


def whole(home: Path) -> bool:
    """Return whether a folder holds exactly what was put there, by its digests."""
    try:
        wanted = (home / MANIFEST).read_text(encoding="utf-8")
        return bool(wanted) and wanted == _digests(home)
    except (OSError, UnicodeDecodeError):
        return False


def _digests(home: Path) -> str:
    files = sorted(f for f in home.rglob("*") if f.is_file() and f.name != MANIFEST)
    lines = (
        f"{hashlib.sha256(f.read_bytes()).hexdigest()} {f.relative_to(home).as_posix()}\n"
        for f in files
    )
    return "".join(lines)


def used(home: Path) -> None:
    """Note that a folder was of use, so that it is not among the first to go."""
    try:
        os.utime(home / MANIFEST)
    except OSError:
        return


def build(home: Path, make: Callable[[Path], Any]) -> Any:
    """Let something be made in a folder of its own, then move the folder to its place at once.

    Two processes that build the same at the same time do not see each other's files; the one that
    comes second keeps the other's.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    private = Path(tempfile.mkdtemp(dir=home.parent, prefix="."))
    try:
        made = make(private)
        put.put(private / MANIFEST, _digests(private).encode(), lasting=False)
        if not whole(home):
            shutil.rmtree(home, ignore_errors=True)
            private.rename(home)
    except OSError:
        if not whole(home):
            raise
    finally:
        shutil.rmtree(private, ignore_errors=True)
    evict(home.parent, keep=home)
    return made


def evict(kind: Path, keep: Path | None = None, limit: int = LIMIT) -> None:
    """Remove the folders unused for longest until the rest fit the limit."""
    found = []
    for home in kind.iterdir():
        try:
            size = sum(f.stat().st_size for f in home.rglob("*") if f.is_file())
            manifest = home / MANIFEST
            moment = (manifest if manifest.exists() else home).stat().st_mtime
        except OSError:
            continue  # another process is at it
        if home != keep and not (home.name.startswith(".") and time.time() - moment < 3600):
            found.append((moment, size, home))
    room = limit - _size(keep)
    for _, size, home in sorted(found, key=lambda entry: entry[0], reverse=True):
        room -= size
        if room < 0:
            shutil.rmtree(home, ignore_errors=True)


def _size(home: Path | None) -> int:
    if home is None:
        return 0
    return sum(f.stat().st_size for f in home.rglob("*") if f.is_file())
