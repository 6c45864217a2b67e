"""Files that the package carries packed, unpacked once into the user's cache."""

from __future__ import annotations

import hashlib
import lzma
import tempfile
from collections.abc import Sequence
from pathlib import Path

from qiantang.files import cache, door


def unpacked(files: Sequence[Path]) -> Path:
    """Return a folder that holds files as they were before they were packed by xz.

    Parameters
    ----------
    files : sequence of Path
        Their names end in ``.xz``, which the names in the folder do without.

    Returns
    -------
    Path
        In the cache; where that cannot be written, a folder for as long as the system keeps it.
    """
    contents = {file.stem: door.content(file) for file in files}
    digests = b"".join(hashlib.sha256(content).digest() for content in contents.values())
    home = cache.folder() / "unpacked" / hashlib.sha256(digests).hexdigest()[:32]
    if cache.whole(home):
        return home

    def make(private: Path) -> Path:
        for name, content in contents.items():
            (private / name).write_bytes(lzma.decompress(content))
        return private

    try:
        cache.build(home, make)
    except OSError:
        return make(Path(tempfile.mkdtemp(prefix="qiantang-")))
    return home
