"""Names and lists of names in a .mdl."""

from __future__ import annotations

import re

_PIECE = re.compile(r'"(?:\\.|[^"\\])*+"|[^",]+|,|"', re.DOTALL)


class MisreadError(Exception):
    """A text that is not Vensim's language; the message is one sentence."""


def folded(text: str) -> str:
    """Return a name with every run of blanks and line breaks as one blank."""
    return " ".join(text.split())


def split(text: str) -> list[str]:
    """Split a list at its commas, but for those inside quotes, and fold each item.

    Raises
    ------
    MisreadError
        If an item is empty.
    """
    if '"' in text:
        items = [""]
        for piece in _PIECE.findall(text):
            if piece == ",":
                items.append("")
            else:
                items[-1] += piece
    else:
        items = text.split(",")
    names = [folded(item).replace(" !", "!") for item in items]
    if "" in names:
        raise MisreadError(f"the list of names {shown(text)} has an empty place")
    return names


def shown(text: str, limit: int = 40) -> str:
    """Return the beginning of a text in quotes, on one line."""
    return repr(folded(text[: 4 * limit])[:limit])
