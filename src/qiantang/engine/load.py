"""A model file in, a program out; a file seen before is read from the cache."""

from __future__ import annotations

import hashlib
import pickle
from importlib.metadata import version
from pathlib import Path

from qiantang.engine import cache
from qiantang.engine.ir import Program

FORMAT = 1
"""Raised whenever the translation of the same file changes."""


def load_model(path: str | Path, *, use_cache: bool = True) -> Program:
    """Read a model file.

    Parameters
    ----------
    path : str or Path
        A Vensim ``.mdl`` file, or XMILE.
    use_cache : bool
        Whether to keep, and to trust, the translation of an identical file.

    Returns
    -------
    Program
        Ready to run.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Unsupported
        If the model uses a construct that is not compiled.
    """
    file = Path(path)
    content = file.read_bytes()
    key = hashlib.sha256(
        b"\0".join(
            [content, file.suffix.lower().encode(), _stamp().encode(), version("pysd").encode()]
        )
    ).hexdigest()
    stored = cache.read("programs", key) if use_cache else None
    if stored is not None:
        program: Program = pickle.loads(stored)
        return _at(program, str(file))
    from qiantang.engine.translate import parse, translate

    program = translate(parse(file), content.decode("utf-8", errors="replace"))
    if use_cache:
        cache.write("programs", key, pickle.dumps(program))
    return _at(program, str(file))


def _at(program: Program, source: str) -> Program:
    """Return a program that knows where its file stands now."""
    from dataclasses import replace

    return replace(program, source=source)


def _stamp() -> str:
    """Return a digest of the code that translates, so that a new version does not read old work."""
    here = Path(__file__).parent
    digest = hashlib.sha256(str(FORMAT).encode())
    for name in ("ir", "translate", "expand", "operations", "subscripts"):
        digest.update((here / f"{name}.py").read_bytes())
    return digest.hexdigest()
