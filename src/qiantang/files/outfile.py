"""Files that a user asks for: refused before the work begins, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.files.put import text


def check_outfile(out: Path, suffixes: Collection[str], option: str = "--out") -> Path:
    """Refuse a file that could not be written.

    Parameters
    ----------
    out : Path
    suffixes : collection of str
        Known ones, with their dot, in small letters.
    option : str
        What named the file.

    Raises
    ------
    StudyError
        Another suffix, a missing folder, or a folder in its place.
    """
    what = ""
    if out.suffix.lower() not in suffixes:
        *most, last = suffixes
        known = f"{', '.join(most)} or {last}" if most else last
        what = f"suffix {out.suffix or 'missing'}, expected {known}"
    elif not out.parent.is_dir():
        what = "the folder does not exist"
    elif out.is_dir():
        what = "is a folder, expected a file name"
    if what:
        raise StudyError([Fault(out, None, option, what)])
    return out


def refuse_replacing(files: Iterable[tuple[str, Path | None]], *, force: bool) -> None:
    """Refuse to write over files that are there, all at once, unless that is wanted.

    Parameters
    ----------
    files : iterable of (str, Path or None)
        What named a file, and the file.
    force : bool

    Raises
    ------
    StudyError
        Also where one file is named twice: what is written last would be left.
    """
    named = [(option, out) for option, out in files if out is not None]
    first: dict[Path, str] = {}
    for option, out in named:
        if out.absolute() in first:
            what = f"{first[out.absolute()]} names the same file, expected another"
            raise StudyError([Fault(out, None, option, what)])
        first[out.absolute()] = option
    what = "the file exists; --force replaces it"
    there = [(option, out) for option, out in named if out.exists()]
    if there and not force:
        raise StudyError([Fault(out, None, option, what) for option, out in there])


def to_write(texts: Mapping[Path, str], *, force: bool) -> dict[Path, str]:
    """Return the texts that their files do not hold already; nothing is written.

    Parameters
    ----------
    texts : mapping of Path to str
    force : bool
        Files that hold something else are to be replaced.

    Raises
    ------
    StudyError
        For each file that holds something else, unless that is wanted.
    """
    left = {out: text for out, text in texts.items()
            if not (out.is_file() and out.read_bytes() == text.encode())}  # fmt: skip
    refuse_replacing([("", out) for out in left], force=force)
    return left


@contextmanager
def put_whole(out: Path, option: str = "--out") -> Iterator[Path]:
    """Give the path of a file to fill, which takes the place of another only when it is whole.

    Parameters
    ----------
    out : Path
    option : str
        What named the file.

    Raises
    ------
    StudyError
        If the disk refuses.
    """
    beside = out.with_name(f".{secrets.token_hex(6)}{out.suffix}")
    try:
        yield beside
        beside.replace(out)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StudyError([Fault(out, None, option, what)]) from None
    finally:
        beside.unlink(missing_ok=True)


def put_bytes(out: Path, content: bytes, option: str = "--out") -> None:
    """Write a file whole or not at all.

    Raises
    ------
    StudyError
        If the disk refuses.
    """
    with put_whole(out, option) as beside:
        beside.write_bytes(content)


def put_new(path: Path, content: str, *, force: bool = False) -> None:
    """Write a text file whole or not at all, and over another only where that is wanted.

    Raises
    ------
    StudyError
    """
    with put_whole(path, "") as beside:
        text(beside, content)
        if os.path.lexists(path) and not (force and path.is_file()):
            what = "the file exists; --force replaces it"
            raise StudyError([Fault(path, None, "", what)])


def put_text(out: Path, content: str, option: str = "--out") -> None:
    """Write a text file whole or not at all, its lines ending alike on every system.

    Raises
    ------
    StudyError
        If the disk refuses.
    """
    put_bytes(out, content.encode(), option)
