"""A document as a file, whole or not at all: .docx, .html or .pdf by the suffix."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.files.outfile import check_outfile, put_bytes
from qiantang.memo.annex import book_beside, parted, write_annex
from qiantang.memo.document import Document
from qiantang.wording import LANGUAGES

#: Module and function that make the bytes of each kind of file.
WRITERS = {
    ".docx": ("qiantang.memo.docx", "docx_bytes"),
    ".html": ("qiantang.memo.html", "html_bytes"),
    ".pdf": ("qiantang.memo.pdf", "pdf_bytes"),
}


def check_memo(out: Path, option: str = "--out", *, force: bool = True) -> Path:
    """Refuse a memo's files that could not be written, before anything is run.

    Parameters
    ----------
    out : Path
    option : str
        What named the file.
    force : bool
        A file that is there already, or the workbook of its annex, may be replaced.

    Raises
    ------
    StudyError
    """
    check_outfile(out, WRITERS, option)
    files = [out, *(book_beside(out, lang) for lang in LANGUAGES)]
    there = [file for file in files if file.exists()]
    if there and not force:
        what = "the file exists and may have been edited; --force replaces it"
        raise StudyError([Fault(file, None, option, what) for file in there])
    return out


def write_memo(memo: Document, out: str | Path) -> Path:
    """Write a memo, and beside it the workbook of its annex where that is long.

    Raises
    ------
    StudyError
        Another suffix, a missing folder, or a disk that refuses.
    """
    path = check_memo(Path(out))
    module, name = WRITERS[path.suffix.lower()]
    make: Callable[[Document], bytes] = getattr(import_module(module), name)
    book = book_beside(path, memo.lang)
    found = parted(memo, book)
    put_bytes(path, make(found.memo))
    if found.tables:
        write_annex(found.tables, book)
    return path
