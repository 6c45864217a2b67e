"""A model file in, a program out; a file seen before is read from the cache."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Sequence
from pathlib import Path

from qiantang.engine.ir import Program
from qiantang.engine.program import LoadedProgram
from qiantang.faults import StudyError
from qiantang.files import cache, door
from qiantang.files.code import ENGINE, code_digest

Digests = dict[str, str]


def load_model(
    path: str | Path, *, use_cache: bool = True, data_files: Iterable[str | Path] = ()
) -> LoadedProgram:
    """Read a model file.

    Parameters
    ----------
    path : str or Path
        A Vensim ``.mdl`` file, or XMILE.
    use_cache : bool
        Whether to keep, and to trust, the translation of an identical file.
    data_files : iterable of str or Path
        Tables, .tab or .csv, of data variables that name no file themselves.

    Returns
    -------
    LoadedProgram
        Ready to run.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    StudyError
        If the file cannot be read, is wrong in itself, or names a file that is not there; with
        all faults at once.
    Unsupported
        If the model uses a construct that is not compiled.
    """
    file = Path(path)
    content = door.content(file)
    given = [Path(item) for item in data_files]
    key = _key(file, content, given)
    read = hashlib.sha256(content).hexdigest()
    program = _stored(key, file.parent) if use_cache else None
    if program is not None:
        return LoadedProgram.of(program, source=str(file), source_sha256=read)
    from qiantang.engine.shallow import shallow
    from qiantang.engine.translation.translate import translate
    from qiantang.modelfile.read import read_document

    document, faults = read_document(file)
    if faults:
        raise StudyError(faults)
    program = shallow(translate(document, given))
    if use_cache:
        digests = _digests(program.files, file.parent)
        cache.write("programs", key, pickle.dumps((program, digests)))
    return LoadedProgram.of(program, source=str(file), source_sha256=read)


def _stored(key: str, folder: Path) -> Program | None:
    """Return the program kept under a key, unless it cannot be trusted or its files changed."""
    stored = cache.read("programs", key)
    if stored is None:
        return None
    try:
        program, known = cache.restored(stored)
    except cache.SPOILT:
        return None  # built anew
    return program if known == _digests(program.files, folder) else None


def _key(file: Path, content: bytes, data_files: Sequence[Path]) -> str:
    parts = [content, file.suffix.lower().encode(), code_digest(*ENGINE).encode()]
    parts += [door.content(item, door.DATA_LIMIT) for item in data_files]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _digests(names: Iterable[str], folder: Path) -> Digests:
    """Return the digest of each file that a model reads; empty for one that is not there."""
    found = {}
    for name in names:
        try:
            found[name] = door.digest(door.beside(folder, name), door.DATA_LIMIT)
        except OSError:
            found[name] = ""
    return found
