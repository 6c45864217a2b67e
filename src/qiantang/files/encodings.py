"""What to say of a text that is not UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path

from qiantang.files import door

_MARKS = ((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))


def not_utf8(path: Path, limit: int = door.TEXT_LIMIT) -> str:
    """Return a sentence about a file that is no UTF-8, with the encoding that it seems to have."""
    content = door.content(path, limit)
    found = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not found:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
        found = "GBK" if any("\u4e00" <= letter <= "\u9fff" for letter in text) else ""
    reads = f"; it reads as {found}: " if found else "; "
    return f"not UTF-8 text{reads}save it as UTF-8, in Excel as “CSV UTF-8”"
