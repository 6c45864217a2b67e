"""The part of a model that sets its time grid, for models of which the rest is not compiled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qiantang.engine.ir import ROLES, Program
from qiantang.engine.translation.translate import translate
from qiantang.faults import StudyError
from qiantang.modelfile.document import Document
from qiantang.modelfile.names import plain
from qiantang.modelfile.read import read_document
from qiantang.modelfile.tree import Reference, walk


def grid_program(path: Path) -> Program | None:
    """Return a program of the time grid of a file alone, and of what it is computed from.

    Parameters
    ----------
    path : Path
        A Vensim ``.mdl`` file, or XMILE.

    Returns
    -------
    Program or None
        None where not even that much can be read.
    """
    try:
        document, _ = read_document(path)
        return translate(grid_part(document))
    except (OSError, StudyError):
        return None


def grid_part(document: Document) -> Document:
    """Return a document with the equations of the time grid and all that these refer to."""
    usual = (role.upper().replace("_", " ") for role in ROLES)
    todo = [plain(document.controls.get(name, name)) for name in usual]
    trees = {plain(e.name): e.tree for e in document.equations}
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        tree = trees.get(name)
        if name in reached or tree is None:
            continue
        reached.add(name)
        todo += [plain(part.name) for part in walk(tree) if isinstance(part, Reference)]
    kept = tuple(e for e in document.equations if plain(e.name) in reached)
    return replace(document, equations=kept, macros=())
