"""How long the texts of a YAML file may be, and what they may not hold."""

from __future__ import annotations

import re

#: Characters of a file: twelve times the longest that a study has.
MOST_CHARACTERS = 1_000_000
#: Characters of a key, and of a text.
LONGEST_KEY, LONGEST_TEXT = 200, 20_000
#: Characters that steer a terminal or end a cell; no text of a study has one.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def text_fault(text: str, *, key: bool = False) -> str:
    """Say why a text of a file is refused; nothing if it is sound."""
    most = LONGEST_KEY if key else LONGEST_TEXT
    if len(text) > most:
        return f"{'a key' if key else 'a text'} of {len(text):,} characters, at most {most:,}"
    odd = _CONTROLS.search(text)
    return f"a control character, U+{ord(odd[0]):04X}, in a text" if odd else ""
