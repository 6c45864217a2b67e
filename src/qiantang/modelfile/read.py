"""A model file in, a document out; every fault of the file at once."""

from __future__ import annotations

from pathlib import Path

from qiantang.faults import Fault
from qiantang.modelfile.document import Document

SUFFIXES = (".mdl", ".xmile", ".xml", ".stmx", ".itmx")


def read_document(path: Path) -> tuple[Document, list[Fault]]:
    """Read a model file; what cannot be read is listed, the rest is there.

    Parameters
    ----------
    path : Path
        A Vensim ``.mdl`` file, or XMILE.

    Returns
    -------
    tuple of (Document, list of Fault)
        Faults carry file, line, the variable, and one sentence.
    """
    if path.suffix.lower() == ".mdl":
        from qiantang.modelfile.vensim import read

        return read(path)
    from qiantang.modelfile.xmile import read as read_xmile

    return read_xmile(path)
