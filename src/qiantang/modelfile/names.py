"""When two spellings are one name."""

from __future__ import annotations

import re


def plain(name: str) -> str:
    """Return a name in the form in which two spellings of it are equal.

    Case, quotes around the whole, and runs of blanks and underscores do not matter, in Vensim and
    in XMILE alike; ``\\n`` in an XMILE name is a blank.
    """
    bare = name.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1].replace('\\"', '"')
    return re.sub(r"(?:[\s_\u00a0]|\\n)+", "_", bare.strip()).strip("_").lower() or bare
