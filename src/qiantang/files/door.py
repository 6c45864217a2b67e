"""One door for every file: what may be opened, and how much of it is read.

A file named inside another file stays in the folder of that file. A file that the user names may
stand anywhere. Neither may be a pipe, a device or a folder, and neither may be larger than its kind
of file ever is, so that no file keeps the program waiting or fills its memory.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO
from pathlib import Path, PureWindowsPath

MIB = 1024 * 1024

TEXT_LIMIT = 32 * MIB
"""Bytes of a model file, of YAML and of other text that people write."""

DATA_LIMIT = 128 * MIB
"""Bytes of a table of data."""

RESULT_LIMIT = 2048 * MIB
"""Bytes of a file that the program wrote itself."""

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Barred(OSError):  # noqa: N818 - it reads as what it says
    """A file that is not opened; ``strerror`` says why, after the words "cannot be read"."""

    def __init__(self, file: Path | str, why: str, code: int = errno.EACCES) -> None:
        super().__init__(code, why, str(file))

    def __str__(self) -> str:
        return f"{self.filename} cannot be read: {self.strerror}"


def beside(folder: Path, name: str, within: Path | None = None) -> Path:
    """Return the place of a file that another file names, seen from that file's folder.

    Parameters
    ----------
    folder : Path
        Folder of the file that names it.
    name : str
        Relative; a backslash separates folders, as in files that were made on Windows.
    within : Path, optional
        Folder around ``folder`` that the name may not leave; ``folder`` itself by default.

    Returns
    -------
    Path
        ``folder / name``, which need not exist.

    Raises
    ------
    Barred
        If the name is absolute, or leads out of the folder by ``..`` or by a symbolic link.
    """
    home = within or folder
    written = PureWindowsPath(name)
    if written.drive or written.root:
        raise Barred(name, f"the path is absolute, expected one relative to {_shown(folder)}")
    place = folder.joinpath(*written.parts)
    try:
        inside = place.resolve().is_relative_to(home.resolve())
    except (OSError, ValueError, RuntimeError):  # a name no file can have, links in a circle
        raise Barred(name, "no file can have this name") from None
    if not inside:
        raise Barred(name, f"the path leads out of {_shown(home)}, expected a file inside it")
    return place


def content(path: Path, limit: int = TEXT_LIMIT) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path : Path
        Of a file the user names, or what :func:`beside` returned.
    limit : int
        The most bytes it may have.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Barred
        If it is no regular file, or too large.
    OSError
        If the system does not let it be read.
    """
    with _opened(path, limit) as stream:
        read: bytes = stream.read(limit + 1)
    if len(read) > limit:  # it says less of its size than it holds, as files of /proc do
        raise _too_large(path, limit)
    return read


def check(path: Path, limit: int = RESULT_LIMIT) -> None:
    """Refuse a file that another library is about to open; errors as in :func:`content`."""
    _check(path, _status(path), limit)


def buffer(path: Path, limit: int = RESULT_LIMIT) -> BytesIO:
    """Return a file as a stream in memory; errors as in :func:`content`."""
    return BytesIO(content(path, limit))


def text(path: Path, limit: int = TEXT_LIMIT) -> str:
    r"""Return a UTF-8 text with ``\n`` between its lines; errors as in :func:`content`.

    Raises
    ------
    UnicodeDecodeError
        If it is no UTF-8.
    """
    return content(path, limit).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def digest(path: Path, limit: int = RESULT_LIMIT) -> str:
    """Return the sha256 of a file; errors as in :func:`content`."""
    with _opened(path, limit) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stands(folder: Path, name: str) -> bool:
    """Say whether a file named in another file is there and may be opened."""
    try:
        return beside(folder, name).is_file()
    except OSError:
        return False


@contextmanager
def _opened(path: Path, limit: int) -> Iterator[BufferedReader]:
    _check(path, _status(path), limit)
    # Without O_NONBLOCK a pipe put in the file's place since then would keep this open waiting.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        _check(path, os.fstat(stream.fileno()), limit)
        yield stream


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except ValueError:  # a null character
        raise Barred(path, "no file can have this name") from None


def _check(path: Path, status: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((words for test, words in _KINDS if test(status.st_mode)), "no regular file")
        raise Barred(path, f"it is {kind}, expected a file")
    if status.st_size > limit:
        raise _too_large(path, limit)


def _too_large(path: Path, limit: int) -> Barred:
    what = f"it is larger than {limit // MIB} MiB, the most that a file of its kind may have"
    return Barred(path, what, errno.EFBIG)


def _shown(folder: Path) -> str:
    return f"the folder {folder.name}" if folder.name else "its folder"
