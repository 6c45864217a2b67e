"""Digests of the files of a study that change with what they mean, not with how it is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from qiantang.faults import StudyError
from qiantang.files.yamlfile import read_yaml
from qiantang.fits import text_digest
from qiantang.known import FIELD

#: Keys whose text tells a reader something and moves no number.
_TOLD = frozenset({FIELD, "note", "source", "reference", "basis", "title", "title_zh"})


def meaning_digest(path: Path) -> str:
    """Return the sha256 of what a file means to a run.

    Of a YAML file it is that of its keys and values in their order, without comments, notes,
    sources, titles and dates of knowledge; of a Vensim file it is that of what it computes. Of any
    other file, and of one that cannot be read, it is that of its text.
    """
    try:
        if path.suffix == ".mdl":
            from qiantang.modelfile.read import read_document

            return read_document(path)[0].meaning
        if path.suffix != ".yaml":
            return text_digest(path)
        data = read_yaml(path).data
    except StudyError:
        return text_digest(path)
    text = json.dumps(_bare(data), ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _bare(value: Any) -> Any:
    """Return plain data without what is only told; numbers by value, 1 and 1.0 alike."""
    if isinstance(value, dict):
        return {
            str(key): _bare(part)
            for key, part in value.items()
            if not (key in _TOLD and not isinstance(part, dict))
        }
    if isinstance(value, list):
        return [_bare(part) for part in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value
