"""A document as a file, whole or not at all: .docx, .html or .pdf by the suffix."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.files.outfile import check_outfile, put_bytes
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
    check_outfile(out, WRITERS)
    if out.exists() and not force:
        what = "the file exists and may have been edited; --force replaces it"
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
    put_bytes(path, content)
    return path
