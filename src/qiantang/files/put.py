"""What the program writes for itself: whole files, new folders, copies, and folders for a while.

Errors of the disk come through as `OSError`; what a user asks for is written by
:mod:`qiantang.files.outfile`, which turns them into sentences.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Attempts to put a file in place: another process may have swept away what was half written.
_ATTEMPTS = 3
#: End of the name of a file that is not whole yet.
UNFINISHED = ".part"


def put(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file so that at no moment half of it stands under its name.

    Parameters
    ----------
    path : Path
    content : bytes
    lasting : bool
        Not even after a power cut; that takes a moment longer.

    Raises
    ------
    OSError
        If the disk refuses; nothing is left behind.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}{UNFINISHED}")
        try:
            with beside.open("xb") as stream:
                stream.write(content)
                if lasting:
                    stream.flush()
                    os.fsync(stream.fileno())
            beside.replace(path)
            if lasting:
                _settle(path.parent)
            return
        except FileNotFoundError:
            if attempt == _ATTEMPTS or not path.parent.is_dir():
                raise
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make a renaming outlast a power cut, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def put_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays as one .npz file, as `put` does."""
    import numpy as np

    store = io.BytesIO()
    np.savez(store, **arrays)
    put(path, store.getvalue())


def text(path: Path, content: str) -> None:
    """Write a text into a folder of our own, its lines ending alike on every system."""
    path.write_text(content, encoding="utf-8", newline="\n")


def folder(path: Path) -> Path:
    """Make a folder and those above it, unless it is there."""
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill, which gets its name when it is whole."""
    made = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    made.mkdir(parents=True)
    try:
        yield made
        made.rename(path)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        yield Path(made)


def copy(source: Path, target: Path, leave_out: Sequence[str] = ()) -> None:
    """Copy a file, or a folder without what is called so; nothing where there is neither."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*leave_out))
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all it holds; nothing where there is neither."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
