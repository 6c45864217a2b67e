"""A document as a file, whole or not at all: .docx, .html or .pdf by the suffix."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.memo.document import Document

#: Module and function that make the bytes of each kind of file.
WRITERS = {
    ".docx": ("qiantang.memo.docx", "docx_bytes"),
    ".html": ("qiantang.memo.html", "html_bytes"),
    ".pdf": ("qiantang.memo.pdf", "pdf_bytes"),
}


def check_memo(out: Path, *, force: bool = True) -> Path:
    """Refuse a memo's file that could not be written, before anything is run.

    Parameters
    ----------
    out : Path
    force : bool
        A file that is there already may be replaced.

    Raises
    ------
    StudyError
    """
    what = ""
    if out.suffix.lower() not in WRITERS:
        what = f"suffix {out.suffix or 'missing'}, expected .docx, .html or .pdf"
    elif not out.parent.is_dir():
        what = "the folder does not exist"
    elif out.is_dir():
        what = "is a folder, expected a file name"
    elif out.exists() and not force:
        what = "the file exists and may have been edited; --force replaces it"
    if what:
        raise StudyError([Fault(out, None, "--out", what)])
    return out


def write_memo(memo: Document, out: str | Path) -> Path:
    """Write a memo.

    Raises
    ------
    StudyError
        Another suffix, a missing folder, or a disk that refuses.
    """
    path = check_memo(Path(out))
    module, name = WRITERS[path.suffix.lower()]
    make: Callable[[Document], bytes] = getattr(import_module(module), name)
    content = make(memo)
    beside = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StudyError([Fault(path, None, "--out", what)]) from None
    finally:
        beside.unlink(missing_ok=True)
    return path
