"""Write the digests of the evidence as it stands beside it."""

from __future__ import annotations

import re
from pathlib import Path

from qiantang.evidence.observationfile import FILES, digest
from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.files.outfile import put_text, refuse_replacing

_LINE = re.compile(r"^sha256:.*$", re.MULTILINE)


def seal(folder: Path, *, force: bool = False) -> list[Path]:
    """Write the digest of each raw file into its twin; the rest of the twin stays as it is.

    Parameters
    ----------
    folder : Path
        Of the evidence.
    force : bool
        Digests that stand there may be replaced.

    Returns
    -------
    list of Path
        Twins that changed.

    Raises
    ------
    StudyError
        A file is missing, a twin holds no line ``sha256:``, or another digest that is not to be
        replaced; then nothing is written.
    """
    texts, faults = {}, []
    for name in FILES:
        path = folder / name
        twin = folder / f"{name}.meta.yaml"
        try:
            line, text = f"sha256: {digest(path)}", door.text(twin)
        except (OSError, UnicodeDecodeError):
            lacking = twin if path.is_file() else path
            faults.append(Fault(lacking, None, "", "file not found"))
            continue
        if not _LINE.search(text):
            faults.append(Fault(twin, None, "sha256", "required key is missing"))
        elif _LINE.sub(line, text, count=1) != text:
            texts[twin] = _LINE.sub(line, text, count=1)
    if faults:
        raise StudyError(faults)
    refuse_replacing([("--seal", twin) for twin in texts], force=force)
    for twin, text in texts.items():
        put_text(twin, text, "")
    return list(texts)
