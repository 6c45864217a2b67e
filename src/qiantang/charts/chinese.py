"""Chinese words, so that no line is broken inside one: the longest that a list holds, else two.

The list beside this module holds words of titles and names of such studies; whatever it does not
hold is taken in pairs of characters, as most Chinese words are. A general segmenter would bring
ten megabytes of dictionary for a few titles.
"""

from __future__ import annotations

from functools import lru_cache

from qiantang.files.own import own_text

#: Words of one character, which belong to none beside them.
_ALONE = frozenset("的在与和及或为由从至对被将之以其按每各这第约近年月日人个项条组家")


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], int]:
    words = frozenset(own_text("charts", "chinese_words.txt").split())
    return words, max(map(len, words))


def segmented(text: str) -> list[str]:
    """Return a run of Chinese characters as words.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        Joined they are the text.
    """
    words, longest = _known()
    found: list[str] = []
    at, left = 0, ""
    while at < len(text):
        size = next((n for n in range(min(longest, len(text) - at), 1, -1)
                     if text[at : at + n] in words), 0)  # fmt: skip
        if not size and text[at] not in _ALONE:
            left += text[at]
            at += 1
            continue
        found += _pairs(left)
        left = ""
        found.append(text[at : at + max(size, 1)])
        at += max(size, 1)
    return [*found, *_pairs(left)]


def _pairs(text: str) -> list[str]:
    """Return characters by two; three stay together."""
    if len(text) <= 3:
        return [text] if text else []
    return [text[:2], *_pairs(text[2:])]
